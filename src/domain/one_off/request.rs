//! The request for tasks, and what about it does not fit the task definition.

use std::fmt;
use std::str::FromStr;

use super::Overrides;
use crate::domain::definition_facts::DefinitionFacts;
use crate::domain::digest::sha256_hex;
use crate::domain::document::{Document, Node};
use crate::domain::malformed::Malformed;
use crate::domain::managed_volume::{self, ManagedVolume, VolumeMisfit};
use crate::domain::names::ContainerName;
use crate::domain::placement::{Launch, Placement};
use crate::domain::tag::Tag;

/// How many digits of a client token are used: half of what ECS takes.
const TOKEN: usize = 32;

/// Who started a task, by whose name it can be found (API shape `RunTaskRequest`, member `startedBy`): up to 128 letters,
/// digits, `-`, `_` and `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedBy(String);

impl FromStr for StartedBy {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let legal = |letter: char| letter.is_ascii_alphanumeric() || "-_/".contains(letter);
        if (1..=128).contains(&text.len()) && text.chars().all(legal) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed::new(
                "must be 1 to 128 letters, digits, `-`, `_` and `/`",
            ))
        }
    }
}

impl fmt::Display for StartedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is asked for, but for the task definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRequest {
    /// The name or ARN of the cluster.
    pub cluster: String,
    /// How many tasks, 1 to 10.
    pub count: u8,
    /// Where they are put.
    pub placement: Placement,
    /// What they do differently from the task definition.
    pub overrides: Option<Overrides>,
    /// Who starts them.
    pub started_by: Option<StartedBy>,
    /// The group they are in; `family:…` if none is named.
    pub group: Option<String>,
    /// Their tags.
    pub tags: Vec<Tag>,
    /// Whether they get those of the task definition too.
    pub propagate_tags: bool,
    /// Whether ECS tags them with the cluster.
    pub ecs_managed_tags: Option<bool>,
    /// The volume that is made for each.
    pub volume: Option<ManagedVolume>,
    /// The container whose exit code decides; without one, all that are essential.
    pub deciding: Option<ContainerName>,
}

/// Why a request and a task definition do not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// It names a container that is not there.
    NoContainer {
        /// What names it.
        what: &'static str,
        /// The container.
        container: String,
        /// Those that are there.
        exist: Vec<String>,
    },
    /// The tasks get network interfaces of their own, and nothing says where.
    NoNetwork,
    /// The tasks get no network interfaces, and something says where.
    NeedlessNetwork {
        /// The network mode.
        mode: Option<String>,
    },
    /// Fargate runs no tasks of that network mode.
    NotOnFargate {
        /// The network mode.
        mode: Option<String>,
    },
    /// The volume.
    Volume(VolumeMisfit),
}

impl Misfit {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoContainer { .. } => "name a container of the task definition",
            Self::NoNetwork => {
                "give subnets and security groups, or name a service in whose place the task is to run"
            }
            Self::NeedlessNetwork { .. } => "leave subnets and security groups out",
            Self::NotOnFargate { .. } => {
                "set `networkMode` to `awsvpc` in the task definition, or run it on another launch type"
            }
            Self::Volume(_) => {
                "`configuredAtLaunch` in the task definition says which volume is made when a task starts"
            }
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode_of = |mode: &Option<String>| mode.clone().unwrap_or_else(|| "none".to_owned());
        match self {
            Self::NoContainer {
                what,
                container,
                exist,
            } => write!(
                f,
                "{what} names a container that the task definition has not: `{container}`; there is: `{}`",
                exist.join("`, `")
            ),
            Self::NoNetwork => f.write_str(
                "the task definition has the network mode `awsvpc`, and no subnets are known for the task",
            ),
            Self::NeedlessNetwork { mode } => write!(
                f,
                "subnets are given, and only the network mode `awsvpc` has any; the task definition has: `{}`",
                mode_of(mode)
            ),
            Self::NotOnFargate { mode } => write!(
                f,
                "Fargate runs only the network mode `awsvpc`; the task definition has: `{}`",
                mode_of(mode)
            ),
            Self::Volume(misfit) => misfit.fmt(f),
        }
    }
}

