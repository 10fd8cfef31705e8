//! The appspec of a CodeDeploy deployment of an ECS service, by itself.
//! Whether it fits the task definition is judged in `together`.
mod hooks;
mod network;
mod rows;
mod service;

use rows::{
    AS001, AS002, AS003, AS004, AS005, AS006, AS007, AS008, AS009, AS010, AS011, AS012, AS013,
    AS014, AS015, AS016, AS017,
};

use super::Group;
use super::placeholders::leftovers;
use crate::domain::check::finding::Findings;
use crate::domain::check::nearest::nearest;
use crate::domain::check::rule::{Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::Subject;
use crate::domain::document::Kind;
use crate::domain::secrecy::shown;

pub(super) static GROUP: Group = Group {
    title: "Appspec",
    rules: &[
        &AS001, &AS002, &AS003, &AS004, &AS005, &AS006, &AS007, &AS008, &AS009, &AS010, &AS011,
        &AS012, &AS013, &AS014, &AS015, &AS016, &AS017,
    ],
    check,
};

/// The mark CodePipeline and `write-appspec` fill in with the revision that was registered.
pub(super) const REVISION_MARK: &str = "TASK_DEFINITION";

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(root) = &subject.appspec else {
        return;
    };
    if !is_object(root, "the appspec", findings) {
        return;
    }
    leftovers(&AS016, root, subject, &[REVISION_MARK], findings);
    keys(root, &["version", "Resources", "Hooks"], findings);
    version(root, findings);
    match member(root, "Resources") {
        Some(resources) => target(&resources, findings),
        None => {
            findings.at_key(&AS002, root, "the appspec lacks: `Resources`");
        }
    }
    if let Some(list) = member(root, "Hooks") {
        hooks::check(&list, findings);
    }
}

/// A member by its key in any letter case; the exact one first.
pub(super) fn member<'a>(object: &Spot<'a>, key: &str) -> Option<Spot<'a>> {
    object.get(key).or_else(|| {
        object.members().find(|member| {
            !member.node().is_null()
                && member
                    .key()
                    .is_some_and(|other| other.eq_ignore_ascii_case(key))
        })
    })
}

/// The properties of the service that is deployed, if the appspec gets that far.
pub(super) fn properties<'a>(root: &Spot<'a>) -> Option<Spot<'a>> {
    let resource = member(root, "Resources")?.items().next()?;
    let target = member(&resource, "TargetService").or_else(|| resource.members().next())?;
    member(&target, "Properties")
}

fn is_object(spot: &Spot<'_>, what: &str, findings: &mut Findings) -> bool {
    let fits = spot.node().as_object().is_some();
    if !fits {
        wrong_type(spot, what, "an object", findings);
    }
    fits
}

fn wrong_type(spot: &Spot<'_>, what: &str, wanted: &str, findings: &mut Findings) {
    let message = format!(
        "{what} is {}; {wanted} is wanted",
        spot.node().kind().noun()
    );
    findings.at(&AS017, spot, message);
}

/// Reports keys that are not among these, and those in another letter case.
fn keys(object: &Spot<'_>, known: &[&str], findings: &mut Findings) {
    for member in object.members() {
        let key = member.key().unwrap_or_default();
        if known.contains(&key) {
            continue;
        }
        let same = known.iter().find(|known| known.eq_ignore_ascii_case(key));
        let message = match same {
            Some(_) => format!("a key in another letter case: {}", shown(key)),
            None => format!("unknown key: {}", shown(key)),
        };
        let is_full = findings.is_full(&AS015);
        let finding = findings.at_key(&AS015, &member, message);
        match same {
            Some(known) => {
                finding.advise(format!("write `{known}`"));
            }
            None if is_full => {}
            None => match nearest(key, known.iter().copied()) {
                Some(meant) => {
                    finding.advise(format!("did you mean `{meant}`?"));
                }
                None => {
                    finding.weigh(Severity::Note);
                }
            },
        }
    }
}

fn version(root: &Spot<'_>, findings: &mut Findings) {
    let Some(version) = member(root, "version") else {
        findings.at_key(&AS001, root, "the appspec lacks: `version`");
        return;
    };
    let written = match version.node().kind() {
        Kind::Number(number) => number.as_str(),
        Kind::String(text) => text,
        Kind::Null | Kind::Bool(_) | Kind::Array(_) | Kind::Object(_) => "",
    };
    if written != "0.0" {
        let message = format!(
            "the version of an appspec is 0.0, and not: {}",
            shown(written)
        );
        findings.at(&AS001, &version, message);
    }
}

fn target(resources: &Spot<'_>, findings: &mut Findings) {
    if resources.node().as_array().is_none() {
        wrong_type(resources, "`Resources`", "a list of one service", findings);
        return;
    }
    let mut items = resources.items();
    let Some(resource) = items.next() else {
        findings.at_key(&AS002, resources, "`Resources` names no service");
        return;
    };
    if let Some(second) = items.next() {
        let message = "`Resources` names more than one service, of which only one can be deployed";
        findings.at(&AS002, &second, message);
    }
    if !is_object(&resource, "a resource", findings) {
        return;
    }
    let Some(target) = member(&resource, "TargetService") else {
        let named = resource.members().next();
        let spot = named.as_ref().unwrap_or(&resource);
        let name = shown(spot.key().unwrap_or_default());
        let message = format!("a resource is called `TargetService`, and not: {name}");
        findings.at_key(&AS003, spot, message);
        if let Some(target) = named {
            service::check(&target, findings);
        }
        return;
    };
    keys(&resource, &["TargetService"], findings);
    service::check(&target, findings);
}

/// A rule about an appspec, with what they have in common filled in.
const fn row(
    id: &'static str,
    severity: Severity,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
    answer: &'static str,
) -> Rule {
    Rule {
        id,
        severity,
        basis: crate::domain::check::rule::Basis::Documented,
        title,
        why,
        fix,
        source: "AWS CodeDeploy User Guide, AppSpec file structure for Amazon ECS deployments",
        answer,
    }
}

#[cfg(test)]
mod tests;
