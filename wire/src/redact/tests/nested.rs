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
        ("/cb?body=a%3Db%26password%3DSECRET&y=2", "&y=2"),
        (
            "/cb?u=https%253A%252F%252Fh%252F%253Ftoken%253DSECRET&y=2",
            "&y=2",
        ),
        (
            "/graphql?query=%7Blogin(password%3A%22SECRET%22)%7D&y=2",
            "&y=2",
        ),
        ("/graphql?query={login(password:\"SECRET\")}&y=2", "&y=2"),
        ("/file?sv=1&sig=SECRET&y=2", "&y=2"),
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
fn json_in_base64_holds_no_secret_wherever_it_stands() {
    // {"token":"h1dden-s3cret","page":2}
    const STATE: &str = "eyJ0b2tlbiI6ImgxZGRlbi1zM2NyZXQiLCJwYWdlIjoyfQ";
    let request = format!(
        "POST /cb?state={STATE}&y=2 HTTP/1.1\r\nHost: h\r\nX-Context: {STATE}==\r\n\
         Content-Type: application/json\r\nContent-Length: 61\r\n\r\n{{\"cursor\":\"{STATE}==\"}}"
    );
    let (request, _, exchange) = redacted(http(&request, b""));
    for whole in [&request, &exchange.summary] {
        assert!(!whole.contains(&STATE[..20]), "{whole}");
        // {"token":"rp_
        assert!(whole.contains("eyJ0b2tlbiI6InJwX"), "{whole}");
    }
    assert_eq!(request.matches("eyJ0b2tlbiI6InJwX").count(), 3, "{request}");
    assert!(request.contains("&y=2"), "{request}");
}

