//! Tables of names and values, as settings are kept: `option_name` beside `option_value`. What the one says tells
//! whether the other is a secret.

use crate::redact::Pass;
use crate::redact::mysql::value::ValueRules;

/// What the columns of values are called, perhaps behind something that the column of names begins with, too.
const VALUES: [&[u8]; 2] = [b"value", b"val"];
/// What the columns of names are called.
const NAMES: [&[u8]; 7] = [
    b"name",
    b"key",
    b"path",
    b"setting",
    b"field",
    b"param",
    b"attribute",
];
/// What servers tell of themselves: `password_history` is no password.
const SERVER: &[u8] = b"variable_";

/// What a column of values begins with, its name in lower case.
fn of_values(name: &[u8]) -> Option<&[u8]> {
    let before = VALUES.iter().find_map(|value| name.strip_suffix(*value))?;
    (before != SERVER).then_some(before)
}

/// Whether a column may hold values whose names stand beside them.
pub(super) fn may_hold_values(name: &[u8]) -> bool {
    // nearly all columns are told by their last letter
    matches!(name.last(), Some(b'e' | b'E' | b'l' | b'L'))
        && of_values(&name.to_ascii_lowercase()).is_some()
}

/// Which of these columns holds values, and which the names of them.
pub(super) fn pair<'a>(names: impl Iterator<Item = &'a [u8]>) -> Option<(usize, usize)> {
    let names: Vec<Vec<u8>> = names.map(<[u8]>::to_ascii_lowercase).collect();
    names.iter().enumerate().find_map(|(value, name)| {
        let before = of_values(name)?;
        let of_names = |name: &Vec<u8>| {
            let rest = name.strip_prefix(before);
            rest.is_some_and(|rest| NAMES.contains(&rest))
        };
        Some((value, names.iter().position(of_names)?))
    })
}

/// The rules for a value of this name: of a path the last part counts.
pub(super) fn rules(name: &[u8], pass: &mut Pass) -> ValueRules {
    let last = name.rsplit(|byte| matches!(byte, b'/' | b'.')).next();
    // names of things that people read are no names of settings
    let is_name = |name: &&[u8]| !name.is_empty() && !name.iter().any(u8::is_ascii_whitespace);
    let Some(last) = last.filter(is_name) else {
        return ValueRules::default();
    };
    let mut rule = |for_number| {
        pass.rule(|table| &mut table.rows.plain, last, for_number)
            .or_else(|| pass.rule(|table| &mut table.member, last, for_number))
    };
    ValueRules {
        text: rule(false),
        number: rule(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_settings_belong_together_by_what_they_begin_with() {
        let of = |names: &[&'static str]| pair(names.iter().map(|name| name.as_bytes()));
        assert_eq!(of(&["name", "value"]), Some((1, 0)));
        assert_eq!(
            of(&["id", "Option_Value", "autoload", "option_name"]),
            Some((1, 3))
        );
        assert_eq!(of(&["config_id", "scope", "path", "value"]), Some((3, 2)));
        assert_eq!(of(&["post_id", "meta_key", "meta_value"]), Some((2, 1)));
        assert_eq!(of(&["Variable_name", "Value"]), None);
        assert_eq!(of(&["variable_name", "variable_value"]), None);
        assert_eq!(of(&["name", "total_value", "retail"]), None);
        assert!(may_hold_values(b"META_VALUE") && !may_hold_values(b"email"));
    }
}
