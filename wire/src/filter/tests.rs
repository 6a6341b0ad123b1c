//! What filters hold for, and what they say when they are not understood.

use proptest::prelude::*;

use super::*;

/// Where users read of the language.
const HANDBOOK: &str = include_str!("../../../docs/filters.md");

#[test]
fn the_handbook_has_every_key_and_flag_and_only_terms_that_are_read() {
    let keys = parse::KEYS.map(|key| format!("{key}:"));
    let flags = term::FLAG_NAMES.map(|(name, _)| format!("| `{name}` |"));
    for wanted in keys.iter().chain(&flags) {
        assert!(HANDBOOK.contains(wanted), "{wanted}");
    }
    let rows = HANDBOOK.lines().filter_map(|line| line.strip_prefix("| `"));
    let terms: Vec<&str> = rows
        .filter_map(|row| row.split(" |").next())
        .flat_map(|cell| cell.split("`, `"))
        .map(|term| term.trim_end_matches('`'))
        .collect();
    assert!(terms.len() > 25, "{terms:?}");
    for term in terms {
        assert!(Filter::parse(term).is_ok(), "{term}");
    }
}

fn cart() -> Candidate<'static> {
    Candidate {
        protocol: Protocol::Http,
        operation: "GET /cart/{id}",
        summary: "GET /cart/7?Full=1",
        status: Some(404),
        latency_us: Some(100_000),
        request_bytes: Some(1_500),
        response_bytes: Some(20_000),
        connection: Some(17),
        flags: Flags::RESPONSE_TRUNCATED,
    }
}

fn query() -> Candidate<'static> {
    Candidate {
        protocol: Protocol::Mysql,
        operation: "SELECT * FROM item WHERE id = ?",
        summary: "SELECT * FROM item WHERE id = 3",
        status: Some(0),
        latency_us: None,
        request_bytes: Some(40),
        response_bytes: None,
        connection: None,
        flags: Flags::empty(),
    }
}

fn holds(filter: &str, candidate: &Candidate<'_>) -> bool {
    Filter::parse(filter).unwrap().matches(candidate)
}

fn error(filter: &str) -> String {
    Filter::parse(filter).unwrap_err().to_string()
}

#[test]
fn every_kind_of_term_holds_for_what_it_says() {
    for filter in [
        "",
        "   ",
        "method:get",
        "method:POST,GET",
        "status:404",
        "status:4xx",
        "status:>=400",
        "status:400..499",
        "status:2xx,4xx",
        "operation:/CART",
        "request:full=1",
        "took:>=100ms",
        "took:<0.2s",
        "took:50ms..1s",
        "sent:1.5kB",
        "sent:>1k",
        "received:10kB..1MB",
        "received:>=20000",
        "connection:3,17",
        "protocol:http",
        "flag:truncated",
        "cart/7",
        "/^GET\\s.cart/",
        "\"GET /cart\"",
        "-status:none",
        "-method:POST",
        "METHOD:GET took:>99999us cart",
        "operation:\"GET /cart/{id}\"",
        "-\"drop table\"",
        "/cart",
    ] {
        assert!(holds(filter, &cart()), "{filter}");
    }
}

#[test]
fn a_term_that_does_not_hold_makes_the_filter_not_hold() {
    for filter in [
        "method:POST",
        "status:5xx",
        "status:none",
        "status:error",
        "operation:full",
        "took:>100ms",
        "took:<100ms",
        "protocol:mysql",
        "flag:gap",
        "-cart",
        "/^cart/",
        "method:GET status:200",
        "-flag:truncated",
    ] {
        assert!(!holds(filter, &cart()), "{filter}");
    }
}

#[test]
fn mysql_statements_have_a_verb_and_error_numbers() {
    assert!(holds(
        "protocol:mysql method:select status:0 -status:error",
        &query()
    ));
    assert!(holds(
        "status:error status:1062",
        &Candidate {
            status: Some(1062),
            ..query()
        }
    ));
    assert!(!holds("received:>=0", &query()) && !holds("connection:0", &query()));
    assert!(
        !holds("took:>0us", &query()),
        "without an answer there is no time"
    );
    assert!(holds(
        "status:none",
        &Candidate {
            status: None,
            ..query()
        }
    ));
    assert!(holds(
        "\u{c9}T\u{c9}",
        &Candidate {
            summary: "SELECT '\u{e9}t\u{e9}'",
            ..query()
        }
    ));
}

#[test]
fn errors_name_the_position_and_what_would_be_understood() {
    assert_eq!(
        error("status:5xx methd:GET"),
        "read the filter at character 12: the key \"methd\" is unknown (keys are method, status, \
         operation, request, took, sent, received, connection, protocol, flag; put text that holds a colon in quotes)"
    );
    assert_eq!(
        error("took:100"),
        "read the filter at character 1: the time \"100\" is none of >100ms, <=2s, 10ms..1s \
         (units are us, ms, s and m)"
    );
    assert!(error("a \"b c").starts_with("read the filter at character 3: the quote"));
    assert!(error("sent:big").contains("the size \"big\" is none of >10kB"));
    assert!(error("connection:10.0.0.1").contains("is not a number"));
    assert!(error("status:abc").contains("the status \"abc\" is none of 404"));
    assert!(error("status:").contains("something is missing behind \"status:\""));
    assert!(error("protocol:ftp").contains("protocols are http and mysql"));
    assert!(error("flag:odd").contains("flags are midstream, gap"));
    assert!(error("/(/").contains("the regular expression /(/ is invalid: unclosed group"));
    assert!(error("took:9..1s").contains("the time"));
}

#[test]
fn a_filter_keeps_its_text() {
    let filter = Filter::parse("  method:GET \"a b\"").unwrap();
    assert_eq!(filter.to_string(), "  method:GET \"a b\"");
    let json = serde_json::to_string(&filter).unwrap();
    assert_eq!(serde_json::from_str::<Filter>(&json).unwrap(), filter);
    assert!(serde_json::from_str::<Filter>("\"took:soon\"").is_err());
    assert!(Filter::default().is_empty() && Filter::parse(" ").unwrap().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_text_panics_and_positions_lie_within_it(text in "[-a-z:/\"\\\\>.<(){}x0-9 \u{e9}]{0,40}") {
        match Filter::parse(&text) {
            Ok(filter) => { filter.matches(&cart()); }
            Err(error) => prop_assert!((1..=text.chars().count()).contains(&error.position)),
        }
    }

    #[test]
    fn a_negated_term_holds_exactly_where_the_term_does_not(
        term in prop::sample::select(vec!["method:GET", "status:4xx", "took:>1ms", "cart", "/c.rt/"]),
        status in prop::option::of(0_u16..600),
        latency_us in prop::option::of(0_u64..10_000),
    ) {
        let candidate = Candidate { status, latency_us, ..cart() };
        prop_assert_ne!(holds(term, &candidate), holds(&format!("-{term}"), &candidate));
    }

    #[test]
    fn quoted_text_is_found_where_it_stands(text in "[ -~]{1,20}") {
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
        let candidate = Candidate { summary: &text, ..cart() };
        let filter = format!("\"{quoted}\"");
        prop_assert!(holds(&filter, &candidate));
    }
}
