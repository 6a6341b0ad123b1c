//! Tokens of which a page has many: each row its own, in a link or in a form.

use super::*;

pub(super) const EMPTY: &str = "HTTP/1.1 204 No Content\r\n\r\n";

pub(super) fn page(body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n{body}")
}

pub(super) fn post(target: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {target} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// Rows of posts, each with links that have tokens of their own.
fn list(rows: &[(u32, &str, &str)]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|(id, edit, trash)| {
            format!(
                "<a href='/post.php?post={id}&amp;action=edit&amp;_wpnonce={edit}'>edit</a>\
                 <a href='/post.php?post={id}&#038;action=trash&#038;_wpnonce={trash}'>trash</a>"
            )
        })
        .collect();
    page(&rows.concat())
}

fn trash(id: u32, nonce: &str) -> String {
    get(&format!(
        "/post.php?post={id}&action=trash&_wpnonce={nonce}"
    ))
}

#[test]
fn a_token_is_that_of_the_link_with_the_same_parameters_wherever_it_stands() {
    let recorded = [
        (12, "aa11bb22c1", "aa11bb22c2"),
        (13, "aa11bb22c3", "aa11bb22c4"),
    ];
    let searched = Recorded::new()
        .said("GET /edit.php", &get("/edit.php"), &list(&recorded))
        .said("GET /post.php", &trash(13, "aa11bb22c4"), EMPTY)
        .search(&Plan::of("x"));
    let own = [
        (13, "dd44ee55f3", "dd44ee55f4"),
        (20, "dd44ee55f1", "dd44ee55f2"),
        (12, "dd44ee55f5", "dd44ee55f6"),
    ];
    assert_eq!(
        searched.sent(1, &[(0, &list(&own))]),
        trash(13, "dd44ee55f4")
    );
    // the row is gone: what is left to go by is what the link does, and where it stood
    let without = [own[1], own[2]];
    assert_eq!(
        searched.sent(1, &[(0, &list(&without))]),
        trash(13, "dd44ee55f6")
    );
}

#[test]
fn the_link_is_told_by_what_the_request_has_on_the_target() {
    let made = |id: u32| json("201 Created", "", &format!("{{\"post\":{{\"id\":{id}}}}}"));
    let recorded = [
        (57, "aa11bb22c1", "aa11bb22c2"),
        (12, "aa11bb22c3", "aa11bb22c4"),
    ];
    let searched = Recorded::new()
        .said("POST /posts", PLACED, &made(57))
        .said("GET /edit.php", &get("/edit.php"), &list(&recorded))
        .said("GET /post.php", &trash(57, "aa11bb22c2"), EMPTY)
        .search(&Plan::of("x"));
    let own = [
        (12, "dd44ee55f1", "dd44ee55f2"),
        (57, "dd44ee55f3", "dd44ee55f4"),
        (99, "dd44ee55f5", "dd44ee55f6"),
    ];
    assert_eq!(
        searched.sent(2, &[(0, &made(99)), (1, &list(&own))]),
        trash(99, "dd44ee55f6")
    );
}

#[test]
fn an_id_in_the_path_tells_a_link_too() {
    let links = |all: &[(u32, &str)]| {
        let links = all
            .iter()
            .map(|(id, token)| format!("<a href=/cart/{id}/remove?token={token}>x</a>"));
        page(&links.collect::<String>())
    };
    let remove = |id: u32, token: &str| get(&format!("/cart/{id}/remove?token={token}"));
    let searched = Recorded::new()
        .said(
            "GET /cart",
            &get("/cart"),
            &links(&[(12, "aa11bb22c1"), (13, "aa11bb22c2")]),
        )
        .said("GET /cart/{id}/remove", &remove(13, "aa11bb22c2"), EMPTY)
        .search(&Plan::of("x"));
    let own = links(&[(13, "dd44ee55f1"), (12, "dd44ee55f2"), (11, "dd44ee55f3")]);
    assert_eq!(searched.sent(1, &[(0, &own)]), remove(13, "dd44ee55f1"));
}

#[test]
fn a_token_is_that_of_the_form_with_the_same_action_and_the_same_other_fields() {
    let by_action = |id: u32, token: &str| {
        format!(
            "<form class=button_to method=post action='/cart/{id}/remove'>\
             <input type=hidden name=_method value=delete><button>x</button>\
             <input type=hidden name=authenticity_token value={token}></form>"
        )
    };
    let by_field = |id: u32, token: &str| {
        format!(
            "<form method=post action=/cart/change><input name=authenticity_token type=hidden value={token}>\
             <input type=hidden name=line value={id}><input name=quantity value=1></form>"
        )
    };
    let forms = |all: &[String]| page(&all.concat());
    let (of_12, of_13, change) = ("aa11bb22c1", "aa11bb22c2", "aa11bb22c3");
    let recorded = forms(&[
        by_action(12, of_12),
        by_action(13, of_13),
        by_field(12, "aa11bb22c4"),
        by_field(13, change),
    ]);
    let remove = |token: &str| {
        let body = format!("_method=delete&authenticity_token={token}");
        post("/cart/13/remove", &body)
    };
    let changed = |token: &str| {
        let body = format!("authenticity_token={token}&line=13&quantity=3");
        post("/cart/change", &body)
    };
    let searched = Recorded::new()
        .said("GET /cart", &get("/cart"), &recorded)
        .said("POST /cart/{id}/remove", &remove(of_13), EMPTY)
        .said("POST /cart/change", &changed(change), EMPTY)
        .search(&Plan::of("x"));
    let own = forms(&[
        by_field(13, "dd44ee55f1"),
        by_field(11, "dd44ee55f2"),
        by_action(11, "dd44ee55f3"),
        by_action(13, "dd44ee55f4"),
        by_action(12, "dd44ee55f5"),
    ]);
    assert_eq!(searched.sent(1, &[(0, &own)]), remove("dd44ee55f4"));
    assert_eq!(searched.sent(2, &[(0, &own)]), changed("dd44ee55f1"));
}

