//! A fault in its parts, for a form to change: the form writes it again, and the fault language reads that.

use reprise_app::PlannedFault;
use serde::Serialize;
use specta::Type;
use specta_typescript::Number;

use super::fault_title;

/// A fault as it was understood.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FaultReading {
    /// As a person says it: `20 % delay(ms=250), all the time`.
    title: String,
    /// `20`, `0.5`
    percent: String,
    /// `delay`
    behaviour: String,
    /// What stands between its parentheses: `ms=250,jitter=50`.
    options: String,
    /// When it begins, after the start of the run.
    #[specta(type = Number)]
    from_ms: f64,
    /// When it ends; null at the end of the run.
    #[specta(type = Option<Number>)]
    to_ms: Option<f64>,
    /// ` every 60s for 5s after 3 first 2`, with the space before it; empty when it is on throughout.
    repeats: String,
    /// The proxy it acts in; empty for the replay's own connections.
    via: String,
    /// What follows `for`; empty for everything.
    selector: String,
    /// Why a replay cannot have it; null when it can.
    not_in_replay: Option<String>,
}

impl FaultReading {
    /// The parts of a fault.
    pub(crate) fn new(fault: &PlannedFault) -> Self {
        let window = fault.window.unwrap_or_default();
        let when = fault
            .window
            .map_or_else(|| "all the time".to_owned(), |window| window.to_string());
        let every = window.to_string();
        let every = every.find(" every ").map_or("", |at| &every[at..]);
        let behaviour = fault.behaviour.to_string();
        let inside = behaviour
            .split_once('(')
            .and_then(|(_, rest)| rest.strip_suffix(')'));
        Self {
            title: format!("{}, {when}{}", fault_title(fault), fault.count),
            percent: fault.percent.to_string(),
            behaviour: fault.behaviour.name().to_owned(),
            options: inside.unwrap_or_default().to_owned(),
            from_ms: window.from_us as f64 / 1_000.0,
            to_ms: window.to_us.map(|us| us as f64 / 1_000.0),
            repeats: format!("{every}{}", fault.count),
            via: fault.via.clone().unwrap_or_default(),
            selector: fault
                .selector
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            not_in_replay: fault.not_in_replay().map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the window writes of the parts.
    fn written(parts: &FaultReading) -> String {
        let options = match parts.options.as_str() {
            "" => String::new(),
            options => format!("({options})"),
        };
        let to = parts.to_ms.map(|ms| format!("{ms}ms")).unwrap_or_default();
        let selector = match parts.selector.as_str() {
            "" => String::new(),
            selector => format!(" for {selector}"),
        };
        let via = match parts.via.as_str() {
            "" => String::new(),
            via => format!(" via {via}"),
        };
        let FaultReading {
            percent,
            behaviour,
            from_ms,
            repeats,
            ..
        } = parts;
        format!("{percent}:{behaviour}{options}@{from_ms}ms..{to}{repeats}{via}{selector}")
    }

    #[test]
    fn the_parts_of_a_fault_read_back_as_the_same_parts() {
        for text in [
            "5:error(status=503)@10s..20s for http /api/*",
            "20:delay(ms=250,jitter=50)",
            "100:hang@10s.. every 60s for 5s after 3 first 2 of all",
            "5:truncate(rows=3)@30s..60s every 10s for 1s via db for mysql SELECT",
            "0.5:error(code=1213,message=\"a, (b)\") for mysql UPDATE",
        ] {
            let parts = FaultReading::new(&PlannedFault::parse(text).unwrap());
            let again = PlannedFault::parse(&written(&parts)).unwrap();
            let again = FaultReading::new(&again);
            assert_eq!(
                FaultReading {
                    title: parts.title.clone(),
                    ..again
                },
                parts,
                "{text}"
            );
        }
    }
}
