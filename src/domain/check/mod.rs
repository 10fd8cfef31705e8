//! Is this deployable? Rules over the files of a pipeline, judged without any network.
//!
//! A rule is a row of a table ([`Rule`]); a group of rules brings one function that looks at the [`Subject`] and collects
//! [`Finding`]s, all of them, at their place. Showing them and deciding what they mean for the exit is elsewhere.
//! A new rule is a row, its check, one test that trips it and one that just does not.
mod excerpt;
mod finding;
mod ignored;
mod image_text;
pub mod model;
mod nearest;
mod placeholder;
mod rule;
mod rules;
mod size;
mod spot;
mod subject;

pub use excerpt::{Excerpt, Pages};
pub use finding::{Finding, Findings, Found, More, Tally};
pub use ignored::Ignored;
pub use placeholder::{Mark, marks};
pub use rule::{Basis, Rule, Severity};
pub use rules::{GROUPS, Group};
pub use spot::Spot;
pub use subject::{Facts, LaunchType, Sources, Subject, TaskDefinition};

/// Everything that is wrong, sorted by file and place.
#[must_use]
pub fn check(subject: &Subject<'_>) -> Found {
    let mut findings = Findings::new();
    for group in GROUPS {
        group.check(subject, &mut findings);
    }
    findings.sorted()
}

/// The rule of an id, in any letter case.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    GROUPS
        .iter()
        .flat_map(|group| group.rules)
        .find(|rule| rule.id.eq_ignore_ascii_case(id))
        .copied()
}
