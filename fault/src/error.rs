//! What can be wrong with a fault as written. Each message names what is allowed.

use reprise_wire::filter::FilterError;
use thiserror::Error;

use crate::Behaviour;

/// Why a fault could not be read. Messages fit after "failed to read the fault: ".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FaultError {
    /// No colon between percentage and name.
    #[error(
        "`{0}` has no percentage: write PERCENT:NAME(options)[@FROM..TO][ for SELECTOR], as in 20:delay(ms=250)"
    )]
    NoPercent(String),
    /// The percentage is not a number, or not in range.
    #[error(
        "`{0}` is not a percentage: write a number above 0 and up to 100, with at most four decimals"
    )]
    BadPercent(String),
    /// No behaviour has this name.
    #[error("there is no fault named `{0}`: use {names}", names = Behaviour::NAMES.join(", "))]
    UnknownName(String),
    /// A parenthesis or quote is not closed.
    #[error("`{0}` is not closed: end the options with `)` and quoted text with `\"`")]
    NotClosed(String),
    /// The behaviour does not have this option.
    #[error("`{name}` has no option `{option}`: use {allowed}")]
    UnknownOption {
        /// The behaviour.
        name: &'static str,
        /// What was written.
        option: String,
        /// The options it has.
        allowed: &'static str,
    },
    /// An option is given twice.
    #[error("option `{0}` is given twice: keep one")]
    OptionTwice(String),
    /// An option has no value, or one that does not fit.
    #[error("`{value}` does not fit option `{option}`: it takes {allowed}")]
    BadValue {
        /// The option.
        option: String,
        /// What was written.
        value: String,
        /// What it takes.
        allowed: &'static str,
    },
    /// An option the behaviour cannot do without is missing.
    #[error("`{name}` needs {needs}")]
    MissingOption {
        /// The behaviour.
        name: &'static str,
        /// What is missing.
        needs: &'static str,
    },
    /// The span after `@` cannot be read or is empty.
    #[error(
        "`{0}` is not a span of the run: write FROM..TO with FROM before TO, as in 30s..60s, 500ms.. or ..2m"
    )]
    BadWindow(String),
    /// The repetition cannot be read, or would never be off.
    #[error("`{0}` is no repetition: write every TIME for a shorter TIME, as in every 60s for 5s")]
    BadRepeat(String),
    /// The count cannot be read.
    #[error(
        "`{0}` is no count: write first 3, after 10, or both, and `of all` for all connections together"
    )]
    BadCount(String),
    /// `via` without a name, or twice.
    #[error("`{0}` names no proxy: write via and the name of one, as in via db")]
    BadVia(String),
    /// The text after the options is neither a span nor a selector.
    #[error(
        "`{0}` is left over: after the options come @FROM..TO, every, after, first, via and ` for SELECTOR`"
    )]
    LeftOver(String),
    /// The selector is empty, or contradicts the behaviour.
    #[error("`{selector}` {why}")]
    BadSelector {
        /// What was written.
        selector: String,
        /// What is wrong with it and what to write.
        why: &'static str,
    },
    /// The filter of a selector cannot be read.
    #[error("the filter after `where` is not understood, at character {at}: {problem}", at = .0.position, problem = .0.problem)]
    BadFilter(#[from] FilterError),
    /// More faults than a sample has bits for.
    #[error("{0} faults are given: at most 32 fit into one plan")]
    TooMany(usize),
}
