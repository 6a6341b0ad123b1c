//! Tests of what answers offer, and of taking it from another answer.

use super::*;
use crate::http::values::{Number, Take};

fn shown<'a>(kind: &'a str, more: &[(&'a [u8], &'a [u8])], body: &'a str) -> Vec<Offered> {
    let mut headers: Vec<(&[u8], &[u8])> = vec![(b"Content-Type", kind.as_bytes())];
    headers.extend(more);
    let shown = Shown {
        headers: &headers,
        body: body.as_bytes(),
        about: "order",
        path: b"/",
    };
    offered(shown, |_| true)
}

fn named(all: &[Offered]) -> Vec<(String, String, String, bool)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    all.iter()
        .map(|one| {
            (
                one.origin.to_string(),
                one.stem.clone(),
                text(&one.value),
                one.single,
            )
        })
        .collect()
}

fn expect(all: &[Offered], expected: &[(&str, &str, &str, bool)]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|(origin, stem, value, single)| {
            (
                (*origin).to_owned(),
                (*stem).to_owned(),
                (*value).to_owned(),
                *single,
            )
        })
        .collect();
    assert_eq!(named(all), expected);
}

#[test]
fn a_page_offers_inputs_metas_data_and_links() {
    let page = "<meta name=\"csrf-token\" content='from-meta'><INPUT type=hidden data-value=\"wrong\" \
        value=\"a&amp;b-token\" name=\"csrf\"><a href=\"/orders/57?cart=8\">one</a>\
        <a href=/items/7>a</a><a href=/items/8>b</a><a href=/about>words</a>";
    expect(
        &shown("text/html", &[], page),
        &[
            ("html:csrf-token", "csrftoken", "from-meta", true),
            ("html:csrf", "csrf", "a&b-token", true),
            ("link:/orders/{}", "order", "57", true),
            ("link:/orders/*?cart={}", "cart", "8", true),
            ("link:/items/{}", "item", "7", false),
            ("link:/items/{}", "item", "8", false),
        ],
    );
}

#[test]
fn json_and_headers_offer_ids_and_tokens_and_no_words() {
    let location: (&[u8], &[u8]) = (b"Location", b"http://shop/orders/10001");
    let body = r#"{"id":10001,"kind":"notebooks","lines":[{"item":7}],"next":"/carts/3","at":"2026-11-21"}"#;
    expect(
        &shown("application/json", &[location], body),
        &[
            ("header:location=/orders/{}", "order", "10001", true),
            ("json:id", "order", "10001", true),
            ("json:lines.0.item", "item", "7", false),
            ("json:next=/carts/{}", "cart", "3", true),
        ],
    );
}

#[test]
fn what_is_not_wanted_is_not_taken_out_and_counts_all_the_same() {
    let body = b"<a href=/items/7>a</a><a href=/items/8>b</a><a href=/carts/9>c</a>";
    let shown = Shown {
        headers: &[(b"content-type", b"text/html")],
        body,
        about: "",
        path: b"/",
    };
    let all = offered(shown, |_| true);
    assert!(!all[0].single && all[2].single);
    let strong = |looks: Looks<'_>| looks.strength == Strength::Strong;
    assert_eq!(offered(shown, strong), []);
    let list = br#"{"id": 7, "lines": [{"id": 8}]}"#;
    let shown = Shown {
        headers: &[(b"content-type", b"application/json")],
        body: list,
        about: "order",
        path: b"/",
    };
    let alone = offered(shown, |looks| looks.names_an_id && !looks.in_list);
    expect(&alone, &[("json:id", "order", "7", true)]);
}

#[test]
fn what_was_offered_is_taken_from_another_answer_at_the_same_place() {
    let page = "<a href=/items/7>a</a><a href=/items/7>a</a><a href='/items/8?a=1&amp;b=x'>b</a>";
    let all = shown("text/html", &[], page);
    let second = all.iter().find(|one| one.value == b"8").unwrap();
    let takes = [Take {
        origin: second.origin.clone().into(),
        value: Number::Own(5),
        beside: Box::default(),
        word: Box::default(),
    }];
    let mut taken = Vec::new();
    let answer = |body| Shown {
        headers: &[(b"content-type", b"text/html; charset=utf-8")],
        body,
        about: "",
        path: b"/",
    };
    let other = b"<a href=/items/40>a</a><a href=/items/40>a</a><a href=/items/41>b</a>";
    take(&takes, answer(other), &mut |number, value| {
        taken.push((number, value))
    });
    take(
        &takes,
        answer(b"<a href=/items/40>"),
        &mut |number, value| taken.push((number, value)),
    );
    assert_eq!(taken, [(Number::Own(5), b"41".to_vec())]);
}
