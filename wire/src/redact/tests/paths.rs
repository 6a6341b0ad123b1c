//! Secrets in the paths of links.

use super::*;

#[test]
fn a_token_behind_a_segment_that_is_named_like_a_secret_is_one_wherever_the_link_stands() {
    const TOKEN: &str = "nKhPx3wqv5Xx4rMp8i43DzB-YP4";
    for path in [
        "/password_resets/TOKEN/edit",
        "/password/reset/TOKEN",
        "/users/reset-password/TOKEN?page=2",
        "http://h/api/token/TOKEN",
    ] {
        let path = path.replace("TOKEN", TOKEN);
        let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\nReferer: {path}\r\n\r\n");
        let page = format!("<p><a href=\"{path}\">go</a></p>");
        let document = format!("{{\"go\":\"{path}\"}}");
        for (kind, body) in [("text/html", page), ("application/json", document)] {
            let answer = format!(
                "HTTP/1.1 302 Found\r\nLocation: {path}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let (request, answer, exchange) = redacted(http(&request, answer.as_bytes()));
            for whole in [&request, &answer, &exchange.summary] {
                assert!(!whole.contains(TOKEN), "{whole}");
            }
            assert_eq!(request.matches("/rp_").count(), 2, "{request}");
            assert_eq!(answer.matches("/rp_").count(), 2, "{answer}");
        }
    }
    for path in [
        "/password/how-to-choose-a-good-one-in-2026",
        "/password_resets/1234567890123456",
        "/orders/nKhPx3wqv5Xx4rMp8i43DzB-YP4",
        "/help/password/assets/app-9f8e7d6c.js",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n");
        let (request, _, _) = redacted(http(&request, b""));
        assert!(request.contains(path), "{request}");
    }
}
