//! Bodies of requests: JSON objects.

use serde::de::DeserializeOwned;

use super::Answer;

/// Reads a body that is a JSON object; `like` shows one.
///
/// # Errors
/// It is none, or not such a one: what is answered then.
pub fn object<T: DeserializeOwned>(body: &[u8], like: &str) -> Result<T, Answer> {
    // fields by their place, as an array has them, are nobody's intention
    let is_object = body.trim_ascii_start().starts_with(b"{");
    let read = match is_object {
        true => serde_json::from_slice(body).map_err(|error| error.to_string()),
        false => Err("this is no JSON object".to_owned()),
    };
    read.map_err(|why| Answer::error(400, format!("{why}: write {like}")))
}
