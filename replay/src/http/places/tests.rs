//! Tests of finding values in messages.

use super::*;

fn values_of(request: &[u8]) -> Vec<(Place, String, String)> {
    carried(&Message::parse(request).unwrap())
        .into_iter()
        .map(|carried| {
            (
                carried.place,
                carried.name,
                String::from_utf8_lossy(&carried.value).into_owned(),
            )
        })
        .collect()
}

#[test]
fn values_are_found_in_query_header_and_form() {
    let found = values_of(
        b"POST /pay?token=abc%2Bdefgh HTTP/1.1\r\nHost: shop.example\r\nX-CSRF-Token: 0123456789\r\n\
          Authorization: Bearer rp_bearer\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n\
          csrf=rp_abcdefg&short=1",
    );
    let expected = [
        (Place::Target, "token", "abc+defgh"),
        (Place::Header, "x-csrf-token", "0123456789"),
        (Place::Header, "authorization", "rp_bearer"),
        (Place::Form, "csrf", "rp_abcdefg"),
    ];
    assert_eq!(
        found,
        expected.map(|(place, name, value)| (place, name.into(), value.into()))
    );
}

#[test]
fn values_are_found_in_json_and_multipart() {
    let found = values_of(
        b"POST / HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{\"a\":{\"token\":\"0123456789\"}}",
    );
    assert_eq!(
        found,
        [(Place::Json, "token".to_owned(), "0123456789".to_owned())]
    );
    let found = values_of(
        b"POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n\
          Content-Disposition: form-data; name=\"csrf\"\r\n\r\n0123456789\r\n--x\r\n\
          Content-Disposition: form-data; name=\"f\"; filename=\"long-name\"\r\n\r\nlong content\r\n--x--\r\n",
    );
    assert_eq!(
        found,
        [(Place::Multipart, "csrf".to_owned(), "0123456789".to_owned())]
    );
}

#[test]
fn an_answer_offers_inputs_metas_headers_and_json_strings() {
    let page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-CSRF-Token: from-header\r\n\r\n\
        <meta name=\"csrf-token\" content='from-meta'><INPUT type=hidden data-value=\"wrong-one\" \
        value=\"from-input\" name=\"csrf\">";
    let found = offered(&Message::parse(page).unwrap());
    let named: Vec<_> = found
        .iter()
        .map(|offered| {
            (
                offered.origin.clone(),
                String::from_utf8_lossy(&offered.value).into_owned(),
            )
        })
        .collect();
    assert_eq!(
        named,
        [
            (Origin::Header("x-csrf-token".into()), "from-header".into()),
            (Origin::Input("csrf-token".into()), "from-meta".into()),
            (Origin::Input("csrf".into()), "from-input".into()),
        ]
    );
    let json = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"items\":[{\"id\":\"abcdefgh\"}]}";
    let found = offered(&Message::parse(json).unwrap());
    assert_eq!(found[0].origin, Origin::Json("items.0.id".into()));
}

#[test]
fn what_was_offered_is_taken_from_another_answer_at_the_same_origin() {
    let header = |name: &str| (name == "Content-Type").then(|| b"text/html".to_vec());
    let body = b"<input name=\"other\" value=\"x\"><input name=\"csrf\" value=\"target's own\">";
    let taken = take(&Origin::Input("csrf".into()), header, body);
    assert_eq!(taken.as_deref(), Some(&b"target's own"[..]));
    assert_eq!(take(&Origin::Input("gone".into()), header, body), None);
}
