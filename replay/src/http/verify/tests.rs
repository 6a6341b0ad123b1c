//! Tests of comparing answers.

use proptest::prelude::*;
use reprise_wire::redact::{Redaction, RedactionKey, Rules};

use super::noise::NoiseBook;
use super::*;

fn answered<'a>(kind: &'a str, body: &'a str, known: &'a [&'a [u8]]) -> Answered<'a> {
    Answered {
        status: 200,
        content_type: Some(kind.as_bytes()),
        content_encoding: None,
        location: None,
        body: body.as_bytes(),
        digest: None,
        known,
    }
}

fn between(kind: &str, before: &str, now: &str, noise: &[&str]) -> Option<Difference> {
    let mut book = NoiseBook::default();
    for place in noise {
        book.note(1, place);
    }
    let (before, now) = (
        answered(kind, before, &[b"10001"]),
        answered(kind, now, &[b"40077"]),
    );
    compare(before, now, book.of(1), None)
}

const JSON: &str = "application/json; charset=utf-8";

#[test]
fn a_changed_field_is_named_with_both_values() {
    let before = r#"{"order_id":10001,"lines":[{"price":5},{"price":7}],"total":12}"#;
    let same = r#"{"order_id":40077,"lines":[{"price":5},{"price":7}],"total":12}"#;
    let other = r#"{"order_id":40077,"lines":[{"price":5},{"price":8}],"total":13}"#;
    assert_eq!(between(JSON, before, same, &[]), None);
    let found = between(JSON, before, other, &[]).unwrap();
    assert_eq!(found.place, "json:lines.*.price");
    assert_eq!(
        (found.recorded.as_str(), found.answered.as_str()),
        ("7", "8")
    );
    assert_eq!(found.places, ["json:lines.*.price", "json:total"]);
    assert_eq!(
        between(JSON, before, other, &["json:lines.*.price", "json:total"]),
        None
    );
}

#[test]
fn a_number_that_redaction_replaced_is_the_same_where_the_target_shows_it() {
    let veil = Veil::new(&Redaction {
        key: RedactionKey::new([7; 32]),
        rules: Rules::default(),
    });
    let paid = |id: &str, card: &str| format!("<p>Order {id}, paid with {card}.</p>");
    let told = veil.text(&paid("10001", "4111 1111 1111 1111"));
    assert!(!told.contains("4111 1111 1111 1111"), "{told}");
    let shown = |page: &str, veil| {
        let kind = "text/html";
        let book = NoiseBook::default();
        let before = answered(kind, &told, &[b"10001"]);
        compare(before, answered(kind, page, &[b"40077"]), book.of(1), veil)
    };
    let again = paid("40077", "4111 1111 1111 1111");
    assert_eq!(shown(&again, Some(&veil)), None);
    assert!(shown(&again, None).is_some());
    let other = paid("40077", "5500 0000 0000 0004");
    assert!(shown(&other, Some(&veil)).is_some());
}

#[test]
fn a_changed_text_or_attribute_of_a_page_is_named() {
    let page = |city: &str, price: &str| {
        format!(
            "<h1>Ann</h1><p class=x>{city}</p><b data-price=\"{price}\"></b><input name=t value=\"{price}a1b2c3d4e5f6a7b8c9\">"
        )
    };
    let find =
        |now: &str| between("text/html", &page("Lyon", "7"), now, &[]).map(|found| found.place);
    assert_eq!(find(&page("Gent", "7")).as_deref(), Some("html:p"));
    assert_eq!(
        find(&page("Lyon", "8")).as_deref(),
        Some("html:b@data-price")
    );
    let other_token = page("Lyon", "7").replace("7a1b2c", "9f9f9f");
    assert_eq!(find(&other_token), None);
}

#[test]
fn what_a_place_named_like_a_secret_holds_differs_every_time() {
    let page = |nonce: &str| format!("<script nonce={nonce}>go()</script>");
    assert_eq!(
        between("text/html", &page("abcdef"), &page("uvwxyz"), &[]),
        None
    );
    let gone = between("text/html", &page("abcdef"), &page(""), &[]);
    assert_eq!(gone.unwrap().place, "html:script@nonce");
}

#[test]
fn long_bodies_are_compared_as_a_whole_whatever_their_coding() {
    let long: String = (0..50_000).map(|row| format!("row {row}\n")).collect();
    let other = long.replace("row 49999", "row 49990");
    let gzip = {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(long.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let kept = answered("text/csv", &long, &[]);
    let coded = Answered {
        body: &gzip,
        content_encoding: Some(b"gzip"),
        ..kept
    };
    let streamed = |all: &str| Answered {
        body: &long.as_bytes()[..1000],
        digest: ContentDigest::of(b"", all.as_bytes()),
        ..kept
    };
    let book = NoiseBook::default();
    for same in [coded, streamed(&long)] {
        assert_eq!(compare(kept, same, book.of(1), None), None);
        assert_eq!(compare(same, kept, book.of(1), None), None);
    }
    let found = compare(coded, streamed(&other), book.of(1), None).unwrap();
    assert_eq!(found.places, ["body"]);
    assert!(
        found
            .answered
            .starts_with(&format!("{} bytes, ", other.len()))
    );
    let mut noise = NoiseBook::default();
    noise.note(1, "body");
    assert_eq!(compare(kept, streamed(&other), noise.of(1), None), None);
}

#[test]
fn another_order_and_another_length_are_named_and_can_be_noise() {
    let (before, turned) = (r#"{"a":[1,2,3]}"#, r#"{"a":[3,2,1]}"#);
    let found = between(JSON, before, turned, &[]).unwrap();
    assert_eq!(
        (found.place.as_str(), found.places),
        ("json:a.*", vec!["order".to_owned()])
    );
    assert_eq!(between(JSON, before, turned, &["order"]), None);
    let longer = r#"{"a":[1,2,3,4]}"#;
    let found = between(JSON, before, longer, &[]).unwrap();
    assert_eq!(
        (found.place.as_str(), found.answered.as_str()),
        ("json:a.*", "4")
    );
    assert_eq!(between(JSON, before, longer, &["parts"]), None);
}

#[test]
fn errors_in_place_of_data_are_a_difference_though_the_number_of_parts_varies() {
    let before = r#"{"data":{"posts":[{"title":"a"},{"title":"b"}]}}"#;
    let fewer = r#"{"data":{"posts":[{"title":"a"}]}}"#;
    let refused = r#"{"errors":[{"message":"log in first"}],"data":null}"#;
    assert_eq!(between(JSON, before, fewer, &["parts"]), None);
    let found = between(JSON, before, refused, &["parts"]).unwrap();
    assert_eq!(found.places[1..], ["parts", "errors"]);
    assert_eq!(between(JSON, before, refused, &["parts", "errors"]), None);
    assert_eq!(between(JSON, refused, refused, &[]), None);
}

#[test]
fn another_place_or_kind_is_a_difference_of_the_head() {
    let mut before = answered(JSON, "", &[b"10001"]);
    before.location = Some(b"/orders/10001");
    let mut now = answered(JSON, "", &[b"40077"]);
    now.location = Some(b"/orders/40077");
    let book = NoiseBook::default();
    assert_eq!(compare(before, now, book.of(1), None), None);
    now.location = Some(b"http://staging:8080/orders/40077");
    assert_eq!(compare(before, now, book.of(1), None), None);
    now.location = Some(b"/cart");
    let found = compare(before, now, book.of(1), None).unwrap();
    assert_eq!(found.place, "header:location");
    let found = compare(
        answered(JSON, "1", &[]),
        answered("text/html", "2", &[]),
        book.of(1),
        None,
    )
    .unwrap();
    assert_eq!(found.place, "header:content-type");
}

proptest! {
    #[test]
    fn an_answer_never_differs_from_itself_and_any_bytes_are_compared(
        one in proptest::collection::vec(any::<u8>(), 0..60),
        other in proptest::collection::vec(any::<u8>(), 0..60),
        kind in prop_oneof![Just("application/json"), Just("text/html"), Just("text/css"), Just("")],
    ) {
        let shown = |body| Answered { body, ..answered(kind, "", &[]) };
        let book = NoiseBook::default();
        prop_assert_eq!(compare(shown(&one), shown(&one), book.of(1), None), None);
        let _ = compare(shown(&one), shown(&other), book.of(1), None);
    }

    #[test]
    fn a_changed_word_of_any_field_is_found(
        words in proptest::collection::vec("[a-z]{1,8}", 1..12),
        at in any::<proptest::sample::Index>(),
    ) {
        let json = |words: &[String]| serde_json::json!({ "list": words, "first": words[0] }).to_string();
        let mut changed = words.clone();
        at.get(&words);
        let index = at.index(words.len());
        changed[index].push_str("xyz9");
        let found = between(JSON, &json(&words), &json(&changed), &[]).unwrap();
        prop_assert_eq!(found.place, "json:list.*");
    }
}

#[test]
fn the_number_of_what_was_made_may_differ_at_the_end_of_a_redirect() {
    let to = |location: &'static str| Answered {
        location: Some(location.as_bytes()),
        ..answered("text/html", "", &[b"46", b"47"])
    };
    let same = |one, other| compare(to(one), to(other), NoiseBook::default().of(1), None).is_none();
    assert!(same(
        "http://shop/articles/46#comment_76",
        "http://staging/articles/47#comment_75"
    ));
    assert!(!same("/articles/46#comment_76", "/articles/46#note_75"));
    assert!(!same("/articles/46#comment_76", "/articles/48#comment_75"));
    assert!(!same("/articles/9", "/articles/8"));
}

#[test]
fn characters_of_a_page_are_the_same_however_they_are_written() {
    let html = "text/html; charset=utf-8";
    let before = "<a href='mailto:&#118;6&#064;examp&#108;e.org'>it&#8217;s &lt;</a>";
    let now = "<a href='mailto:v&#054;&#64;ex&#x61;mple.org'>it\u{2019}s &#60;</a>";
    assert_eq!(between(html, before, now, &[]), None);
    let other = "<a href='mailto:v&#055;&#64;ex&#x61;mple.org'>it\u{2019}s &#60;</a>";
    assert_eq!(
        between(html, before, other, &[]).unwrap().place,
        "html:a@href"
    );
    let text = "text/plain";
    assert!(between(text, "a &lt; b", "a < b", &[]).is_some());
}