#[test]
fn what_a_token_signs_is_that_of_its_link() {
    let links = |all: &[(u32, u32, &str)]| {
        let links = all.iter().map(|(id, expires, signature)| {
            format!("<a href='/dl/{id}?expires={expires}&amp;signature={signature}'>x</a>")
        });
        page(&links.collect::<String>())
    };
    let download = |id: u32, expires: u32, signature: &str| {
        get(&format!("/dl/{id}?expires={expires}&signature={signature}"))
    };
    let recorded = [
        (7, 1_795_445_123, "c0ffee11c0ffee22c0ffee33"),
        (8, 1_795_445_124, "c0ffee44c0ffee55c0ffee66"),
    ];
    let searched = Recorded::new()
        .said("GET /files", &get("/files"), &links(&recorded))
        .said(
            "GET /dl/{id}",
            &download(8, 1_795_445_124, recorded[1].2),
            EMPTY,
        )
        .search(&Plan::of("x"));
    let own = [
        (8, 1_795_449_991, "0123a4567b89c0123d4567e8"),
        (9, 1_795_449_992, "1123a4567b89c0123d4567e8"),
        (7, 1_795_449_993, "2123a4567b89c0123d4567e8"),
    ];
    assert_eq!(
        searched.sent(1, &[(0, &links(&own))]),
        download(8, own[0].1, own[0].2)
    );
}

#[test]
fn links_from_the_page_they_stand_in_have_tokens_too() {
    let links = |all: &[(u32, &str)]| {
        let links = all.iter().map(|(id, nonce)| {
            format!("<a href='users.php?action=delete&amp;user={id}&amp;_wpnonce={nonce}'>x</a>")
        });
        page(&links.collect::<String>())
    };
    let delete = |id: u32, nonce: &str| {
        get(&format!(
            "/wp-admin/users.php?action=delete&user={id}&_wpnonce={nonce}"
        ))
    };
    let searched = Recorded::new()
        .said(
            "GET /wp-admin/users.php",
            &get("/wp-admin/users.php?orderby=name"),
            &links(&[(5, "aa11bb22c1"), (6, "aa11bb22c2")]),
        )
        .said("GET /wp-admin/users.php", &delete(6, "aa11bb22c2"), EMPTY)
        .search(&Plan::of("x"));
    let own = links(&[(6, "dd44ee55f1"), (5, "dd44ee55f2")]);
    assert_eq!(searched.sent(1, &[(0, &own)]), delete(6, "dd44ee55f1"));
}

/// Forms with where they lead and the revision that they change.
fn editing(forms: &[(&str, u32)]) -> String {
    let forms = forms.iter().map(|(action, revision)| {
        format!(
            "<form method=post action='{action}'><input type=hidden name=revision value='rev.{revision}'>\
             <input name=text></form>"
        )
    });
    page(&forms.collect::<String>())
}

#[test]
fn a_hidden_field_of_several_forms_is_that_of_the_form_that_leads_where_the_request_goes() {
    let change = |path: &str, revision: u32| post(path, &format!("revision=rev.{revision}&text=x"));
    let searched = Recorded::new()
        .said(
            "GET /notes",
            &get("/notes"),
            &editing(&[("/notes/12", 3), ("/notes/13", 4), ("", 5)]),
        )
        .said("POST /notes/{id}", &change("/notes/13", 4), EMPTY)
        .said("POST /notes", &change("/notes", 5), EMPTY)
        .search(&Plan::of("x"));
    let own = editing(&[("/notes/13", 7), ("/notes/12", 4), ("/notes", 8)]);
    assert_eq!(searched.sent(1, &[(0, &own)]), change("/notes/13", 7));
    assert_eq!(searched.sent(2, &[(0, &own)]), change("/notes", 8));
    // its form is gone, or there are two
    let without = editing(&[("/notes/12", 7), ("/search", 8)]);
    assert_eq!(searched.sent(1, &[(0, &without)]), change("/notes/13", 4));
    let two = editing(&[("/notes/13", 7), ("/notes/13", 8)]);
    assert_eq!(searched.sent(1, &[(0, &two)]), change("/notes/13", 4));
}

#[test]
fn a_hidden_field_of_several_forms_that_lead_to_one_place_stays() {
    let change = post("/change", "revision=rev.4&text=x");
    let recorded = Recorded::new()
        .said(
            "GET /notes",
            &get("/notes"),
            &editing(&[("/change", 3), ("/change", 4)]),
        )
        .said("POST /change", &change, EMPTY);
    assert_eq!(recorded.search(&Plan::of("x")).listed(), [""; 0]);
}
