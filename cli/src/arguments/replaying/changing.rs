//! What of a recorded request is replaced.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MissingValue {
    /// They are sent as they were recorded
    Send,
    /// They are skipped, counted as value_missing
    Skip,
}

#[derive(Debug, Args)]
pub(crate) struct ChangingArguments {
    /// Rewrite requests: `path:s|^/v1/|/v2/|`, `header:X-Env=staging for method:POST`,
    /// `json:$.email=load{copy}@example.org`; repeatable (docs/replaying.md)
    #[arg(long = "rewrite", value_name = "RULE")]
    pub(crate) rewrites: Vec<String>,

    /// Rewrite requests by the rules in this TOML file, before those of --rewrite
    #[arg(long = "rewrites", value_name = "FILE")]
    pub(crate) rewrites_file: Option<PathBuf>,

    /// A redacted credential to send: `login.password=VALUE` (`login.password` alone asks the environment
    /// variable REPRISE_SECRET_LOGIN_PASSWORD); repeatable
    #[arg(long = "secret", value_name = "KEY=VALUE")]
    pub(crate) secrets: Vec<String>,

    /// Accounts for the copies to log in with, `user:password` on each line
    #[arg(long, value_name = "FILE")]
    pub(crate) users: Option<PathBuf>,

    /// Correlate what is not found by itself: `POST /api/orders json:id -> GET /orders/{id} path:2`;
    /// repeatable
    #[arg(long, value_name = "FROM -> TO")]
    pub(crate) correlate: Vec<String>,

    /// Send values of this name as they were recorded, `*` for all; repeatable. --dry-run lists the names
    #[arg(long, value_name = "NAME")]
    pub(crate) no_correlate: Vec<String>,

    /// What becomes of requests that carry a value nobody supplies: they go as recorded (`send`), or are left out,
    /// counted as value_missing (`skip`) [default: send]
    #[arg(long, value_enum, value_name = "WHAT", hide_possible_values = true)]
    pub(crate) unsourced: Option<MissingValue>,

    /// What MySQL statements were prepared from before the recording began: client, statement id and text, as
    /// the server tells them (docs/mysql.md has the query)
    #[arg(long, value_name = "FILE")]
    pub(crate) statements: Option<PathBuf>,

    /// Tell MySQL sessions the recorded time (`SET timestamp`) before statements that write or name it, so that
    /// NOW() is what it was: one more round trip for each
    #[arg(long)]
    pub(crate) pin_clock: bool,

    /// Shift the values of a MySQL key column in each copy, so that copies of an INSERT make rows of their own:
    /// `items.id`, `items.id=1000000`, `session.id=text`, `guest.id=bytes`, `lines.order_id=orders.id` for one that
    /// refers to another;
    /// repeatable. By itself those of AUTO_INCREMENT, random texts and what refers to them, as the target tells
    /// and the recording shows: `auto`; `none` shifts no others than those named after it (docs/mysql.md)
    /// [default: auto]
    #[arg(long, value_name = "KEY")]
    pub(crate) shift_keys: Vec<String>,
}
