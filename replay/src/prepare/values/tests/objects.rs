//! Tokens of which an answer has many: each object of a list its own, or each tag in an attribute for scripts.

use super::rows::{EMPTY, page, post};
use super::*;

fn listed(rows: &[(u32, &str)]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|(id, nonce)| {
            format!(
                "{{\"tags\":[{{\"id\":7}}],\"id\":{id},\"links\":{{\"delete\":{{\"nonce\":\"{nonce}\"}}}}}}"
            )
        })
        .collect();
    json("200 OK", "", &format!("{{\"posts\":[{}]}}", rows.join(",")))
}

#[test]
fn a_token_is_that_of_the_object_whose_id_the_request_has() {
    let delete = |id: u32, nonce: &str| get(&format!("/api/posts/{id}/delete?nonce={nonce}"));
    let by_field = |id: u32, nonce: &str| post("/ajax", &format!("post_id={id}&nonce={nonce}"));
    let recorded = [(12, "aa11bb22c1"), (13, "aa11bb22c2")];
    let searched = Recorded::new()
        .said("GET /api/posts", &get("/api/posts"), &listed(&recorded))
        .said(
            "GET /api/posts/{id}/delete",
            &delete(13, "aa11bb22c2"),
            EMPTY,
        )
        .said("POST /ajax", &by_field(12, "aa11bb22c1"), EMPTY)
        .search(&Plan::of("x"));
    let own = listed(&[(13, "dd44ee55f1"), (20, "dd44ee55f2"), (12, "dd44ee55f3")]);
    assert_eq!(searched.sent(1, &[(0, &own)]), delete(13, "dd44ee55f1"));
    assert_eq!(searched.sent(2, &[(0, &own)]), by_field(12, "dd44ee55f3"));
    // the object is gone: what is left to go by is where it stood
    let without = listed(&[(20, "dd44ee55f2"), (21, "dd44ee55f4")]);
    assert_eq!(searched.sent(1, &[(0, &without)]), delete(13, "dd44ee55f4"));
}

#[test]
fn the_object_is_told_by_the_id_that_the_target_made() {
    let made = |id: u32| json("201 Created", "", &format!("{{\"post\":{{\"id\":{id}}}}}"));
    let publish = |id: u32, nonce: &str| post("/ajax", &format!("post={id}&nonce={nonce}"));
    let searched = Recorded::new()
        .said("POST /posts", PLACED, &made(57))
        .said(
            "GET /api/posts",
            &get("/api/posts"),
            &listed(&[(57, "aa11bb22c1"), (12, "aa11bb22c2")]),
        )
        .said("POST /ajax", &publish(57, "aa11bb22c1"), EMPTY)
        .search(&Plan::of("x"));
    let own = listed(&[(12, "dd44ee55f1"), (57, "dd44ee55f2"), (99, "dd44ee55f3")]);
    assert_eq!(
        searched.sent(2, &[(0, &made(99)), (1, &own)]),
        publish(99, "dd44ee55f3")
    );
}

#[test]
fn a_token_in_an_attribute_is_that_of_the_tag_with_the_same_ids() {
    let buttons = |all: &[(u32, &str)]| {
        let buttons = all.iter().map(|(id, nonce)| {
            format!("<button data-nonce={nonce} data-post-id={id} data-kind=2>x</button>")
        });
        page(&buttons.collect::<String>())
    };
    let links = |all: &[(u32, &str)]| {
        let links = all.iter().map(|(id, nonce)| {
            format!("<form action=/search><a data-csrf-token={nonce} href='/cart/{id}/remove'>x</a></form>")
        });
        page(&links.collect::<String>())
    };
    let ajax = |id: u32, nonce: &str| post("/ajax", &format!("kind=2&post_id={id}&nonce={nonce}"));
    let remove = |id: u32, nonce: &str| post(&format!("/cart/{id}/remove"), &format!("t={nonce}"));
    let recorded = [(12, "aa11bb22c1"), (13, "aa11bb22c2")];
    let other = [(5, "aa11bb22c3"), (6, "aa11bb22c4")];
    let searched = Recorded::new()
        .said("GET /posts", &get("/posts"), &buttons(&recorded))
        .said("GET /cart", &get("/cart"), &links(&other))
        .said("POST /ajax", &ajax(13, "aa11bb22c2"), EMPTY)
        .said("POST /cart/{id}/remove", &remove(6, "aa11bb22c4"), EMPTY)
        .search(&Plan::of("x"));
    let own = buttons(&[(13, "dd44ee55f1"), (12, "dd44ee55f2")]);
    let own_links = links(&[(7, "dd44ee55f3"), (8, "dd44ee55f4"), (6, "dd44ee55f5")]);
    assert_eq!(searched.sent(2, &[(0, &own)]), ajax(13, "dd44ee55f1"));
    assert_eq!(
        searched.sent(3, &[(1, &own_links)]),
        remove(6, "dd44ee55f5")
    );
}

