//! A message that is redacted where it stands comes out as one that is taken apart.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::redact::pseudonym::Pseudonyms;
use crate::redact::{RedactionKey, Rules};

/// Every action, and rules for fields that say how a message is framed.
const RULES: &str = "[[rule]]\nname = \"type\"\nheader = [\"X-Fixed\", \"Content-Type\"]\naction = \"fixed\"\n\
    text = \" application/json\"\nwhere = \"operation:/typed\"\n\
    [[rule]]\nname = \"length\"\nheader = [\"Content-Length\"]\naction = \"drop\"\nwhere = \"operation:/typed\"\n\
    [[rule]]\nname = \"path\"\nsegment_at = [2]\naction = \"drop\"\n\
    [[rule]]\nname = \"shape\"\njson = [\"$.a[*].b\"]\nheader = [\"X-Shape\"]\naction = \"shape\"\n";

fn pass() -> Pass {
    let rules = Rules::parse(RULES).unwrap();
    Pass::new(&rules, Pseudonyms::new(&RedactionKey::new([5; 32])))
}

fn payload(bytes: &[u8]) -> Payload {
    Payload {
        bytes: bytes.to_vec(),
        wire_len: bytes.len() as u64,
    }
}

/// What became of a message, and the hits.
type Outcome = (Vec<u8>, Vec<String>);

/// A message redacted where it stands, and taken apart; `None` when it is not written plainly.
fn both_ways(bytes: &[u8], whole: bool, operation: &str) -> Option<[Outcome; 2]> {
    let plain = Plain::read(bytes)?;
    let begin = |pass: &mut Pass| {
        pass.begin(&crate::filter::Candidate {
            protocol: crate::Protocol::Http,
            operation,
            summary: "",
            status: None,
            latency_us: None,
            request_bytes: None,
            response_bytes: None,
            connection: None,
            flags: Flags::empty(),
        });
        pass.seen = Some(Vec::new());
    };
    let told = |pass: &mut Pass| {
        let seen = pass.seen.take().unwrap_or_default();
        seen.iter().map(|hit| format!("{hit:?}")).collect()
    };
    let mut pass = pass();
    begin(&mut pass);
    let new = plain.redact(bytes, whole, &mut pass);
    let new = new.map_or_else(|| bytes.to_vec(), |redacted| redacted.bytes);
    let in_place = (new, told(&mut pass));
    let mut payload = payload(bytes);
    begin(&mut pass);
    redact_parts(&mut payload, whole, &mut pass);
    let apart = (payload.bytes, told(&mut pass));
    Some([in_place, apart])
}

/// A message of plain lines, now and then with something else in it.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let start = select(vec![
        "GET /a/b?token=x%20y&a=b HTTP/1.1",
        "POST /session HTTP/1.0",
        "get /a b c HTTP/1.1",
        "GET  / HTTP/1.1",
        "PUT http://h/x/y?password=1 HTTP/1.1",
        "GET /old",
        "GET /a HTTP/0.9",
        "GET / HTTP/2.0",
        "HTTP/1.1 200 OK",
        "HTTP/1.1 204",
        "HTTP/1.1 204 ",
        "HTTP/1.0 404  Not",
        "http/1.1 200 OK",
        "HTTP/1.1 99 x",
        "GET /aHTTP/1.1",
        "",
        "OPTIONS * HTTP/1.1",
        "HTTP/1.1 2000 OK",
        " GET / HTTP/1.1",
        "G@T / HTTP/1.1",
    ]);
    let field = select(vec![
        "Host: shop.example",
        "Cookie: sid=s1; theme=\"dark\";x",
        "Set-Cookie: sid=s1; Path=/",
        "X-Api-Key: k1",
        "Authorization: Bearer abc",
        "Authorization: abc",
        "Referer: /a/b?token=1",
        "Content-Length: 7",
        "content-length: 9",
        "Content-Type: application/json",
        "Content-Type: Application/X-WWW-Form-Urlencoded",
        "Content-Type: multipart/form-data; boundary=B",
        "Content-Type: text/html",
        "Content-Type: image/png",
        "Content-Type: text/plain",
        "Transfer-Encoding: chunked",
        "Content-Encoding: gzip",
        "X-Fixed: a",
        "X-Shape: 12345",
        "Name:value",
        "Name : v",
        "Name: ",
        "Name:",
        "no colon",
        " folded",
        ": nameless",
        "Name:  two",
        "X-Token: a\rb",
        "Content-Encoding : identity",
        "Location: http://h/a/b?sid=1#x",
    ]);
    let body = select(vec![
        "",
        "{\"password\":\"p\",\"n\":1}",
        "{\"a\":[{\"b\":\"123456\"}],\"c\":\"x\\u0041\"}",
        "a=1&password=p+q&token=",
        "--B\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nsecret\r\n--B--",
        "<input name=\"csrf\" value=\"t\">",
        "3\r\nabc\r\n0\r\n\r\n",
        "[1,2,",
        "plain text",
        "\0\x01",
    ]);
    let end = select(vec![
        "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n",
    ]);
    (start, vec((field, end.clone()), 0..6), end, body).prop_map(|(start, fields, end, body)| {
        let mut bytes = [start, "\r\n"].concat();
        for (field, end) in fields {
            bytes.push_str(field);
            bytes.push_str(end);
        }
        bytes.push_str(end);
        bytes.push_str(body);
        bytes.into_bytes()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn a_message_redacted_where_it_stands_is_the_one_that_is_taken_apart(
        message in message(),
        whole: bool,
        typed: bool,
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let end = cut.map_or(message.len(), |cut| cut.index(message.len().max(1)));
        let operation = if typed { "POST /typed" } else { "POST /" };
        if let Some([in_place, apart]) = both_ways(&message[..end], whole, operation) {
            prop_assert_eq!(String::from_utf8_lossy(&in_place.0), String::from_utf8_lossy(&apart.0));
            prop_assert_eq!(in_place, apart);
        }
    }

    #[test]
    fn bytes_of_any_kind_are_redacted_the_same_in_both_ways(
        bytes in vec(select(b"GET /a HTTP/1.1\r\n\r\n: tokenx=&{}\"Content-Length".to_vec()), 0..120),
    ) {
        let message = [b"GET /a?token=b HTTP/1.1\r\n", &bytes[..]].concat();
        if let Some([in_place, apart]) = both_ways(&message, true, "") {
            prop_assert_eq!(in_place, apart);
        }
    }
}

#[test]
fn usual_messages_are_redacted_where_they_stand() {
    for message in [
        "GET /item/7?page=2 HTTP/1.1\r\nHost: shop.example\r\nCookie: sid=s1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"token\":\"abcd\"}",
        "POST /login HTTP/1.1\r\nContent-Length: 12\r\n\r\npassword=abc",
    ] {
        let [in_place, apart] = both_ways(message.as_bytes(), true, "").unwrap();
        assert_ne!(in_place.0, message.as_bytes());
        assert_eq!(in_place, apart);
    }
}
