//! HTTP Archives: the habits of those who write them, what is broken, and the way there and back.

use proptest::prelude::*;
use reprise_capture::{CaptureError, ExportFormat, ImportConfig, Warning, import};
use reprise_wire::Flags;
use serde_json::{Value, json};

use crate::support::{Bench, Kept, gzip, talks};

/// An archive with these entries.
fn archive(entries: &[Value]) -> Vec<u8> {
    json!({"log": {"version": "1.2", "creator": {"name": "x"}, "pages": [], "entries": entries}})
        .to_string()
        .into_bytes()
}

/// An entry with this request and response, half a second long.
fn entry(request: Value, response: Value) -> Value {
    json!({
        "startedDateTime": "2023-11-14T22:13:20.000Z",
        "time": 500.0,
        "request": request,
        "response": response,
        "timings": {"blocked": 100, "dns": -1, "connect": 50, "ssl": 30, "send": 50, "wait": 200, "receive": 100},
        "_resourceType": "fetch",
    })
}

fn get(url: &str) -> Value {
    json!({"method": "GET", "url": url, "httpVersion": "HTTP/1.1", "headers": []})
}

fn ok(text: &str) -> Value {
    json!({"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": [],
        "content": {"size": text.len(), "mimeType": "text/plain", "text": text}})
}

/// The exchange of an archive that has one.
#[track_caller]
fn only(entry: Value) -> Kept {
    let bench = Bench::new();
    let (recording, warnings) = bench.import("one.har", &archive(&[entry]));
    assert_eq!(warnings, []);
    let mut kept = bench.kept(&recording);
    assert_eq!(kept.len(), 1);
    kept.remove(0)
}

fn request_text(kept: &Kept) -> String {
    String::from_utf8(kept.request.clone().unwrap().bytes).unwrap()
}

fn response_text(kept: &Kept) -> String {
    String::from_utf8(kept.response.clone().unwrap().bytes).unwrap()
}

#[test]
fn an_entry_of_http_2_becomes_an_exchange_of_http_1() {
    let mut entry = entry(
        json!({
            "method": "POST",
            "url": "https://shop.example/cart/7?x=1#top",
            "httpVersion": "h2",
            "headers": [
                {"name": ":method", "value": "POST"},
                {"name": ":authority", "value": "shop.example"},
                {"name": "content-type", "value": "application/json"},
                {"name": "content-length", "value": "9"},
            ],
            "postData": {"mimeType": "application/json", "text": "{\"n\":1}"},
        }),
        json!({
            "status": 200,
            "statusText": "",
            "httpVersion": "h2",
            "headers": [
                {"name": ":status", "value": "200"},
                {"name": "content-encoding", "value": "br"},
                {"name": "set-cookie", "value": "a=1; Path=/\nb=2"},
            ],
            "content": {"size": 2, "mimeType": "text/plain", "text": "ok"},
        }),
    );
    entry["serverIPAddress"] = json!("[2001:db8::7]");
    let kept = only(entry);
    assert_eq!(
        request_text(&kept),
        "POST /cart/7?x=1 HTTP/1.1\r\nHost: shop.example\r\ncontent-type: application/json\r\n\
         content-length: 7\r\n\r\n{\"n\":1}"
    );
    assert_eq!(
        response_text(&kept),
        "HTTP/1.1 200\r\nset-cookie: a=1; Path=/\r\nset-cookie: b=2\r\nContent-Length: 2\r\n\r\nok"
    );
    assert_eq!(kept.operation, "POST /cart/{id}");
    assert_eq!((kept.status, kept.flags), (Some(200), Flags::empty()));
    assert_eq!(kept.server.to_string(), "[2001:db8::7]:443");
}

#[test]
fn the_four_times_come_from_the_timings() {
    let kept = only(entry(get("http://shop/"), ok("x")));
    let start = 1_700_000_000_000_000;
    assert_eq!(kept.at_us, start + 150_000);
    assert_eq!(kept.request_last_us, start + 200_000);
    assert_eq!(kept.response_first_us, Some(start + 400_000));
    assert_eq!(kept.response_last_us, Some(start + 500_000));
}

