//! The rules, a group a file: rows, and the function that finds what breaks them.
mod accelerators;
mod appspec;
mod dependencies;
mod environment;
mod fargate;
mod files;
mod firelens;
mod general;
mod health;
mod image;
mod image_files;
mod kernel;
mod logging;
mod network;
mod placeholders;
mod platform;
mod roles;
mod secrets;
mod shape;
mod sizes;
mod together;
mod volumes;

#[cfg(test)]
mod trial;

use super::finding::Findings;
use super::rule::Rule;
use super::subject::Subject;

/// Rules about one thing.
#[derive(Debug)]
pub struct Group {
    /// What they are about, for the page of rules.
    pub title: &'static str,
    /// The rows, by id.
    pub rules: &'static [&'static Rule],
    check: fn(&Subject<'_>, &mut Findings),
}

impl Group {
    /// Collects what breaks a rule of this group.
    pub fn check(&self, subject: &Subject<'_>, findings: &mut Findings) {
        (self.check)(subject, findings);
    }
}

/// Every group, in the order of the page of rules.
pub static GROUPS: &[&Group] = &[
    &files::GROUP,
    &shape::GROUP,
    &general::GROUP,
    &sizes::GROUP,
    &platform::GROUP,
    &network::GROUP,
    &fargate::GROUP,
    &image::GROUP,
    &placeholders::GROUP,
    &dependencies::GROUP,
    &health::GROUP,
    &kernel::GROUP,
    &accelerators::GROUP,
    &environment::GROUP,
    &secrets::GROUP,
    &logging::GROUP,
    &firelens::GROUP,
    &volumes::GROUP,
    &roles::GROUP,
    &appspec::GROUP,
    &image_files::DEFINITIONS,
    &image_files::DETAIL,
    &together::GROUP,
];

#[cfg(test)]
mod tests {
    use super::GROUPS;

    /// The rules about task definitions that can be judged offline.
    const TASK_DEFINITION: [std::ops::RangeInclusive<u32>; 11] = [
        1..=19,
        20..=31,
        40..=47,
        50..=66,
        70..=78,
        80..=88,
        90..=111,
        120..=128,
        130..=144,
        150..=160,
        170..=174,
    ];

    #[test]
    fn every_rule_about_task_definitions_is_in_the_table() {
        let expected: Vec<String> = TASK_DEFINITION
            .into_iter()
            .flatten()
            .map(|number| format!("TD{number:03}"))
            .collect();
        let mut ids: Vec<&str> = GROUPS
            .iter()
            .flat_map(|group| group.rules)
            .map(|rule| rule.id)
            .filter(|id| id.starts_with("TD"))
            .collect();
        ids.sort_unstable();
        assert_eq!(ids, expected);
    }

    #[test]
    fn every_rule_is_told_in_full_and_every_id_is_used_once() {
        let mut seen = std::collections::BTreeSet::new();
        for rule in GROUPS.iter().flat_map(|group| group.rules) {
            assert!(seen.insert(rule.id), "{} twice", rule.id);
            let (letters, digits) = rule.id.split_at(2);
            assert!(
                letters.bytes().all(|b| b.is_ascii_uppercase())
                    && digits.len() == 3
                    && digits.bytes().all(|b| b.is_ascii_digit()),
                "{}",
                rule.id
            );
            for (name, text) in [
                ("title", rule.title),
                ("why", rule.why),
                ("fix", rule.fix),
                ("source", rule.source),
                ("answer", rule.answer),
            ] {
                assert!(
                    !text.trim().is_empty() && text.trim() == text,
                    "{}: {name}",
                    rule.id
                );
            }
            for fragment in [rule.title, rule.fix, rule.source] {
                assert!(!fragment.ends_with('.'), "{}: {fragment}", rule.id);
            }
            for prose in [rule.why, rule.answer] {
                assert!(prose.ends_with('.'), "{}: {prose}", rule.id);
            }
        }
    }
}
