//! Marks like `<NAME>` in the texts of a document, and what stands for them.
//! Keys are not looked at, and what was put in is not looked at again.
use std::collections::HashSet;

use super::super::assignment::{Assignment, Assignments};
use super::super::document::{Kind, Node, Object};
use super::super::malformed::Malformed;

/// What stands for which mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placeholders(Assignments);

impl Placeholders {
    /// Takes a list of `NAME=value`; the names are without their brackets.
    ///
    /// # Errors
    /// If a name holds a bracket.
    pub fn new(assignments: Assignments) -> Result<Self, Malformed> {
        if let Some(name) = assignments.names().find(|name| name.contains(['<', '>'])) {
            return Err(Malformed::new(format!(
                "a placeholder is named without its brackets: `{name}`"
            )));
        }
        Ok(Self(assignments))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Replaces every mark in every text of the tree; returns the names whose mark was nowhere.
    pub fn fill(&self, root: &mut Node) -> Vec<String> {
        let mut used = HashSet::new();
        if !self.is_empty() {
            self.fill_node(root, &mut used);
        }
        self.0
            .names()
            .filter(|name| !used.contains(*name))
            .map(str::to_owned)
            .collect()
    }

    fn fill_node<'a>(&'a self, node: &mut Node, used: &mut HashSet<&'a str>) {
        match node.kind_mut() {
            Kind::String(text) => {
                if let Some(filled) = self.filled(text, used) {
                    *text = filled;
                }
            }
            Kind::Array(items) => {
                for item in items {
                    self.fill_node(item, used);
                }
            }
            Kind::Object(object) => self.fill_object(object, used),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
        }
    }

    fn fill_object<'a>(&'a self, object: &mut Object, used: &mut HashSet<&'a str>) {
        for value in object.values_mut() {
            self.fill_node(value, used);
        }
    }

    /// The text with its marks replaced, or nothing if it has none of ours.
    fn filled<'a>(&'a self, text: &str, used: &mut HashSet<&'a str>) -> Option<String> {
        let mut filled = String::new();
        let mut rest = text;
        let mut found = false;
        while let Some((before, behind)) = rest.split_once('<') {
            filled.push_str(before);
            rest = behind;
            if let Some((assignment, behind)) = self.mark_at(behind) {
                filled.push_str(assignment.value());
                used.insert(assignment.name());
                found = true;
                rest = behind;
            } else {
                filled.push('<');
            }
        }
        filled.push_str(rest);
        found.then_some(filled)
    }

    /// The assignment whose `NAME>` a text begins with, and what follows.
    fn mark_at<'t>(&self, text: &'t str) -> Option<(&Assignment, &'t str)> {
        self.0.iter().find_map(|assignment| {
            let behind = text.strip_prefix(assignment.name())?.strip_prefix('>')?;
            Some((assignment, behind))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::document::Document;
    use super::*;

    fn filled(list: &str, text: &str) -> (String, Vec<String>) {
        let placeholders = Placeholders::new(list.parse().unwrap()).unwrap();
        let mut document = Document::parse(text, "t.json").unwrap();
        let unused = placeholders.fill(document.root_mut());
        (document.to_json_compact(), unused)
    }

    #[test]
    fn marks_are_replaced_in_every_text_and_nowhere_else() {
        let text =
            r#"{"<A>":"<A>","list":["x<A>y<A>","<B","<<A>>","<AA>","A",1],"deep":{"k":"<B> <A>"}}"#;
        let (json, unused) = filled("A=1\nB=2\nC=3", text);
        assert_eq!(
            json,
            r#"{"<A>":"1","list":["x1y1","<B","<1>","<AA>","A",1],"deep":{"k":"2 1"}}"#
        );
        assert_eq!(unused, ["C"]);
    }

    #[test]
    fn what_was_put_in_is_not_looked_at_again() {
        assert_eq!(filled("A=<B>\nB=2", r#"["<A>","<B>"]"#).0, r#"["<B>","2"]"#);
    }

    #[test]
    fn a_filled_text_keeps_its_place_in_the_file() {
        let placeholders = Placeholders::new("A=1".parse().unwrap()).unwrap();
        let mut document = Document::parse("{\n \"k\": \"<A>\"}", "t.json").unwrap();
        placeholders.fill(document.root_mut());
        let place = document.get("k").and_then(Node::position).unwrap();
        assert_eq!((place.line, place.column), (2, 7));
    }

    #[test]
    fn a_name_with_its_brackets_is_refused() {
        let error = Placeholders::new("<A>=1".parse().unwrap()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a placeholder is named without its brackets: `<A>`"
        );
    }
}
