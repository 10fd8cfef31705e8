//! What is checked: the files of a pipeline, and the facts the user gives about where they will run.
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::spot::Spot;
use crate::domain::document::{Document, DocumentError, Kind};
use crate::domain::secrecy::shown;

/// The files and facts of one check.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The task definition.
    pub task_definition: Option<TaskDefinition<'a>>,
    /// The appspec of a CodeDeploy deployment.
    pub appspec: Option<Spot<'a>>,
    /// imagedefinitions.json, for CodePipeline's Amazon ECS action.
    pub image_definitions: Option<Spot<'a>>,
    /// imageDetail.json, for CodePipeline's action with CodeDeploy.
    pub image_detail: Option<Spot<'a>>,
    /// What is wrong with files that could not be read as documents.
    pub unreadable: &'a [DocumentError],
    /// What the user says.
    pub facts: Facts,
}

/// The files to be checked, those that there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sources<'a> {
    /// The task definition, or a whole answer of `describe-task-definition`.
    pub task_definition: Option<&'a Document>,
    /// The appspec.
    pub appspec: Option<&'a Document>,
    /// imagedefinitions.json.
    pub image_definitions: Option<&'a Document>,
    /// imageDetail.json.
    pub image_detail: Option<&'a Document>,
    /// What is wrong with files that could not be read as documents.
    pub unreadable: &'a [DocumentError],
}

/// What the user says about where it will run.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Where the service runs, if the user says so.
    pub launch_type: Option<LaunchType>,
    /// The Region it runs in.
    pub region: Option<String>,
    /// The names of placeholders that may be left, without their brackets.
    pub placeholders: Vec<String>,
}

/// Where tasks run (API shape `Compatibility`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaunchType {
    /// On container instances of the user.
    Ec2,
    /// On Fargate.
    Fargate,
    /// On machines outside AWS (ECS Anywhere).
    External,
    /// On instances ECS manages.
    ManagedInstances,
}

impl LaunchType {
    /// Every one.
    pub const ALL: [Self; 4] = [
        Self::Ec2,
        Self::Fargate,
        Self::External,
        Self::ManagedInstances,
    ];

    /// The text the API uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ec2 => "EC2",
            Self::Fargate => "FARGATE",
            Self::External => "EXTERNAL",
            Self::ManagedInstances => "MANAGED_INSTANCES",
        }
    }
}

impl FromStr for LaunchType {
    type Err = String;

    /// In any letter case.
    fn from_str(text: &str) -> Result<Self, String> {
        let same = |known: &Self| known.as_str().eq_ignore_ascii_case(text.trim());
        Self::ALL.into_iter().find(same).ok_or_else(|| {
            let all: Vec<String> = Self::ALL
                .iter()
                .map(|known| format!("`{}`", known.as_str()))
                .collect();
            format!("expected one of: {}", all.join(", "))
        })
    }
}

impl fmt::Display for LaunchType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'a> Subject<'a> {
    /// The files with the facts.
    #[must_use]
    pub fn new(sources: Sources<'a>, facts: Facts) -> Self {
        Self {
            task_definition: sources
                .task_definition
                .map(|document| TaskDefinition::new(document, facts.launch_type)),
            appspec: sources.appspec.map(Spot::root),
            image_definitions: sources.image_definitions.map(Spot::root),
            image_detail: sources.image_detail.map(Spot::root),
            unreadable: sources.unreadable,
            facts,
        }
    }

    /// Whether a placeholder of this name may be left.
    #[must_use]
    pub fn may_leave(&self, placeholder: &str) -> bool {
        self.facts
            .placeholders
            .iter()
            .any(|name| name == placeholder)
    }
}

/// The most containers that are looked at, ten times what ECS allows: rules compare containers with each other, and a
/// file may hold very many.
pub(super) const MOST_CONTAINERS: usize = 100;

/// A task definition, ready to be asked.
#[derive(Debug)]
pub struct TaskDefinition<'a> {
    spot: Spot<'a>,
    tags: Option<Spot<'a>>,
    containers: Vec<Spot<'a>>,
    /// The first container of each name.
    names: BTreeMap<&'a str, usize>,
    launch_types: Vec<LaunchType>,
}

impl<'a> TaskDefinition<'a> {
    /// Looks inside a whole answer of `describe-task-definition`, which has the tags beside the definition.
    fn new(document: &'a Document, launch_type: Option<LaunchType>) -> Self {
        let root = Spot::root(document);
        let inside = root.get("taskDefinition").filter(|inside| {
            inside.node().as_object().is_some() && root.get("containerDefinitions").is_none()
        });
        let tags = root.get("tags");
        let spot = inside.unwrap_or(root);
        let containers: Vec<Spot<'a>> = spot
            .items_of("containerDefinitions")
            .into_iter()
            .filter(|container| container.node().as_object().is_some())
            .take(MOST_CONTAINERS)
            .collect();
        let mut names = BTreeMap::new();
        for (index, container) in containers.iter().enumerate() {
            if let Some(name) = container.text_of("name") {
                names.entry(name).or_insert(index);
            }
        }
        let written = spot.items_of("requiresCompatibilities");
        let launch_types = LaunchType::ALL
            .into_iter()
            .filter(|known| {
                launch_type == Some(*known)
                    || written
                        .iter()
                        .any(|item| item.text() == Some(known.as_str()))
            })
            .collect();
        Self {
            spot,
            tags,
            containers,
            names,
            launch_types,
        }
    }

