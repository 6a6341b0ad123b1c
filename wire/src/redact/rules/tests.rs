//! Rules that can be read, and what is said of those that cannot.

use super::*;

fn problem(text: &str) -> (usize, Option<String>, String) {
    let error = Rules::parse(text).unwrap_err();
    (error.line, error.rule, error.problem)
}

#[test]
fn the_built_in_rules_can_be_read_and_an_empty_text_means_them() {
    let defaults = text::parse(DEFAULTS, None).unwrap();
    let names =
        |rules: &Rules| -> Vec<String> { rules.iter().map(|rule| rule.name.clone()).collect() };
    assert!(defaults.len() > 8);
    assert_eq!(names(&Rules::default()), names(&Rules::parse("").unwrap()));
    assert!(Rules::default().iter().all(|rule| rule.built_in));
}

#[test]
fn own_rules_come_first_replace_their_namesakes_and_can_turn_others_off() {
    let rules = Rules::parse(
        "off = [\"jwt\"]\n[[rule]]\nname = \"cookie\"\ncookie = [\"sid\"]\naction = \"drop\"\n\
         [[rule]]\nname = \"mail\"\ndetector = [\"email\"]",
    )
    .unwrap();
    let first = &rules.0[0];
    assert_eq!(
        (first.name.as_str(), &first.action, first.built_in),
        ("cookie", &Action::Drop, false)
    );
    assert_eq!(
        rules.0[1].action,
        Action::Shape,
        "what has a shape keeps it"
    );
    assert_eq!(rules.iter().filter(|rule| rule.name == "cookie").count(), 1);
    assert!(!rules.iter().any(|rule| rule.name == "jwt"));
    assert!(Rules::parse("defaults = false").unwrap().0.is_empty());
}

#[test]
fn an_error_names_the_rule_the_line_and_what_to_write() {
    let head = "# mine\n[[rule]]\nname = \"mail\"\n";
    for (text, line, says) in [
        ("json = [\"$.user.\"]", 4, "name is missing"),
        ("jason = [\"x\"]", 4, "unknown field"),
        ("detector = [\"e-mail\"]", 4, "they are card"),
        ("header = [\"a\"]\naction = \"hash\"", 5, "one of pseudonym"),
        ("header = [\"a\"]\naction = \"fixed\"", 5, "text = "),
        ("header = [\"a\"]\ntext = \"x\"", 5, "goes with the action"),
        ("header = [\"-\"]", 4, "letters or digits"),
        ("segment = [\"(\"]", 4, "regular expression"),
        ("segment_at = [0]", 4, "from 1"),
        ("column = [\"users.\"]", 4, "table.column"),
        ("header = [\"a\"]\nwhere = \"status:x\"", 5, "failed to"),
        ("header = [\"a\"]\npositions = [1]", 5, "goes with `digest`"),
        ("header = \"a\"", 4, "expected a sequence"),
        ("", 3, "it matches nothing"),
    ] {
        let (at, rule, problem) = problem(&format!("{head}{text}\n"));
        assert_eq!(
            (at, rule.as_deref()),
            (line, Some("mail")),
            "{text}: {problem}"
        );
        assert!(problem.contains(says), "{text}: {problem}");
    }
    assert_eq!(problem("off = [\"cookies\"]").0, 1);
    assert_eq!(problem("x = 1\n").0, 1);
    assert_eq!(problem("[[rule]]\n").0, 1);
    let twice = "[[rule]]\nname = \"a\"\nheader = [\"a\"]\n".repeat(2);
    assert_eq!(problem(&twice).0, 5);
}
