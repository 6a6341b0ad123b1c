//! Flags of `redaction`, and of the commands that replace secrets.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use reprise_app::RedactionChoice;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    reprise redaction init                    # make a file of rules to edit\n  \
    reprise redaction rules                   # the rules in force\n  \
    reprise redaction preview friday          # what they would do to a recording\n  \
    reprise redaction check friday            # fails when it holds what they take\n\n\
    How to write rules is in docs/redaction.md.")]
pub(crate) struct RedactionCommandArguments {
    #[command(subcommand)]
    pub(crate) command: RedactionCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RedactionCommand {
    /// Make the file of rules, with how to write them in comments
    Init,
    /// Print the rules in force, in the order in which they are tried
    Rules {
        /// Those of this file instead
        #[arg(long, value_name = "FILE")]
        rules: Option<PathBuf>,
    },
    /// Show values of a recording before and after each rule, and its hits; changes nothing
    Preview {
        /// The recording's name; a raw one shows the most
        recording: String,

        /// The rules of this file instead of those in force
        #[arg(long, value_name = "FILE")]
        rules: Option<PathBuf>,
    },
    /// Look through every byte of a recording for what the rules take; exit code 1 when there is any
    #[command(
        after_help = "Examples:\n  reprise redaction check friday\n  reprise redaction check --all --rules strict.toml --json"
    )]
    Check {
        /// The recording's name
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        recording: Option<String>,

        /// All recordings of the file
        #[arg(long)]
        all: bool,

        /// The rules of this file instead of those in force
        #[arg(long, value_name = "FILE")]
        rules: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RedactionArguments {
    /// Redaction rules to use instead of those in force (`reprise redaction rules` prints those)
    #[arg(long, value_name = "FILE", conflicts_with = "store_raw")]
    pub(crate) rules: Option<PathBuf>,

    /// Store secrets as they are captured. The recording then holds passwords and tokens, and is marked raw
    #[arg(long, alias = "no-redaction")]
    pub(crate) store_raw: bool,
}

impl RedactionArguments {
    /// What the job is asked for.
    pub(crate) fn choice(self) -> RedactionChoice {
        match self {
            Self {
                store_raw: true, ..
            } => RedactionChoice::StoreRaw,
            Self {
                rules: Some(file), ..
            } => RedactionChoice::Rules(file),
            Self { .. } => RedactionChoice::InForce,
        }
    }
}
