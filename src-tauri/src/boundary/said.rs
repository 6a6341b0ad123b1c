//! What the rooms below say when something fails, as the window says it: with its own fields and buttons for what the
//! command would be told, and without the numbers the system gives its errors.

use super::as_fields;

/// A command that a button beside the sentence stands for.
const ALLOW: &str = "run `reprise targets allow ";
const ALLOW_END: &str = "` first";
/// How the standard library ends what it says of a system's error.
const NUMBER: &str = " (os error ";

/// A sentence of the rooms below in the window's words.
pub(crate) fn said_here(text: &str) -> String {
    let mut said = text.to_owned();
    while let Some((from, to)) = between(&said, ALLOW, ALLOW_END) {
        said.replace_range(from..to, "allow it first");
    }
    while let Some((from, to)) = between(&said, NUMBER, ")") {
        said.replace_range(from..to, "");
    }
    as_fields(&said).into_owned()
}

/// Where a part begins and ends that begins and ends with these.
fn between(text: &str, begins: &str, ends: &str) -> Option<(usize, usize)> {
    let from = text.find(begins)?;
    let inner = from + begins.len();
    let end = text[inner..].find(ends)?;
    Some((from, inner + end + ends.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_button_does_is_no_command_to_type() {
        assert_eq!(
            said_here(
                "refused to send traffic to staging (192.0.2.7): it has not been allowed; if it is yours to load, \
                 run `reprise targets allow staging` first"
            ),
            "refused to send traffic to staging (192.0.2.7): it has not been allowed; if it is yours to load, \
             allow it first"
        );
    }

    #[test]
    fn the_numbers_of_the_systems_errors_are_left_out() {
        for (text, said) in [
            (
                "failed to reach 192.0.2.7:80: No route to host (os error 113); check that it runs",
                "failed to reach 192.0.2.7:80: No route to host; check that it runs",
            ),
            ("no end (os error 2", "no end (os error 2"),
            ("nothing of the kind (2)", "nothing of the kind (2)"),
        ] {
            assert_eq!(said_here(text), said);
        }
    }

    #[test]
    fn flags_are_fields_as_everywhere() {
        assert_eq!(said_here("raise --to"), "raise “Go no higher than”");
    }
}
