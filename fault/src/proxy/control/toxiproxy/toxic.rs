//! One toxic, and the fault it is.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Fault;

/// A toxic as clients of Toxiproxy see it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Toxic {
    pub(super) name: String,
    #[serde(rename = "type")]
    kind: Kind,
    stream: Stream,
    /// The share of connections it strikes, 0 to 1.
    toxicity: f64,
    attributes: Map<String, Value>,
    /// The fault's number in its proxy.
    #[serde(skip)]
    pub(super) id: u32,
}

/// A toxic to create, or what of one is to change.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ToxicBody {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    stream: String,
    toxicity: Option<f64>,
    attributes: Map<String, Value>,
}

/// The toxics there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Latency,
    Bandwidth,
    SlowClose,
    Timeout,
    ResetPeer,
    Slicer,
    LimitData,
    PacketLoss,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Stream {
    Upstream,
    Downstream,
}

impl Kind {
    /// Its attributes, each 0 by itself, with the option of the fault that says the same.
    const fn attributes(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Latency => &[("latency", "ms"), ("jitter", "jitter")],
            Self::Bandwidth => &[("rate", "rate")],
            Self::SlowClose => &[("delay", "ms")],
            Self::Timeout | Self::ResetPeer => &[("timeout", "ms")],
            Self::Slicer => &[
                ("average_size", "bytes"),
                ("size_variation", "variation"),
                ("delay", "delay_us"),
            ],
            Self::LimitData => &[("bytes", "bytes")],
            Self::PacketLoss => &[("loss_rate", "percent"), ("correlation", "correlation")],
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Latency => "latency",
            Self::Bandwidth => "bandwidth",
            Self::SlowClose => "slow_close",
            Self::Timeout => "timeout",
            Self::ResetPeer => "reset_peer",
            Self::Slicer => "slicer",
            Self::LimitData => "limit_data",
            Self::PacketLoss => "packet_loss",
        }
    }

    /// Whether the fault tells the two directions apart.
    const fn has_stream(self) -> bool {
        !matches!(self, Self::Timeout | Self::ResetPeer)
    }
}

impl Stream {
    const fn name(self) -> &'static str {
        match self {
            Self::Upstream => "upstream",
            Self::Downstream => "downstream",
        }
    }
}

/// A share from 0 to 1 in percent, as a fault has it.
fn percent_of(share: f64) -> f64 {
    let percent = (share * 100.0).max(0.0001);
    (percent * 10_000.0).round() / 10_000.0
}

fn word<T: for<'a> Deserialize<'a>>(text: &str, why: &str) -> Result<T, String> {
    let value = Value::String(text.to_owned());
    serde_json::from_value(value).map_err(|_| why.to_owned())
}

impl Toxic {
    /// A toxic that is to be; it has no number yet.
    pub(super) fn new(body: ToxicBody) -> Result<Self, String> {
        let kind: Kind = word(&body.kind, "invalid toxic type")?;
        let stream = match body.stream.to_lowercase().as_str() {
            "" => Stream::Downstream,
            stream => word(
                stream,
                "stream was invalid, can be either upstream or downstream",
            )?,
        };
        let zero = |(name, _): &(&str, &str)| ((*name).to_owned(), Value::from(0));
        let toxic = Self {
            name: match body.name.is_empty() {
                true => format!("{}_{}", kind.name(), stream.name()),
                false => body.name.clone(),
            },
            kind,
            stream,
            toxicity: 1.0,
            attributes: kind.attributes().iter().map(zero).collect(),
            id: 0,
        };
        toxic.changed(body)
    }

    /// The toxic with what the body says in place of what was; its name, type and stream stay.
    pub(super) fn changed(mut self, body: ToxicBody) -> Result<Self, String> {
        if let Some(toxicity) = body.toxicity {
            if !(0.0..=1.0).contains(&toxicity) {
                return Err("toxicity is a share from 0 to 1".to_owned());
            }
            self.toxicity = toxicity;
        }
        for (name, value) in body.attributes {
            if !value.is_number() {
                return Err(format!("the attribute {name} is a number"));
            }
            // unknown ones are left out, as Toxiproxy does
            if let Some(there) = self.attributes.get_mut(&name) {
                *there = value;
            }
        }
        Ok(self)
    }

    /// Whether it strikes at all.
    pub(super) fn is_on(&self) -> bool {
        self.toxicity > 0.0
            && !(self.kind == Kind::PacketLoss && self.attribute("loss_rate") <= 0.0)
    }

