//! A recorded request made ready to send: what can be done beforehand (whom it names, rules) is done once, what only
//! the run knows (cookies, values, secrets) is put in when it is sent.

use std::borrow::Cow;
use std::ops::Range;

use reprise_wire::http::{BodyFraming, Message, RequestHead};

use super::jar::Jar;
use super::readdress::field_value;
use super::rewriting::Rewriting;
use super::rule::Matching;
use super::splice::splice;
use super::values::{Carry, Fill, Shared};
use crate::users::Account;

/// A request on its way to its target; shared by every copy that sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    /// With all that is the same for every copy done.
    bytes: Vec<u8>,
    /// As recorded, where rules have moved what stands in it: values are filled in at their recorded places.
    recorded: Option<Box<[u8]>>,
    matching: Matching,
    method: Range<usize>,
    cookie: Option<Range<usize>>,
    closes: bool,
    body_waits: bool,
}

/// What a run can fill in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fills<'a> {
    /// The cookies the target gave.
    pub(crate) jar: &'a Jar,
    /// The values its answers held, by number; `None` while none came.
    pub(crate) values: &'a [Option<Box<[u8]>>],
    /// The secrets, in the plan's order of names; `None` when not given.
    pub(crate) secrets: &'a [Option<Vec<u8>>],
    /// The copy's own account, where the plan has users.
    pub(crate) account: Option<&'a Account>,
    /// What the target answered other lanes of the copy, by their numbers in the run.
    pub(crate) of_others: &'a [Shared],
}

impl Template {
    /// Prepares `recorded`, for which the rules in `matching` are.
    pub(crate) fn new(recorded: Vec<u8>, matching: Matching, rewriting: &Rewriting<'_>) -> Self {
        let moves = !matching.early().is_empty();
        let kept = moves.then(|| recorded.clone().into_boxed_slice());
        let mut bytes = recorded;
        rewriting.once(&matching, &mut bytes);
        let method = 0..bytes.iter().position(|byte| *byte == b' ').unwrap_or(0);
        let cookie = field_value(&bytes, "Cookie");
        let head = RequestHead::parse(&bytes);
        let closes = head
            .as_ref()
            .is_none_or(|head| !BodyFraming::of_request(head).keep_alive);
        let expects = head.and_then(|head| head.headers.get("Expect"));
        let body_waits = expects.is_some_and(|value| value.eq_ignore_ascii_case(b"100-continue"));
        Self {
            bytes,
            recorded: kept,
            matching,
            method,
            cookie,
            closes,
            body_waits,
        }
    }

    /// The method: it decides how the answer is framed.
    pub(crate) fn method(&self) -> &[u8] {
        self.bytes.get(self.method.clone()).unwrap_or_default()
    }

    /// Whether it can be repeated without harm (RFC 9110 section 9.2.2).
    pub(crate) fn is_idempotent(&self) -> bool {
        matches!(
            self.method(),
            b"GET" | b"HEAD" | b"PUT" | b"DELETE" | b"OPTIONS" | b"TRACE"
        )
    }

    /// Whether it shows cookies.
    pub(crate) const fn shows_cookies(&self) -> bool {
        self.cookie.is_some()
    }

    /// Whether it asks for its connection to be closed.
    pub(crate) const fn closes(&self) -> bool {
        self.closes
    }

    /// Whether its body waits for the target's word (RFC 9110 section 10.1.1).
    pub(crate) const fn body_waits(&self) -> bool {
        self.body_waits
    }

