//! The order containers start in: who waits for whom, and for what.
use std::collections::HashSet;

use super::Group;
use crate::domain::check::finding::Findings;
use crate::domain::check::nearest::nearest;
use crate::domain::check::rule::{Basis, Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{Subject, TaskDefinition, called, is_essential};
use crate::domain::secrecy::shown;

pub(super) static GROUP: Group = Group {
    title: "Order of containers",
    rules: &[&TD090, &TD091, &TD092, &TD093],
    check,
};

static TD090: Rule = Rule {
    id: "TD090",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "`dependsOn` names another container of the definition",
    why: "A container can only wait for one that is in the same task, and not for itself.",
    fix: "name a container of this definition",
    source: "API shape `ContainerDependency`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD091: Rule = Rule {
    id: "TD091",
    severity: Severity::Error,
    basis: Basis::Practice,
    title: "no containers wait for each other in a circle",
    why: "Containers that all wait for the next one can never start.",
    fix: "remove one of the dependencies of the circle",
    source: "practice",
    answer: "ECS refuses the request with `ClientException`, or no container of the circle ever starts.",
};

static TD092: Rule = Rule {
    id: "TD092",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "nobody waits for an essential container to exit",
    why: "When an essential container exits, the whole task is stopped: what waits for that exit can never start. A container is essential unless it says `\"essential\": false`.",
    fix: "set `\"essential\": false` on the container that is waited for, or wait for `START` or `HEALTHY`",
    source: "API shape `ContainerDependency`, member `condition`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD093: Rule = Rule {
    id: "TD093",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "who is waited for to be healthy has a health check",
    why: "ECS looks only at health checks of the definition; a `HEALTHCHECK` of the image does not count.",
    fix: "add a `healthCheck` to the container that is waited for, or wait for `START`",
    source: "API shape `ContainerDependency`, member `condition`",
    answer: "ECS refuses the request with `ClientException`.",
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    for container in definition.containers() {
        for dependency in container.items_of("dependsOn") {
            if let Some(name) = dependency.get("containerName")
                && let Some(text) = name.settled()
            {
                one(definition, container, &dependency, &name, text, findings);
            }
        }
    }
    circles(definition, findings);
}

fn one(
    definition: &TaskDefinition<'_>,
    container: &Spot<'_>,
    dependency: &Spot<'_>,
    name: &Spot<'_>,
    text: &str,
    findings: &mut Findings,
) {
    if container.text_of("name") == Some(text) {
        let message = format!("container {} waits for itself", called(container));
        findings.at(&TD090, name, message);
        return;
    }
    let Some(other) = definition.container(text) else {
        let message = format!(
            "container {} waits for a container that does not exist: {}",
            called(container),
            shown(text)
        );
        let advice = (!findings.is_full(&TD090)).then(|| existing(definition, text));
        let finding = findings.at(&TD090, name, message);
        if let Some(advice) = advice {
            finding.advise(advice);
        }
        return;
    };
    match dependency.text_of("condition") {
        Some(condition @ ("COMPLETE" | "SUCCESS")) if is_essential(other) => {
            let message = format!(
                "container {} waits with `{condition}` for the exit of an essential container: {}",
                called(container),
                called(other)
            );
            findings.at(&TD092, dependency, message);
        }
        Some("HEALTHY") if other.get("healthCheck").is_none() => {
            let message = format!(
                "container {} waits for the health of a container without a health check: {}",
                called(container),
                called(other)
            );
            findings.at(&TD093, dependency, message);
        }
        Some(_) | None => {}
    }
}

/// Which containers there are, and the one that was probably meant.
pub(super) fn existing(definition: &TaskDefinition<'_>, text: &str) -> String {
    let names = || {
        definition
            .containers()
            .iter()
            .filter_map(|container| container.text_of("name"))
    };
    if let Some(meant) = nearest(text, names()) {
        format!("did you mean {}?", shown(meant))
    } else {
        let names: Vec<String> = names().take(10).map(shown).collect();
        format!("name one of: {}", names.join(", "))
    }
}

/// Reports each circle once, at the dependency that closes it.
fn circles(definition: &TaskDefinition<'_>, findings: &mut Findings) {
    let mut done: HashSet<usize> = HashSet::new();
    for start in 0..definition.containers().len() {
        let mut chain: Vec<(usize, std::vec::IntoIter<(usize, Spot<'_>)>)> = Vec::new();
        let mut on_chain: HashSet<usize> = HashSet::new();
        if done.insert(start) {
            on_chain.insert(start);
            chain.push((start, waits_for(definition, start)));
        }
        while let Some((at, rest)) = chain.last_mut() {
            let Some((next, place)) = rest.next() else {
                on_chain.remove(at);
                chain.pop();
                continue;
            };
            if on_chain.contains(&next) {
                let circle: Vec<usize> = chain
                    .iter()
                    .map(|(index, _)| *index)
                    .skip_while(|index| *index != next)
                    .collect();
                // A container that waits for itself is named by another rule.
                if circle.len() > 1 {
                    report(definition, &circle, &place, findings);
                }
            } else if done.insert(next) {
                on_chain.insert(next);
                chain.push((next, waits_for(definition, next)));
            }
        }
    }
}

/// The containers one waits for, by their number, and where it says so.
fn waits_for<'a>(
    definition: &TaskDefinition<'a>,
    index: usize,
) -> std::vec::IntoIter<(usize, Spot<'a>)> {
    let found: Vec<(usize, Spot<'a>)> = definition
        .containers()
        .get(index)
        .map(|container| container.items_of("dependsOn"))
        .unwrap_or_default()
        .into_iter()
        .filter_map(|dependency| {
            let name = dependency.text_of("containerName")?;
            let other = definition
                .containers()
                .iter()
                .position(|container| container.text_of("name") == Some(name))?;
            Some((other, dependency))
        })
        .collect();
    found.into_iter()
}

fn report(
    definition: &TaskDefinition<'_>,
    circle: &[usize],
    place: &Spot<'_>,
    findings: &mut Findings,
) {
    let mut names: Vec<String> = circle
        .iter()
        .chain(circle.first())
        .filter_map(|index| definition.containers().get(*index))
        .map(called)
        .collect();
    if names.len() > 12 {
        names.splice(6..names.len() - 5, ["…".to_owned()]);
    }
    let message = format!(
        "containers wait for each other in a circle: {}",
        names.join(" → ")
    );
    findings.at(&TD091, place, message);
}

#[cfg(test)]
mod tests {
    use super::super::trial::{changed, findings, keeps, trips};
    use crate::domain::check::Severity;

    /// The clean definition with containers before its own.
    fn before(containers: &str) -> String {
        changed(
            "\"containerDefinitions\": [",
            &format!("\"containerDefinitions\": [{containers},"),
        )
    }

    fn waiting(name: &str, other: &str, condition: &str, more: &str) -> String {
        format!(
            "{{\"name\": \"{name}\", \"image\": \"r.example.com/x:1\"{more}, \"dependsOn\": [{{\"containerName\": \"{other}\", \"condition\": \"{condition}\"}}]}}"
        )
    }

    #[test]
    fn an_unknown_container_is_refused_with_the_one_that_was_meant() {
        let finding = trips("TD090", &before(&waiting("a", "wbe", "START", "")));
        assert_eq!(
            finding.message(),
            "container `a` waits for a container that does not exist: `wbe`"
        );
        assert_eq!(finding.hint(), "did you mean `web`?");
        let finding = trips("TD090", &before(&waiting("a", "database", "START", "")));
        assert_eq!(finding.hint(), "name one of: `a`, `web`");
        let finding = trips("TD090", &before(&waiting("a", "a", "START", "")));
        assert_eq!(finding.message(), "container `a` waits for itself");
        keeps("TD090", &before(&waiting("a", "web", "START", "")));
        keeps("TD090", &before(&waiting("a", "<OTHER>", "START", "")));
    }

    #[test]
    fn a_circle_is_told_once_with_its_way() {
        let two = [
            waiting("a", "b", "START", ""),
            waiting("b", "c", "START", ""),
            waiting("c", "a", "START", ""),
        ]
        .join(",");
        let found = findings(&before(&two));
        let circles: Vec<_> = found
            .iter()
            .filter(|finding| finding.rule().id == "TD091")
            .collect();
        assert_eq!(circles.len(), 1);
        assert_eq!(
            circles[0].message(),
            "containers wait for each other in a circle: `a` → `b` → `c` → `a`"
        );
        assert_eq!(circles[0].severity(), Severity::Warning);
        assert_eq!(
            circles[0].path().to_string(),
            "containerDefinitions[2].dependsOn[0]"
        );
        let chain = [
            waiting("a", "b", "START", ""),
            waiting("b", "c", "START", ""),
            waiting("c", "web", "START", ""),
            waiting("d", "b", "START", ""),
        ]
        .join(",");
        keeps("TD091", &before(&chain));
    }

    #[test]
    fn a_long_chain_of_waiting_containers_is_walked() {
        let chain: Vec<String> = (0..90)
            .map(|n| waiting(&format!("c{n}"), &format!("c{}", n + 1), "START", ""))
            .collect();
        keeps("TD091", &before(&chain.join(",")));
    }

    #[test]
    fn the_exit_of_an_essential_container_may_not_be_waited_for() {
        for condition in ["COMPLETE", "SUCCESS"] {
            trips("TD092", &before(&waiting("a", "web", condition, "")));
        }
        keeps("TD092", &before(&waiting("a", "web", "START", "")));
        let setup = "{\"name\": \"setup\", \"image\": \"r.example.com/x:1\", \"essential\": false}";
        let both = format!("{setup},{}", waiting("a", "setup", "SUCCESS", ""));
        keeps("TD092", &before(&both));
    }

    #[test]
    fn health_is_waited_for_only_where_it_is_checked() {
        trips("TD093", &before(&waiting("a", "web", "HEALTHY", "")));
        let checked = "{\"name\": \"db\", \"image\": \"r.example.com/x:1\", \"healthCheck\": {\"command\": [\"CMD\", \"true\"]}}";
        let both = format!("{checked},{}", waiting("a", "db", "HEALTHY", ""));
        keeps("TD093", &before(&both));
    }
}