#[test]
fn what_only_begins_like_base64_is_looked_at_as_what_it_is() {
    let pairs = format!("eNvironment_name=production&password={SECRET}");
    let body = format!("{{\"sent\":\"{pairs}\"}}");
    let request = format!(
        "POST /x?next={} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        pairs.replace('&', "%26"),
        body.len()
    );
    let (request, _, _) = redacted(http(&request, b""));
    assert!(!request.contains(SECRET), "{request}");
    assert_eq!(
        request.matches("eNvironment_name=production").count(),
        1,
        "{request}"
    );
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
        "GET / HTTP/1.1\r\nReferer: https://u:{SECRET}@h/?a=1#id_token={SECRET}\r\nCookie: a=b; {SECRET}\r\n\
         X-Original-URI: /a?token={SECRET}\r\nX-Forwarded-Authorization: Bearer {SECRET}\r\nX-Auth-Key: {SECRET}\r\n\r\n"
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

/// Types and contents, each with a secret.
const DOCUMENTS: &[(&str, &str)] = &[
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
    ("application/json", "{\"dsn\":\"mysql://ada:SECRET@h/a\"}"),
    (
        "application/json",
        r#"{"query":"mutation { login(name: \"ada\", password: \"SECRET\") { id } }"}"#,
    ),
    (
        "application/json",
        r#"{"query":"mutation { login(name: \"a\" token: \"\"\"SECRET\"\"\" pin: 1) { id } }"}"#,
    ),
    (
        "application/graphql",
        "mutation { login(input: {name: \"a\", password: \"SECRET\"}) { id } }",
    ),
    ("application/json", "{'a': 1, 'password': 'SECRET'}"),
    ("text/plain", "{u'a': 1, u'token': u'SECRET'}"),
    (
        "application/json",
        "{\"said\":\"it's {'a': 1, 'token': 'SECRET'}\"}",
    ),
    (
        "application/json",
        "{\"body\":\"name=ada&password=SECRET&x=1\"}",
    ),
    (
        "application/json",
        "{\"to\":\"Server=a;User Id=b;Password=SECRET;\"}",
    ),
    (
        "application/json",
        r#"{"html":"<form><input name=\"csrf\" value=\"SECRET\"></form>"}"#,
    ),
    (
        "application/json",
        r#"[{"name":"a","value":"b"},{"name":"password","value":"SECRET"}]"#,
    ),
    (
        "application/json",
        r#"{"env":[{"value":"SECRET","name":"API_TOKEN"}]}"#,
    ),
    (
        "application/json-patch+json",
        r#"[{"op":"add","path":"/user/password","value":"SECRET"}]"#,
    ),
    (
        "application/json",
        r#"{"headers":{"Cookie":"sid=SECRET","Accept":"a"}}"#,
    ),
    (
        "application/json",
        r#"{"a":"not \' well-formed: {\"password\": \"SECRET\"}"}"#,
    ),
    ("application/json", "name=ada&password=SECRET"),
    (
        "application/x-www-form-urlencoded",
        "{\"name\":\"ada\",\"password\":\"SECRET\"}",
    ),
    ("application/octet-stream", "name=ada&password=SECRET"),
    (
        "text/plain",
        "<login><a/><password>SECRET</password></login>",
    ),
    (
        "text/xml",
        "<struct><member><name>password</name><value><string>SECRET</string></value></member>\
         <member><name>a</name><value>b</value></member></struct>",
    ),
    (
        "text/xml",
        "<dict><key>a</key><string>b</string><key>ApiToken</key><string>SECRET</string></dict>",
    ),
    (
        "text/xml",
        "<beans><property name=\"password\" value=\"SECRET\"/></beans>",
    ),
    (
        "text/xml",
        "<a><property name=\"password\">SECRET</property></a>",
    ),
    (
        "text/xml",
        "<a><Password><string>SECRET</string></Password></a>",
    ),
    (
        "text/xml",
        "<a><url>https://h/f?a=1&amp;X-Signature=SECRET</url></a>",
    ),
    (
        "text/xml",
        "<a><data><![CDATA[{\"password\":\"SECRET\"}]]></data></a>",
    ),
    (
        "text/html",
        "<a href=\"/confirm?id=1&amp;token=SECRET\">a</a>",
    ),
    ("text/html", "<a href=/confirm?token=SECRET>a</a>"),
    (
        "text/html",
        "<input TYPE=Password name=q value=\"SECRET\"><a b=c>",
    ),
    (
        "text/html",
        "<div data-state='{\"a\":1,\"apiKey\":\"SECRET\"}'></div>",
    ),
    ("text/html", "<body data-csrf-token=\"SECRET\"><a b=c>"),
    ("text/html", "<p>see https://h/a?token=SECRET.</p>"),
    ("text/plain", "no such page: /a?b=c&token=SECRET, try again"),
    ("text/plain", "? a?b /a?token=SECRET? /b?c=d??"),
    ("text/html", "<p>no such page: /a?b=c&amp;token=SECRET</p>"),
    (
        "application/json",
        "{\"error\":\"no such page: /a?token=SECRET\",\"b\":1}",
    ),
    (
        "text/html",
        "<script>window.csrfToken = 'SECRET'; a()</script>",
    ),
    ("text/javascript", "let a={apiKey:\"SECRET\",b:\"c\"}"),
    ("text/plain", "failed: user=\"ada\" password=\"SECRET\""),
    ("text/plain", "at https://ada:SECRET@h/a, twice"),
    ("application/yaml", "db:\n  user: a\n  password: SECRET\n"),
    ("text/plain", "a=b\nexport DB_PASSWORD=SECRET\n"),
    (
        "message/http",
        "TRACE / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer SECRET\r\n\r\n",
    ),
    ("text/plain", "GET / HTTP/1.1\r\nCookie: sid=SECRET; a=\r\n"),
    (
        "text/csv",
        "id,name,password\r\n1,\"a,b\",SECRET\r\n2,c,\"SECRET\"\r\n",
    ),
    (
        "multipart/form-data",
        "--X\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nSECRET\r\n--X--\r\n",
    ),
    (
        "multipart/mixed; boundary=X",
        "--X\r\nContent-Type: application/http\r\n\r\nGET /a HTTP/1.1\r\nAuthorization: Bearer SECRET\r\n\r\n\r\n--X--\r\n",
    ),
    (
        "multipart/form-data; boundary=X",
        "--X\r\nContent-Disposition: form-data; name=\"private_key\"; filename=\"a\"\r\n\r\nSECRET\r\n--X--\r\n",
    ),
    (
        "multipart/form-data; boundary=X",
        "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb=c&password=SECRET\r\n--X--\r\n",
    ),
    (
        "multipart/form-data; boundary=X",
        "--X\r\nContent-Type: multipart/mixed;\r\n boundary=Y\r\n\r\nin parts\r\n\
         --Y\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nSECRET\r\n--Y--\r\n--X--\r\n",
    ),
];

#[test]
fn documents_of_any_kind_hold_no_named_secret() {
    for (kind, body) in DOCUMENTS {
        let body = answered(kind, &body.replace("SECRET", SECRET));
        assert!(!body.contains(SECRET) && body.contains("rp_"), "{body}");
        assert!(body.contains('a'), "{body}");
        // digits have no mark
        if !body.contains("pin") {
            assert_eq!(answered(kind, &body), body, "a second time");
        }
    }
}

#[test]
fn what_the_extension_of_a_chunk_says_is_no_secret() {
    let request = |extensions: &str, second: &str| {
        let head = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        format!("{head}5{extensions}\r\nhello\r\n6{second}\r\n world\r\n0\r\n\r\n")
    };
    for (first, second) in [
        (";a=b;sig=\"SECRET\"", ""),
        ("", ";chunk-signature=SECRET"),
        (" ; sig = SECRET", ";a"),
    ] {
        let request = request(first, second).replace("SECRET", SECRET);
        let (request, _, _) = redacted(http(&request, b""));
        assert!(
            request.ends_with("\r\nb\r\nhello world\r\n0\r\n\r\n"),
            "{request}"
        );
    }
    let plain = request(";a=b", ";page=\"7\"");
    assert_eq!(redacted(http(&plain, b"")).0, plain);
}

#[test]
fn a_picture_whose_field_is_called_like_a_secret_stays() {
    let part =
        "--X\r\nContent-Disposition: form-data; name=\"signature\"; filename=\"a.png\"\r\n\r\n";
    let body = format!("{part}\u{89}PNG\0\0\r\n--X--\r\n");
    assert_eq!(answered("multipart/form-data; boundary=X", &body), body);
}

#[test]
fn an_answer_without_a_head_holds_no_secrets() {
    for body in [
        "{\"a\":1,\"password\":\"SECRET\"}",
        "name=a&password=SECRET",
        "<html><input name=token value='SECRET'></html>",
    ] {
        let body = body.replace("SECRET", SECRET);
        let (_, answer, exchange) = redacted(http("GET /old\r\n", body.as_bytes()));
        assert!(
            !answer.contains(SECRET) && answer.contains("rp_"),
            "{answer}"
        );
        assert!(exchange.flags.contains(crate::Flags::REDACTED));
    }
}

#[test]
fn tokens_among_the_protocols_of_a_websocket_are_replaced_and_protocols_stay() {
    for (protocols, stays) in [
        (
            "graphql-transport-ws, bearer, SECRET",
            "graphql-transport-ws, bearer, rp_",
        ),
        (
            "base64url.bearer.authorization.k8s.io.U0VDUkVUU0VDUkVUU0VDUkVU, v5.channel.k8s.io",
            ", v5.channel.k8s.io",
        ),
        ("token,SECRET,chat", ",chat"),
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", "rp_"),
    ] {
        let protocols = protocols.replace("SECRET", SECRET);
        let request = format!("GET /ws HTTP/1.1\r\nSec-WebSocket-Protocol: {protocols}\r\n\r\n");
        let (request, _, _) = redacted(http(&request, b"HTTP/1.1 101 Switching Protocols\r\n\r\n"));
        let kept = [SECRET, "U0VDUkVU", "3f2504e0"]
            .iter()
            .any(|secret| request.contains(secret));
        assert!(!kept && request.contains(stays), "{request}");
    }
    let known = "actioncable-v1-json, actioncable-unsupported, v12.stomp, wamp.2.msgpack, vnd.openstack.marconi.v1";
    let request = format!("GET /ws HTTP/1.1\r\nSec-WebSocket-Protocol: {known}\r\n\r\n");
    assert_eq!(redacted(http(&request, b"")).0, request);
}

#[test]
fn documents_without_a_secret_pass_byte_for_byte() {
    for (kind, body) in [
        (
            "text/javascript",
            "t={password:\"Your password\",token:\"tokens\"},f({a:'it'})",
        ),
        (
            "text/html",
            "<a href=\"/a?b=c&amp;d=e\" style=\"a:b;c:d\">it's</a><input name=\"q\" value=\"{a}\">",
        ),
        (
            "application/json",
            "{\"name\":\"Token ring\",\"value\":\"x\",\"a\":\"b=c; d='e'\"}",
        ),
        ("text/csv", "id,name\n1,token\n"),
        (
            "text/plain",
            "Note: a password is not one\nhttps://h/a?b=c (x@y)",
        ),
        (
            "application/yaml",
            "a: b\npassword:\n  from: env\ntoken: ${TOKEN}\n",
        ),
        (
            "text/xml",
            "<ChangePassword><UserId>5</UserId></ChangePassword>",
        ),
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
        ("text/xml", "<a><![CDATA["),
        ("text/plain", "://"),
        ("text/plain", "a:'"),
        ("application/json", "('"),
        ("application/json", "a=\"\"\""),
        ("application/json", "a :\t"),
        ("text/html", "<a b=c d="),
        ("text/csv", "\","),
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