#[test]
fn parameters_without_text_become_a_form_and_a_body_that_is_left_out_is_known_to_be_missing() {
    let mut request = get("http://shop/login");
    request["method"] = json!("POST");
    request["postData"] = json!({"mimeType": "application/x-www-form-urlencoded", "params":
        [{"name": "user", "value": "a b"}, {"name": "p", "value": "ü&"}]});
    let kept = only(entry(request.clone(), ok("x")));
    assert!(request_text(&kept).ends_with("Content-Length: 20\r\n\r\nuser=a+b&p=%C3%BC%26"));

    request["postData"] = Value::Null;
    request["bodySize"] = json!(1_234);
    let kept = only(entry(request, ok("x")));
    assert!(kept.flags.contains(Flags::GAP_IN_REQUEST));
    let mut response = ok("x");
    response["content"] = json!({"size": 5_000, "mimeType": "image/png"});
    let kept = only(entry(get("http://shop/"), response));
    assert!(kept.flags.contains(Flags::GAP_IN_RESPONSE));
    assert!(kept.response.unwrap().wire_len > 5_000);
}

#[test]
fn binary_content_is_decoded_and_content_that_is_compressed_still_keeps_its_coding() {
    let mut response = ok("");
    response["content"] = json!({"size": 3, "text": "iVBO\nRw==", "encoding": "base64"});
    let kept = only(entry(get("http://shop/"), response.clone()));
    assert!(kept.response.unwrap().bytes.ends_with(b"\r\n\r\n\x89PNG"));

    use base64::Engine as _;
    let coded = base64::engine::general_purpose::STANDARD.encode(gzip(b"hello"));
    response["content"] = json!({"text": coded, "encoding": "base64"});
    response["headers"] = json!([{"name": "Content-Encoding", "value": "gzip"}]);
    let kept = only(entry(get("http://shop/"), response));
    let bytes = kept.response.unwrap().bytes;
    assert!(bytes.starts_with(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"));
}

#[test]
fn a_request_that_failed_has_no_answer_and_shifts_no_other() {
    let bench = Bench::new();
    let failed = json!({"status": 0, "statusText": "", "headers": [], "content": {"size": 0}});
    let mut entries = [
        entry(get("http://shop/a"), ok("a")),
        entry(get("http://shop/b"), failed),
        entry(get("http://shop/c"), ok("c")),
    ];
    for (number, entry) in entries.iter_mut().enumerate() {
        entry["connection"] = json!("17");
        entry["startedDateTime"] = json!(format!("2023-11-14T22:13:2{number}Z"));
    }
    let (recording, _) = bench.import("failed.har", &archive(&entries));
    assert_eq!(recording.connections, 1);
    assert_eq!(recording.loss.unpaired_requests, 1);
    assert_eq!(recording.messages.http_requests, 3);
    let statuses: Vec<_> = bench
        .kept(&recording)
        .iter()
        .map(|kept| kept.status)
        .collect();
    assert_eq!(statuses, [Some(200), None, Some(200)]);
}

#[test]
fn entries_go_to_the_connections_they_name_or_else_to_one_for_each_host() {
    let bench = Bench::new();
    let named = |url, connection: Value| {
        let mut entry = entry(get(url), ok(""));
        entry["connection"] = connection;
        entry
    };
    let entries = [
        named("http://a/1", json!("1")),
        named("http://a/2", json!(2)),
        named("http://a/3", json!("1")),
        named("http://a/4", Value::Null),
        named("http://b/5", Value::Null),
        named("http://b/6", json!("")),
    ];
    let (recording, _) = bench.import("connections.har", &archive(&entries));
    assert_eq!((recording.connections, recording.exchanges.http), (4, 6));
}

#[test]
fn what_cannot_be_used_is_counted_with_its_lines_and_the_rest_is_kept() {
    let bench = Bench::new();
    let good = entry(get("http://shop/"), ok("x")).to_string();
    let bad = entry(get("data:text/plain,x"), ok("x")).to_string();
    let text = format!(
        "\u{feff}{{\"log\":{{\"entries\":[\n{good},\n{bad},\n17,\n{bad},\n{good}]}},\"x\":1}}"
    );
    let (recording, mut warnings) = bench.import("odd.har", text.as_bytes());
    assert_eq!(recording.exchanges.http, 2);
    warnings.sort_by_key(ToString::to_string);
    let said: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert!(said[0].ends_with("odd.har: left out 1: entries without a request (first on line 4)"));
    let url = "left out 2: entries whose URL is not http or https (first on line 3, 5)";
    assert!(said[1].ends_with(url), "{said:?}");
}

#[test]
fn a_cut_archive_keeps_what_came_before_and_says_so() {
    let bench = Bench::new();
    let whole = archive(&[
        entry(get("http://shop/"), ok("x")),
        entry(get("http://shop/"), ok("y")),
    ]);
    let cut = &whole[..whole.len() - 40];
    let (recording, warnings) = bench.import("cut.har", cut);
    assert_eq!(recording.exchanges.http, 1);
    assert!(matches!(warnings[..], [Warning::FileCut(_)]));
    let (recording, warnings) = bench.import("cut.har.gz", &gzip(&whole)[..200]);
    assert!(
        matches!(warnings[..], [Warning::FileCut(_)]),
        "{warnings:?}"
    );
    assert_eq!(recording.loss.unreadable_records, 1);
}

#[test]
fn json_that_is_no_archive_is_refused_and_leaves_nothing_behind() {
    let bench = Bench::new();
    let files = vec![bench.file("other.json", br#"{"log":{"lines":[]}}"#)];
    let name = "other".to_owned();
    let config = ImportConfig {
        files,
        name,
        ..ImportConfig::default()
    };
    let refused = import(config, &bench.store).unwrap_err();
    assert!(matches!(refused, CaptureError::NoEntries(_)));
    assert_eq!(bench.store.recordings().unwrap(), []);
}

#[test]
fn an_export_holds_what_matches_and_is_an_archive_for_others_too() {
    let bench = Bench::new();
    let entries = [
        entry(get("http://shop/cart/7?a=b%20c"), ok("{}")),
        entry(get("http://shop/other"), ok("")),
    ];
    let (recording, _) = bench.import("one.har", &archive(&entries));
    let (bytes, exports) = bench.export_where(&recording, ExportFormat::Har, "operation:/cart");
    assert_eq!(exports.exchanges, 1);
    let read: Value = serde_json::from_slice(&bytes).unwrap();
    let entry = &read["log"]["entries"][0];
    assert_eq!(read["log"]["entries"].as_array().unwrap().len(), 1);
    assert_eq!(entry["request"]["url"], "http://shop/cart/7?a=b%20c");
    assert_eq!(
        entry["request"]["queryString"],
        json!([{"name": "a", "value": "b c"}])
    );
    assert_eq!(entry["response"]["content"]["text"], "{}");
    assert_eq!(entry["time"], 350.0);
    assert_eq!(entry["_reprise"].get("request"), None);
    for required in [
        "startedDateTime",
        "time",
        "request",
        "response",
        "cache",
        "timings",
    ] {
        assert!(entry.get(required).is_some(), "{required}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_exported_and_imported_is_the_same(talks in talks()) {
        let bench = Bench::new();
        let first = bench.record("first", &talks);
        let (bytes, exports) = bench.export(&first, ExportFormat::Har);
        let expected = bench.kept(&first);
        prop_assert_eq!(exports.exchanges, expected.len() as u64);
        let (second, warnings) = bench.import("second.har", &bytes);
        prop_assert_eq!(warnings, []);
        prop_assert_eq!(bench.kept(&second), expected);
    }
}
