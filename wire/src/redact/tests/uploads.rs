//! Secrets beside what is uploaded and downloaded: in the heads of the parts of a body, in the names of fields and files.

use super::{http, redacted};

/// What every case hides.
const SECRET: &str = "h1dden-s3cret";
const CARD: &str = "4111111111111111";

/// What is stored of an upload of one part with this head.
fn uploaded(head: &str, content: &str) -> String {
    let body = format!("--B\r\n{head}\r\n\r\n{content}\r\n--B--\r\n");
    let kind = "Content-Type: multipart/form-data; boundary=B";
    let length = body.len();
    let request = format!("POST / HTTP/1.1\r\n{kind}\r\nContent-Length: {length}\r\n\r\n{body}");
    let (request, _, _) = redacted(http(&request, b""));
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let length = format!("Content-Length: {}", body.len());
    assert!(head.ends_with(&length), "{request}");
    assert!(
        body.starts_with("--B\r\n") && body.ends_with("\r\n--B--\r\n"),
        "{body}"
    );
    body.to_owned()
}

#[test]
fn the_name_of_a_file_is_looked_into() {
    for (parameters, stays) in [
        (
            "name=\"f\"; filename=\"token=SECRET\"",
            "filename=\"token=rp_",
        ),
        ("name=\"f\"; filename=token=SECRET", "filename=token=rp_"),
        (
            "name=\"f\"; filename=\"http://h/a?api_key=SECRET\"; x=\"1\"",
            "\"; x=\"1\"",
        ),
        (
            "filename=\"{\\\"password\\\":\\\"SECRET\\\"}\"; name=\"f\"",
            "; name=\"f\"",
        ),
        (
            "name=f; filename*=UTF-8''token%3DSECRET",
            "filename*=UTF-8''token%3Drp_",
        ),
        (
            "name=f; filename=\"a\"; filename*=utf-8'en'%74oken%3D%68SECRET",
            "filename=\"a\"; filename*=utf-8'en'token%3Drp_",
        ),
        (
            "name=f; filename*0=\"tok\"; filename*1=\"en=SECRET\"; y=2",
            "filename*1=\"\"; y=2",
        ),
        (
            "name=f; filename*0*=UTF-8''tok%65; filename*1*=n%3D; filename*2=SECRET",
            "filename*0*=UTF-8''token%3Drp_",
        ),
        ("name=f; password=SECRET", "password=rp_"),
        ("name=\"token=SECRET\"", "name=\"token=rp_"),
    ] {
        let parameters = parameters.replace("SECRET", SECRET);
        let body = uploaded(
            &format!("Content-Disposition: form-data; {parameters}"),
            "x",
        );
        assert!(!body.contains(SECRET) && body.contains(stays), "{body}");
    }
}

#[test]
fn a_shape_is_found_in_the_name_of_a_file_however_it_is_written() {
    for parameters in [
        format!("filename=\"{CARD}.pdf\""),
        format!("filename*=UTF-8''{}%31.pdf", &CARD[..15]),
        format!(
            "filename*0=\"{}\"; filename*1=\"{}.pdf\"",
            &CARD[..7],
            &CARD[7..]
        ),
    ] {
        let head = format!("Content-Disposition: form-data; name=\"f\"; {parameters}");
        let body = uploaded(&head, "x");
        let digits: String = body.chars().filter(char::is_ascii_digit).collect();
        assert!(body.contains(".pdf") && !digits.contains(CARD), "{body}");
        assert!(!body.contains("4111111"), "{body}");
    }
}

#[test]
fn a_field_is_known_by_its_encoded_name_too() {
    for name in [
        "name*=UTF-8''pass%77ord",
        "name*0=pass; name*1=word",
        "name=\"x\"; name*=UTF-8''password",
        "filename=\"a name=b\"; name=\"password\"",
        "\r\n name=\"password\"",
    ] {
        let body = uploaded(&format!("Content-Disposition: form-data; {name}"), SECRET);
        assert!(
            !body.contains(SECRET) && body.contains("\r\n\r\nrp_"),
            "{body}"
        );
        assert!(body.contains(name), "{body}");
    }
}

#[test]
fn the_fields_of_a_part_are_those_of_a_message() {
    let disposition = "Content-Disposition: form-data; name=\"f\"";
    for (field, stays) in [
        ("Authorization: Bearer SECRET", "Authorization: Bearer rp_"),
        ("authorization:Basic SECRET", "authorization:Basic rp_"),
        ("X-Api-Key: SECRET", "X-Api-Key: rp_"),
        ("Cookie: sid=SECRET; a=\"\"", "Cookie: sid=rp_"),
        ("Content-Location: /a?token=SECRET&x=1", "&x=1\r\n"),
        (
            "X-Auth-Token:\r\n SECRET\r\nX-Other: 1",
            "\r\nX-Other: 1\r\n",
        ),
        (
            "Content-Type: text/x; name=\"token=SECRET\"",
            "text/x; name=\"token=rp_",
        ),
    ] {
        let field = field.replace("SECRET", SECRET);
        for head in [
            format!("{field}\r\n{disposition}"),
            format!("{disposition}\r\n{field}"),
        ] {
            let body = uploaded(&head, "x");
            assert!(!body.contains(SECRET) && body.contains(stays), "{body}");
            assert!(body.contains(disposition), "{body}");
        }
    }
}

#[test]
fn a_head_that_is_cut_is_looked_at_as_far_as_it_goes() {
    let body = format!("--B\r\nContent-Disposition: form-data; name=f\r\nX-Api-Key: {SECRET}");
    let kind = "Content-Type: multipart/form-data; boundary=B";
    let request = format!("POST / HTTP/1.1\r\n{kind}\r\nContent-Length: 900\r\n\r\n{body}");
    let (request, _, _) = redacted(http(&request, b""));
    assert!(
        !request.contains(SECRET) && request.contains("X-Api-Key: rp_"),
        "{request}"
    );
}

#[test]
fn the_name_of_a_file_that_is_downloaded_is_looked_into_as_well() {
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=\"a.pdf\"; filename*=UTF-8''token%3D{SECRET}\r\n\
         Content-Length: 1\r\n\r\nx"
    );
    let (_, answer, _) = redacted(http("GET / HTTP/1.1\r\n\r\n", answer.as_bytes()));
    assert!(!answer.contains(SECRET), "{answer}");
    assert!(
        answer.contains("filename=\"a.pdf\"; filename*=UTF-8''token%3Drp_"),
        "{answer}"
    );
}

#[test]
fn an_upload_without_a_secret_passes_byte_for_byte() {
    for head in [
        "Content-Disposition: form-data; name=\"f\"; filename=\"C:\\dir\\a b.txt\"\r\nContent-Type: text/plain; charset=x",
        "Content-Disposition: form-data; name=f; filename*=UTF-8''%e2%82%ac%20rates.pdf; filename=\"a;b=\\\"c\\\".pdf\"",
        "content-disposition: form-data;name=\"a[b]\" ; filename=\"unfinished",
        "Content-Disposition: form-data; filename*1=b; filename*0=a; ;=;*=;**=x; name=x*\r\nX-Odd\r\n: y\r\n folded",
        "Content-Type: multipart/mixed; boundary=\"token=abc\"",
    ] {
        let body = uploaded(head, "x");
        assert_eq!(body, format!("--B\r\n{head}\r\n\r\nx\r\n--B--\r\n"));
    }
}
