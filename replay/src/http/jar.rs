//! The cookies the target gave to one copy of a lane. They replace recorded ones of the same name; a
//! cookie the recorded client did not send is not sent.

use std::borrow::Cow;

use crate::prepare::session::{cookie_pairs, set_cookie};

/// Names and values, few enough to search one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Jar(Vec<Cookie>);

/// A name and its value.
type Cookie = (Box<[u8]>, Box<[u8]>);

impl Jar {
    /// Keeps what a Set-Cookie field says; an emptied or expired cookie is kept as empty, so that the
    /// recorded value does not come back.
    pub(crate) fn keep(&mut self, set_cookie_value: &[u8]) {
        let Some((name, value)) = set_cookie(set_cookie_value) else {
            return;
        };
        match self.0.iter_mut().find(|(known, _)| **known == *name) {
            Some((_, known)) => *known = value.into(),
            None => self.0.push((name.into(), value.into())),
        }
    }

    /// Whether a cookie of this name was set.
    pub(crate) fn has(&self, name: &[u8]) -> bool {
        self.0.iter().any(|(known, _)| **known == *name)
    }

    /// Whether nothing was set yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A recorded Cookie value with the target's own values in place of the recorded ones.
    pub(crate) fn apply<'a>(&self, recorded: &'a [u8]) -> Cow<'a, [u8]> {
        let known = |name: &[u8]| self.0.iter().find(|(known, _)| **known == *name);
        if !cookie_pairs(recorded).any(|(name, _)| known(name).is_some()) {
            return Cow::Borrowed(recorded);
        }
        let mut out = Vec::with_capacity(recorded.len() + 64);
        for (name, value) in cookie_pairs(recorded) {
            if !out.is_empty() {
                out.extend_from_slice(b"; ");
            }
            out.extend_from_slice(name);
            out.push(b'=');
            out.extend_from_slice(known(name).map_or(value, |(_, own)| own));
        }
        Cow::Owned(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_cookies_replace_the_recorded_ones_by_name() {
        let mut jar = Jar::default();
        assert_eq!(
            *jar.apply(b"sid=rp_old; theme=dark"),
            *b"sid=rp_old; theme=dark"
        );
        jar.keep(b"sid=first; Path=/; HttpOnly");
        jar.keep(b"sid=new; Path=/");
        jar.keep(b"unsent=1");
        assert_eq!(
            *jar.apply(b"sid=rp_old; theme=dark"),
            *b"sid=new; theme=dark"
        );
    }

    #[test]
    fn a_cookie_the_target_took_back_does_not_return() {
        let mut jar = Jar::default();
        jar.keep(b"sid=; Max-Age=0");
        assert_eq!(*jar.apply(b"sid=rp_old"), *b"sid=");
    }
}
