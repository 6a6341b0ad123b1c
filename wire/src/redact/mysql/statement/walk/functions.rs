//! Functions whose arguments are secrets: those that encrypt or hash, and a program's own that are called like a
//! secret: `check_password('ada', 'x')`.

use super::{Walk, is_bytes};
use crate::mysql::sql::{TokenKind, keyword};
use crate::redact::mysql::statement::ColumnRules;
use crate::redact::rules::Detector;

/// Which arguments of a function are secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arguments {
    All,
    First,
    /// The first, unless it is for a column that no rule is for: a table may be searched by the hash of a URL.
    FirstOfNone,
    /// All, if they are two; three are a choice.
    Two,
}

/// The functions of MySQL and MariaDB.
const FUNCTIONS: [(&[u8], Arguments); 20] = [
    (b"AES_ENCRYPT", Arguments::All),
    (b"AES_DECRYPT", Arguments::All),
    (b"DES_ENCRYPT", Arguments::All),
    (b"DES_DECRYPT", Arguments::All),
    (b"PASSWORD", Arguments::All),
    (b"OLD_PASSWORD", Arguments::All),
    (b"ENCODE", Arguments::Two),
    (b"DECODE", Arguments::Two),
    (b"ENCRYPT", Arguments::All),
    (b"SHA2", Arguments::First),
    (b"SHA1", Arguments::FirstOfNone),
    (b"SHA", Arguments::FirstOfNone),
    (b"MD5", Arguments::FirstOfNone),
    (b"KDF", Arguments::All),
    (b"VALIDATE_PASSWORD_STRENGTH", Arguments::All),
    (b"ASYMMETRIC_ENCRYPT", Arguments::All),
    (b"ASYMMETRIC_DECRYPT", Arguments::All),
    (b"ASYMMETRIC_SIGN", Arguments::All),
    (b"ASYMMETRIC_VERIFY", Arguments::All),
    (b"KEYRING_KEY_STORE", Arguments::All),
];

/// Words that names stand behind which are followed by parentheses and are not called.
const MADE: [&[u8]; 9] = [
    b"TABLE",
    b"EXISTS",
    b"INTO",
    b"INDEX",
    b"KEY",
    b"ON",
    b"REFERENCES",
    b"FUNCTION",
    b"PROCEDURE",
];

impl<'a> Walk<'a, '_> {
    /// The function that is called at `at`, for a column with these rules, if its arguments are secrets or say which
    /// of them are; the token after it.
    pub(super) fn call(
        &mut self,
        at: usize,
        name: &'a [u8],
        rules: ColumnRules<'a>,
    ) -> Option<usize> {
        if let Some(after) = self.document_function(at, name) {
            return Some(after);
        }
        let known = FUNCTIONS
            .iter()
            .find(|(known, _)| name.eq_ignore_ascii_case(known));
        let Some((_, arguments)) = known else {
            return self.own_function(at, name);
        };
        let rule = self
            .pass
            .detectors
            .rule(Detector::MysqlFunction, |rule| self.pass.is_on(rule))?;
        let first_only = match arguments {
            Arguments::All => false,
            Arguments::Two if self.count(at + 1) == 2 => false,
            Arguments::FirstOfNone if !rules.name.is_empty() => return None,
            Arguments::Two => return None,
            Arguments::First | Arguments::FirstOfNone => true,
        };
        let secret = ColumnRules {
            name,
            text: Some(rule),
            number: None,
            parameter: Some(rule),
        };
        Some(self.arguments(at + 1, secret, first_only))
    }

    /// A function that is called as a rule for columns has it. A list of columns may follow a name, too.
    fn own_function(&mut self, at: usize, name: &'a [u8]) -> Option<usize> {
        if keyword(name).is_some() || self.is_no_call(at) {
            return None;
        }
        let rules = self.rules(name);
        let is_secret = rules.text.is_some() || rules.parameter.is_some();
        if !is_secret || self.names_in(at + 1).is_some() {
            return None;
        }
        Some(self.arguments(at + 1, rules, false))
    }

    /// Whether the name at `at` is that of a table, an index or a function that is made, by the word before it.
    fn is_no_call(&self, at: usize) -> bool {
        let mut before = at;
        while before > 1 && self.text(before - 1) == b"." {
            before -= 2;
        }
        let word = self.text(before.wrapping_sub(1));
        MADE.iter().any(|known| word.eq_ignore_ascii_case(known))
    }

    /// Takes what stands between these parentheses, or before the first comma; the token after them.
    fn arguments(&mut self, open: usize, rules: ColumnRules<'a>, first_only: bool) -> usize {
        let mut depth = 0_usize;
        let mut rules = rules;
        let mut at = open;
        while let Some(kind) = self.kind(at) {
            self.announced = self.announced.saturating_sub(1);
            let text = self.text(at);
            match kind {
                TokenKind::Symbol => match text {
                    b"(" => depth += 1,
                    b")" if depth <= 1 => return at + 1,
                    b")" => depth -= 1,
                    b"," if depth == 1 && first_only => rules = ColumnRules::default(),
                    _ => {}
                },
                TokenKind::Placeholder => self.secrets.parameters.push(rules.parameter),
                TokenKind::String => self.value(at, rules, false),
                TokenKind::Number if is_bytes(text) => self.value(at, rules, false),
                _ => {}
            }
            at += 1;
        }
        at
    }

    /// How many arguments stand between these parentheses.
    fn count(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        let mut count = 1;
        let mut at = open;
        while self.kind(at).is_some() {
            match self.text(at) {
                b"(" => depth += 1,
                b")" if depth <= 1 => break,
                b")" => depth -= 1,
                b"," if depth == 1 => count += 1,
                _ => {}
            }
            at += 1;
        }
        count
    }
}
