//! The filter that the kernel applies: the ports, what the user asks for, and VLAN-tagged copies.

/// How a capture is narrowed down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Expression {
    /// What untagged packets have to match; empty for everything.
    pub(super) plain: String,
    /// The same for tagged ones too: some drivers leave the tag in the packet, and no expression
    /// sees behind one unless told to.
    pub(super) tagged: Option<String>,
}

/// Joins ports and the user's filter.
pub(super) fn of(ports: &[u16], filter: Option<&str>) -> Expression {
    let ports: Vec<_> = ports.iter().map(|port| format!("port {port}")).collect();
    let filter = filter.map(str::trim).filter(|filter| !filter.is_empty());
    let mut parts = Vec::new();
    if !ports.is_empty() {
        parts.push(format!("tcp and ({})", ports.join(" or ")));
    }
    if let Some(filter) = filter {
        parts.push(format!("({filter})"));
    }
    let plain = parts.join(" and ");
    let names_tags = filter.is_some_and(|filter| filter.contains("vlan"));
    let tagged =
        (!plain.is_empty() && !names_tags).then(|| format!("({plain}) or (vlan and ({plain}))"));
    Expression { plain, tagged }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_and_filter_are_joined_and_tagged_copies_included() {
        let expression = of(&[80, 3306], Some("host 10.0.0.1"));
        assert_eq!(
            expression.plain,
            "tcp and (port 80 or port 3306) and (host 10.0.0.1)"
        );
        assert_eq!(
            expression.tagged.as_deref(),
            Some(
                "(tcp and (port 80 or port 3306) and (host 10.0.0.1)) or \
                 (vlan and (tcp and (port 80 or port 3306) and (host 10.0.0.1)))"
            )
        );
    }

    #[test]
    fn without_ports_and_filter_everything_is_captured() {
        assert_eq!(of(&[], Some("  ")), Expression::default());
    }

    #[test]
    fn a_filter_that_speaks_of_vlans_is_left_alone() {
        assert_eq!(of(&[], Some("vlan 7 and tcp")).tagged, None);
    }
}
