//! Secrets in texts that stand in other texts: in URLs, fields, pages, scripts, documents.

use super::{http, redacted};

/// What every case hides.
const SECRET: &str = "h1dden-s3cret";

/// What is stored of an answer with a body of a type.
fn answered(kind: &str, body: &str) -> String {
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    let (_, answer, _) = redacted(http("GET / HTTP/1.1\r\n\r\n", answer.as_bytes()));
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        answer.contains(&format!("Content-Length: {}\r\n", body.len())),
        "{answer}"
    );
    body.to_owned()
}

#[test]
fn a_url_holds_no_secret_wherever_in_it_one_may_stand() {
    for (target, stays) in [
        ("http://ada:SECRET@h/p?x=1", "http://ada:rp_"),
        ("/cart;jsessionid=SECRET;v=2/items?x=1", ";v=2/items?x=1"),
        ("/cb?next=%2Fhome%3Ftoken%3DSECRET%26x%3D1&y=2", "&y=2"),
        (
            "/cb?next=/home?token=SECRET&y=2",
            "/cb?next=/home?token=rp_",
        ),
        ("/cb?filter=%7B%22password%22%3A%22SECRET%22%7D&y=2", "&y=2"),
        (
            "/cb?db=mysql://ada:SECRET@db/shop&y=2",
            "db=mysql://ada:rp_",
        ),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n").replace("SECRET", SECRET);
        let (request, _, exchange) = redacted(http(&request, b""));
        assert!(
            !request.contains(SECRET) && request.contains(stays),
            "{request}"
        );
        assert!(!exchange.summary.contains(SECRET), "{}", exchange.summary);
    }
}

#[test]
fn a_url_without_a_secret_passes_byte_for_byte() {
    for target in [
        "/a@b:c/x;v=1;w?e=a=b&f=%7B%22x%22%3A1%7D&next=%2Fhome%3Fpage%3D2",
        "http://ada@h/p#/route?x=1",
        "//h:1@p/x?mail=ada@h",
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!(redacted(http(&request, b"")).0, request);
    }
}

#[test]
fn fields_that_hold_urls_hold_no_secrets() {
    let request = format!(
        "GET / HTTP/1.1\r\nReferer: https://u:{SECRET}@h/?a=1#id_token={SECRET}\r\nCookie: a=b; {SECRET}\r\n\r\n"
    );
    let answer = format!(
        "HTTP/1.1 302 Found\r\nLocation: https://h/cb#access_token={SECRET}&state=7\r\nLink: <https://h/?page=1>; rel=prev, \
         <https://h/?token={SECRET}&page=3>; rel=next\r\nRefresh: 5; url=/x?token={SECRET}\r\nContent-Length: 0\r\n\r\n"
    );
    let (request, answer, _) = redacted(http(&request, answer.as_bytes()));
    assert!(
        !request.contains(SECRET) && !answer.contains(SECRET),
        "{request}{answer}"
    );
    for stays in [
        "&state=7",
        "<https://h/?page=1>; rel=prev",
        "&page=3>; rel=next",
        "5; url=/x?",
    ] {
        assert!(answer.contains(stays), "{answer}");
    }
}

#[test]
fn documents_of_any_kind_hold_no_named_secret() {
    for (kind, body) in [
        (
            "application/soap+xml",
            "<s:E><u>ada</u><s:Password t=\"x\">SECRET</s:Password></s:E>",
        ),
        (
            "text/xml",
            "<login user='ada' password='SECRET'/><token><![CDATA[SECRET]]></token>",
        ),
        (
            "text/html",
            "<p>\"</p><script>state = {\"apiKey\": \"SECRET\", \"a\": 1}</script>",
        ),
        ("application/javascript", "load({\"token\":\"SECRET\"});"),
        ("text/plain;charset=UTF-8", "user=ada&password=SECRET"),
        (
            "application/json",
            "{\"url\":\"https:\\/\\/h\\/?a=1&signature=SECRET\"}",
        ),
        (
            "application/json",
            "{\"url\":\"https://ada:SECRET@h/?a=1\"}",
        ),
    ] {
        let body = answered(kind, &body.replace("SECRET", SECRET));
        assert!(!body.contains(SECRET) && body.contains("rp_"), "{body}");
        assert!(body.contains('a'), "{body}");
    }
}

#[test]
fn a_body_coded_for_its_transfer_alone_is_looked_at_decoded() {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    write!(gzip, "{{\"password\":\"{SECRET}\"}}").unwrap();
    let coded = gzip.finish().unwrap();
    let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n".to_vec();
    answer.extend_from_slice(format!("{:x}\r\n", coded.len()).as_bytes());
    answer.extend_from_slice(&coded);
    answer.extend_from_slice(b"\r\n0\r\n\r\n");
    let (_, answer, _) = redacted(http("GET / HTTP/1.1\r\n\r\n", &answer));
    assert!(
        answer.contains("Transfer-Encoding: chunked\r\n"),
        "{answer}"
    );
    assert!(answer.contains("{\"password\":\"rp_"), "{answer}");
}

#[test]
fn documents_without_a_secret_pass_byte_for_byte() {
    for (kind, body) in [
        (
            "text/xml",
            "<?xml version=\"1.0\"?><!-- <a> --><a b='c'><password/><token> </token>text</a",
        ),
        (
            "text/html",
            "<script src=\"x.js\"></script><p>password: \"x\"</p><script>cut",
        ),
        ("application/javascript", "if (a < b) { c = \"d\" }"),
        ("text/plain", "a sentence with password=x"),
        (
            "application/json",
            "{\"url\":\"https://h/?a=1\",\"b\":\"https://\"}",
        ),
    ] {
        assert_eq!(answered(kind, body), body);
    }
}

#[test]
fn what_stands_in_itself_without_end_takes_neither_time_nor_memory() {
    let nested = ["/a?b=".repeat(20_000), "x%3Fa%3Db".repeat(20_000)];
    for target in nested {
        let request = format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!(redacted(http(&request, b"")).0, request);
    }
    for (kind, part) in [
        ("text/xml", "<password><![CDATA["),
        ("text/xml", "<a b=\"'"),
        ("text/html", "<input name=token "),
        ("text/html", "<script></"),
    ] {
        answered(kind, &part.repeat(20_000));
    }
}

#[test]
fn a_hole_in_a_document_does_not_hide_the_secrets_behind_it() {
    let members: Vec<String> = (0..9)
        .map(|number| {
            format!("{{\"id\":{number},\"password\":\"{SECRET}{number}\",\"n\":\"x,y\"}}")
        })
        .collect();
    let document = format!("[{}]", members.join(","));
    for start in 0..document.len() - 20 {
        for length in [8, 13, 20] {
            let mut holed = document.clone().into_bytes();
            holed[start..start + length].fill(0);
            let body = answered("application/json", &String::from_utf8(holed).unwrap());
            assert!(
                !body.contains(SECRET),
                "{start} {length} {}",
                body.escape_debug()
            );
            assert!(
                body.contains("\"id\":8") || start + length > document.len() - 50,
                "{body}"
            );
        }
    }
}
