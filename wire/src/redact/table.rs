//! The rules by the place they look at, so that a value is looked up once.

use super::name::{NamePattern, Names};
use crate::json_path::JsonPath;

use super::rules::{ColumnPattern, DigestPattern, Rules, SegmentPattern, Where};

/// Patterns by place, each with its rule's number; in the rules' order.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) header: Names,
    pub(super) cookie: Names,
    pub(super) query: Names,
    pub(super) form: Names,
    /// Members of JSON at any depth.
    pub(super) member: Names,
    /// Other places in JSON.
    pub(super) paths: Vec<(JsonPath, usize)>,
    pub(super) segments: Vec<(SegmentPattern, usize)>,
    pub(super) literals: Columns,
    pub(super) parameters: Columns,
    pub(super) rows: Columns,
    pub(super) digests: Vec<(DigestPattern, usize)>,
}

/// Columns of one kind of place.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Those of any table.
    pub(super) plain: Names,
    /// Those of a table: table, column, rule.
    pub(super) of_tables: Vec<(NamePattern, NamePattern, usize)>,
}

impl Table {
    pub(super) fn new(rules: &Rules) -> Self {
        let mut table = Self::default();
        for (number, rule) in rules.iter().enumerate() {
            for target in &rule.targets {
                table.add(&target.place, number);
            }
        }
        table
    }

    fn add(&mut self, place: &Where, rule: usize) {
        match place {
            Where::Header(name) => self.header.add(name.clone(), rule),
            Where::Cookie(name) => self.cookie.add(name.clone(), rule),
            Where::Query(name) => self.query.add(name.clone(), rule),
            Where::Form(name) => self.form.add(name.clone(), rule),
            Where::Key(name) => {
                self.query.add(name.clone(), rule);
                self.form.add(name.clone(), rule);
                self.member.add(name.clone(), rule);
            }
            Where::Json(path) => match path.single_name() {
                Some(name) => self.member.add(name.clone(), rule),
                None => self.paths.push((path.clone(), rule)),
            },
            Where::Segment(pattern) => self.segments.push((pattern.clone(), rule)),
            Where::Column(column) => {
                let places = [
                    (column.literals, &mut self.literals),
                    (column.parameters, &mut self.parameters),
                    (column.rows, &mut self.rows),
                ];
                for (_, columns) in places.into_iter().filter(|(wanted, _)| *wanted) {
                    columns.add(column, rule);
                }
            }
            Where::Digest(digest) => self.digests.push((digest.clone(), rule)),
            Where::Detector(_) => {}
        }
    }
}

impl Columns {
    fn add(&mut self, pattern: &ColumnPattern, rule: usize) {
        match &pattern.table {
            None => self.plain.add(pattern.column.clone(), rule),
            Some(table) => self
                .of_tables
                .push((table.clone(), pattern.column.clone(), rule)),
        }
    }

    /// The rules that look at them.
    pub(super) fn rules(&self) -> impl Iterator<Item = usize> {
        let plain = self.plain.rules();
        plain.chain(self.of_tables.iter().map(|(_, _, rule)| *rule))
    }
}
