//! HTTP/1.x: heads, body framing, readers for clients and servers, stored messages taken apart, content
//! codings, and the decoder of captured connections.

mod body;
mod captured;
mod chunked;
mod content;
mod decoder;
mod digest;
mod error;
mod framing;
mod head;
mod header;
mod lead;
mod line;
mod message;
mod pairing;
mod reader;
mod recode;
mod request_reader;
mod response_reader;
mod seek;
mod stream;

pub(crate) use decoder::HttpDecoder;
pub(crate) use head::{Start, request_start, response_start};
pub(crate) use lead::is_lead;
pub(crate) use recode::encode;
pub(crate) use seek::is_message_start;
pub(crate) use stream::Side;

pub use content::{ContentError, Decoded, decode_content};
pub use digest::{ContentDigest, ContentDigester};
pub use error::HttpError;
pub use framing::{AnswerTo, BodyFraming, Framing};
pub use head::{RequestHead, ResponseHead, Version};
pub use header::{Header, HeaderIter, Headers};
pub use lead::is_message_cut;
pub use line::{is_token, is_token_byte};
pub use message::{Field, Message, StartLine};
pub use reader::{Progress, ReadCaps};
pub use request_reader::RequestReader;
pub use response_reader::ResponseReader;
