//! Names of files that are uploaded, and the dates that servers keep files and posts under.

use super::rows::{EMPTY, post};
use super::*;

fn upload(name: &str) -> String {
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n%PNG\r\n--b--\r\n"
    );
    let length = body.len();
    format!(
        "POST /media HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

fn kept_at(path: &str) -> String {
    json(
        "201 Created",
        "",
        &format!("{{\"source_url\":\"http://shop{path}\"}}"),
    )
}

#[test]
fn the_name_of_a_file_is_the_one_that_the_target_gives_it() {
    for (uploaded, recorded, own) in [
        ("pic-0.png", "pic-0.png", "pic-0-1.png"),
        ("My Lamp.PNG", "my-lamp.png", "my-lamp-2.png"),
        ("lamp.png", "lamp.png", "lamp-1.png"),
    ] {
        let path = |name: &str| format!("/uploads/{name}");
        let searched = Recorded::new()
            .said("POST /media", &upload(uploaded), &kept_at(&path(recorded)))
            .said("GET /uploads", &get(&path(recorded)), EMPTY)
            .search(&Plan::of("x"));
        let sent = searched.sent(1, &[(0, &kept_at(&path(own)))]);
        assert_eq!(sent, get(&path(own)));
        // it is kept as something else
        let lost = kept_at(&path("missing.png"));
        assert_eq!(searched.sent(1, &[(0, &lost)]), get(&path(recorded)));
    }
}

#[test]
fn a_page_that_an_upload_leads_to_is_no_file_of_it() {
    let uploaded = |title: &str| post("/media-new.php", &format!("submit={title}&file=pic-0.png"));
    let led = json("302 Found", "Location: /admin/upload.php\r\n", "");
    let recorded = Recorded::new()
        .said("POST /media-new.php", &uploaded("Upload"), &led)
        .said("GET /admin/upload.php", &get("/admin/upload.php"), EMPTY);
    assert_eq!(recorded.search(&Plan::of("x")).listed(), [""; 0]);
}

#[test]
fn an_id_before_a_file_is_found_whatever_the_file_is_called() {
    let searched = Recorded::new()
        .said(
            "POST /media",
            &upload("pic-0.png"),
            &kept_at("/users/57/pic-0.png"),
        )
        .said("GET /users/{id}", &get("/users/57/pic-0.png"), EMPTY)
        .search(&Plan::of("x"));
    let own = kept_at("/users/99/pic-0-1.png");
    assert_eq!(searched.sent(1, &[(0, &own)]), get("/users/99/pic-0-1.png"));
}

#[test]
fn files_that_no_request_uploaded_stay() {
    let recorded = Recorded::new()
        .said(
            "POST /media",
            &upload("pic-0.png"),
            &kept_at("/static/logo.png"),
        )
        .said("GET /static/logo.png", &get("/static/logo.png"), EMPTY)
        .said(
            "POST /theme",
            &post("/theme", "logo=%2Fstatic%2Fdark.png"),
            &kept_at("/static/dark.png"),
        )
        .said("GET /static/dark.png", &get("/static/dark.png"), EMPTY);
    assert_eq!(recorded.search(&Plan::of("x")).listed(), [""; 0]);
}

#[test]
fn the_day_of_a_file_or_a_page_is_the_one_that_the_target_keeps_it_under() {
    for (recorded, own) in [
        ("/uploads/2026/11/pic-0.png", "/uploads/2026/12/pic-0-1.png"),
        ("/2026/11/11/pic-0", "/2027/01/02/pic-0"),
    ] {
        let searched = Recorded::new()
            .said("POST /media", &upload("pic-0.png"), &kept_at(recorded))
            .said("GET", &get(recorded), EMPTY)
            .said("GET", &get("/2026/11/11/other/"), EMPTY)
            .said("GET", &get("/uploads/2026/11/old.png"), EMPTY)
            .search(&Plan::of("x"));
        let own_answer = kept_at(own);
        assert_eq!(searched.sent(1, &[(0, &own_answer)]), get(own));
        for step in [2, 3] {
            let sent = searched.sent(step, &[(0, &own_answer)]);
            assert_eq!(sent, searched.requests[step as usize]);
        }
        // what is under no such day says nothing
        let lost = kept_at("/uploads/all/new/x.png");
        assert_eq!(searched.sent(1, &[(0, &lost)]), get(recorded));
    }
}

#[test]
fn the_day_of_a_page_that_was_there_before_stays() {
    let recorded = Recorded::new()
        .said(
            "POST /comments",
            &post("/comments", "text=Nice&post=7"),
            &json("302 Found", "Location: /2026/11/23/hello-world/\r\n", ""),
        )
        .said("GET", &get("/2026/11/23/hello-world/"), EMPTY);
    assert_eq!(recorded.search(&Plan::of("x")).listed(), [""; 0]);
}
