//! HTTP/1.x: heads, body framing, readers for clients and servers, stored messages taken apart, content
//! codings, and the decoder of captured connections.

mod body;
mod chunked;
mod content;
mod error;
mod framing;
mod head;
mod header;
mod line;
mod message;
mod reader;
mod request_reader;
mod response_reader;

pub use content::{ContentError, Decoded, decode_content};
pub use error::HttpError;
pub use framing::{AnswerTo, BodyFraming, Framing};
pub use head::{RequestHead, ResponseHead, Version};
pub use header::{Header, HeaderIter, Headers};
pub use message::{Field, Message, StartLine};
pub use reader::{Progress, ReadCaps};
pub use request_reader::RequestReader;
pub use response_reader::ResponseReader;
