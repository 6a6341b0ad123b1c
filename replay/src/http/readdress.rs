//! Makes a recorded request one for its target: the Host field, and the Origin and Referer fields as far as
//! they name the recorded host, name the target instead. Nothing else is touched.

use std::borrow::Cow;
use std::ops::Range;

use reprise_wire::http::{Message, RequestHead, StartLine};

use super::route::origin_form;

/// How requests name the server they go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Naming {
    /// `http` or `https`.
    pub(crate) scheme: &'static str,
    /// Host and port; the port is left out when it is the scheme's own.
    pub(crate) authority: String,
}

/// Rewrites the request's own idea of where it goes; without `naming` it keeps it. A target in absolute
/// form (RFC 9112 section 3.2.2) asks a proxy to send it on to the recorded server: it never goes out.
pub(crate) fn readdress(request: &mut Vec<u8>, naming: Option<&Naming>) {
    if let Some((range, path)) = absolute_target(request) {
        request.splice(range, path);
    }
    let Some(naming) = naming else { return };
    let Some(host) = field_value(request, "Host") else {
        return;
    };
    let recorded = request.get(host.clone()).unwrap_or_default().to_vec();
    request.splice(host, naming.authority.bytes());
    for field in ["Origin", "Referer"] {
        let origin = field_value(request, field).and_then(|range| {
            let value = request.get(range.clone())?;
            Some(range.start..range.start + origin_len(value, &recorded)?)
        });
        if let Some(range) = origin {
            let new = format!("{}://{}", naming.scheme, naming.authority);
            request.splice(range, new.into_bytes());
        }
    }
}

/// Names another host in Host, and in Origin and Referer where they named the one before; whether there was
/// anything to change.
pub(crate) fn rename_host(request: &mut Message<'_>, name: &[u8]) -> bool {
    let Some(recorded) = request.header("Host").map(<[u8]>::to_vec) else {
        return false;
    };
    if recorded == name {
        return false;
    }
    for field in &mut request.headers {
        if field.is("Host") {
            field.value = Cow::Owned(name.to_vec());
        } else if (field.is("Origin") || field.is("Referer"))
            && let Some(end) = origin_len(&field.value, &recorded)
        {
            let scheme = field.value.get(..end - recorded.len()).unwrap_or_default();
            let rest = field.value.get(end..).unwrap_or_default();
            field.value = Cow::Owned([scheme, name, rest].concat());
        }
    }
    true
}

/// Where the target of a request stands that is in absolute form, and what remains of it: path and query.
fn absolute_target(request: &[u8]) -> Option<(Range<usize>, Vec<u8>)> {
    let start = request.iter().position(|byte| *byte == b' ')? + 1;
    let rest = request.get(start..)?;
    let length = rest
        .iter()
        .position(|byte| matches!(byte, b' ' | b'\r' | b'\n'))?;
    let path = origin_form(rest.get(..length)?)?;
    let slash: &[u8] = if path.starts_with(b"/") { b"" } else { b"/" };
    Some((start..start + length, [slash, path].concat()))
}

/// How long the scheme and host at the beginning of a URL are, when its host is `host`.
fn origin_len(url: &[u8], host: &[u8]) -> Option<usize> {
    let scheme = ["http://", "https://"]
        .into_iter()
        .find(|scheme| begins_with(url, scheme.as_bytes()))?;
    let rest = url.get(scheme.len()..)?;
    let ends = matches!(rest.get(host.len()), None | Some(b'/' | b'?' | b'#'));
    (ends && begins_with(rest, host)).then_some(scheme.len() + host.len())
}

fn begins_with(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Where the value of the first field with this name stands.
pub(crate) fn field_value(bytes: &[u8], name: &str) -> Option<Range<usize>> {
    let value = RequestHead::parse(bytes)?.headers.get(name)?;
    // the value borrows from `bytes`, so the distance of the two addresses is its offset
    let start = value.as_ptr().addr().checked_sub(bytes.as_ptr().addr())?;
    (bytes.get(start..start + value.len()) == Some(value)).then(|| start..start + value.len())
}

/// What a request asks for and of whom: its target and its Host field.
pub(crate) fn target_and_host<'a>(request: &'a Message<'_>) -> (&'a [u8], Option<&'a [u8]>) {
    let target = match &request.start {
        StartLine::Request { target, .. } => target,
        StartLine::Response { .. } => &b""[..],
    };
    (target, request.header("Host"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readdressed(request: &str) -> String {
        let naming = Naming {
            scheme: "http",
            authority: "staging:8080".to_owned(),
        };
        let mut bytes = request.as_bytes().to_vec();
        readdress(&mut bytes, Some(&naming));
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn host_origin_and_referer_name_the_target_and_other_sites_stay() {
        let request = "POST /a HTTP/1.1\r\nReferer: https://shop.example/a?b\r\nHost: Shop.example\r\n\
            Origin: https://shop.example\r\nX: shop.example\r\n\r\nshop.example";
        assert_eq!(
            readdressed(request),
            "POST /a HTTP/1.1\r\nReferer: http://staging:8080/a?b\r\nHost: staging:8080\r\n\
             Origin: http://staging:8080\r\nX: shop.example\r\n\r\nshop.example"
        );
        let other = "GET / HTTP/1.1\r\nHost: a\r\nReferer: https://a.search.example/\r\nOrigin: null\r\n\r\n";
        assert_eq!(
            readdressed(other),
            other.replace("Host: a\r", "Host: staging:8080\r")
        );
    }

    #[test]
    fn a_request_written_for_a_proxy_asks_the_target_itself() {
        for (target, path) in [
            ("http://shop.example/a?b", "/a?b"),
            ("HTTP://shop.example", "/"),
            ("http://shop.example?b", "/?b"),
            ("/http://x", "/http://x"),
            ("*", "*"),
        ] {
            let request = format!("GET {target} HTTP/1.1\r\nHost: shop.example\r\n\r\n");
            let mut bytes = request.into_bytes();
            readdress(&mut bytes, None);
            let expected = format!("GET {path} HTTP/1.1\r\nHost: shop.example\r\n\r\n");
            assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        }
    }
}
