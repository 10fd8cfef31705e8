//! Task definitions: the families, their revisions, and finding one by what callers send.
//!
//! A document is kept as it was sent, members unknown to this program included; what ECS adds on the way out is in
//! `answer`, what it refuses in `check`.

mod answer;
mod check;
mod operations;
mod size;

use std::collections::BTreeMap;

use serde_json::Value;

pub(super) use answer::described;
pub(super) use operations::{deregister, describe, list, list_families, register};

use super::arn;
use super::tags::Tags;
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;

/// One revision of a family.
#[derive(Clone)]
pub(super) struct Definition {
    /// The family's name.
    pub(super) family: String,
    /// 1 for the first.
    pub(super) revision: u64,
    /// What was sent, without `tags`.
    pub(super) document: Members,
    /// The tags it was registered with, and later changes.
    pub(super) tags: Tags,
    /// When it was registered.
    pub(super) registered: Moment,
    /// When it was deregistered; while there is none it is ACTIVE.
    pub(super) deregistered: Option<Moment>,
}

impl Definition {
    /// Its ARN.
    pub(super) fn arn(&self) -> String {
        arn::task_definition(&self.family, self.revision)
    }

    /// `ACTIVE` or `INACTIVE`.
    pub(super) const fn status(&self) -> &'static str {
        match self.deregistered {
            None => "ACTIVE",
            Some(_) => "INACTIVE",
        }
    }

    /// Its containers, in order.
    pub(super) fn containers(&self) -> impl Iterator<Item = &Members> {
        members::list(&self.document, "containerDefinitions")
            .iter()
            .filter_map(Value::as_object)
    }

    /// Whether its tasks can run on Fargate.
    pub(super) fn runs_on_fargate(&self) -> bool {
        answer::compatibilities(self).contains(&"FARGATE")
    }

    /// The names of its volumes that are told apart only when a task is started (`configuredAtLaunch`).
    pub(super) fn volumes_configured_at_launch(&self) -> Vec<&str> {
        members::list(&self.document, "volumes")
            .iter()
            .filter_map(Value::as_object)
            .filter(|volume| members::flag(volume, "configuredAtLaunch") == Some(true))
            .filter_map(|volume| members::text(volume, "name"))
            .collect()
    }

    /// Whether its tasks have a network interface of their own.
    pub(super) fn awsvpc(&self) -> bool {
        members::text(&self.document, "networkMode") == Some("awsvpc")
    }
}

/// Whether a container ends its task: so it is if nothing is said (API shape `ContainerDefinition`).
pub(super) fn is_essential(container: &Members) -> bool {
    members::flag(container, "essential").unwrap_or(true)
}

/// The name of a container.
pub(super) fn container_name(container: &Members) -> &str {
    members::text(container, "name").unwrap_or_default()
}

/// Every family and revision there is or was.
#[derive(Clone, Default)]
pub(super) struct Definitions {
    families: BTreeMap<String, Vec<Definition>>,
}

impl Definitions {
    /// Adds the next revision of a family.
    pub(super) fn add(
        &mut self,
        family: &str,
        document: Members,
        tags: Tags,
        now: Moment,
    ) -> Definition {
        let revisions = self.families.entry(family.to_owned()).or_default();
        let definition = Definition {
            family: family.to_owned(),
            revision: revisions.last().map_or(1, |last| last.revision + 1),
            document,
            tags,
            registered: now,
            deregistered: None,
        };
        revisions.push(definition.clone());
        definition
    }

    /// The revision a reference means: `family` (the newest active one), `family:revision`, or an ARN.
    pub(super) fn find(&self, reference: &str) -> Option<&Definition> {
        let (family, revision) = split(reference);
        let revisions = self.families.get(family)?;
        match revision {
            None => revisions
                .iter()
                .rev()
                .find(|definition| definition.deregistered.is_none()),
            Some(number) => {
                let number: u64 = number.parse().ok()?;
                revisions
                    .iter()
                    .find(|definition| definition.revision == number)
            }
        }
    }

    /// As [`Self::find`], to change it.
    pub(super) fn find_mut(&mut self, reference: &str) -> Option<&mut Definition> {
        let found = self.find(reference)?;
        let (family, revision) = (found.family.clone(), found.revision);
        self.families
            .get_mut(&family)?
            .iter_mut()
            .find(|definition| definition.revision == revision)
    }

    /// Every revision, by family and then by number.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = &Definition> {
        self.families.values().flatten()
    }

    /// Every family with its revisions.
    pub(super) fn families(&self) -> impl Iterator<Item = (&String, &Vec<Definition>)> {
        self.families.iter()
    }
}

/// The family and, if given, the revision of a reference.
fn split(reference: &str) -> (&str, Option<&str>) {
    let name = arn::resource(reference).map_or(reference, |_| arn::short(reference));
    match name.split_once(':') {
        Some((family, revision)) => (family, Some(revision)),
        None => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Definitions {
        let mut definitions = Definitions::default();
        let now = Moment::from_millis(0);
        definitions.add("web", Members::new(), Tags::default(), now);
        definitions.add("web", Members::new(), Tags::default(), now);
        definitions
    }

    #[test]
    fn a_family_alone_means_its_newest_active_revision() {
        let mut definitions = two();
        assert_eq!(definitions.find("web").unwrap().revision, 2);
        definitions.find_mut("web:2").unwrap().deregistered = Some(Moment::from_millis(1));
        assert_eq!(definitions.find("web").unwrap().revision, 1);
        assert_eq!(definitions.find("web:2").unwrap().status(), "INACTIVE");
    }

    #[test]
    fn a_revision_is_found_by_name_and_by_arn_and_nothing_else() {
        let definitions = two();
        let arn = arn::task_definition("web", 1);
        assert_eq!(definitions.find(&arn).unwrap().revision, 1);
        assert!(definitions.find("web:3").is_none());
        assert!(definitions.find("web:x").is_none());
        assert!(definitions.find("other").is_none());
    }
}
