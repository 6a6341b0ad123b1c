//! What must never be written, what must stay equal, and what must stay as it was.

mod coded;
mod nested;
mod paths;
mod properties;
mod uploads;

use proptest::prelude::*;

use super::*;
use crate::http::Message;
use crate::{ExchangeTimes, Payload, Timestamp};

fn http(request: &str, response: &[u8]) -> Exchange {
    let at = Timestamp::default();
    let payload = |bytes: &[u8]| Payload {
        bytes: bytes.to_vec(),
        wire_len: bytes.len() as u64,
    };
    Exchange {
        protocol: Protocol::Http,
        request: Some(payload(request.as_bytes())),
        response: Some(payload(response)),
        times: ExchangeTimes {
            request_first: at,
            request_last: at,
            response_first: Some(at),
            response_last: Some(at),
        },
        operation: String::new(),
        summary: String::new(),
        status: Some(200),
        flags: Flags::empty(),
        statement_id: None,
    }
}

fn redacted(exchange: Exchange) -> (String, String, Exchange) {
    let mut exchange = exchange;
    Redactor::new(&RedactionKey::new([7; 32]), &Rules::default()).redact(0, &mut exchange);
    let text = |payload: &Option<Payload>| {
        String::from_utf8_lossy(
            &payload
                .as_ref()
                .map(|p| p.bytes.clone())
                .unwrap_or_default(),
        )
        .into_owned()
    };
    (text(&exchange.request), text(&exchange.response), exchange)
}

fn pseudonyms(text: &str) -> Vec<String> {
    find_pseudonyms(text.as_bytes())
        .map(|p| String::from_utf8_lossy(p).into_owned())
        .collect()
}

#[test]
fn a_session_keeps_hanging_together_after_its_cookie_and_token_are_replaced() {
    let (_, answer, _) = redacted(http(
        "GET /login HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=s3cret; Path=/\r\nContent-Type: text/html\r\nContent-Length: 58\r\n\r\n\
          <form><input type=\"hidden\" name=\"csrf\" value=\"tok 1\"></form>",
    ));
    let (request, _, _) = redacted(http(
        "POST /login HTTP/1.1\r\nCookie: theme=dark; sid=s3cret\r\nX-CSRF-Token: tok 1\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 40\r\n\r\ncsrf=tok+1&user=ann&password=hunter2&x=1",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ));
    for secret in ["s3cret", "tok 1", "tok+1", "hunter2", "dark"] {
        assert!(
            !answer.contains(secret) && !request.contains(secret),
            "{secret}: {answer} {request}"
        );
    }
    let (from, to) = (pseudonyms(&answer), pseudonyms(&request));
    assert!(to.contains(&from[0]), "the cookie's pseudonym comes back");
    assert_eq!(
        to.iter().filter(|p| **p == from[1]).count(),
        2,
        "in the field and in the header"
    );
    assert!(request.contains("user=ann") && request.ends_with("&x=1"));
}

#[test]
fn a_cookie_that_a_script_sends_back_decoded_has_the_same_pseudonym() {
    let (request, answer, _) = redacted(http(
        "POST /api HTTP/1.1\r\nCookie: XSRF-TOKEN=k%7Cab%3D%3D\r\nX-XSRF-TOKEN: k|ab==\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nSet-Cookie: XSRF-TOKEN=k%7Cab%3D%3D; Path=/\r\nContent-Length: 0\r\n\r\n",
    ));
    let given = pseudonyms(&answer);
    let shown = pseudonyms(&request);
    assert_eq!(given.len(), 1, "{answer}");
    assert_eq!(shown, [given[0].clone(), given[0].clone()]);
}

#[test]
fn content_length_follows_a_replaced_body_and_the_summary_a_replaced_target() {
    let (request, _, exchange) = redacted(http(
        "POST /a?token=t1 HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 36\r\n\r\n{\"user\":\"ann\",\"password\":\"hunter2\"} ",
        b"HTTP/1.1 204 No Content\r\n\r\n",
    ));
    let message = Message::parse(request.as_bytes()).expect("still a message");
    let length =
        String::from_utf8_lossy(message.header("content-length").unwrap_or_default()).into_owned();
    assert_eq!(length, message.body.len().to_string());
    assert!(exchange.flags.contains(Flags::REDACTED));
    assert!(exchange.summary.starts_with("POST /a?token=rp_"));
    assert_eq!(exchange.operation, "POST /a");
}

#[test]
fn nested_secrets_and_escapes_in_json_are_found_by_their_value() {
    let body = r#"{"auth":{"key":["aA"]},"list":[{"apiKey":"k\n1"}],"pin":1234,"max_tokens":50,"note":"password"}"#;
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let (_, answer, _) = redacted(http("GET / HTTP/1.1\r\n\r\n", answer.as_bytes()));
    assert_eq!(pseudonyms(&answer).len(), 2, "{answer}");
    assert!(
        !answer.contains("1234") && answer.contains("\"max_tokens\":50"),
        "{answer}"
    );
    assert!(answer.contains("\"note\":\"password\""));
}

#[test]
fn a_gzip_body_is_redacted_inside_and_zipped_again() {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"{\"token\":\"abcdef\",\"card\":\"4111111111111111\"}")
        .expect("zipped");
    let zipped = gzip.finish().expect("zipped");
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        zipped.len()
    );
    let answer = [head.as_bytes(), &zipped].concat();
    let (_, _, exchange) = redacted(http("GET / HTTP/1.1\r\n\r\n", &answer));
    let bytes = exchange.response.expect("kept").bytes;
    let message = Message::parse(&bytes).expect("still a message");
    let content = crate::http::decode_content(b"gzip", &message.body, 1_000).expect("still gzip");
    let text = String::from_utf8_lossy(&content.bytes).into_owned();
    assert!(
        !text.contains("abcdef") && !text.contains("4111111111111111"),
        "{text}"
    );
    assert!(text.contains("\"card\":\""));
}

