//! What goes wrong: behaviours injected into a connection, drawn from the plan's seed.
