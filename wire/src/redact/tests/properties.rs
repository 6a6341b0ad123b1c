//! What holds for any values in any place.

use super::*;

/// A request with these values in a header, a cookie, the query and a JSON body.
fn request(token: &str, plain: &str) -> String {
    let body = format!("{{\"token\":\"{token}\",\"note\":\"{plain}\",\"list\":[1,2]}}");
    format!(
        "POST /a?token={token}&note={plain} HTTP/1.1\r\nX-Api-Key: {token}\r\nCookie: sid={token}\r\nX-Note: {plain}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

proptest! {
    #[test]
    fn equal_values_have_equal_pseudonyms_in_http_and_in_sql(token in "[A-Za-z0-9]{6,40}") {
        let (text, _, _) = redacted(http(&request(&token, "x"), b"HTTP/1.1 200 OK\r\n\r\n"));
        let found = pseudonyms(&text);
        prop_assert_eq!(found.len(), 4);
        let mut sql = http(&format!("\x03SELECT 1 FROM s WHERE token = '{token}'"), b"");
        sql.protocol = Protocol::Mysql;
        let (sql, _, _) = redacted(sql);
        prop_assert!(found.iter().all(|pseudonym| *pseudonym == found[0] && sql.contains(pseudonym)));
    }

    #[test]
    fn a_second_time_changes_nothing(token in "[A-Za-z0-9]{6,40}", plain in "[a-z]{1,20}") {
        let (once, _, _) = redacted(http(&request(&token, &plain), b"HTTP/1.1 200 OK\r\n\r\n"));
        let (twice, _, exchange) = redacted(http(&once, b"HTTP/1.1 200 OK\r\n\r\n"));
        prop_assert_eq!(once, twice);
        prop_assert!(!exchange.flags.contains(Flags::REDACTED));
    }

    #[test]
    fn what_is_no_secret_stays_byte_for_byte(token in "[A-Z]{6,40}", plain in "[a-z]{1,20}") {
        let before = request(&token, &plain);
        let (after, _, _) = redacted(http(&before, b"HTTP/1.1 200 OK\r\n\r\n"));
        let pseudonym = &pseudonyms(&after)[0];
        let length = |text: &str| text.split("Content-Length: ").nth(1).unwrap().split('\r').next().unwrap().to_owned();
        let restored = after.replace(pseudonym.as_str(), &token).replace(
            &format!("Content-Length: {}", length(&after)),
            &format!("Content-Length: {}", length(&before)),
        );
        prop_assert_eq!(restored, before);
    }
}

#[test]
fn a_body_that_is_cut_is_redacted_in_what_is_there() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n";
    let mut exchange = http(
        "GET / HTTP/1.1\r\n\r\n",
        format!("{head}{{\"token\":\"cut-off-sec").as_bytes(),
    );
    exchange.flags |= Flags::RESPONSE_OVER_CAP;
    let (_, answer, _) = redacted(exchange);
    assert!(
        answer.contains("Content-Length: 5000") && answer.contains("\"token\":\"rp_"),
        "{answer}"
    );
    assert!(!answer.contains("cut-off-sec"));
}

#[test]
fn coded_content_beyond_what_is_looked_at_is_not_kept() {
    let long = [&b"{\"token\":\"abcdef\"}"[..], &vec![b' '; 33 << 20]].concat();
    let coded = zstd::encode_all(&long[..], 1).unwrap();
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: zstd\r\n\r\n";
    let (_, _, exchange) = redacted(http(
        "GET / HTTP/1.1\r\n\r\n",
        &[head.as_bytes(), &coded].concat(),
    ));
    assert!(exchange.flags.contains(Flags::RESPONSE_OVER_CAP));
    let bytes = exchange.response.unwrap().bytes;
    let message = Message::parse(&bytes).unwrap();
    let content = crate::http::decode_content(b"zstd", &message.body, 40 << 20)
        .unwrap()
        .bytes;
    assert!(content.starts_with(b"{\"token\":\"rp_") && content.len() < 33 << 20);
}

#[test]
fn a_filter_limits_a_rule_to_its_exchanges() {
    let rules = "[[rule]]\nname = \"agent\"\nheader = [\"user-agent\"]\nwhere = \"operation:/private\"\naction = \"drop\"";
    let mut redactor = Redactor::new(&RedactionKey::new([7; 32]), &Rules::parse(rules).unwrap());
    for (operation, stays) in [
        ("GET /public", true),
        ("GET /private", false),
        ("GET /public", true),
    ] {
        let mut exchange = http(
            "GET / HTTP/1.1\r\nUser-Agent: me\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n\r\n",
        );
        exchange.operation = operation.to_owned();
        redactor.redact(0, &mut exchange);
        let bytes = exchange.request.unwrap().bytes;
        assert_eq!(
            memchr::memmem::find(&bytes, b"me").is_some(),
            stays,
            "{operation}"
        );
    }
    assert_eq!(redactor.hits(), BTreeMap::from([("agent".to_owned(), 1)]));
}
