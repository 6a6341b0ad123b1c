//! Words that a server makes for a path, and that only a redirect shows.

use super::*;

const EMPTY: &str = "HTTP/1.1 204 No Content\r\n\r\n";

fn led_to(location: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n")
}

fn post(target: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {target} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

#[test]
fn random_letters_of_a_redirect_are_the_targets_own_in_later_paths() {
    let searched = Recorded::new()
        .said(
            "POST /docs",
            &post("/docs", "title=x"),
            &led_to("/docs/doc_XUWXxrqs/edit"),
        )
        .said(
            "GET /docs/{id}/edit",
            &get("/docs/doc_XUWXxrqs/edit"),
            EMPTY,
        )
        .said("GET /docs/{id}", &get("/docs/doc_XUWXxrqs"), EMPTY)
        .search(&Plan::of("x"));
    assert_eq!(
        searched.listed(),
        [
            "doc_id: POST /docs header:location=/docs/{}/edit -> GET /docs/{id} path:2",
            "doc_id: POST /docs header:location=/docs/{}/edit -> GET /docs/{id}/edit path:2",
        ]
    );
    let own = led_to("http://shop/docs/doc_a1QzPpLk/edit");
    assert_eq!(
        searched.sent(1, &[(0, &own)]),
        get("/docs/doc_a1QzPpLk/edit")
    );
    assert_eq!(searched.sent(2, &[(0, &own)]), get("/docs/doc_a1QzPpLk"));
    // it led to another page: that is none of the copy's documents
    let lost = led_to("/docs/overview/edit");
    assert_eq!(searched.sent(2, &[(0, &lost)]), get("/docs/doc_XUWXxrqs"));
}

#[test]
fn a_slug_gets_the_number_that_the_target_gives_it() {
    let made = |slug: &str| led_to(&format!("/posts/{slug}/"));
    for body in [
        "title=My+Title&text=x",
        "slug=my-title&title=Something",
        "text=%3Cp%3Emy+title",
    ] {
        let searched = Recorded::new()
            .said("POST /posts", &post("/posts", body), &made("my-title"))
            .said(
                "GET /posts/my-title/",
                &get("/posts/my-title/?page=my-title"),
                EMPTY,
            )
            .search(&Plan::of("x"));
        for own in ["my-title", "my-title-2"] {
            let path = format!("/posts/{own}/?page=my-title");
            assert_eq!(searched.sent(1, &[(0, &made(own))]), get(&path), "{body}");
        }
        assert_eq!(searched.sent(0, &[]), post("/posts", body));
    }
}

#[test]
fn a_slug_at_the_root_or_under_a_day_is_found_in_paths_only() {
    let made = |path: &str| json("200 OK", "", &format!("{{\"link\":\"http://shop{path}\"}}"));
    let save = post("/wp-json/posts/46", "title=Copper+lamps&status=publish");
    for (before, own) in [("", ""), ("/2026/11/23", "/2026/11/24")] {
        let (recorded, own) = (
            format!("{before}/copper-lamps/"),
            format!("{own}/copper-lamps-3/"),
        );
        let searched = Recorded::new()
            .said("POST /wp-json/posts/{id}", &save, &made(&recorded))
            .said("GET /{slug}", &get(&recorded), EMPTY)
            .said("GET /search", &get("/search?q=copper-lamps"), EMPTY)
            .search(&Plan::of("x"));
        assert_eq!(searched.sent(1, &[(0, &made(&own))]), get(&own));
        assert_eq!(
            searched.sent(2, &[(0, &made(&own))]),
            get("/search?q=copper-lamps")
        );
    }
}

#[test]
fn pages_that_a_redirect_leads_to_are_no_ids() {
    let mut recorded = Recorded::new();
    for path in [
        "/thank-you",
        "/check-out/order-placed",
        "/Orders/ThankYou",
        "/account/my-orders/",
        "/old-desk/",
    ] {
        recorded = recorded
            .said(
                "POST /x",
                &post("/x", "name=Ann&order=7&to=%2Fold-desk%2F"),
                &led_to(path),
            )
            .said("GET", &get(path), EMPTY);
    }
    assert_eq!(recorded.search(&Plan::of("x")).listed(), [""; 0]);
}

#[test]
fn the_name_of_a_place_says_nothing_of_the_segments_of_a_path_there() {
    let page = "<script>api = {\"nonceEndpoint\":\"/old-desk/ajax\"}</script>";
    let length = page.len();
    let page = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n{page}"
    );
    let recorded = Recorded::new().said("GET /", &get("/"), &page).said(
        "GET /old-desk/",
        &get("/old-desk/"),
        EMPTY,
    );
    assert_eq!(recorded.search(&Plan::of("x")).listed(), [""; 0]);
}

#[test]
fn a_slug_is_not_made_of_a_file_or_of_what_frames_it() {
    let body = "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nwp...\r\n--b--\r\n";
    let length = body.len();
    let upload = format!(
        "POST /media HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    let recorded = Recorded::new()
        .said("POST /media", &upload, &led_to("/wp-content/f.png"))
        .said("GET", &get("/wp-content/f.png"), EMPTY);
    assert_eq!(recorded.search(&Plan::of("x")).listed(), [""; 0]);
}

#[test]
fn a_slug_may_have_numbers_in_it() {
    let save = post("/wp-json/posts/46", "title=Top+10+of+Ann&status=publish");
    let made = |path: &str| json("200 OK", "", &format!("{{\"link\":\"http://shop{path}\"}}"));
    for before in ["", "/2026/11"] {
        let path = |slug: &str| format!("{before}/{slug}/");
        let searched = Recorded::new()
            .said(
                "POST /wp-json/posts/{id}",
                &save,
                &made(&path("top-10-of-ann")),
            )
            .said("GET /{slug}", &get(&path("top-10-of-ann")), EMPTY)
            .said("GET /search", &get("/search?q=top-10-of-ann"), EMPTY)
            .search(&Plan::of("x"));
        let own = made(&path("top-10-of-ann-2"));
        assert_eq!(
            searched.sent(1, &[(0, &own)]),
            get(&path("top-10-of-ann-2"))
        );
        assert_eq!(
            searched.sent(2, &[(0, &own)]),
            get("/search?q=top-10-of-ann")
        );
        // another page
        let lost = made(&path("posts-2026"));
        assert_eq!(searched.sent(1, &[(0, &lost)]), get(&path("top-10-of-ann")));
    }
}

#[test]
fn a_page_with_a_number_that_a_redirect_leads_to_is_no_slug() {
    let recorded = Recorded::new()
        .said(
            "POST /cart",
            &post("/cart", "name=Ann&item=7"),
            &led_to("/step-2"),
        )
        .said("GET /step-2", &get("/step-2"), EMPTY);
    assert_eq!(recorded.search(&Plan::of("x")).listed(), [""; 0]);
}
