//! A connection whose login was not seen, completed from connections of the same client and server whose
//! login was: one application's connections come from one driver with one configuration.

use std::collections::HashMap;

use super::Session;
use crate::mysql::Dialect;

impl Session {
    /// Takes over from `siblings` what the connection's own packets did not tell: the agreed capabilities,
    /// user and character set of the most frequent login that does not contradict them; the database, where
    /// all agree on it. Whether there was one.
    pub fn complete_from(&mut self, siblings: &[&Self]) -> bool {
        if self.is_agreed() || self.tls {
            return false;
        }
        let fitting = siblings.iter().filter(|sibling| {
            let agreed =
                Dialect::from_capabilities(sibling.capabilities, sibling.mariadb_capabilities);
            sibling.is_agreed() && self.inferred.agrees_with(&agreed)
        });
        let mut counts: HashMap<_, (usize, usize)> = HashMap::new();
        let fitting: Vec<&&Self> = fitting.collect();
        for (place, sibling) in fitting.iter().enumerate() {
            let key = (
                sibling.capabilities,
                sibling.mariadb_capabilities,
                &sibling.user,
            );
            counts.entry(key).or_insert((0, place)).0 += 1;
        }
        // of equally frequent ones the first, whatever order the map has
        let best = counts
            .into_values()
            .max_by_key(|(count, first)| (*count, std::cmp::Reverse(*first)))
            .and_then(|(_, first)| fitting.get(first));
        let Some(best) = best else { return false };
        self.capabilities = best.capabilities;
        self.mariadb_capabilities = best.mariadb_capabilities;
        self.user.clone_from(&best.user);
        self.charset = best.charset;
        self.server_version.clone_from(&best.server_version);
        let same = |sibling: &&&Self| sibling.database == best.database;
        if self.state.database.is_none() && fitting.iter().all(same) {
            self.database.clone_from(&best.database);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mysql::Capabilities;

    fn login(user: &str, capabilities: Capabilities) -> Session {
        Session {
            server_version: Some("8.4".to_owned()),
            user: Some(user.to_owned()),
            database: Some("shop".to_owned()),
            capabilities,
            ..Session::default()
        }
    }

    #[test]
    fn the_most_frequent_login_that_fits_is_taken_over() {
        let classic = Capabilities::PROTOCOL_41 | Capabilities::FOUND_ROWS;
        let modern = classic | Capabilities::DEPRECATE_EOF;
        let (one, two, three) = (login("a", modern), login("b", classic), login("b", classic));
        let mut unknown = Session::default();
        assert!(unknown.complete_from(&[&one, &two, &three]));
        assert_eq!(unknown.user.as_deref(), Some("b"));
        assert_eq!(unknown.dialect().deprecate_eof, Some(false));

        // its own packets had no EOF, so the frequent login is not its
        let mut unknown = Session {
            inferred: Dialect {
                deprecate_eof: Some(true),
                ..Dialect::UNKNOWN
            },
            ..Session::default()
        };
        assert!(unknown.complete_from(&[&one, &two, &three]));
        assert_eq!(unknown.user.as_deref(), Some("a"));
        assert_eq!(unknown.first_database(), Some("shop"));
        assert!(unknown.capabilities.contains(Capabilities::FOUND_ROWS));
    }

    #[test]
    fn a_login_that_was_seen_is_left_and_nobody_is_no_sibling() {
        let mut seen = login("a", Capabilities::PROTOCOL_41);
        assert!(!seen.complete_from(&[&login("b", Capabilities::all())]));
        assert!(!Session::default().complete_from(&[]));
        assert!(!Session::default().complete_from(&[&Session::default()]));
    }
}