impl TaskRequest {
    /// The request with what it leaves open taken from a place, such as that of a service. A network is only taken if the tasks of
    /// the definition have one.
    #[must_use]
    pub fn placed_like(mut self, place: &Placement, definition: &DefinitionFacts) -> Self {
        let wants_network = definition.network_mode.as_deref() == Some("awsvpc");
        let mut place = place.clone();
        if !wants_network {
            place.network = None;
        }
        self.placement = self.placement.over(place);
        self
    }

    /// Whether ECS could start it from this definition.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check(&self, definition: &DefinitionFacts) -> Result<(), Misfit> {
        let known = |name: &str| definition.container(name).is_some();
        let missing = |what, container: &str| Misfit::NoContainer {
            what,
            container: container.to_owned(),
            exist: definition
                .containers
                .iter()
                .map(|container| container.name.clone())
                .collect(),
        };
        let overridden = self.overrides.iter().flat_map(Overrides::containers);
        for container in overridden {
            if !known(container) {
                return Err(missing("an override", container));
            }
        }
        if let Some(container) = &self.deciding
            && !known(container.as_str())
        {
            return Err(missing("`container`", container.as_str()));
        }
        let mode = definition.network_mode.clone();
        let wants_network = mode.as_deref() == Some("awsvpc");
        match (wants_network, &self.placement.network) {
            (true, None) => return Err(Misfit::NoNetwork),
            (false, Some(_)) => return Err(Misfit::NeedlessNetwork { mode }),
            (true, Some(_)) | (false, None) => {}
        }
        let fargate = self.placement.launch == Launch::Type("FARGATE".to_owned());
        if fargate && !wants_network {
            return Err(Misfit::NotOnFargate { mode });
        }
        managed_volume::fits(self.volume.as_ref(), definition).map_err(Misfit::Volume)
    }

    /// The request as it is sent. `nonce` makes its client token one that no other run has: by the token, ECS knows a request
    /// that is sent again and starts nothing twice.
    #[must_use]
    pub fn body(&self, definition: &str, nonce: &str) -> Document {
        let mut members = vec![
            ("cluster", Node::string(&self.cluster)),
            ("taskDefinition", Node::string(definition)),
            ("count", Node::integer(self.count.into())),
        ];
        members.extend(self.placement.members());
        if let Some(overrides) = &self.overrides {
            members.push(("overrides", overrides.node().clone()));
        }
        if let Some(who) = &self.started_by {
            members.push(("startedBy", Node::string(who.to_string())));
        }
        if let Some(group) = &self.group {
            members.push(("group", Node::string(group)));
        }
        if !self.tags.is_empty() {
            let tag = |tag: &Tag| {
                Node::object([
                    ("key", Node::string(tag.key())),
                    ("value", Node::string(tag.value())),
                ])
            };
            members.push(("tags", Node::array(self.tags.iter().map(tag))));
        }
        if self.propagate_tags {
            members.push(("propagateTags", Node::string("TASK_DEFINITION")));
        }
        if let Some(on) = self.ecs_managed_tags {
            members.push(("enableECSManagedTags", Node::bool(on)));
        }
        if let Some(volume) = &self.volume {
            members.push(("volumeConfigurations", volume.configurations()));
        }
        let asked = Node::object(members.clone()).to_json_compact();
        let mut token = sha256_hex(format!("{nonce}\n{asked}").as_bytes());
        token.truncate(TOKEN);
        members.push(("clientToken", Node::string(token)));
        Document::new("RunTask", Node::object(members))
    }

    /// What will be done, a line each; no values of overrides.
    #[must_use]
    pub fn lines(&self, definition: &str) -> Vec<String> {
        let tasks = match self.count {
            1 => "a task".to_owned(),
            count => format!("{count} tasks"),
        };
        let mut lines = vec![
            format!("run {tasks} of {definition} in cluster `{}`", self.cluster),
            format!("on {}", self.placement),
        ];
        if let Some(overrides) = &self.overrides {
            lines.extend(overrides.lines());
        }
        if let Some(volume) = &self.volume {
            lines.push(format!("with a new volume for `{}`", volume.name));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::Member;
    use crate::domain::one_off::samples::{facts, request};

    #[test]
    fn only_what_was_asked_for_is_sent_and_the_token_is_another_in_another_run() {
        let mut request = request();
        let body = request.body("web:7", "a");
        let keys: Vec<&str> = body.root().members().iter().map(Member::key).collect();
        let expected = [
            "cluster",
            "taskDefinition",
            "count",
            "launchType",
            "networkConfiguration",
            "clientToken",
        ];
        assert_eq!(keys, expected);
        let token = |body: &Document| body.get("clientToken").cloned();
        assert_eq!(token(&body), token(&request.body("web:7", "a")));
        assert_ne!(token(&body), token(&request.body("web:7", "b")));
        request.count = 2;
        assert_ne!(token(&body), token(&request.body("web:7", "a")));
    }

    #[test]
    fn everything_that_was_asked_for_is_sent() {
        let mut request = request();
        request.overrides = Some(r#"[{"name": "web", "new": 1}]"#.parse().unwrap());
        request.started_by = Some("run/7".parse().unwrap());
        request.group = Some("migrations".to_owned());
        request.tags = vec![Tag::new("team", "shop").unwrap()];
        request.propagate_tags = true;
        request.ecs_managed_tags = Some(false);
        let body = request.body("web:7", "a").to_json_compact();
        for part in [
            r#""overrides":{"containerOverrides":[{"name":"web","new":1}]}"#,
            r#""startedBy":"run/7""#,
            r#""group":"migrations""#,
            r#""tags":[{"key":"team","value":"shop"}]"#,
            r#""propagateTags":"TASK_DEFINITION""#,
            r#""enableECSManagedTags":false"#,
        ] {
            assert!(body.contains(part), "{part} in {body}");
        }
    }

    #[test]
    fn what_the_definition_has_not_is_refused_with_what_it_has() {
        let facts = facts("awsvpc");
        let with = |change: &dyn Fn(&mut TaskRequest)| {
            let mut request = request();
            change(&mut request);
            request.check(&facts).unwrap_err().to_string()
        };
        let told =
            with(&|request| request.overrides = Some(r#"[{"name": "job"}]"#.parse().unwrap()));
        assert!(told.contains("an override") && told.ends_with("`job`; there is: `web`, `proxy`"));
        let told = with(&|request| request.deciding = Some("job".parse().unwrap()));
        assert!(told.starts_with("`container` names"), "{told}");
        let told = with(&|request| request.placement.network = None);
        assert!(told.contains("no subnets are known"), "{told}");
        assert_eq!(request().check(&facts), Ok(()));
    }

    #[test]
    fn the_network_has_to_fit_the_mode_and_fargate_has_one_mode_alone() {
        let facts = facts("bridge");
        let mut request = request();
        let told = request.check(&facts).unwrap_err();
        assert!(
            told.to_string()
                .ends_with("the task definition has: `bridge`"),
            "{told}"
        );
        request.placement.network = None;
        let told = request.check(&facts).unwrap_err();
        assert!(told.to_string().starts_with("Fargate runs only"), "{told}");
        request.placement.launch = Launch::Type("EC2".to_owned());
        assert_eq!(request.check(&facts), Ok(()));
    }

    #[test]
    fn who_starts_a_task_has_a_name_that_ecs_takes() {
        assert!("GitHub-Actions".parse::<StartedBy>().is_ok());
        for text in ["", "a b", "é", &"x".repeat(129)] {
            assert!(text.parse::<StartedBy>().is_err(), "{text}");
        }
    }
}
