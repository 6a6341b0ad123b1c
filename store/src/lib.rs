//! What we keep: one SQLite file of recordings, plans, runs and allowed targets. Only this crate speaks SQL.
