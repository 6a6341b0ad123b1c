//! What must hold of any file of proxies: called by the fuzz target and by a property test.

use std::path::Path;

use super::{address, faults, file};

/// A file of proxies: refused with a reason that names it, or proxies of which each part is understood or refused.
pub fn proxies_file(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match file::read(&text, Path::new("proxies.toml")) {
        Ok(request) => {
            assert!(!request.proxies.is_empty());
            for proxy in &request.proxies {
                let _ = address::listen("listen", &proxy.listen);
                let _ = address::host_and_port(&proxy.to);
                address::protocol_of(&proxy.to);
                if let Ok(faults) = faults(&proxy.faults) {
                    assert_eq!(faults.len(), proxy.faults.len());
                }
            }
        }
        Err(error) => assert!(error.to_string().contains("proxies.toml")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_file_is_understood_or_refused(
            text in "(control = \"[0-9:.]{0,9}\"\n)?(\\[\\[proxy\\]\\]\n)?(name|listen|to|seed|faults|protocol)?( = )?[\"'a-z0-9:\\[\\]{}=.,\n-]{0,60}"
        ) {
            super::proxies_file(text.as_bytes());
        }

        #[test]
        fn any_value_of_a_proxy_is_understood_or_refused(
            (listen, to, fault) in ("[0-9a-z:.\\[\\]]{0,20}", "[0-9a-z:/.\\[\\]@]{0,30}", "[0-9]{1,3}:[a-z]{3,6}[(a-z=0-9,)@. ]{0,20}")
        ) {
            let text = format!("[[proxy]]\nname = 'a'\nlisten = '{listen}'\nto = '{to}'\nfaults = ['{fault}']\n");
            super::proxies_file(text.as_bytes());
        }
    }
}
