//! Tests of what requests carry.

use super::*;

fn found(request: &str) -> Vec<(String, String, String)> {
    carried(&Message::parse(request.as_bytes()).unwrap())
        .into_iter()
        .map(|carried| {
            (
                carried.place.to_string(),
                carried.stem,
                String::from_utf8_lossy(&carried.value).into_owned(),
            )
        })
        .collect()
}

fn has(request: &str, place: &str, stem: &str, value: &str) {
    let all = found(request);
    let wanted = (place.to_owned(), stem.to_owned(), value.to_owned());
    assert!(all.contains(&wanted), "{wanted:?} in {all:?}");
}

#[test]
fn values_are_found_in_path_query_header_cookie_and_form() {
    let request = "POST /orders/10001/pay?cart=57&id=3&token=abc%2Bdefgh HTTP/1.1\r\nHost: shop.example\r\n\
        X-CSRF-Token: 0123456789\r\nAuthorization: Bearer rp_bearer\r\nCookie: a=b; sid=s1\r\n\
        Content-Type: application/x-www-form-urlencoded\r\n\r\ncsrf=rp_x&order%5Bid%5D=1+2";
    has(request, "path:2", "order", "10001");
    has(request, "query:cart", "cart", "57");
    has(request, "query:id", "pay", "3");
    has(request, "query:token", "token", "abc+defgh");
    has(request, "header:x-csrf-token", "csrftoken", "0123456789");
    has(
        request,
        "header:authorization",
        "authorization",
        "rp_bearer",
    );
    has(request, "cookie:sid", "sid", "s1");
    has(request, "form:order[id]", "order", "1 2");
    assert!(
        !found(request)
            .iter()
            .any(|(place, ..)| place == "header:host")
    );
}

#[test]
fn values_are_found_in_json_and_multipart() {
    let json = "POST /api/carts HTTP/1.1\r\nContent-Type: application/json\r\n\r\n\
        {\"cart\":{\"id\":57},\"token\":\"a\\/b\",\"gift\":false,\"id\":8}";
    has(json, "json:cart.id", "cart", "57");
    has(json, "json:token", "token", "a/b");
    has(json, "json:id", "cart", "8");
    let form = "POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x-Y\r\n\r\n--x-Y\r\n\
        Content-Disposition: form-data; name=\"csrf\"\r\n\r\n0123\r\n--4\r\n--x-Y\r\n\
        Content-Disposition: form-data; name=\"f\"; filename=\"n\"\r\n\r\ncontent\r\n--x-Y--\r\n";
    has(form, "multipart:csrf", "csrf", "0123\r\n--4");
    assert_eq!(found(form).len(), 1);
}

#[test]
fn tokens_within_fields_are_found_escaped_or_in_base64() {
    let token = "9f8e7d6c5b4a3928";
    has(
        &format!("GET /go?next=%2Fconfirm%2F{token}%3Fx HTTP/1.1\r\n\r\n"),
        "query:next",
        "next",
        token,
    );
    has(
        &format!(
            "POST / HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{{\"q\":\"a\\n{token}\\\"\"}}"
        ),
        "json:q",
        "q",
        token,
    );
    // me:9f8e7d6c5b4a3928
    has(
        "GET / HTTP/1.1\r\nAuthorization: Basic bWU6OWY4ZTdkNmM1YjRhMzkyOA==\r\n\r\n",
        "header:authorization",
        "authorization",
        token,
    );
}

#[test]
fn a_field_of_a_form_is_found_behind_what_its_client_says_of_each_part() {
    let form = "POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=xY\r\n\r\n--xY\r\n\
        Content-Disposition: form-data; name=\"csrf\"\r\nContent-Type: text/plain\r\n\
        Content-Length: 4\r\n\r\n0123\r\n--xY\r\n\
        Content-Disposition: form-data; name=\"f\"; filename=\"n\"\r\n\r\nfile\r\n--xY--\r\n";
    has(form, "multipart:csrf", "csrf", "0123");
    assert_eq!(found(form).len(), 1);
}

#[test]
fn an_id_is_found_before_the_name_of_a_format() {
    let of = |target: &str| format!("GET {target} HTTP/1.1\r\n\r\n");
    has(&of("/articles/45.json"), "path:2", "article", "45");
    has(&of("/orders/R-12.pdf?a=1"), "path:2", "order", "R-12");
    let values = |target: &str| found(&of(target)).into_iter().map(|(.., value)| value);
    assert!(values("/v1.41/x").all(|value| value != "v1"));
    assert!(values("/app.js").all(|value| value != "app"));
}

#[test]
fn a_bare_id_is_about_the_id_of_the_path_that_it_repeats() {
    let request = |id: &str| {
        format!(
            "POST /api/posts/66/autosaves?id=66 HTTP/1.1\r\nContent-Type: application/json\r\n\r\n\
             {{\"id\":{id},\"line\":{{\"id\":66}}}}"
        )
    };
    has(&request("66"), "json:id", "post", "66");
    has(&request("66"), "query:id", "post", "66");
    has(&request("66"), "json:line.id", "line", "66");
    has(&request("67"), "json:id", "autosave", "67");
    let one = "POST /api/carts/1/items?id=1 HTTP/1.1\r\n\r\n";
    has(one, "query:id", "item", "1");
}

#[test]
fn the_document_in_a_field_has_fields_of_its_own() {
    let request = "GET /graphql?variables=%7B%22slug%22%3A%22my-post-1x%22,%22page%22:%7B%22n%22:7,%22q%22:%22a%20b%22%7D%7D&a=b HTTP/1.1\r\n\r\n";
    has(request, "json:variables.slug", "variable", "my-post-1x");
    has(request, "json:variables.page.n", "n", "7");
    let names = found(request).into_iter().map(|(place, ..)| place);
    let names: Vec<_> = names.filter(|place| place.starts_with("json:")).collect();
    assert_eq!(names, ["json:variables.slug", "json:variables.page.n"]);
    let form = "POST /save HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n\
        x=1&data=%7B%22order_id%22%3A10001%7D";
    has(form, "json:data.order_id", "order", "10001");
    // what only begins like a document is none
    let other = "GET /a?q=%7B57%7D HTTP/1.1\r\n\r\n";
    assert!(
        !found(other)
            .iter()
            .any(|(place, ..)| place.starts_with("json:"))
    );
}