    fn attribute(&self, name: &str) -> f64 {
        let value = self.attributes.get(name).and_then(Value::as_f64);
        value.unwrap_or_default()
    }

    /// The fault it is.
    pub(super) fn fault(&self) -> Result<Fault, String> {
        // one that never strikes is switched off
        let percent = match self.is_on() {
            true => percent_of(self.toxicity),
            false => 100.0,
        };
        let mut options = Vec::new();
        for (name, option) in self.kind.attributes() {
            let value = match (*name, self.attribute(name)) {
                // losses come by themselves
                ("correlation", more) if more <= 0.0 => continue,
                // Toxiproxy's own shares end there, too
                ("loss_rate" | "correlation", share) => percent_of(share.min(1.0)),
                // it has no end
                ("timeout", 0.0) if self.kind == Kind::Timeout => continue,
                (_, value) => value,
            };
            options.push(format!("{option}={value}"));
        }
        if self.kind.has_stream() {
            options.push(format!("stream={}", self.stream.name()));
        }
        let text = format!("{percent}:{}({})", self.kind.name(), options.join(","));
        text.parse()
            .map_err(|error: crate::FaultError| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toxic(body: &str) -> Result<Toxic, String> {
        Toxic::new(serde_json::from_str(body).unwrap())
    }

    fn written(body: &str) -> String {
        toxic(body).unwrap().fault().unwrap().to_string()
    }

    #[test]
    fn every_toxic_is_a_fault() {
        for (body, fault) in [
            (
                r#"{"type": "latency", "attributes": {"latency": 250, "jitter": 50}}"#,
                "100:latency(ms=250,jitter=50)",
            ),
            (
                r#"{"type": "bandwidth", "stream": "upstream", "toxicity": 0.5, "attributes": {"rate": 16}}"#,
                "50:bandwidth(rate=16,stream=upstream)",
            ),
            (
                r#"{"type": "slow_close", "attributes": {"delay": 9}}"#,
                "100:slow_close(ms=9)",
            ),
            (r#"{"type": "timeout"}"#, "100:timeout"),
            (
                r#"{"type": "timeout", "attributes": {"timeout": 70}}"#,
                "100:timeout(ms=70)",
            ),
            (
                r#"{"type": "reset_peer", "attributes": {"timeout": 7}}"#,
                "100:reset_peer(ms=7)",
            ),
            (
                r#"{"type": "slicer", "attributes": {"average_size": 64, "size_variation": 32, "delay": 10}}"#,
                "100:slicer(bytes=64,variation=32,delay_us=10)",
            ),
            (
                r#"{"type": "limit_data", "toxicity": 0.000001, "attributes": {"bytes": 5}}"#,
                "0.0001:limit_data(bytes=5)",
            ),
            (
                r#"{"type": "packet_loss", "attributes": {"loss_rate": 0.015}}"#,
                "100:packet_loss(percent=1.5)",
            ),
            (
                r#"{"type": "packet_loss", "attributes": {"loss_rate": 0.1, "correlation": 0.25}}"#,
                "100:packet_loss(percent=10,correlation=25)",
            ),
            (
                r#"{"type": "packet_loss", "attributes": {"loss_rate": 7, "correlation": 7}}"#,
                "100:packet_loss(percent=100,correlation=100)",
            ),
        ] {
            assert_eq!(written(body), fault);
        }
    }

    #[test]
    fn names_and_attributes_are_what_toxiproxy_would_make_them() {
        let made = toxic(
            r#"{"type": "latency", "stream": "UPSTREAM", "attributes": {"latency": 5, "x": 1}}"#,
        );
        let shown = serde_json::to_value(made.unwrap()).unwrap();
        let wanted = serde_json::json!({
            "name": "latency_upstream", "type": "latency", "stream": "upstream", "toxicity": 1.0,
            "attributes": {"latency": 5, "jitter": 0},
        });
        assert_eq!(shown, wanted);
    }

    #[test]
    fn what_toxiproxy_refuses_is_refused() {
        for (body, why) in [
            (r#"{"type": "nope"}"#, "invalid toxic type"),
            (
                r#"{"type": "latency", "stream": "up"}"#,
                "upstream or downstream",
            ),
            (r#"{"type": "latency", "toxicity": 1.5}"#, "0 to 1"),
            (
                r#"{"type": "latency", "attributes": {"latency": "5"}}"#,
                "a number",
            ),
        ] {
            let error = toxic(body).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
