//! Which exchanges a fault strikes: `http`, `mysql UPDATE`, `http /api/*`, `mysql table:item in:transaction`,
//! an operation's text, or a filter: `http where method:POST -request:debug`.

mod asked;
mod condition;
mod header;
mod table;

use std::fmt;
use std::str::FromStr;

use crate::SpokenProtocol;

use crate::FaultError;
use asked::Asked;
use condition::Condition;

/// What a fault is asked about: one exchange, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// What it is in; `None`: bytes of something else.
    pub protocol: Option<SpokenProtocol>,
    /// What it does, values removed: `GET /cart/{id}`.
    pub operation: &'a str,
    /// What it asks for: `GET /cart/7?x=1`, or the SQL text.
    pub summary: &'a str,
    /// HTTP, in a proxy: the bytes of the request from its beginning to the end of its head at least.
    pub head: &'a [u8],
    /// In a proxy, the number of its connection, from 1.
    pub connection: Option<u64>,
    /// In a replay, the copy of its lane, from 0.
    pub copy: Option<u32>,
    /// MySQL: whether a transaction is open, where that is known.
    pub in_transaction: Option<bool>,
}

impl Subject<'_> {
    /// An exchange of which nothing is known.
    pub const ANY: Subject<'static> = Subject {
        protocol: None,
        operation: "",
        summary: "",
        head: b"",
        connection: None,
        copy: None,
        in_transaction: None,
    };
}

/// A protocol, conditions, a pattern or a filter; it holds for an exchange when each given part does.
///
/// A pattern is compared without regard to case with the operation, the summary and (HTTP) the
/// path of either, in full; `*` stands for any text. A pattern without `*` also holds when the
/// operation begins with it as a whole word, so that `UPDATE` and `POST` mean what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    protocol: Option<SpokenProtocol>,
    conditions: Vec<Condition>,
    asked: Option<Asked>,
}

impl Selector {
    /// Whether a pattern of it names this operation: openings of connections are only struck by name.
    pub fn names(&self, subject: &Subject<'_>) -> bool {
        matches!(self.asked, Some(Asked::Pattern(_))) && self.holds(subject)
    }

    /// Whether it can only hold for exchanges, not for connections.
    pub(crate) fn asks_for_exchanges(&self) -> bool {
        let of_connections = |one: &Condition| matches!(one, Condition::Connection(_));
        self.asked.is_some() || !self.conditions.iter().all(of_connections)
    }

    /// Why it cannot be asked in a replay.
    pub(crate) fn not_in_replay(&self) -> Option<&'static str> {
        self.conditions.iter().find_map(|one| one.not_in_replay())
    }

    /// The protocol it asks for, by name or because nothing else has what it asks for.
    pub fn protocol(&self) -> Option<SpokenProtocol> {
        let asks = |of: fn(&Condition) -> bool| self.conditions.iter().any(of);
        let of_mysql = || asks(Condition::is_of_mysql).then_some(SpokenProtocol::Mysql);
        let of_http = || asks(Condition::is_of_http).then_some(SpokenProtocol::Http);
        self.protocol.or_else(of_mysql).or_else(of_http)
    }

    /// The only copy of a replay's lanes that it holds for, if it asks for one.
    pub fn copy(&self) -> Option<u32> {
        self.conditions.iter().find_map(Condition::copy)
    }

    /// Why it can never hold in a proxy; `None`: it can.
    pub(crate) fn not_in_proxy(&self) -> Option<&'static str> {
        self.conditions.iter().find_map(Condition::not_in_proxy)
    }

    /// Whether it can hold where passing bytes are all there is: for a burst, of which nothing is known, or for the opening
    /// of a connection, which has a name.
    pub(crate) fn can_hold_in_bytes(&self, opening: &str) -> bool {
        let of_opening = Subject {
            operation: opening,
            summary: opening,
            ..Subject::ANY
        };
        self.asked.as_ref().is_none_or(|asked| {
            asked.holds(&Subject::ANY)
                || matches!(asked, Asked::Pattern(_)) && asked.holds(&of_opening)
        })
    }

    /// Whether it holds for `subject`.
    pub fn holds(&self, subject: &Subject<'_>) -> bool {
        if self
            .protocol
            .is_some_and(|protocol| subject.protocol != Some(protocol))
            || !self.conditions.iter().all(|one| one.holds(subject))
        {
            return false;
        }
        self.asked.as_ref().is_none_or(|asked| asked.holds(subject))
    }
}

