//! Rules as people write them, and what becomes of requests.

use reprise_fault::Position;
use reprise_wire::{Flags, Protocol};

use super::*;

fn moment(copy: u32) -> Moment<'static> {
    Moment {
        seed: 1,
        position: Position {
            lane: 0,
            copy,
            exchange: 1,
        },
        unix_us: 1_700_000_000_000_000,
        secret_names: &[],
        secrets: &[],
    }
}

fn rewritten(rule: &str, request: &str) -> Option<String> {
    let rules = [rule.parse::<Rewrite>().unwrap()];
    let bytes = apply(&rules, &[0], request.as_bytes(), &moment(3))?;
    Some(String::from_utf8(bytes).unwrap())
}

/// A request with this line and these fields, rewritten: its line and fields.
fn head(rule: &str, line: &str, fields: &str) -> String {
    let request = format!("{line} HTTP/1.1\r\n{fields}\r\n");
    rewritten(rule, &request)
        .unwrap_or_else(|| "unchanged".to_owned())
        .replace(" HTTP/1.1\r\n", "|")
        .trim_end()
        .replace("\r\n", "|")
}

#[test]
fn the_target_is_rewritten_by_path_and_parameter() {
    for (rule, target, expected) in [
        ("path:s/^\\/v1\\//\\/v2\\//", "/v1/a?x=/v1/", "/v2/a?x=/v1/"),
        ("path:s|^/item/(\\d+)|/item/9$1|", "/item/7", "/item/97"),
        ("path:s|^/||", "/a", "/a"),
        ("path:s|a|b c{copy}|", "/a", "/b%20c3"),
        ("path:s|^/x|/y|", "http://shop.example/x/1?q", "/y/1?q"),
        ("path:s|nothing||", "/a", "unchanged"),
        ("query:page=2", "/a?page=1&q=x", "/a?page=2&q=x"),
        ("query:page=a b&{copy}", "/a", "/a?page=a%20b%263"),
        ("query:page=1", "/a?page=1", "unchanged"),
        ("query:-page", "/a?page=1", "/a"),
        ("query:-page", "/a?pages=1", "unchanged"),
    ] {
        let found = head(rule, &format!("GET {target}"), "Host: a\r\n");
        let expected = match expected {
            "unchanged" => expected.to_owned(),
            target => format!("GET {target}|Host: a"),
        };
        assert_eq!(found, expected, "{rule} {target}");
    }
}

#[test]
fn fields_and_cookies_are_set_where_they_stand_or_removed() {
    let fields = "Host: a\r\nX-Env: one\r\nCookie: sid=1; theme=dark\r\nx-env: two\r\n";
    for (rule, expected) in [
        (
            "header:X-Env=three",
            "Host: a|X-Env: three|Cookie: sid=1; theme=dark",
        ),
        ("header:-x-env", "Host: a|Cookie: sid=1; theme=dark"),
        (
            "header:X-Copy={copy}",
            "Host: a|X-Env: one|Cookie: sid=1; theme=dark|x-env: two|X-Copy: 3",
        ),
        (
            "cookie:theme=light",
            "Host: a|X-Env: one|Cookie: sid=1; theme=light|x-env: two",
        ),
        (
            "cookie:new=a;b",
            "Host: a|X-Env: one|Cookie: sid=1; theme=dark; new=ab|x-env: two",
        ),
        (
            "cookie:-sid",
            "Host: a|X-Env: one|Cookie: theme=dark|x-env: two",
        ),
        (
            "host:b.example",
            "Host: b.example|X-Env: one|Cookie: sid=1; theme=dark|x-env: two",
        ),
        ("header:-X-None", "unchanged"),
    ] {
        let expected = match expected {
            "unchanged" => expected.to_owned(),
            fields => format!("GET /|{fields}"),
        };
        assert_eq!(head(rule, "GET /", fields), expected, "{rule}");
    }
    assert_eq!(head("cookie:-a", "GET /", "Cookie: a=1\r\n"), "GET /|");
}

