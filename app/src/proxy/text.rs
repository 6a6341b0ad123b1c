//! The faults of an open proxy as a text to edit: one a line in the fault language, `#` before one that is
//! switched off.

use reprise_fault::{Fault, FaultState, Proxy, ProxyError};

use crate::Error;

/// One line of the text.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    on: bool,
    fault: Fault,
}

/// The faults of a proxy, a line each.
pub fn faults_as_text(proxy: &Proxy) -> String {
    let faults = proxy.faults();
    let lines = faults.iter().map(|FaultState { on, fault, .. }| {
        let off = if *on { "" } else { "# " };
        format!("{off}{fault}\n")
    });
    lines.collect()
}

/// Makes the faults of a proxy those of a text. A fault that stays in its place keeps what it has counted.
///
/// # Errors
/// A line cannot be read, or its fault could never strike there; then nothing is changed.
pub fn write_faults(proxy: &Proxy, text: &str) -> Result<(), Error> {
    let lines = read(proxy, text)?;
    let now = proxy.faults();
    for (at, line) in lines.iter().enumerate() {
        match now.get(at) {
            Some(old) => replace(proxy, old, line)?,
            None => drop(proxy.add_fault(line.fault.clone(), line.on)?),
        }
    }
    for surplus in now.iter().skip(lines.len()) {
        proxy.remove_fault(surplus.id)?;
    }
    Ok(())
}

fn replace(proxy: &Proxy, old: &FaultState, line: &Line) -> Result<(), ProxyError> {
    if old.fault != line.fault {
        proxy.change_fault(old.id, line.fault.clone())?;
    }
    if old.on != line.on {
        proxy.switch_fault(old.id, line.on)?;
    }
    Ok(())
}

fn read(proxy: &Proxy, text: &str) -> Result<Vec<Line>, Error> {
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let (on, written) = match line.strip_prefix('#') {
            Some(off) => (false, off.trim()),
            None => (true, line),
        };
        if written.is_empty() {
            continue;
        }
        let wrong = |why: String| Error::Usage(format!("line {}, '{written}': {why}", number + 1));
        let fault: Fault = written
            .parse()
            .map_err(|error: reprise_fault::FaultError| wrong(error.to_string()))?;
        let fits = proxy.protocol().check(&fault);
        fits.map_err(|error| wrong(format!("failed to {error}")))?;
        lines.push(Line { on, fault });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use reprise_fault::ProxyProtocol;

    use super::*;
    use crate::{Library, ProxiesRequest, ProxyJob, ProxyRequest};

    /// A proxy to a port where nobody listens: only its faults matter.
    fn open(faults: &[&str]) -> (tempfile::TempDir, ProxyJob) {
        let folder = tempfile::tempdir().unwrap();
        let library = Library::open(Some(&folder.path().join("text.reprise"))).unwrap();
        let request = ProxiesRequest {
            proxies: vec![ProxyRequest {
                name: "db".to_owned(),
                listen: "0".to_owned(),
                to: "mysql://127.0.0.1:9".to_owned(),
                protocol: Some(ProxyProtocol::Mysql),
                faults: faults.iter().map(|fault| (*fault).to_owned()).collect(),
                seed: Some(1),
                allow_recorded_server: false,
                ..ProxyRequest::default()
            }],
            ..ProxiesRequest::default()
        };
        let job = library.proxy(&request).unwrap();
        (folder, job)
    }

    #[test]
    fn the_text_reads_back_as_the_faults_that_were_there() {
        let (_folder, job) = open(&["5:error(code=1213) for mysql UPDATE", "100:hang@2s..3s"]);
        let proxies = job.proxies();
        proxies[0].switch_fault(2, false).unwrap();
        let text = faults_as_text(&proxies[0]);
        assert_eq!(
            text,
            "5:error(code=1213) for mysql UPDATE\n# 100:hang@2s..3s\n"
        );
        let before = proxies[0].faults();
        write_faults(&proxies[0], &text).unwrap();
        assert_eq!(proxies[0].faults(), before);
    }

    #[test]
    fn lines_are_added_changed_switched_and_removed() {
        let (_folder, job) = open(&["1:hang", "2:hang", "3:hang"]);
        let proxies = job.proxies();
        write_faults(&proxies[0], "# 1:hang\n\n20:delay(ms=250)\n").unwrap();
        assert_eq!(faults_as_text(&proxies[0]), "# 1:hang\n20:delay(ms=250)\n");
        write_faults(&proxies[0], "1:hang\n20:delay(ms=250)\n4:abort\n").unwrap();
        let ids: Vec<u32> = proxies[0].faults().iter().map(|fault| fault.id).collect();
        assert_eq!(ids, [1, 2, 4]);
        write_faults(&proxies[0], "").unwrap();
        assert!(proxies[0].faults().is_empty());
    }

    #[test]
    fn a_line_that_cannot_be_read_changes_nothing_and_is_named() {
        let (_folder, job) = open(&["1:hang"]);
        let proxies = job.proxies();
        for (text, why) in [
            ("2:hang\nnonsense", "line 2"),
            ("2:hang\n5:error(status=503)", "http"),
        ] {
            let error = write_faults(&proxies[0], text).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
            assert_eq!(faults_as_text(&proxies[0]), "1:hang\n");
        }
    }
}
