//! Images: what ECS takes for a reference, and what a reference says about what will run.
//! Whether an image exists is not known offline.
use super::Group;
use super::placeholders::is_bare_mark;
use crate::domain::check::finding::Findings;
use crate::domain::check::image_text::{Fault, ImageText, fault};
use crate::domain::check::rule::{Basis, Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::{Subject, TaskDefinition, called};
use crate::domain::secrecy::shown;

pub(super) static GROUP: Group = Group {
    title: "Images",
    rules: &[
        &TD080, &TD081, &TD082, &TD083, &TD084, &TD085, &TD087, &TD088,
    ],
    check,
};

static TD080: Rule = Rule {
    id: "TD080",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "every container has an image that is a reference",
    why: "A reference holds letters, digits and `-_:./#@`. A space or a quote in it mostly comes from a variable of the pipeline that was empty or held more than the image.",
    fix: "write `registry/name:tag` or `registry/name@sha256:…`",
    source: "API shape `ContainerDefinition`, member `image`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD081: Rule = Rule {
    id: "TD081",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "an image reference has at most 255 characters before its digest",
    why: "Registry, name and tag together are limited; only a digest does not count.",
    fix: "shorten the tag or the name of the repository",
    source: "API shape `ContainerDefinition`, member `image`",
    answer: "ECS refuses the request with `ClientException`.",
};

static TD082: Rule = Rule {
    id: "TD082",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a digest is `sha256:` and 64 hexadecimal digits",
    why: "ECS takes no other algorithm, and a digest that was cut off names nothing.",
    fix: "copy the whole digest, as the registry gives it",
    source: "API shape `ContainerDefinition`, member `image`",
    answer: "ECS refuses the request with `ClientException`, or the pull fails with `CannotPullContainerError`.",
};

static TD083: Rule = Rule {
    id: "TD083",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "an image is named by a tag of its own or a digest, not by `latest`",
    why: "What `latest` means changes with every push: the same revision can run different code from one deployment to the next, and going back to it does not bring the old code back.",
    fix: "use a tag per commit, or better a digest",
    source: "Amazon ECS Developer Guide, best practices for container images",
    answer: "ECS takes it, and runs what the tag names when the deployment begins.",
};

static TD084: Rule = Rule {
    id: "TD084",
    severity: Severity::Warning,
    basis: Basis::Practice,
    title: "where one image is pinned by its digest, all are",
    why: "A tag can be moved to another image. A definition that pins one container and not the next is reproducible in part only. Reported as a note, and only where the definition pins another image.",
    fix: "name this image by its digest too",
    source: "the policy of the definition itself",
    answer: "ECS takes it, and resolves the tag when the deployment begins.",
};

static TD085: Rule = Rule {
    id: "TD085",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "version consistency stays on where an image is named by a tag",
    why: "With `versionConsistency` disabled every task resolves the tag for itself: tasks of one revision can run different images after a push.",
    fix: "leave `versionConsistency` out, or name the image by its digest",
    source: "API shape `VersionConsistency`",
    answer: "ECS takes it, and tasks started later may run another image.",
};

static TD087: Rule = Rule {
    id: "TD087",
    severity: Severity::Warning,
    basis: Basis::Practice,
    title: "an image of Amazon ECR is in the Region the service runs in",
    why: "A pull from another Region is slower, costs transfer, and needs a way out of the network: endpoints reach the registry of their own Region only.",
    fix: "replicate the repository into the Region, and name it there",
    source: "practice",
    answer: "ECS takes it; without a route to the other Region tasks stop with `CannotPullContainerError`.",
};

static TD088: Rule = Rule {
    id: "TD088",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "an image of Docker Hub comes with credentials or through a cache",
    why: "Docker Hub limits how often an address may pull without credentials. Tasks then fail to start when many do at once, as in a rollout.",
    fix: "set `repositoryCredentials`, or pull through a cache rule of Amazon ECR",
    source: "Amazon ECS Developer Guide, CannotPullContainer task errors",
    answer: "ECS takes it; at the limit tasks stop with `CannotPullContainerError … toomanyrequests`.",
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(definition) = &subject.task_definition else {
        return;
    };
    for container in definition.containers() {
        if let Some(image) = container.get("image") {
            of_container(subject, definition, container, &image, findings);
        } else {
            let message = format!("container {} has no image", called(container));
            findings.at_key(&TD080, container, message);
        }
    }
}

fn of_container(
    subject: &Subject<'_>,
    definition: &TaskDefinition<'_>,
    container: &Spot<'_>,
    image: &Spot<'_>,
    findings: &mut Findings,
) {
    // What is no text, or is filled in later, is another rule's.
    let Some(text) = image.settled().filter(|text| !is_bare_mark(text)) else {
        return;
    };
    if let Some(fault) = fault(text) {
        let rule = match fault {
            Fault::Empty | Fault::Character(_) => &TD080,
            Fault::TooLong(_) => &TD081,
            Fault::Digest => &TD082,
        };
        let message = format!(
            "the image of container {} {}",
            called(container),
            fault.text()
        );
        findings.at(rule, image, message);
        return;
    }
    let reference = ImageText::of(text);
    if reference.is_floating() {
        let message = match reference.tag {
            Some(_) => format!(
                "the image of container {} is named by the tag `latest`, which moves: {}",
                called(container),
                shown(text)
            ),
            None => format!(
                "the image of container {} has no tag, which means `latest`: {}",
                called(container),
                shown(text)
            ),
        };
        findings.at(&TD083, image, message);
    } else if !reference.is_pinned() && another_is_pinned(definition) {
        let message = format!(
            "the image of container {} is not pinned by a digest as others are: {}",
            called(container),
            shown(text)
        );
        findings.at(&TD084, image, message).weigh(Severity::Note);
    }
    if container.text_of("versionConsistency") == Some("disabled")
        && !reference.is_pinned()
        && let Some(switch) = container.get("versionConsistency")
    {
        let message = format!(
            "tasks of one revision can run different images of container {}: {}",
            called(container),
            shown(text)
        );
        findings.at_key(&TD085, &switch, message);
    }
    if let (Some(registry), Some(region)) = (reference.ecr(), &subject.facts.region)
        && registry.region() != region
    {
        let message = format!(
            "the image of container {} is pulled from another Region than `{region}`: `{}`",
            called(container),
            registry.region()
        );
        findings.at(&TD087, image, message);
    }
    if reference.is_docker_hub() && container.get("repositoryCredentials").is_none() {
        let message = format!(
            "the image of container {} is pulled from Docker Hub without credentials: {}",
            called(container),
            shown(text)
        );
        findings.at(&TD088, image, message);
    }
}

fn another_is_pinned(definition: &TaskDefinition<'_>) -> bool {
    definition
        .containers()
        .iter()
        .filter_map(|container| container.text_of("image"))
        .any(|image| ImageText::of(image).is_pinned())
}

#[cfg(test)]
mod tests {
    use super::super::trial::{CLEAN, changed, findings_with, keeps, trips, with_in_container};
    use super::*;
    use crate::domain::check::subject::Facts;

    const IMAGE: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web@sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

    fn with_image(image: &str) -> String {
        changed(IMAGE, image)
    }

    /// The clean definition with a second container.
    fn beside(members: &str) -> String {
        let second = format!("\"containerDefinitions\": [{{\"name\": \"b\", {members}}},");
        changed("\"containerDefinitions\": [", &second)
    }

    #[test]
    fn a_container_without_a_usable_reference_is_named() {
        let none = changed(&format!("\"image\": \"{IMAGE}\","), "");
        assert_eq!(
            trips("TD080", &none).message(),
            "container `web` has no image"
        );
        for (image, message) in [
            ("", "the image of container `web` is empty"),
            ("web 1", "the image of container `web` holds a space"),
            (
                "web\\u0007",
                "the image of container `web` holds a character no image reference has: `\\u{7}`",
            ),
        ] {
            assert_eq!(trips("TD080", &with_image(image)).message(), message);
        }
        keeps("TD080", CLEAN);
        keeps("TD080", &with_image("a.b:1/c/D_e-f:G#1"));
    }

    #[test]
    fn a_reference_is_measured_without_its_digest() {
        trips("TD081", &with_image(&"a".repeat(256)));
        keeps("TD081", &with_image(&"a".repeat(255)));
        let digest = IMAGE.split_once('@').map(|(_, digest)| digest).unwrap();
        keeps(
            "TD081",
            &with_image(&format!("{}@{digest}", "a".repeat(255))),
        );
    }

    #[test]
    fn a_digest_that_was_cut_off_is_found() {
        trips("TD082", &changed("2e1f0\"", "2e1f\""));
        trips("TD082", &changed("@sha256:", "@sha512:"));
        keeps("TD082", CLEAN);
    }

    #[test]
    fn a_reference_that_moves_is_a_warning() {
        for image in ["r.example.com/web", "r.example.com:5000/web:latest"] {
            assert_eq!(
                trips("TD083", &with_image(image)).severity(),
                Severity::Warning
            );
        }
        keeps("TD083", &with_image("r.example.com/web:latest-1"));
        keeps("TD083", &with_image("r.example.com/<NAME>"));
    }

    #[test]
    fn a_tag_beside_a_digest_is_noted() {
        let finding = trips("TD084", &beside("\"image\": \"r.example.com/b:1\""));
        assert_eq!(finding.severity(), Severity::Note);
        keeps("TD084", &with_image("r.example.com/web:1"));
    }

    #[test]
    fn consistency_switched_off_matters_only_to_a_tag() {
        let switched = with_in_container("\"versionConsistency\": \"disabled\"");
        keeps("TD085", &switched);
        trips("TD085", &switched.replace(IMAGE, "r.example.com/web:1"));
        let on = with_in_container("\"versionConsistency\": \"enabled\"");
        keeps("TD085", &on.replace(IMAGE, "r.example.com/web:1"));
    }

    #[test]
    fn the_region_of_a_registry_is_compared_with_the_one_the_user_names() {
        let there = |region: Option<&str>| {
            let facts = Facts {
                region: region.map(str::to_owned),
                ..Facts::default()
            };
            findings_with(CLEAN, facts)
                .iter()
                .any(|finding| finding.rule().id == "TD087")
        };
        assert!(there(Some("us-east-1")));
        assert!(!there(Some("eu-west-1")));
        assert!(!there(None));
    }

    #[test]
    fn docker_hub_needs_credentials() {
        trips("TD088", &with_image("nginx:1.27"));
        trips("TD088", &with_image("docker.io/library/nginx:1.27"));
        keeps("TD088", &with_image("public.ecr.aws/nginx/nginx:1.27"));
        let known = with_in_container(
            "\"repositoryCredentials\": {\"credentialsParameter\": \"arn:aws:secretsmanager:eu-west-1:123456789012:secret:hub-a1B2c3\"}",
        );
        keeps("TD088", &known.replace(IMAGE, "nginx:1.27"));
    }
}
