//! Why a watched source tells nothing. Messages stand in a sentence after the source's name.

use std::io;

use thiserror::Error;

use crate::mysql::authentication::LoginError;

/// Why a source could not be read.
#[derive(Debug, Error)]
pub(crate) enum WatchError {
    /// The connection, or a file of `/proc`.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The MySQL server lets nobody in.
    #[error("{0}")]
    Login(#[from] LoginError),
    /// What a question was answered with.
    #[error("{question}: {why}")]
    Refused {
        /// What was asked.
        question: String,
        /// The server's words.
        why: String,
    },
    /// No such process.
    #[error("no process {0} is running here")]
    NoProcess(String),
    /// A file or an answer that is not as it should be.
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, &'static str),
    /// The HTTP answer is not 200.
    #[error("the answer was HTTP {0}")]
    Status(u16),
    /// A chosen series is not among those there are.
    #[error("there is no series {wanted}{among}")]
    NoSeries {
        /// As it was chosen.
        wanted: String,
        /// Some of those there are.
        among: String,
    },
}

impl WatchError {
    /// That `wanted` is not there, with the names there are: the most alike first.
    pub(crate) fn no_series(wanted: &str, known: impl IntoIterator<Item = String>) -> Self {
        let alike = |name: &String| {
            let same = name.chars().zip(wanted.chars());
            std::cmp::Reverse(same.take_while(|(a, b)| a == b).count())
        };
        let mut known: Vec<String> = known.into_iter().collect();
        known.sort_by_key(alike);
        known.truncate(5);
        let among = match known.is_empty() {
            true => String::new(),
            false => format!("; there are {} and the like", known.join(", ")),
        };
        Self::NoSeries {
            wanted: wanted.to_owned(),
            among,
        }
    }
}
