//! Names of what GraphQL requests ask for.

use crate::operation::{http_operation, name_what_is_asked};

/// The operation of a request with this content.
fn posted(kind: &str, content: &str) -> String {
    let message = format!(
        "POST /graphql HTTP/1.1\r\nHost: s\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{content}",
        content.len()
    );
    operation(b"POST", "/graphql", message.as_bytes())
}

fn operation(method: &[u8], target: &str, message: &[u8]) -> String {
    let mut operation = http_operation(method, target.as_bytes());
    name_what_is_asked(&mut operation, message);
    operation
}

fn json(content: &str) -> String {
    posted("application/json", content)
}

fn got(target: &str) -> String {
    let message = format!("GET {target} HTTP/1.1\r\nHost: s\r\n\r\n");
    operation(b"GET", target, message.as_bytes())
}

/// What a document in a request without a name of its own is called.
fn document(text: &str) -> String {
    json(&serde_json::json!({ "query": text }).to_string())
}

#[test]
fn the_operation_that_a_request_names_tells_it_from_others() {
    let content = r#"{"operationName":"CreateOrder","variables":{"id":7},"query":"mutation CreateOrder { x }"}"#;
    assert_eq!(json(content), "POST /graphql CreateOrder");
    let one_of_two = r#"{"operationName":"B","query":"query A { a } query B { b }"}"#;
    assert_eq!(json(one_of_two), "POST /graphql B");
    let known = r#"{"operationName":"Feed","variables":{},"extensions":{"persistedQuery":{"version":1,"sha256Hash":"ab"}}}"#;
    assert_eq!(json(known), "POST /graphql Feed");
    assert_eq!(
        posted("application/graphql", "query Me { me { id } }"),
        "POST /graphql Me"
    );
}

#[test]
fn a_document_is_called_by_its_name_or_by_what_it_asks_for() {
    assert_eq!(document("query Me { me { id } }"), "POST /graphql Me");
    assert_eq!(document("{ serverTime }"), "POST /graphql serverTime");
    assert_eq!(
        document(
            "# all of it\nfragment F on U { a(b: \"}\") }\nmutation { mine: like(id: 1) { id } }"
        ),
        "POST /graphql like"
    );
    let with_defaults =
        "query ($a: In = {b: [1], c: \"\"\"}\"\"\"}) @live { posts(first: $a) { id } }";
    assert_eq!(document(with_defaults), "POST /graphql posts");
    assert_eq!(
        document("query Tick_8f3a9b2c4d5e { t }"),
        "POST /graphql Tick_{hash}"
    );
}

#[test]
fn requests_in_urls_forms_chunks_and_codings_are_named_too() {
    assert_eq!(
        got(
            "/graphql?operationName=Feed&variables=%7B%7D&extensions=%7B%22persistedQuery%22%3A%7B%7D%7D"
        ),
        "GET /graphql Feed"
    );
    assert_eq!(got("/gql?query=%7B+posts%7Bid%7D+%7D"), "GET /gql posts");
    let hash = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";
    let by_hash =
        format!(r#"{{"extensions":{{"persistedQuery":{{"version":1,"sha256Hash":"{hash}"}}}}}}"#);
    assert_eq!(json(&by_hash), "POST /graphql ecf4edb46db4");
    let form = "--b\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n\
        {\"query\":\"mutation Upload($f: File!) { upload(f: $f) { id } }\",\"variables\":{\"f\":null}}\r\n--b\r\n\
        Content-Disposition: form-data; name=\"map\"\r\n\r\n{}\r\n--b--\r\n";
    assert_eq!(
        posted("multipart/form-data; boundary=b", form),
        "POST /graphql Upload"
    );
    let chunked = b"POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n\
        c\r\n{\"query\":\"{m\r\n4\r\ne}\"}\r\n0\r\n\r\n";
    assert_eq!(operation(b"POST", "/graphql", chunked), "POST /graphql me");
    let mut packed = b"POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\ncontent-encoding: zstd\r\n\r\n".to_vec();
    packed.extend(zstd::encode_all(&br#"{"query":"{me}"}"#[..], 1).unwrap());
    assert_eq!(operation(b"POST", "/graphql", &packed), "POST /graphql me");
}

#[test]
fn a_batch_is_called_by_its_first_different_names() {
    let asked =
        |name: &str| format!(r#"{{"operationName":"{name}","query":"query {name} {{ a }}"}}"#);
    let batch = |names: &[&str]| {
        let all: Vec<String> = names.iter().map(|name| asked(name)).collect();
        json(&format!("[{}]", all.join(",")))
    };
    assert_eq!(batch(&["Me"]), "POST /graphql Me");
    assert_eq!(batch(&["Me", "Orders", "Me"]), "POST /graphql Me+Orders");
    assert_eq!(batch(&["A", "B", "C", "D", "E"]), "POST /graphql A+B+C+...");
}

#[test]
fn other_requests_are_called_by_their_paths_alone() {
    for content in [
        r#"{"query":"blue shoes"}"#,
        r#"{"query":"query builder for shoes"}"#,
        r#"{"query":{"match":{"title":"shoes"}}}"#,
        r#"{"query":"{\"match\": 1}"}"#,
        r#"{"query":"{name: 'x'}"}"#,
        r#"{"query":"fragment of a sentence"}"#,
        r#"{"operationName":"Charge","amount":3}"#,
        r#"{"operationName":"not a name","variables":{}}"#,
        r#"{"query":"{me}","query":"{you}"}"#,
        r#"{"query":"{me"#,
        r#"[1,{"query":"{me}"}]"#,
        "[]",
        "\"query\"",
    ] {
        assert_eq!(json(content), "POST /graphql", "{content}");
    }
    assert_eq!(got("/search?query=shoes&variables=1"), "GET /search");
    assert_eq!(got("/search?operationName=x"), "GET /search");
    assert_eq!(posted("text/plain", r#"{"query":"{me}"}"#), "POST /graphql");
    let long = format!("{{{}}}", "a".repeat(300));
    assert_eq!(document(&long), "POST /graphql");
}
