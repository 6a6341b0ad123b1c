//! What must hold of metrics, whatever a server writes.

use crate::exposition::{Line, Selector, lines};

/// An exposition, and the same bytes as a list of selectors.
pub fn exposition(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for line in lines(&text) {
        let name = match &line {
            Line::Type(name, _) => name,
            Line::Sample(sample) => sample.name,
        };
        assert!(text.contains(name), "a name that nobody wrote");
        if let Line::Sample(sample) = &line {
            let own = sample.name.parse::<Selector>();
            let selects = own.is_ok_and(|own| own.selects(sample));
            assert!(selects, "a series does not have its own name");
        }
    }
    for selector in Selector::list(&text).into_iter().flatten() {
        let again = selector.to_string().parse();
        assert_eq!(again, Ok(selector), "a selector is not what it says");
    }
}
