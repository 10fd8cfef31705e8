//! Service revisions: what a service was to run at one time, with its images resolved (API shape `ServiceRevision`).

use serde_json::{Value, json};

use super::definition::{Definition, container_name};
use super::service::Service;
use super::story::Story;
use super::{Ecs, arn, refuse};
use crate::sim::cloud::Cloud;
use crate::sim::ecr::{self, Pull};
use crate::sim::members::{self, Members};
use crate::sim::moment::Moment;
use crate::sim::refusal::Refusal;

/// The settings a revision holds. A change of one of them begins a deployment (API shape `UpdateServiceRequest`, per
/// member), but for the launch type and the capacity providers, which need `forceNewDeployment`.
pub(super) const DEPLOYING: [&str; 10] = [
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "loadBalancers",
    "serviceRegistries",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
    "gatewayConnectors",
    "monitoring",
];
const HELD: [&str; 2] = ["launchType", "capacityProviderStrategy"];

/// One service revision.
#[derive(Clone)]
pub(super) struct Revision {
    /// 19 digits.
    pub(super) number: String,
    /// When it was made.
    pub(super) created: Moment,
    /// The settings it holds.
    pub(super) settings: Members,
    /// Container, image and, if it could be resolved, digest.
    pub(super) images: Vec<(String, String, Option<String>)>,
    /// What becomes of its tasks.
    pub(super) story: Story,
    /// Whether a deployment of it completed: then it can be rolled back to.
    pub(super) completed: bool,
    /// Whether its tasks are targets of the alternate target group, where a load balancer has two.
    pub(super) alternate: bool,
}

impl Revision {
    /// A revision of what a service is to run by these settings.
    pub(super) fn make(
        wanted: &Members,
        definition: &Definition,
        story: Story,
        around: &mut Cloud,
    ) -> Self {
        let mut settings = Members::new();
        for name in DEPLOYING.iter().chain(&HELD) {
            if let Some(value) = wanted.get(*name) {
                settings.insert((*name).to_owned(), value.clone());
            }
        }
        let images = definition
            .containers()
            .map(|container| {
                let image = members::text(container, "image").unwrap_or_default();
                let pinned = members::text(container, "versionConsistency") != Some("disabled");
                let digest = match ecr::pull(around, image) {
                    Pull::Found { digest } if pinned => Some(digest),
                    _ => None,
                };
                (
                    container_name(container).to_owned(),
                    image.to_owned(),
                    digest,
                )
            })
            .collect();
        Self {
            number: around.ids.decimal(),
            created: around.now,
            settings,
            images,
            story,
            completed: false,
            alternate: false,
        }
    }

    /// The target group its tasks are in, of a load balancer's one or two.
    pub(super) fn target_group<'a>(&self, balancer: &'a Members) -> Option<&'a str> {
        members::object(balancer, "advancedConfiguration")
            .and_then(|advanced| members::text(advanced, "alternateTargetGroupArn"))
            .filter(|_| self.alternate)
            .or_else(|| members::text(balancer, "targetGroupArn"))
    }

    /// The ARN of its task definition.
    pub(super) fn task_definition(&self) -> &str {
        members::text(&self.settings, "taskDefinition").unwrap_or_default()
    }

    /// The digests its tasks are held to, by container.
    pub(super) fn digests(&self) -> Vec<(String, Option<String>)> {
        self.images
            .iter()
            .map(|(container, _, digest)| (container.clone(), digest.clone()))
            .collect()
    }

    /// Puts a service's settings back to what this revision holds.
    pub(super) fn restore(&self, settings: &mut Members) {
        for name in DEPLOYING.iter().chain(&HELD) {
            match self.settings.get(*name) {
                Some(value) => {
                    settings.insert((*name).to_owned(), value.clone());
                }
                None => {
                    settings.shift_remove(*name);
                }
            }
        }
    }

    fn described(&self, service: &Service) -> Value {
        let mut out = Members::new();
        let number = &self.number;
        out.insert(
            "serviceRevisionArn".to_owned(),
            arn::service_revision(&service.cluster, &service.name, number).into(),
        );
        out.insert("serviceArn".to_owned(), service.arn().into());
        out.insert(
            "clusterArn".to_owned(),
            arn::cluster(&service.cluster).into(),
        );
        for (name, value) in &self.settings {
            out.insert(name.clone(), value.clone());
        }
        out.insert(
            "containerImages".to_owned(),
            self.images
                .iter()
                .map(|(container, image, digest)| match digest {
                    Some(digest) => {
                        json!({"containerName": container, "imageDigest": digest, "image": image})
                    }
                    None => json!({"containerName": container, "image": image}),
                })
                .collect(),
        );
        out.insert("guardDutyEnabled".to_owned(), json!(false));
        out.insert("createdAt".to_owned(), self.created.epoch_seconds());
        let balancers = members::list(&self.settings, "loadBalancers");
        if !balancers.is_empty() {
            let resolved: Value = balancers
                .iter()
                .filter_map(Value::as_object)
                .map(|balancer| self.resolved(balancer))
                .collect();
            out.insert(
                "resolvedConfiguration".to_owned(),
                json!({ "loadBalancers": resolved }),
            );
        }
        Value::Object(out)
    }

    /// A load balancer in `resolvedConfiguration`.
    fn resolved(&self, balancer: &Members) -> Value {
        let mut out = Members::new();
        if let Some(group) = self.target_group(balancer) {
            out.insert("targetGroupArn".to_owned(), group.into());
        }
        let rule = members::object(balancer, "advancedConfiguration")
            .and_then(|advanced| members::text(advanced, "productionListenerRule"));
        if let Some(rule) = rule {
            out.insert("productionListenerRule".to_owned(), rule.into());
        }
        Value::Object(out)
    }
}

/// `DescribeServiceRevisions`: up to 20 ARNs.
///
/// # Errors
/// `InvalidParameterException` for none, more than 20, or a text that is no such ARN.
pub(super) fn describe(ecs: &Ecs, input: &Members) -> Result<Value, Refusal> {
    let arns = members::texts(input, "serviceRevisionArns");
    if !(1..=20).contains(&arns.len()) {
        return Err(refuse::invalid(
            "serviceRevisionArns must have 1 to 20 entries.",
        ));
    }
    let (mut revisions, mut failures) = (Vec::new(), Vec::new());
    for text in arns {
        let Some(("service-revision", path)) = arn::resource(text) else {
            return Err(refuse::invalid(format!(
                "Invalid service revision ARN: {text}"
            )));
        };
        let found = match path.as_slice() {
            [cluster, service, number] => ecs
                .services
                .get(&((*cluster).to_owned(), (*service).to_owned()))
                .and_then(|service| Some((service, service.revision(number)?))),
            _ => None,
        };
        match found {
            Some((service, revision)) => revisions.push(revision.described(service)),
            None => failures.push(json!({"arn": text, "reason": "MISSING"})),
        }
    }
    Ok(json!({"serviceRevisions": revisions, "failures": failures}))
}
