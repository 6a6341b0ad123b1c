//! What frameworks do with tokens and ids: a cookie that a script sends back in a header, revisions in
//! `If-Match`, ids that are words, codes under names of their own.

use super::*;

const EMPTY: &str = "HTTP/1.1 204 No Content\r\n\r\n";

fn set_cookie(value: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nSet-Cookie: XSRF-TOKEN={value}; Path=/\r\n\r\n")
}

fn sent_back(token: &str, cookie: &str) -> String {
    format!("POST /api HTTP/1.1\r\nX-XSRF-TOKEN: {token}\r\nCookie: XSRF-TOKEN={cookie}\r\n\r\n")
}

#[test]
fn a_cookie_that_a_script_sends_back_in_a_header_is_the_targets_own_and_decoded() {
    for (set, sent) in [
        ("k%7Ca1b2c3d4e5f6%3D%3D", "k|a1b2c3d4e5f6=="),
        (
            "rp_gmzdsmjxgqztanbvgy3tqojqgey",
            "rp_gmzdsmjxgqztanbvgy3tqojqgey",
        ),
    ] {
        let request = sent_back(sent, set);
        let searched = Recorded::new()
            .said("GET /spa", &get("/spa"), &set_cookie(set))
            .said("POST /api", &request, EMPTY)
            .search(&Plan::of("x"));
        assert_eq!(
            searched.listed(),
            [
                "XSRF-TOKEN: GET /spa cookie:XSRF-TOKEN -> POST /api cookie:XSRF-TOKEN",
                "XSRF-TOKEN: GET /spa cookie:XSRF-TOKEN -> POST /api header:x-xsrf-token",
            ]
        );
        let own = set_cookie("m%7Cz9y8x7w6v5%3D");
        // the cookie itself comes from the copy's jar, which is empty here
        assert_eq!(
            searched.sent(1, &[(0, &own)]),
            sent_back("m|z9y8x7w6v5=", set)
        );
        assert!(searched.told.unsourced.is_empty());
    }
}

#[test]
fn a_cookie_that_is_sent_back_as_it_stands_stays_encoded() {
    let set = "k%7Ca1b2c3d4e5f6%3D%3D";
    let request = sent_back(set, set);
    let searched = Recorded::new()
        .said("GET /spa", &get("/spa"), &set_cookie(set))
        .said("POST /api", &request, EMPTY)
        .search(&Plan::of("x"));
    let own = "m%7Cz9y8x7w6v5%3D";
    assert_eq!(
        searched.sent(1, &[(0, &set_cookie(own))]),
        sent_back(own, set)
    );
}

#[test]
fn ids_that_are_words_and_codes_of_their_own_are_swapped_where_names_agree() {
    let made = |file: &str, receipt: &str| {
        let body = format!(
            "{{\"file\":{{\"id\":\"{file}\"}},\"receipt\":\"{receipt}\",\"kind\":\"copper\"}}"
        );
        json("201 Created", "", &body)
    };
    let searched = Recorded::new()
        .said("POST /files", PLACED, &made("trjZmtLz", "R-5012-fJxxYYzz"))
        .said("GET /files/{id}", &get("/files/trjZmtLz"), EMPTY)
        .said(
            "GET /receipts/{id}",
            &get("/receipts/R-5012-fJxxYYzz"),
            EMPTY,
        )
        .said("GET /kinds/{id}", &get("/kinds/copper"), EMPTY)
        .said("GET /others/{id}", &get("/others/trjZmtLz"), EMPTY)
        .search(&Plan::of("x"));
    let own = made("KXQZPLab", "R-7-aaBBccDD");
    let sent = |step| searched.sent(step, &[(0, &own)]);
    assert_eq!(sent(1), get("/files/KXQZPLab"));
    assert_eq!(sent(2), get("/receipts/R-7-aaBBccDD"));
    assert_eq!(sent(3), get("/kinds/copper"), "a word is a word");
    assert_eq!(sent(4), get("/others/trjZmtLz"), "of something else");
}

#[test]
fn the_revision_a_document_has_is_the_one_that_if_match_names() {
    let note = |rev: &str| json("200 OK", "", &format!("{{\"data\":{{\"rev\":\"{rev}\"}}}}"));
    let put = |rev: &str| {
        format!("PUT /notes/1 HTTP/1.1\r\nIf-Match: {rev}\r\nContent-Length: 0\r\n\r\n")
    };
    for recorded in ["1-967a00dff5e02add41819138abb3284d", "1-abcDefgh"] {
        let searched = Recorded::new()
            .said("GET /notes/1", &get("/notes/1"), &note(recorded))
            .said("PUT /notes/1", &put(recorded), EMPTY)
            .search(&Plan::of("x"));
        let own = note("1-0f1e2d3c4b5a69788796a5b4c3d2e1f0");
        assert_eq!(
            searched.sent(1, &[(0, &own)]),
            put("1-0f1e2d3c4b5a69788796a5b4c3d2e1f0")
        );
    }
}

