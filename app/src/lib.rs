//! The jobs both faces do: record, import, replay, compare, report, demo, with the JSON they answer.
