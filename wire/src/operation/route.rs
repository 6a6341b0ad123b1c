//! Route templates of HTTP requests: `GET /cart/17?x=1` becomes `GET /cart/{id}`.

use std::borrow::Cow;

use super::cut_line;
use super::segment::push_template;

/// Path segments beyond this are summed up as `{rest}`.
const MOST_SEGMENTS: usize = 16;

/// The operation of a request: its method and the template of its path. The query is removed, values in
/// the path are replaced by what they are: `{id}`, `{uuid}`, `{date}`, `{hash}`, `{token}`, `{email}`,
/// `{text}`. Of an absolute target only the path counts; at most 256 bytes.
///
/// ```
/// use reprise_wire::operation::http_operation;
///
/// assert_eq!(http_operation(b"GET", b"/cart/17/items?page=2"), "GET /cart/{id}/items");
/// assert_eq!(http_operation(b"GET", b"http://shop/cart/17"), "GET /cart/{id}");
/// ```
pub fn http_operation(method: &[u8], target: &[u8]) -> String {
    let method = String::from_utf8_lossy(method);
    let target = String::from_utf8_lossy(target);
    let mut operation = String::with_capacity(method.len() + target.len() + 16);
    operation.push_str(&method);
    operation.push(' ');
    if method == "CONNECT" {
        operation.push_str(&target);
        return cut_line(operation);
    }
    let path = path_of(&target);
    let Some(path) = path.strip_prefix('/') else {
        operation.push_str(path);
        return cut_line(operation);
    };
    for (index, segment) in path.split('/').enumerate() {
        operation.push('/');
        if index == MOST_SEGMENTS {
            operation.push_str("{rest}");
            break;
        }
        push_template(segment, &mut operation);
    }
    cut_line(operation)
}

/// What a request asks for in one line of at most 256 bytes: `GET /cart/17?x=1`.
pub fn http_summary(method: &[u8], target: &[u8]) -> String {
    let mut summary = String::with_capacity(method.len() + target.len() + 1);
    summary.push_str(&String::from_utf8_lossy(method));
    summary.push(' ');
    // A long target is cut before it is copied: it may have 256 KiB.
    let shown = target.get(..super::LONGEST_LINE).unwrap_or(target);
    let shown: Cow<'_, str> = String::from_utf8_lossy(shown);
    summary.push_str(shown.trim_end_matches('\u{fffd}'));
    cut_line(summary)
}

/// The path of a target in origin or absolute form (RFC 9112 section 3.2), without query and fragment.
fn path_of(target: &str) -> &str {
    let end = memchr::memchr2(b'?', b'#', target.as_bytes());
    let path = end.and_then(|end| target.get(..end)).unwrap_or(target);
    if path.starts_with('/') {
        return path;
    }
    let Some((scheme, rest)) = path.split_once("://") else {
        return path;
    };
    if scheme.is_empty() || !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return path;
    }
    rest.find('/')
        .and_then(|slash| rest.get(slash..))
        .unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(target: &str) -> String {
        http_operation(b"GET", target.as_bytes())
    }

    #[test]
    fn the_query_and_the_host_are_removed() {
        assert_eq!(operation("/"), "GET /");
        assert_eq!(operation("/search?q=shoes#top"), "GET /search");
        assert_eq!(
            operation("http://shop.example:8080/item/4?x=/y"),
            "GET /item/{id}"
        );
        assert_eq!(operation("https://shop.example"), "GET /");
        assert_eq!(operation("/go?to=http://elsewhere/1"), "GET /go");
        assert_eq!(operation("*"), "GET *");
        assert_eq!(operation(""), "GET ");
        assert_eq!(http_operation(b"CONNECT", b"db:3306"), "CONNECT db:3306");
    }

    #[test]
    fn segments_keep_their_number_and_their_trailing_slash() {
        assert_eq!(operation("/cart/7/"), "GET /cart/{id}/");
        assert_eq!(operation("//a"), "GET //a");
        let deep = format!("/{}", "a/".repeat(40));
        assert_eq!(
            operation(&deep),
            format!("GET /{}{{rest}}", "a/".repeat(16))
        );
    }

    #[test]
    fn a_line_is_cut_within_no_character() {
        let long = format!("/{}", "\u{e9}a".repeat(400));
        assert!(operation(&long).len() <= 256);
        let summary = http_summary(b"GET", long.as_bytes());
        assert!(summary.len() <= 256 && !summary.contains('\u{fffd}'));
        assert_eq!(http_summary(b"PUT", b"/a?b=1"), "PUT /a?b=1");
    }
}