#[test]
fn the_ids_of_an_account_are_known_when_another_takes_its_place() {
    let login = "POST /login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nuser=ann&password=x";
    let answer = json("200 OK", "", "{\"user\":{\"id\":139,\"age\":40}}");
    let lane = Recorded::new().said("POST /login", login, &answer);
    let known = |users| {
        let mut plan = Plan::of("x");
        plan.users = users;
        lane.search(&plan).values.count
    };
    assert_eq!((known(0), known(3)), (0, 1), "the id, and not the age");
}

#[test]
fn a_hidden_field_comes_back_under_its_own_name_whatever_it_holds_and_typed_ones_stay() {
    let page = |step: &str, rev: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<form><input type=hidden name=step value={step}>\
             <input name=rev type='HIDDEN' value='{rev}'><input name=city value=lyon>\
             <input type=hidden name=item value=7></form><form><input type=hidden name=item value=8></form>"
        )
    };
    let form = |step: &str, rev: &str| {
        let body = format!("step={step}&rev={rev}&city=lyon&item=8&other={rev}");
        format!(
            "POST /edit HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let searched = Recorded::new()
        .said("GET /edit", &get("/edit"), &page("two", "08556182"))
        .said("POST /edit", &form("two", "08556182"), EMPTY)
        .search(&Plan::of("x"));
    let own = page("three", "736327dc").replace("lyon", "gent");
    let sent = searched.sent(1, &[(0, &own)]);
    assert!(
        sent.ends_with("step=three&rev=736327dc&city=lyon&item=8&other=08556182"),
        "{sent}"
    );
}

#[test]
fn a_bare_id_in_a_query_is_about_what_its_path_is_about() {
    let made = |id: &str| format!("HTTP/1.1 303 See Other\r\nLocation: /posts.php?id={id}\r\n\r\n");
    let searched = Recorded::new()
        .said("POST /new.php", PLACED, &made("57"))
        .said("GET /posts.php", &get("/posts.php?id=57"), EMPTY)
        .search(&Plan::of("x"));
    assert_eq!(
        searched.sent(1, &[(0, &made("99"))]),
        get("/posts.php?id=99")
    );
}

#[test]

fn what_a_script_of_a_page_sets_is_the_targets_own() {
    let page = |nonce: &str, csrf: &str, id: &str| {
        let page = format!(
            "<script>var beat = {{\"nonce\":\"{csrf}\"}};\napi.use( api.createNonceMiddleware( \"{nonce}\" ) );\n\
             state = {{\"post\":{{\"id\":{id},\"status\":\"draft\"}}}}; // don't</script>"
        );
        let length = page.len();
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n{page}"
        )
    };
    let save = |nonce: &str, id: &str| {
        format!("POST /posts/{id} HTTP/1.1\r\nX-Api-Nonce: {nonce}\r\nContent-Length: 0\r\n\r\n")
    };
    let beat = |csrf: &str| {
        let body = format!("_nonce={csrf}&status=draft");
        let length = body.len();
        format!(
            "POST /beat HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let searched = Recorded::new()
        .said(
            "GET /edit",
            &get("/edit"),
            &page("6417ddcc17", "c8e4c90eda", "46"),
        )
        .said("POST /posts/{id}", &save("6417ddcc17", "46"), EMPTY)
        .said("POST /beat", &beat("c8e4c90eda"), EMPTY)
        .search(&Plan::of("x"));
    assert_eq!(
        searched.listed(),
        [
            "createNonceMiddleware: GET /edit script:use.createNonceMiddleware -> POST /posts/{id} header:x-api-nonce",
            "nonce: GET /edit script:beat.nonce -> POST /beat form:_nonce",
            "post_id: GET /edit script:post.id -> POST /posts/{id} path:2",
        ]
    );
    let own = page("0a1b2c3d4e", "ffeeddccbb", "57");
    assert_eq!(searched.sent(1, &[(0, &own)]), save("0a1b2c3d4e", "57"));
    assert_eq!(searched.sent(2, &[(0, &own)]), beat("ffeeddccbb"));
}

#[test]
fn a_token_without_a_name_of_its_own_is_the_one_that_authorizes() {
    // redaction keeps the length of a JWT where no name says what it is
    let short = "rp_gmzdsmjxgqztanbvgy3tqojq";
    let long = format!("{short}gezdgnbvgy3tqojqgezdgnbvgy3tqojqgezdgnbvgy3tqojq");
    let searched = Recorded::new()
        .said(
            "POST /token",
            "POST /token HTTP/1.1\r\n\r\n",
            &json("200 OK", "", &format!("{{\"access\":\"{long}\"}}")),
        )
        .said(
            "GET /orders",
            &format!("GET /orders HTTP/1.1\r\nAuthorization: Bearer {short}\r\n\r\n"),
            EMPTY,
        )
        .search(&Plan::of("x"));
    let own = json("200 OK", "", "{\"access\":\"eyJ.a.b\"}");
    assert_eq!(
        searched.sent(1, &[(0, &own)]),
        "GET /orders HTTP/1.1\r\nAuthorization: Bearer eyJ.a.b\r\n\r\n"
    );
    assert!(searched.told.unsourced.is_empty());
}

#[test]
fn documents_in_attributes_of_a_page_give_ids() {
    let page = |cart: &str| {
        let body =
            format!("<div data-page='{{&quot;cart&quot;:{{&quot;id&quot;:{cart}}}}}'></div>");
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{body}")
    };
    let request = |cart: &str| format!("POST /pay HTTP/1.1\r\nX-Cart-Id: {cart}\r\n\r\n");
    let searched = Recorded::new()
        .said("GET /app", &get("/app"), &page("8802"))
        .said("POST /pay", &request("8802"), EMPTY)
        .search(&Plan::of("x"));
    assert_eq!(searched.sent(1, &[(0, &page("13"))]), request("13"));
}

#[test]
fn numbered_fields_are_about_what_they_say_and_not_about_the_path() {
    let placed = json("201 Created", "", "{\"id\":42}");
    let form = |order: &str| {
        format!(
            "POST /orders/{order} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n\
             lines-0-order={order}&lines-0-article=42&address2=42"
        )
    };
    let searched = Recorded::new()
        .said("POST /orders", "POST /orders HTTP/1.1\r\n\r\n", &placed)
        .said("POST /orders/{id}", &form("42"), EMPTY)
        .search(&Plan::of("x"));
    let own = json("201 Created", "", "{\"id\":7}");
    assert_eq!(searched.sent(1, &[(0, &own)]), form("7"));
}

#[test]
fn what_a_token_signs_in_a_link_goes_with_it() {
    let link = |ends: &str, until: &str, token: &str| {
        format!("/dl/7?expires={ends}&se={until}&w=80&X-Signature={token}")
    };
    let answer = |target: &str| {
        json(
            "200 OK",
            "",
            &format!(
                "{{\"url\":\"http://shop.example{target}\",\"at\":\"2026-11-23T14%3A45%3A00Z\"}}"
            ),
        )
    };
    let recorded = link(
        "1795445123",
        "2026-11-23T14%3A45%3A00Z",
        "rp_gmzdsmjxgqztanbvgy3tqojq",
    );
    let own = link(
        "1795449999",
        "2026-11-24T09%3A00%3A00Z",
        "c0ffee11c0ffee22c0ffee33",
    );
    let searched = Recorded::new()
        .said("GET /link", &get("/link"), &answer(&recorded))
        .said("GET /dl/{id}", &get(&recorded), EMPTY)
        .search(&Plan::of("x"));
    assert_eq!(searched.sent(1, &[(0, &answer(&own))]), get(&own));
    // nothing signs these
    let bare = "/dl?expires=1795445123&page=12";
    let searched = Recorded::new()
        .said("GET /link", &get("/link"), &answer(bare))
        .said("GET /dl/{id}", &get(bare), EMPTY)
        .search(&Plan::of("x"));
    assert_eq!(searched.listed(), [""; 0]);
}

#[test]
fn a_wrong_password_that_is_answered_by_the_form_or_a_way_back_is_sent_as_it_was() {
    let form = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<form><input type='password' name=password></form>";
    let back = "HTTP/1.1 302 Found\r\nLocation: http://shop/login?error=1\r\n\r\n";
    let login = "POST /login HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n\
                 user=ann&password=rp_gmzdsmjxgqztanbvgy3tqojq";
    for (answer, lacks) in [
        (form, false),
        (back, false),
        ("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", true),
        (
            "HTTP/1.1 302 Found\r\nLocation: /login/second-step\r\n\r\n",
            true,
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Hello ann",
            true,
        ),
    ] {
        let searched = Recorded::new()
            .said("POST /login", login, answer)
            .search(&Plan::of("x"));
        assert_eq!(!searched.told.unsourced.is_empty(), lacks, "{answer}");
    }
}

#[test]
fn what_alone_is_typed_before_a_password_is_a_user_whatever_it_is_called() {
    let page = |body: &str| {
        let length = body.len();
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let form = "<form><input type=\"hidden\" name=\"action\" value=\"enter\"><input name=\"log\">\
        <input type=\"password\" name=\"pwd\"></form>";
    let post = |body: &str| {
        let length = body.len();
        format!(
            "POST /enter.php HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let login = |body: &str, answer: &str| {
        let mut plan = Plan::of("x");
        plan.users = 3;
        let recorded = Recorded::new()
            .said("GET /enter.php", &get("/enter.php"), &page(form))
            .said("POST /enter.php", &post(body), answer);
        recorded.search(&plan).values.user
    };
    let gone_on = "HTTP/1.1 302 Found\r\nLocation: /home\r\n\r\n";
    let password = "pwd=rp_secretaaaaaaaaaaaaaaaaaa";
    let typed = format!("action=enter&log=ada&{password}&to=%2Fhome");
    assert_eq!(login(&typed, gone_on).as_deref(), Some(b"ada".as_slice()));
    assert_eq!(login(&typed, &page(form)), None);
    // a lock without a name; an article with a password of its own, and one without
    for other in ["action=enter&to=%2Fhome&", "title=Lamps&author=1&"] {
        assert_eq!(login(&format!("{other}{password}"), gone_on), None);
    }
    assert_eq!(login("author=1&pwd=", gone_on), None);
}

#[test]
fn nested_fields_name_the_user_by_their_last_word_and_a_lone_new_password_is_no_login() {
    let post = |path: &str, form: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{form}"
        )
    };
    let login = post(
        "/login",
        "user%5Bcity%5D=Lyon&user%5Bemail%5D=ann%40shop&user%5Bpassword%5D=rp_secretaaaaaaaaaaaaaaaaaa",
    );
    let reset = post(
        "/password_resets/7",
        "_method=patch&user%5Bpassword%5D=rp_secretbbbbbbbbbbbbbbbbbb",
    );
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n\
        <form><input type=hidden name=_method value=patch></form>";
    let mut plan = Plan::of("x");
    plan.users = 3;
    let found = "HTTP/1.1 302 Found\r\nLocation: /home\r\n\r\n";
    let searched = Recorded::new()
        .said(
            "GET /password_resets/{id}",
            &get("/password_resets/7"),
            page,
        )
        .said("POST /password_resets/{id}", &reset, found)
        .said("POST /login", &login, found)
        .search(&plan);
    let fills = |exchange: usize| searched.carries[exchange].iter().map(|carry| carry.fill);
    assert!(!fills(1).any(|fill| matches!(fill, Fill::User | Fill::Password)));
    let login: Vec<Fill> = fills(2).collect();
    assert_eq!(login, [Fill::User, Fill::Password]);
    assert_eq!(searched.values.user.as_deref(), Some(&b"ann@shop"[..]));
}

#[test]
fn a_long_session_goes_on_with_the_tokens_of_its_latest_pages_and_the_one_it_always_shows() {
    let token = |page: usize| format!("{page:04}k3v9x2m8Qd7wZp1L");
    let shown = |page: usize| {
        format!(
            "GET /page HTTP/1.1\r\nAuthorization: Bearer {}\r\nX-Page: {page}\r\n\r\n",
            token(0)
        )
    };
    let mut recorded = Recorded::new();
    for page in 0..3_000 {
        let body = format!(r#"{{"csrf":"{}"}}"#, token(page));
        recorded = recorded.said("GET /page", &shown(page), &json("200 OK", "", &body));
    }
    let post = format!("POST /a HTTP/1.1\r\nX-CSRF: {}\r\n\r\n", token(2_999));
    let recorded = recorded.said("POST /a", &post, EMPTY);
    let searched = recorded.search(&Plan::of("x"));
    assert_eq!(searched.carries[3_000].len(), 1);
    let credentials = searched.carries.iter().skip(1).take(2_999);
    assert!(credentials.map(Vec::len).all(|carried| carried == 1));
}
