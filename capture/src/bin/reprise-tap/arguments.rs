//! The few flags of `reprise-tap`.

use reprise_capture::{DEFAULT_RING_BYTES, DEFAULT_SNAP_LENGTH, InterfaceRequest};

pub(crate) const HELP: &str = "\
Captures on one interface and writes pcap to stdout, for `reprise record`, which starts it.

Usage: reprise-tap --interface NAME [--port PORT]... [--filter BPF] [--ring BYTES]
                   [--snap-length BYTES] [--no-promiscuous] [--check]

  --interface NAME   the interface; `any` for all
  --port PORT        this TCP port only; repeatable
  --filter BPF       a pcap filter, combined with the ports
  --ring BYTES       the kernel's buffer
  --snap-length BYTES  keep so many of each packet
  --no-promiscuous   leave packets alone that are not for this machine
  --check            only see whether it may; exit status 0 when it may

It needs the right to capture, once:

  sudo setcap cap_net_raw=eip \"$(command -v reprise-tap)\"

Only for a group: `chgrp GROUP` and `chmod 0750` it first. It ends with its stdout, or on SIGTERM.
";

/// What it was asked for.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) interface: InterfaceRequest,
    pub(crate) only_check: bool,
}

impl Arguments {
    /// Reads the flags; `None` when help was asked for.
    pub(crate) fn parse(flags: impl IntoIterator<Item = String>) -> Result<Option<Self>, String> {
        let mut flags = flags.into_iter();
        let (mut name, mut only_check) = (None, false);
        let mut interface = InterfaceRequest {
            name: String::new(),
            ring_bytes: DEFAULT_RING_BYTES,
            snap_length: DEFAULT_SNAP_LENGTH,
            promiscuous: true,
            ports: Vec::new(),
            filter: None,
        };
        while let Some(flag) = flags.next() {
            let mut value = || flags.next().ok_or_else(|| format!("{flag} needs a value"));
            let number = |text: String| text.parse().map_err(|_| format!("'{text}' is no number"));
            match flag.as_str() {
                "-h" | "--help" => return Ok(None),
                "-i" | "--interface" => name = Some(value()?),
                "--port" => {
                    let port = number(value()?)?;
                    let port = u16::try_from(port).map_err(|_| format!("{port} is no port"))?;
                    interface.ports.push(port);
                }
                "--filter" => interface.filter = Some(value()?),
                "--ring" => interface.ring_bytes = number(value()?)?,
                "--snap-length" => interface.snap_length = number(value()?)?,
                "--no-promiscuous" => interface.promiscuous = false,
                "--check" => only_check = true,
                other => return Err(format!("'{other}' is not known")),
            }
        }
        interface.name = name.ok_or("--interface NAME is missing")?;
        Ok(Some(Self {
            interface,
            only_check,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Arguments>, String> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn every_flag_is_read() {
        let line = "-i eth0 --port 80 --port 3306 --filter ip --ring 4096 --snap-length 128 --no-promiscuous --check";
        let Ok(Some(arguments)) = parse(line) else {
            panic!("{:?}", parse(line));
        };
        let interface = arguments.interface;
        assert_eq!(
            (interface.name.as_str(), interface.ring_bytes),
            ("eth0", 4_096)
        );
        assert_eq!(interface.snap_length, 128);
        assert_eq!(interface.ports, [80, 3_306]);
        assert_eq!(interface.filter.as_deref(), Some("ip"));
        assert!(!interface.promiscuous && arguments.only_check);
        assert!(parse("--help").is_ok_and(|help| help.is_none()));
    }

    #[test]
    fn what_it_cannot_read_it_names() {
        for (line, named) in [
            ("", "--interface NAME is missing"),
            ("-i", "-i needs a value"),
            ("-i lo --port 99999", "99999 is no port"),
            ("-i lo --ring big", "'big' is no number"),
            ("-i lo --write /etc/passwd", "'--write' is not known"),
        ] {
            assert_eq!(parse(line).err().as_deref(), Some(named), "{line}");
        }
    }
}
