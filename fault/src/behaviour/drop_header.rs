//! `drop_header`: a field of the HTTP answer is left out.

use reprise_wire::http::is_token;

use crate::SpokenProtocol;

use super::{ANSWERS_ARE_NOT_SHAPED, Acts};
use crate::FaultError;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::turn::Turn;

/// Leaves a field out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropHeader {
    /// The field's name, in any case.
    pub name: String,
}

impl Acts for DropHeader {
    const NAME: &'static str = "drop_header";
    const OPTIONS: &'static str = "name";
    const NOT_IN_REPLAY: Option<&'static str> = Some(ANSWERS_ARE_NOT_SHAPED);
    const ONLY_IN: &'static [SpokenProtocol] = &[SpokenProtocol::Http];

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let name = options.value("name", "the name of a header field", |text| {
            is_token(text.as_bytes()).then(|| text.to_owned())
        })?;
        Ok(Self {
            name: name
                .ok_or_else(|| options.missing("name, as in drop_header(name=Content-Type)"))?,
        })
    }

    fn write(&self, out: &mut Written) {
        out.put("name", &self.name);
    }

    fn strike(&self, turn: &mut Turn, _dice: Dice<'_>) {
        turn.answer.dropped_headers.push(self.name.clone());
    }
}