#[test]
fn what_an_object_has_under_other_names_does_not_tell_it() {
    let rows = |all: &[(u32, &str)]| {
        let rows: Vec<String> = all
            .iter()
            .map(|(stock, token)| format!("{{\"stock\":{stock},\"token\":\"{token}\"}}"))
            .collect();
        json("200 OK", "", &format!("[{}]", rows.join(",")))
    };
    let take = |token: &str| post("/take", &format!("token={token}&quantity=2&stock=2"));
    let searched = Recorded::new()
        .said(
            "GET /items",
            &get("/items"),
            &rows(&[(1, "aa11bb22c1"), (2, "aa11bb22c2")]),
        )
        .said("POST /take", &take("aa11bb22c2"), EMPTY)
        .search(&Plan::of("x"));
    let own = rows(&[(2, "dd44ee55f1"), (1, "dd44ee55f2")]);
    assert_eq!(searched.sent(1, &[(0, &own)]), take("dd44ee55f2"));
}

#[test]
fn variables_of_graphql_carry_long_ids_under_their_bare_name() {
    let ask = |document: &str, variables: &str| {
        let body = format!("{{\"query\":\"{document}\",\"variables\":{variables}}}");
        let length = body.len();
        format!(
            "POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let create = ask(
        "mutation { createPost { slug } }",
        "{\"title\":\"Delta kelp\"}",
    );
    let made = |slug: &str| {
        let body = format!(
            "{{\"data\":{{\"createPost\":{{\"post\":{{\"slug\":\"{slug}\",\"title\":\"Delta kelp\"}}}}}}}}"
        );
        json("200 OK", "", &body)
    };
    let show = |variables: &str| ask("query { post }", variables);
    let by_slug = |slug: &str| show(&format!("{{\"slug\":\"{slug}\"}}"));
    let by_text = show("{\"search\":\"delta-kelp-Nhdtag\"}");
    let searched = Recorded::new()
        .said("POST /graphql", &create, &made("delta-kelp-Nhdtag"))
        .said("POST /graphql", &by_slug("delta-kelp-Nhdtag"), EMPTY)
        .said("POST /graphql", &by_text, EMPTY)
        .search(&Plan::of("x"));
    let own = made("delta-kelp-_uByf");
    assert_eq!(searched.sent(1, &[(0, &own)]), by_slug("delta-kelp-_uByf"));
    assert_eq!(searched.sent(2, &[(0, &own)]), by_text);
    // a persisted query has them in the URL
    let by_url = |slug: &str| {
        get(&format!(
            "/graphql?variables=%7B%22slug%22%3A%22{slug}%22%7D&x=1"
        ))
    };
    let searched = Recorded::new()
        .said("POST /graphql", &create, &made("delta-kelp-Nhdtag"))
        .said("GET /graphql", &by_url("delta-kelp-Nhdtag"), EMPTY)
        .search(&Plan::of("x"));
    assert_eq!(searched.sent(1, &[(0, &own)]), by_url("delta-kelp-_uByf"));
}