impl FromStr for Selector {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(FaultError::BadSelector {
                selector: text.to_owned(),
                why: "is no selector: write http, mysql, http /api/*, mysql UPDATE or an operation",
            });
        }
        let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
        let protocol = SpokenProtocol::named(first);
        let mut pattern = if protocol.is_some() {
            rest.trim()
        } else {
            text
        };
        let mut conditions = Vec::new();
        while let Some((condition, rest)) = Condition::split(pattern)? {
            conditions.push(condition);
            pattern = rest;
        }
        let contradicts = |of: fn(&Condition) -> bool, needed| {
            protocol.is_some_and(|protocol| protocol != needed) && conditions.iter().any(of)
        };
        let why = if contradicts(Condition::is_of_mysql, SpokenProtocol::Mysql) {
            Some("selects a protocol that has no tables and no transactions: write mysql")
        } else if contradicts(Condition::is_of_http, SpokenProtocol::Http) {
            Some("selects a protocol that has no header fields: write http")
        } else if conditions.iter().any(Condition::is_of_mysql)
            && conditions.iter().any(Condition::is_of_http)
        {
            Some("asks for MySQL and for HTTP at once, which no exchange is: write two faults")
        } else {
            None
        };
        if let Some(why) = why {
            return Err(FaultError::BadSelector {
                selector: text.to_owned(),
                why,
            });
        }
        Ok(Self {
            protocol,
            conditions,
            asked: Asked::read(pattern)?,
        })
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = self.protocol.map(|protocol| protocol.name().to_owned());
        let conditions = self.conditions.iter().map(ToString::to_string);
        let all = protocol.into_iter().chain(conditions);
        let asked = self.asked.as_ref().map(ToString::to_string);
        let all: Vec<String> = all.chain(asked).collect();
        f.write_str(&all.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CART: Subject<'_> = Subject {
        protocol: Some(SpokenProtocol::Http),
        operation: "POST /api/cart/{id}",
        summary: "POST /api/cart/7?x=1",
        copy: Some(2),
        ..Subject::ANY
    };
    const UPDATE: Subject<'_> = Subject {
        protocol: Some(SpokenProtocol::Mysql),
        operation: "UPDATE item SET stock = ? WHERE id = ?",
        summary: "update item set stock = 3 where id = 9",
        connection: Some(7),
        in_transaction: Some(true),
        ..Subject::ANY
    };

    fn holds(selector: &str, subject: &Subject<'_>) -> bool {
        selector.parse::<Selector>().unwrap().holds(subject)
    }

    #[test]
    fn a_selector_holds_by_protocol_path_method_word_and_operation() {
        for selector in [
            "http",
            "http /api/*",
            "/api/*",
            "http POST",
            "POST /api/cart/*",
            "http /api/cart/7",
            "POST /api/cart/{id}",
            "/api/cart/{id}",
            "*cart*",
        ] {
            assert!(holds(selector, &CART), "{selector}");
        }
        for selector in [
            "mysql",
            "mysql UPDATE",
            "update",
            "UPDATE item*",
            "*WHERE id = ?",
            "table:item",
            "table:ITEM in:transaction UPDATE",
            "mysql connection:7",
        ] {
            assert!(holds(selector, &UPDATE), "{selector}");
        }
    }

    #[test]
    fn a_selector_does_not_hold_for_what_only_looks_alike() {
        for selector in [
            "mysql",
            "http /api",
            "/cart/*",
            "GET",
            "http POS",
            "mysql POST",
        ] {
            assert!(!holds(selector, &CART), "{selector}");
        }
        for selector in [
            "http",
            "mysql UPD",
            "mysql DELETE",
            "mysql UPDATE items",
            "table:stock",
            "connection:8",
            "outside:transaction",
            "copy:0",
        ] {
            assert!(!holds(selector, &UPDATE), "{selector}");
        }
    }

    #[test]
    fn a_field_of_the_head_is_asked_of_http_alone() {
        let marked = Subject {
            head: b"POST /api/cart/7?x=1 HTTP/1.1\r\nX-Fault: slow\r\n\r\n",
            ..CART
        };
        for selector in ["header:x-fault", "http header:X-Fault=sl* POST"] {
            assert!(holds(selector, &marked), "{selector}");
            assert!(!holds(selector, &CART) && !holds(selector, &UPDATE));
            assert_eq!(
                selector.parse::<Selector>().unwrap().protocol(),
                Some(SpokenProtocol::Http)
            );
        }
        for selector in ["mysql header:a", "header:a in:transaction"] {
            assert!(selector.parse::<Selector>().is_err(), "{selector}");
        }
    }

    #[test]
    fn where_nothing_is_understood_only_openings_have_a_name() {
        for (selector, can) in [
            ("CONNECT", true),
            ("connection:3", true),
            ("connect", true),
            ("*", true),
            ("where -method:GET", true),
            ("GET", false),
            ("/api/*", false),
            ("LOGIN", false),
            ("where CONNECT", false),
        ] {
            let selector: Selector = selector.parse().unwrap();
            assert_eq!(selector.can_hold_in_bytes("CONNECT"), can, "{selector}");
        }
    }

    #[test]
    fn a_filter_is_asked_for_what_is_known_before_the_answer() {
        for selector in [
            "where method:POST,PUT",
            "http where request:x=1 -operation:/orders",
            "where /cart/",
        ] {
            assert!(holds(selector, &CART), "{selector}");
            assert!(!holds(selector, &UPDATE), "{selector}");
        }
        assert!(holds(
            "mysql in:transaction where /stock\\s=\\s[0-9]/",
            &UPDATE
        ));
        assert!(holds("where method:update \"where id\"", &UPDATE));
        let refused = |selector: &str, why: &str| {
            let error = selector.parse::<Selector>().unwrap_err().to_string();
            assert!(error.contains(why), "{selector}: {error}");
        };
        refused("where", "where method:POST");
        refused("where ", "where method:POST");
        refused("where status:5xx", "method, operation, request");
        refused("http where -took:>1s", "`took`");
        refused("where protocol:http", "before `where`");
        refused("where metod:POST", "at character 1: the key \"metod\"");
        // openings of connections are struck by name alone
        let login = Subject {
            operation: "LOGIN",
            ..UPDATE
        };
        assert!(
            !"where -method:GET"
                .parse::<Selector>()
                .unwrap()
                .names(&login)
        );
    }
}