#[test]
fn content_is_rewritten_with_its_length_chunks_and_coding() {
    let plain = "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nname=Jane";
    assert_eq!(
        rewritten("body:s/=(\\w+)/=$1-{copy}/", plain).as_deref(),
        Some("POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\nname=Jane-3")
    );
    let chunked =
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    assert_eq!(
        rewritten("body:s/cd/--/", chunked).as_deref(),
        Some("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab--e\r\n0\r\n\r\n")
    );
    let mut coded =
        Message::parse(b"POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
    coded.put_content(b"a secret".to_vec(), true);
    let rules = ["body:s/secret/word/".parse::<Rewrite>().unwrap()];
    let bytes = apply(&rules, &[0], &coded.encode(), &moment(0)).unwrap();
    let message = Message::parse(&bytes).unwrap();
    let content = reprise_wire::http::decode_content(b"gzip", &message.body, 100).unwrap();
    assert_eq!(content.bytes.as_ref(), b"a word");
    let length = message.body.len().to_string();
    assert_eq!(message.header("Content-Length"), Some(length.as_bytes()));
    assert_eq!(rewritten("body:s/x/y/", "GET / HTTP/1.1\r\n\r\n"), None);
}

#[test]
fn a_place_in_json_keeps_the_kind_of_its_value() {
    let of = |rule: &str| {
        let body = r#"{"user": {"email": "a@b", "age": 7}, "tags": ["x"]}"#;
        let request = format!(
            "POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let rewritten = rewritten(rule, &request).unwrap_or_default();
        rewritten
            .split("\r\n\r\n")
            .nth(1)
            .unwrap_or_default()
            .to_owned()
    };
    let text = r#"{"user": {"email": "1", "age": 7}, "tags": ["x"]}"#;
    assert_eq!(of("json:$.user.email=1"), text);
    assert_eq!(
        of("json:$.user.email=a\"{copy}"),
        text.replace("\"1\"", "\"a\\\"3\"")
    );
    let text = text.replace("\"1\"", "\"a@b\"");
    assert_eq!(of("json:$..age={copy}"), text.replace('7', "3"));
    assert_eq!(of("json:$..age=old"), text.replace('7', "\"old\""));
    assert_eq!(of("json:$.tags[*]=y"), text.replace("\"x\"", "\"y\""));
    assert_eq!(of("json:$.none=y"), "");
}

#[test]
fn a_rule_is_for_the_exchanges_its_filter_matches() {
    let exchange = |operation| Candidate {
        protocol: Protocol::Http,
        operation,
        summary: operation,
        status: Some(200),
        latency_us: None,
        request_bytes: None,
        response_bytes: None,
        connection: None,
        flags: Flags::empty(),
    };
    let rules: Vec<Rewrite> = [
        "header:A=1",
        "path:s| for x| for y| for method:POST",
        "header:B={copy} for operation:/cart",
        "header:C=1",
    ]
    .iter()
    .map(|text| text.parse().unwrap())
    .collect();
    let of = |operation| {
        let matching = Matching::of(&rules, &exchange(operation));
        (matching.early().to_vec(), matching.late().to_vec())
    };
    assert_eq!(of("POST /"), (vec![0, 1, 3], vec![]));
    // what comes after a rule that must wait waits too, so that the order holds
    assert_eq!(of("GET /cart"), (vec![0], vec![2, 3]));
    assert!(rules.iter().map(ToString::to_string).eq([
        "header:A=1",
        "path:s| for x| for y| for method:POST",
        "header:B={copy} for operation:/cart",
        "header:C=1",
    ]));
}

#[test]
fn a_rule_reads_back_as_it_was_stored() {
    let rule: Rewrite = "json:$.a={random} for method:POST".parse().unwrap();
    let stored = serde_json::to_value(&rule).unwrap();
    assert_eq!(
        stored,
        serde_json::json!({"rule": "json:$.a={random}", "for": "method:POST"})
    );
    assert_eq!(serde_json::from_value::<Rewrite>(stored).unwrap(), rule);
}

#[test]
fn what_is_no_rule_says_what_would_be() {
    for (rule, hint) in [
        ("", "header:X-Env=staging"),
        ("method:GET", "header:X-Env=staging"),
        ("path:/a", "s/REGEX/NEW/"),
        ("path:s/a", "s/REGEX/NEW/"),
        ("path:s/a/b/c", "after the last sign"),
        ("path:s/(/b/", "unclosed"),
        ("query:page", "query:-page"),
        ("header:a b=1", "no name"),
        ("header:content-length=1", "rewrite the body"),
        ("json:user=1", "$"),
        ("host:a/b", "host:NAME"),
        ("header:A=1 for status:x", "status"),
    ] {
        let error = rule.parse::<Rewrite>().unwrap_err().to_string();
        assert!(error.contains(hint), "{rule}: {error}");
    }
}