    /// How many bytes it has before anything is filled in.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() + self.recorded.as_ref().map_or(0, |kept| kept.len())
    }

    /// The bytes to send: borrowed when nothing has to change.
    pub(crate) fn fill(
        &self,
        carries: &[Carry],
        fills: Fills<'_>,
        rewriting: &Rewriting<'_>,
    ) -> Cow<'_, [u8]> {
        let known = carries.iter().any(|carry| fills.of(carry.fill).is_some());
        if known && let Some(mut bytes) = self.filled(carries, fills) {
            match self.recorded {
                Some(_) => rewriting.whole(&self.matching, &mut bytes),
                None => rewriting.late(&self.matching, &mut bytes),
            }
            return Cow::Owned(bytes);
        }
        let with_cookies = self.with_cookies(fills);
        if self.matching.late().is_empty() {
            return with_cookies;
        }
        let mut bytes = with_cookies.into_owned();
        rewriting.late(&self.matching, &mut bytes);
        Cow::Owned(bytes)
    }

    /// The bytes with the target's cookies in place of the recorded ones.
    fn with_cookies(&self, fills: Fills<'_>) -> Cow<'_, [u8]> {
        if fills.jar.is_empty() {
            return Cow::Borrowed(&self.bytes);
        }
        let cookie = self.cookie.clone().and_then(|range| {
            let recorded = self.bytes.get(range.clone())?;
            Some((range, fills.jar.apply(recorded)))
        });
        match cookie {
            Some((range, Cow::Owned(value))) => {
                let before = self.bytes.get(..range.start).unwrap_or_default();
                let after = self.bytes.get(range.end..).unwrap_or_default();
                Cow::Owned([before, &value, after].concat())
            }
            _ => Cow::Borrowed(&self.bytes),
        }
    }

    /// The slow way, for requests that carry values: taken apart, changed, put together.
    fn filled(&self, carries: &[Carry], fills: Fills<'_>) -> Option<Vec<u8>> {
        let bytes = self.recorded.as_deref().unwrap_or(&self.bytes);
        let mut message = Message::parse(bytes).ok()?;
        splice(&mut message, carries, fills);
        for field in message
            .headers
            .iter_mut()
            .filter(|field| field.is("Cookie"))
        {
            if let Cow::Owned(value) = fills.jar.apply(&field.value) {
                field.value = Cow::Owned(value);
            }
        }
        Some(message.encode())
    }
}

impl<'a> Fills<'a> {
    /// What goes in, if it is known.
    pub(crate) fn of(&self, fill: Fill) -> Option<&'a [u8]> {
        match fill {
            Fill::Value(number) => self.values.get(number)?.as_deref(),
            Fill::OfAnother(number) => {
                let mut others = self.of_others.iter();
                let (_, value) = others.find(|(of, _)| *of == number)?;
                Some(value)
            }
            Fill::Secret(number) => self.secrets.get(number)?.as_deref(),
            Fill::User => self.account.map(|account| account.name.as_bytes()),
            Fill::Password => self.account.map(|account| account.password.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use reprise_fault::Position;

    use super::*;
    use crate::http::readdress::Naming;
    use crate::http::rule::Moment;

    const LOGIN: &[u8] =
        b"POST /login?t=rp_csrf HTTP/1.1\r\nHost: shop.example\r\nCookie: sid=rp_sid\r\n\
        X-Token: rp_csrf\r\nContent-Length: 28\r\n\r\npassword=rp_pass&csrf=rp_csrf";

    fn rewriting(naming: Option<&Naming>) -> Rewriting<'_> {
        Rewriting {
            naming,
            rules: &[],
            moment: Moment {
                seed: 1,
                position: Position::default(),
                unix_us: 0,
                secret_names: &[],
                secrets: &[],
            },
        }
    }

    fn template(recorded: &[u8], naming: Option<&Naming>) -> Template {
        Template::new(recorded.to_vec(), Matching::default(), &rewriting(naming))
    }

    #[test]
    fn the_host_is_replaced_and_everything_else_kept() {
        let naming = Naming {
            scheme: "http",
            authority: "127.0.0.1:8080".to_owned(),
        };
        let template = template(LOGIN, Some(&naming));
        let jar = Jar::default();
        let fills = Fills {
            jar: &jar,
            values: &[],
            secrets: &[],
            account: None,
            of_others: &[],
        };
        let expected = String::from_utf8_lossy(LOGIN).replace("shop.example", "127.0.0.1:8080");
        assert_eq!(
            String::from_utf8_lossy(&template.fill(&[], fills, &rewriting(None))),
            expected
        );
        assert_eq!(template.method(), b"POST");
        assert!(matches!(
            template.fill(&[], fills, &rewriting(None)),
            Cow::Borrowed(_)
        ));
    }

    #[test]
    fn the_targets_cookies_replace_the_recorded_ones_in_place() {
        let template = template(LOGIN, None);
        let mut jar = Jar::default();
        jar.keep(b"sid=fresh-and-longer");
        let sent = template.fill(
            &[],
            Fills {
                jar: &jar,
                values: &[],
                secrets: &[],
                account: None,
                of_others: &[],
            },
            &rewriting(None),
        );
        let expected = String::from_utf8_lossy(LOGIN).replace("sid=rp_sid", "sid=fresh-and-longer");
        assert_eq!(String::from_utf8_lossy(&sent), expected);
    }
}
