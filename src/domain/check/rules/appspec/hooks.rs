//! The hooks of an appspec: Lambda functions that CodeDeploy calls at events of the deployment.
use std::collections::HashSet;

use super::super::shape::choice;
use super::rows::{AS012, AS013, AS014};
use super::wrong_type;
use crate::domain::arn::Arn;
use crate::domain::check::finding::Findings;
use crate::domain::check::spot::Spot;
use crate::domain::secrecy::shown;

/// The events of a deployment to ECS, in their order.
const EVENTS: [&str; 5] = [
    "BeforeInstall",
    "AfterInstall",
    "AfterAllowTestTraffic",
    "BeforeAllowTraffic",
    "AfterAllowTraffic",
];

pub(super) fn check(list: &Spot<'_>, findings: &mut Findings) {
    if list.node().as_array().is_none() {
        wrong_type(list, "`Hooks`", "a list with one event an entry", findings);
        return;
    }
    let mut seen: HashSet<&str> = HashSet::new();
    for entry in list.items() {
        if entry.node().as_object().is_none() {
            wrong_type(&entry, "a hook", "an object", findings);
            continue;
        }
        for (number, hook) in entry.members().enumerate() {
            if number == 1 {
                let message = "an entry of `Hooks` has more than one event";
                findings.at_key(&AS013, &hook, message);
            }
            one(&hook, &mut seen, findings);
        }
    }
}

fn one<'a>(hook: &Spot<'a>, seen: &mut HashSet<&'a str>, findings: &mut Findings) {
    let event = hook.key().unwrap_or_default();
    if EVENTS.contains(&event) {
        if !seen.insert(event) {
            findings.at_key(
                &AS013,
                hook,
                format!("an event has a second hook: `{event}`"),
            );
        }
    } else {
        let advice = (!findings.is_full(&AS012)).then(|| choice(event, &EVENTS));
        let message = format!("there is no such event for ECS: {}", shown(event));
        let finding = findings.at_key(&AS012, hook, message);
        if let Some(advice) = advice {
            finding.advise(advice);
        }
    }
    match hook.text() {
        None => {
            let kind = hook.node().kind().noun();
            let message = format!("the hook is {kind}; the name of a function is wanted");
            findings.at(&AS014, hook, message);
        }
        Some(text) => {
            if hook.settled().is_some() && !is_function(text) {
                let message = format!("not the name or ARN of a Lambda function: {}", shown(text));
                findings.at(&AS014, hook, message);
            }
        }
    }
}

/// A function by its name, its partial ARN or its ARN, perhaps with a version or alias.
fn is_function(text: &str) -> bool {
    if text.starts_with("arn:") {
        return text.parse::<Arn>().is_ok_and(|arn| {
            arn.service() == "lambda"
                && arn
                    .resource()
                    .strip_prefix("function:")
                    .is_some_and(is_name)
        });
    }
    let partial = text.split_once(":function:").filter(|(account, _)| {
        account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())
    });
    is_name(partial.map_or(text, |(_, name)| name))
}

fn is_name(text: &str) -> bool {
    let (name, version) = match text.split_once(':') {
        Some((name, version)) => (name, Some(version)),
        None => (text, None),
    };
    let word = |text: &str, more: &[u8]| {
        !text.is_empty()
            && text.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || b"-_".contains(&byte) || more.contains(&byte)
            })
    };
    name.len() <= 140 && word(name, b"") && version.is_none_or(|version| word(version, b"$"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_in_three_ways() {
        for text in [
            "check",
            "check-1_b:live",
            "check:$LATEST",
            "123456789012:function:check",
            "arn:aws:lambda:eu-west-1:123456789012:function:check:7",
        ] {
            assert!(is_function(text), "{text}");
        }
        for text in [
            "",
            "che ck",
            "scripts/start.sh",
            "a:b:c",
            "123:function:check",
            "arn:aws:lambda:eu-west-1:123456789012:layer:check",
            "arn:aws:sns:eu-west-1:123456789012:check",
        ] {
            assert!(!is_function(text), "{text}");
        }
    }
}
