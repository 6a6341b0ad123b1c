//! Tables of names and values, as settings are kept: `option_name` beside `option_value`. What the one says tells
//! whether the other is a secret.

use crate::redact::Pass;
use crate::redact::mysql::value::ValueRules;
use crate::redact::table::{Columns, Table};

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

/// What a column of settings holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Values,
    Names,
}

/// What a column of settings holds by its name, quoted or not, and what the name begins with. The columns that belong
/// together begin with the same.
pub(super) fn column(name: &[u8]) -> Option<(Column, &[u8])> {
    let name = unquoted(name);
    // nearly all columns are told by their last letter
    let last = name.last()?.to_ascii_lowercase();
    if !matches!(last, b'e' | b'l' | b'y' | b'h' | b'g' | b'd' | b'm') {
        return None;
    }
    let before = |ends: &[&[u8]]| ends.iter().find_map(|end| without_end(name, end));
    if let Some(before) = before(&VALUES) {
        return (!before.eq_ignore_ascii_case(SERVER)).then_some((Column::Values, before));
    }
    before(&NAMES).map(|before| (Column::Names, before))
}

fn unquoted(mut name: &[u8]) -> &[u8] {
    while let [b'`' | b'"', inside @ ..] | [inside @ .., b'`' | b'"'] = name {
        name = inside;
    }
    name
}

fn without_end<'a>(name: &'a [u8], end: &[u8]) -> Option<&'a [u8]> {
    let (before, last) = name.split_at_checked(name.len().checked_sub(end.len())?)?;
    last.eq_ignore_ascii_case(end).then_some(before)
}

/// Whether a column may hold values whose names stand beside them.
pub(super) fn may_hold_values(name: &[u8]) -> bool {
    matches!(column(name), Some((Column::Values, _)))
}

/// Which of these columns holds values, and which the names of them.
pub(super) fn pair<'a>(names: impl Iterator<Item = &'a [u8]>) -> Option<(usize, usize)> {
    let columns: Vec<_> = names.map(column).collect();
    columns.iter().enumerate().find_map(|(value, known)| {
        let Some((Column::Values, before)) = known else {
            return None;
        };
        let of_names = |known: &Option<(Column, &[u8])>| {
            matches!(known, Some((Column::Names, other)) if other.eq_ignore_ascii_case(before))
        };
        Some((value, columns.iter().position(of_names)?))
    })
}

/// The rules for a value of this name among those for `columns`: of a path the last part counts.
pub(super) fn rules(
    name: &[u8],
    columns: impl Fn(&mut Table) -> &mut Columns,
    pass: &mut Pass,
) -> ValueRules {
    let last = name.rsplit(|byte| matches!(byte, b'/' | b'.')).next();
    // names of things that people read are no names of settings
    let is_name = |name: &&[u8]| !name.is_empty() && !name.iter().any(u8::is_ascii_whitespace);
    let Some(last) = last.filter(is_name) else {
        return ValueRules::default();
    };
    let mut rule = |for_number| {
        pass.rule(|table| &mut columns(table).plain, last, for_number)
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
        assert_eq!(
            column(b"`Option_Name`"),
            Some((Column::Names, &b"Option_"[..]))
        );
    }
}
