//! What the decoders of a recording counted: messages, what could not be used, which protocols were spoken.

use std::collections::BTreeMap;

use reprise_store::{Ledger, Messages};
use reprise_wire::{ConnectionDecoder, DecodeLoss, MessageCounts, Spoken};

use super::Open;

/// So many names of TLS servers are told apart.
const MOST_NAMES: usize = 50;

/// Counts of decoders that are done.
#[derive(Debug, Default)]
pub(super) struct Tally {
    decoded: Decoded,
    spoken: BTreeMap<Spoken, u64>,
    /// What connections spoke besides what they are decoded as.
    besides: BTreeMap<Spoken, u64>,
    /// TLS connections by the name asked for.
    tls_names: BTreeMap<String, u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Decoded {
    messages: MessageCounts,
    loss: DecodeLoss,
}

impl Decoded {
    fn add(&mut self, decoder: &ConnectionDecoder) {
        self.messages += decoder.counts();
        self.loss += decoder.loss();
    }
}

impl Tally {
    /// Adds what a decoder counted that goes no further.
    pub(super) fn add_decoded(&mut self, decoder: &ConnectionDecoder) {
        self.decoded.add(decoder);
    }

    /// Adds what something else than a decoder counted.
    pub(super) fn add_counted(&mut self, messages: MessageCounts, loss: DecodeLoss) {
        self.decoded.messages += messages;
        self.decoded.loss += loss;
    }

    /// Adds a connection that has closed.
    pub(super) fn add_closed(&mut self, open: &Open) {
        self.decoded.add(&open.decoder);
        *self.spoken.entry(open.spoken()).or_default() += 1;
        if let Some(besides) = open.decoder.spoken_besides() {
            *self.besides.entry(besides).or_default() += 1;
        }
        if let Some(name) = open.decoder.server_name() {
            let is_new = !self.tls_names.contains_key(name);
            if !is_new || self.tls_names.len() < MOST_NAMES {
                *self.tls_names.entry(name.to_owned()).or_default() += 1;
            }
        }
    }

    /// How many connections have closed.
    pub(super) fn connections(&self) -> u64 {
        self.spoken.values().sum()
    }

    /// How many bytes did not decode.
    pub(super) const fn undecodable_bytes(&self) -> u64 {
        self.decoded.loss.undecodable_bytes
    }

    /// The messages, with those of the decoders still at work; what they lost goes into the ledger.
    pub(super) fn with<'a>(
        &self,
        open: impl Iterator<Item = &'a ConnectionDecoder>,
        ledger: &mut Ledger,
    ) -> Messages {
        let mut decoded = self.decoded;
        open.for_each(|decoder| decoded.add(decoder));
        ledger.undecodable_bytes += decoded.loss.undecodable_bytes;
        ledger.unpaired_requests += decoded.loss.unpaired_requests;
        ledger.unpaired_responses += decoded.loss.unpaired_responses;
        ledger.incomplete_requests += decoded.loss.incomplete_requests;
        ledger.incomplete_responses += decoded.loss.incomplete_responses;
        ledger.over_cap += decoded.loss.over_cap;
        for (spoken, connections) in self.spoken.iter().chain(&self.besides) {
            if !matches!(spoken, Spoken::Http | Spoken::Mysql) {
                *ledger.spoken.entry(spoken.as_str().to_owned()).or_default() += connections;
            }
        }
        ledger.tls_names.clone_from(&self.tls_names);
        Messages {
            http_requests: decoded.messages.http_requests,
            http_responses: decoded.messages.http_responses,
            mysql_commands: decoded.messages.mysql_commands,
            mysql_replies: decoded.messages.mysql_replies,
        }
    }
}
