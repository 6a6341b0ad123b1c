//! What an exchange does, values removed: the name under which equal exchanges are counted together; and
//! the one line that says what it asks for.

mod graphql;
mod route;
mod segment;

pub use route::{http_operation, http_summary};

/// Tells apart what goes to one path: to the operation of an HTTP request that `message` is, the name of what it asks of
/// GraphQL is added, as in `POST /graphql CreateOrder`.
pub(crate) fn name_what_is_asked(operation: &mut String, message: &[u8]) {
    if let Some(name) = graphql::name(message) {
        operation.push(' ');
        operation.push_str(&name);
        *operation = cut_line(std::mem::take(operation));
    }
}

/// Operation and summary of an answer whose request was not captured.
pub const UNSEEN_REQUEST: &str = "(request not captured)";

/// The longest operation or summary kept, bytes.
pub const LONGEST_LINE: usize = 256;

/// `line` cut to at most [`LONGEST_LINE`] bytes, never within a character.
pub(crate) fn cut_line(mut line: String) -> String {
    if line.len() > LONGEST_LINE {
        line.truncate(line.floor_char_boundary(LONGEST_LINE));
    }
    line
}
