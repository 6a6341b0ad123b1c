//! Rules that rewrite requests, as people give them: one by one, or many in a TOML file.

use std::path::Path;

use reprise_replay::Rewrite;
use serde::Deserialize;

use super::ReplayRequest;
use crate::Error;

/// A file of rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    rewrite: Vec<Rewrite>,
}

/// The rules of a request: those of its file, then its own.
pub(super) fn rules(request: &ReplayRequest) -> Result<Vec<Rewrite>, Error> {
    let mut rules = match &request.rewrites_file {
        Some(path) => read(path)?,
        None => Vec::new(),
    };
    for text in &request.rewrites {
        let rule = text
            .parse()
            .map_err(|error| Error::Usage(format!("--rewrite: failed to {error}")))?;
        rules.push(rule);
    }
    Ok(rules)
}

fn read(path: &Path) -> Result<Vec<Rewrite>, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::File {
        doing: "read the rules in",
        path: path.to_owned(),
        source,
    })?;
    let rules: Rules = toml::from_str(&text).map_err(|error| {
        Error::Usage(format!(
            "failed to read the rules in {}: {error}; a rule is [[rewrite]] with rule = 'header:X-Env=staging' \
             and, if it is not for every request, for = 'method:POST'",
            path.display()
        ))
    })?;
    Ok(rules.rewrite)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(file: &str, own: &[&str]) -> Result<Vec<String>, Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rules.toml");
        std::fs::write(&path, file).expect("a file");
        let mut request = ReplayRequest::new("friday".to_owned());
        request.rewrites_file = Some(path);
        request.rewrites = own.iter().map(|text| (*text).to_owned()).collect();
        Ok(rules(&request)?.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_rules_of_the_file_come_first() {
        let file = "[[rewrite]]\nrule = 'path:s|^/a|/b|'\nfor = 'method:POST'\n\n\
            [[rewrite]]\nrule = 'header:X=made for you'\n";
        assert_eq!(
            of(file, &["cookie:-old"]).expect("they can be read"),
            [
                "path:s|^/a|/b| for method:POST",
                "header:X=made for you",
                "cookie:-old"
            ]
        );
    }

    #[test]
    fn what_is_no_rule_is_said_with_its_place() {
        for (file, own, hint) in [
            ("[[rewrite]]\nrule = 'nothing'\n", &[][..], "rules.toml"),
            ("[[rewrite]]\nrules = 'a'\n", &[], "[[rewrite]] with rule"),
            ("rewrite = []\n", &["path:x"], "--rewrite"),
        ] {
            let error = of(file, own).expect_err(file).to_string();
            assert!(error.contains(hint), "{error}");
        }
    }
}