#[test]
fn secrets_known_by_shape_are_replaced_wherever_they_stand() {
    let (request, _, _) = redacted(http(
        "GET /pay?n=4111-1111-1111-1111&k=AKIAIOSFODNN7EXAMPLE&c=1234567890123456 HTTP/1.1\r\n\
         X-Note: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ));
    assert!(
        !request.contains("4111-1111")
            && !request.contains("AKIAIOS")
            && !request.contains("eyJhbGci")
    );
    assert!(
        request.contains("c=1234567890123456"),
        "no card begins with 1: {request}"
    );
}

#[test]
fn credentials_keep_their_scheme_and_queries_their_other_fields() {
    let (request, _, exchange) = redacted(http(
        "GET /x?page=2&access_token=abc&q=y HTTP/1.1\r\nAuthorization: Bearer abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ));
    let found = pseudonyms(&request);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0], found[1], "equal values, equal pseudonyms");
    assert!(request.contains("?page=2&access_token=rp_") && request.contains("&q=y"));
    assert!(request.contains("Authorization: Bearer rp_"));
    assert_eq!(
        exchange.summary,
        format!("GET /x?page=2&access_token={}&q=y", found[0])
    );
}

#[test]
fn passwords_in_sql_are_replaced_and_other_strings_stay() {
    let mut exchange = http("", b"");
    exchange.protocol = Protocol::Mysql;
    let sql = "CREATE USER 'ann'@'%' IDENTIFIED BY 'hunter2'; SELECT 'plain'";
    exchange.request = Some(Payload {
        bytes: format!("\x03{sql}").into_bytes(),
        wire_len: 1,
    });
    exchange.response = None;
    exchange.summary = sql.to_owned();
    let (request, _, exchange) = redacted(exchange);
    for text in [&request, &exchange.summary] {
        assert!(
            text.contains("IDENTIFIED BY 'rp_") && !text.contains("hunter2"),
            "{text}"
        );
        assert!(text.contains("'plain'"));
    }
}

#[test]
fn what_holds_no_secret_passes_byte_for_byte() {
    let request = "GET  /a?x=%zz HTTP/1.1\r\nhost:x\r\nX-Odd:\t 1 \r\n\r\n";
    let answer = b"HTTP/1.0 200\nContent-Type: text/html\n\n<input name='q' value='v'>";
    let (after, answered, exchange) = redacted(http(request, answer));
    assert_eq!(
        (after.as_str(), answered.as_bytes()),
        (request, &answer[..])
    );
    assert!(!exchange.flags.contains(Flags::REDACTED));
}

#[test]
fn another_key_gives_other_pseudonyms_and_what_is_redacted_stays() {
    let (first, second) = (
        String::from_utf8(Pseudonyms::new(&RedactionKey::new([1; 32])).of(b"v")).unwrap(),
        String::from_utf8(Pseudonyms::new(&RedactionKey::new([2; 32])).of(b"v")).unwrap(),
    );
    assert_ne!(first, second);
    assert!(is_pseudonym(first.as_bytes()));
    let (request, _, _) = redacted(http(
        &format!("GET / HTTP/1.1\r\nCookie: a={first}\r\n\r\n"),
        b"HTTP/1.1 200 OK\r\n\r\n",
    ));
    assert!(request.contains(&first));
}

proptest! {
    #[test]
    fn a_redacted_message_is_still_one_message_of_its_announced_length(
        fields in proptest::collection::vec(("(password|q|csrf|note)", "[a-z0-9 %+]{0,20}"), 0..6),
        json in any::<bool>(),
        chunked in any::<bool>(),
    ) {
        let body = if json {
            let members: Vec<String> = fields.iter().map(|(k, v)| format!("\"{k}\":\"{v}\"")).collect();
            format!("{{{}}}", members.join(","))
        } else {
            fields.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("&")
        };
        let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
        let framed = match (chunked, body.is_empty()) {
            (true, true) => "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
            (true, false) => format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len()),
            (false, _) => format!("Content-Length: {}\r\n\r\n{body}", body.len()),
        };
        let request = format!("POST / HTTP/1.1\r\nContent-Type: {kind}\r\n{framed}");
        let (request, _, _) = redacted(http(&request, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        let message = Message::parse(request.as_bytes()).expect("still a message");
        prop_assert!(message.complete);
        if !chunked {
            let length = message.header("content-length").map(<[u8]>::to_vec).unwrap_or_default();
            prop_assert_eq!(length, message.body.len().to_string().into_bytes());
        }
    }

    #[test]
    fn no_bytes_make_it_panic(request in proptest::collection::vec(any::<u8>(), 0..300), mysql in any::<bool>()) {
        let mut exchange = http("", &request);
        exchange.request = Some(Payload { bytes: request, wire_len: 0 });
        if mysql {
            exchange.protocol = Protocol::Mysql;
        }
        let rules = Rules::parse("[[rule]]\nname = \"all\"\ndetector = [\"email\", \"iban\"]\ndigest = [\"*\"]").unwrap();
        Redactor::new(&RedactionKey::new([0; 32]), &rules).redact(0, &mut exchange);
    }
}
