//! Reading a filter before anything is captured, so that a form can say what is wrong with it.

use pcap::{Capture, Linktype};

use super::open;
use crate::{CaptureError, LinkType};

/// Whether libpcap understands `filter`, as it would on an Ethernet interface. Opens nothing.
///
/// # Errors
/// It does not, with what it says.
pub fn check_filter(filter: &str) -> Result<(), CaptureError> {
    let ethernet = Linktype(i32::from(LinkType::ETHERNET.0));
    let compiled = Capture::dead(ethernet).and_then(|capture| capture.compile(filter, true));
    compiled.map(drop).map_err(|error| CaptureError::Filter {
        filter: filter.to_owned(),
        reason: open::said(&error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_or_the_reason_why_not_is_said() {
        assert!(check_filter("host 10.0.0.1 and not port 22").is_ok());
        let error = check_filter("tcp prot 80").unwrap_err().to_string();
        assert!(
            error.contains("tcp prot 80") && error.contains("man pcap-filter"),
            "{error}"
        );
    }
}
