//! What an appspec may change besides the revision: the network, and the capacity providers.
use super::super::shape::choice;
use super::rows::{AS009, AS010, AS011};
use super::{is_object, keys, member, wrong_type};
use crate::domain::check::finding::Findings;
use crate::domain::check::rule::Severity;
use crate::domain::check::spot::Spot;
use crate::domain::secrecy::shown;

pub(super) fn check(network: &Spot<'_>, findings: &mut Findings) {
    if !is_object(network, "`NetworkConfiguration`", findings) {
        return;
    }
    keys(network, &["AwsvpcConfiguration"], findings);
    let Some(vpc) = member(network, "AwsvpcConfiguration") else {
        findings.at_key(
            &AS009,
            network,
            "`NetworkConfiguration` lacks: `AwsvpcConfiguration`",
        );
        return;
    };
    if !is_object(&vpc, "`AwsvpcConfiguration`", findings) {
        return;
    }
    let parts = ["Subnets", "SecurityGroups", "AssignPublicIp"];
    keys(&vpc, &parts, findings);
    let missing: Vec<String> = parts
        .iter()
        .filter(|part| member(&vpc, part).is_none())
        .map(|part| format!("`{part}`"))
        .collect();
    if !missing.is_empty() {
        let message = format!(
            "the network is given in part, it lacks: {}",
            missing.join(", ")
        );
        findings.at_key(&AS009, &vpc, message);
    }
    for (key, prefix, most) in [("Subnets", "subnet-", 16), ("SecurityGroups", "sg-", 5)] {
        let Some(list) = member(&vpc, key) else {
            continue;
        };
        let count = list.items().count();
        if list.node().as_array().is_none() {
            wrong_type(&list, &format!("`{key}`"), "a list", findings);
        } else if count == 0 {
            findings.at_key(&AS010, &list, format!("there is nothing in: `{key}`"));
        } else if count > most {
            findings.at_key(
                &AS010,
                &list,
                format!("`{key}` has {count} entries, the limit is: {most}"),
            );
        }
        for id in list.items() {
            let fits = id
                .text()
                .is_some_and(|text| text.len() > prefix.len() && text.starts_with(prefix));
            if !fits && (id.text().is_none() || id.settled().is_some()) {
                let message = format!(
                    "not an id that begins with `{prefix}`: {}",
                    shown(id.text().unwrap_or_default())
                );
                findings.at(&AS010, &id, message).weigh(Severity::Warning);
            }
        }
    }
    if let Some(assign) = member(&vpc, "AssignPublicIp") {
        let settled = assign.settled();
        let is_known = matches!(settled, Some("ENABLED" | "DISABLED"));
        if !is_known && (settled.is_some() || assign.text().is_none()) {
            let written = shown(assign.text().unwrap_or_default());
            findings
                .at(
                    &AS010,
                    &assign,
                    format!("`AssignPublicIp` is neither `ENABLED` nor `DISABLED`: {written}"),
                )
                .advise(choice(
                    assign.text().unwrap_or_default(),
                    &["ENABLED", "DISABLED"],
                ));
        }
    }
}

pub(super) fn strategy(strategy: &Spot<'_>, findings: &mut Findings) {
    if strategy.node().as_array().is_none() {
        wrong_type(strategy, "`CapacityProviderStrategy`", "a list", findings);
        return;
    }
    let count = strategy.items().count();
    if count > 20 {
        let message = format!("the strategy has {count} capacity providers, the limit is: 20");
        findings.at_key(&AS011, strategy, message);
    }
    let mut has_base = false;
    for item in strategy.items() {
        if !is_object(&item, "a part of the strategy", findings) {
            continue;
        }
        keys(&item, &["Base", "CapacityProvider", "Weight"], findings);
        if member(&item, "CapacityProvider").is_none() {
            findings.at(
                &AS011,
                &item,
                "a part of the strategy lacks: `CapacityProvider`",
            );
        }
        for (key, most) in [("Base", 100_000), ("Weight", 1_000)] {
            number(&item, key, most, findings);
        }
        if let Some(base) = member(&item, "Base")
            && base.node().as_i64().is_some_and(|number| number > 0)
        {
            if has_base {
                findings.at_key(&AS011, &base, "a second capacity provider has a: `Base`");
            }
            has_base = true;
        }
    }
}

fn number(item: &Spot<'_>, key: &str, most: i64, findings: &mut Findings) {
    let Some(value) = member(item, key) else {
        return;
    };
    match value.node().as_i64() {
        Some(number) if !(0..=most).contains(&number) => {
            let message = format!("`{key}` is outside of 0 to {most}: {number}");
            findings.at(&AS011, &value, message);
        }
        Some(_) => {}
        None => wrong_type(&value, &format!("`{key}`"), "a number", findings),
    }
}