    /// The definition itself.
    #[must_use]
    pub fn spot(&self) -> &Spot<'a> {
        &self.spot
    }

    /// Its tags, wherever they stand.
    #[must_use]
    pub fn tags(&self) -> Option<&Spot<'a>> {
        self.tags.as_ref()
    }

    /// Whether it stands inside a whole answer of `describe-task-definition`.
    #[must_use]
    pub fn is_described(&self) -> bool {
        self.spot.key().is_some()
    }

    /// The containers that are objects, in order; of more than a hundred the first ones.
    #[must_use]
    pub fn containers(&self) -> &[Spot<'a>] {
        &self.containers
    }

    /// The container of a name; of several the first.
    #[must_use]
    pub fn container(&self, name: &str) -> Option<&Spot<'a>> {
        self.containers.get(*self.names.get(name)?)
    }

    /// Whether the definition says, or the user does, that it runs there.
    #[must_use]
    pub fn runs_on(&self, launch_type: LaunchType) -> bool {
        self.launch_types.contains(&launch_type)
    }

    /// Whether it runs on Fargate.
    #[must_use]
    pub fn is_fargate(&self) -> bool {
        self.runs_on(LaunchType::Fargate)
    }

    /// Whether it runs Windows containers.
    #[must_use]
    pub fn is_windows(&self) -> bool {
        self.spot
            .get("runtimePlatform")
            .and_then(|platform| platform.text_of("operatingSystemFamily"))
            .is_some_and(|family| family.starts_with("WINDOWS"))
    }

    /// The network mode that holds: as written, else `bridge`, ECS's default on Linux; `None` on Windows without one, and
    /// where a placeholder stands.
    #[must_use]
    pub fn network_mode(&self) -> Option<&'a str> {
        match self.spot.get("networkMode") {
            Some(mode) => mode.settled(),
            None => (!self.is_windows()).then_some("bridge"),
        }
    }
}

/// What to call a container in a message: its name in backticks, or its number if it has none.
#[must_use]
pub(super) fn called(container: &Spot<'_>) -> String {
    match container.text_of("name") {
        Some(name) if !name.is_empty() => shown(name),
        _ => format!("`{}`", container.path()),
    }
}

/// Whether a container is essential: omitted counts as true (API shape `ContainerDefinition.essential`).
#[must_use]
pub(super) fn is_essential(container: &Spot<'_>) -> bool {
    container.bool_of("essential").unwrap_or(true)
}

/// Whether a member asks for anything: not `false`, not an empty text, list or object.
#[must_use]
pub(super) fn is_set(spot: &Spot<'_>) -> bool {
    match spot.node().kind() {
        Kind::Null | Kind::Bool(false) => false,
        Kind::Bool(true) | Kind::Number(_) => true,
        Kind::String(text) => !text.is_empty(),
        Kind::Array(items) => !items.is_empty(),
        Kind::Object(object) => !object.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(text: &str, launch_type: Option<LaunchType>, check: impl Fn(&TaskDefinition<'_>)) {
        let document = Document::parse(text, "t.json").unwrap();
        check(&TaskDefinition::new(&document, launch_type));
    }

    #[test]
    fn an_answer_of_describe_is_looked_into_and_its_tags_are_found() {
        let text =
            r#"{"taskDefinition": {"containerDefinitions": [{"name": "a"}, 7]}, "tags": []}"#;
        described(text, None, |definition| {
            assert!(definition.is_described());
            assert_eq!(definition.containers().len(), 1);
            assert!(definition.tags().is_some());
            let path = definition.container("a").unwrap().path().to_string();
            assert_eq!(path, "taskDefinition.containerDefinitions[0]");
        });
    }

    #[test]
    fn a_launch_type_is_read_in_any_case_and_another_is_refused_with_all_there_are() {
        assert_eq!("fargate".parse(), Ok(LaunchType::Fargate));
        let error = "lambda".parse::<LaunchType>().unwrap_err();
        assert_eq!(
            error,
            "expected one of: `EC2`, `FARGATE`, `EXTERNAL`, `MANAGED_INSTANCES`"
        );
    }

    #[test]
    fn fargate_is_what_the_definition_or_the_user_says() {
        described(
            r#"{"requiresCompatibilities": ["EC2", "FARGATE"]}"#,
            None,
            |definition| {
                assert!(definition.is_fargate() && definition.runs_on(LaunchType::Ec2));
            },
        );
        described("{}", Some(LaunchType::Fargate), |definition| {
            assert!(definition.is_fargate());
        });
        described("{}", None, |definition| assert!(!definition.is_fargate()));
    }

    #[test]
    fn the_default_network_mode_is_bridge_but_not_on_windows() {
        described("{}", None, |definition| {
            assert_eq!(definition.network_mode(), Some("bridge"));
        });
        let windows =
            r#"{"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}}"#;
        described(windows, None, |definition| {
            assert_eq!(definition.network_mode(), None);
        });
        described(r#"{"networkMode": "<MODE>"}"#, None, |definition| {
            assert_eq!(definition.network_mode(), None);
        });
    }
}
