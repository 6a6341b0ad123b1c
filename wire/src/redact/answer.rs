//! Answers that are kept beside exchanges, such as what a replay's target answered otherwise: their secrets are
//! replaced by the same rules. A rule with a `where` is taken as holding, an exception with one is not.

use std::borrow::Cow;

use crate::mysql::ColumnDefinition;

use super::detect::{self, Neighbours};
use super::mysql;
use super::pass::Place;
use super::{Hit, Redactor, http};

/// What is shorter is not looked for where it is told again: it is part of other words.
const SHORTEST_REPEATED: usize = 4;

impl Redactor {
    /// The body of an HTTP answer, or its beginning, with its secrets replaced, and each of them. `kind`: its media
    /// type.
    pub fn redact_body(&mut self, kind: &[u8], body: &str) -> (String, Vec<Hit>) {
        self.telling(|redactor| {
            let named = http::redact_part(body.as_bytes(), kind, &mut redactor.pass);
            let mut bytes = named.unwrap_or_else(|| body.as_bytes().to_vec());
            detect::redact(&mut bytes, Neighbours::Text, &mut redactor.pass);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    }

    /// The values of a row, as texts, with those that are secrets replaced, and each of them.
    pub fn redact_row(
        &mut self,
        columns: &[ColumnDefinition],
        row: &mut [Option<Vec<u8>>],
    ) -> Vec<Hit> {
        let redact = |redactor: &mut Self| mysql::row_of_texts(columns, row, &mut redactor.pass);
        self.telling(redact).1
    }

    /// One value of an answer, or its beginning, with what is secret in it replaced. `name`: of the member, field or
    /// column that holds it. `hits`: what was replaced in the answer.
    pub fn redact_told(&mut self, name: &str, value: &str, hits: &[Hit]) -> String {
        let (told, _) = self.telling(|redactor| {
            let pass = &mut redactor.pass;
            let rules = [
                pass.rule(|table| &mut table.member, name.as_bytes(), false),
                pass.rule(|table| &mut table.form, name.as_bytes(), false),
                pass.rule(|table| &mut table.header, name.as_bytes(), false),
                pass.rule(|table| &mut table.rows.plain, name.as_bytes(), false),
            ];
            let rule = rules.into_iter().flatten().min();
            let new = rule.and_then(|rule| {
                pass.replace(rule, value.as_bytes(), Place::Json(name.as_bytes()))
            });
            new.map(|new| String::from_utf8_lossy(&new).into_owned())
        });
        if let Some(told) = told {
            return told;
        }
        let mut told = Cow::Borrowed(value);
        for hit in hits {
            let before = String::from_utf8_lossy(&hit.before);
            let after = String::from_utf8_lossy(&hit.after);
            if !told.is_empty() && before.starts_with(&*told) && before.len() > told.len() {
                return after.into_owned();
            }
            if before.len() >= SHORTEST_REPEATED && told.contains(&*before) {
                told = Cow::Owned(told.replace(&*before, &after));
            } else if *told == *before {
                return after.into_owned();
            }
        }
        self.redact_body(b"text/plain", &told).0
    }

    fn telling<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> (T, Vec<Hit>) {
        self.pass.begin_any();
        self.pass.half = "answer";
        self.pass.seen = Some(Vec::new());
        let out = work(self);
        (out, self.pass.seen.take().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mysql::ColumnType;
    use crate::redact::{RedactionKey, Rules};

    const TOKEN: &str = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";

    fn redactor(rules: &str) -> Redactor {
        Redactor::new(&RedactionKey::new([7; 32]), &Rules::parse(rules).unwrap())
    }

    #[test]
    fn a_secret_in_a_body_is_replaced_and_so_is_what_repeats_it() {
        let mut redactor = redactor("");
        let body = format!(r#"{{"total":1200,"access_token":"{TOKEN}","note":"cut of"#);
        let (shown, hits) = redactor.redact_body(b"application/json", &body);
        assert!(shown.contains("1200") && shown.contains("rp_"), "{shown}");
        assert!(!shown.contains(TOKEN), "{shown}");
        assert_eq!(redactor.redact_told("total", "1200", &hits), "1200");
        for (name, value) in [
            ("access_token", TOKEN),
            ("other", TOKEN),
            ("other", &TOKEN[..20]),
            ("line", &format!("got {TOKEN} back")),
            ("location", "/welcome?token=abcdef123456"),
        ] {
            let told = redactor.redact_told(name, value, &hits);
            assert!(told.contains("rp_"), "{name}: {told}");
            assert!(
                !told.contains("9f8e7d6c5b4a") && !told.contains("abcdef"),
                "{told}"
            );
        }
    }

    #[test]
    fn a_body_without_secrets_stays_as_it_is() {
        let mut redactor = redactor("");
        for body in ["", "<h1>Shop</h1>\n<p>42 items</p>", r#"{"a":[1,"#, "OK"] {
            let (shown, hits) = redactor.redact_body(b"text/html", body);
            assert_eq!((shown.as_str(), hits.len()), (body, 0));
        }
    }

    #[test]
    fn rows_are_replaced_by_their_columns() {
        let mut redactor = redactor("");
        let columns = [
            ColumnDefinition::new(b"id", ColumnType::LONG),
            ColumnDefinition::new(b"session_token", ColumnType::VAR_STRING),
            ColumnDefinition::new(b"note", ColumnType::VAR_STRING),
        ];
        let mut row = [Some(b"7".to_vec()), Some(TOKEN.into()), None];
        let hits = redactor.redact_row(&columns, &mut row);
        assert_eq!(
            (hits.len(), row[0].as_deref(), &row[2]),
            (1, Some(&b"7"[..]), &None)
        );
        assert!(row[1].as_ref().unwrap().starts_with(b"rp_"));
    }

    #[test]
    fn a_rule_for_some_exchanges_holds_and_an_exception_for_some_does_not() {
        let mut redactor = redactor(
            "[[rule]]\nname = \"kept\"\njson = [\"token\"]\naction = \"keep\"\nwhere = \"status:500\"\n\
             [[rule]]\nname = \"own\"\njson = [\"city\"]\nwhere = \"status:500\"",
        );
        let body = format!(r#"{{"token":"{TOKEN}","city":"Gent"}}"#);
        let (shown, _) = redactor.redact_body(b"application/json", &body);
        assert!(!shown.contains(TOKEN) && !shown.contains("Gent"), "{shown}");
    }
}
