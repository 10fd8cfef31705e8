//! Fetches a task definition as ECS has it, as a file that can be edited and registered again.
//!
//! For pipelines whose task definition is kept by something else, such as Terraform. It only reads.
use std::num::NonZeroU32;

use crate::domain::names::Family;
use crate::domain::revision::TaskDefinitionRef;
use crate::error::{Cause, Error};
use crate::ports::task_definitions::{ReadTaskDefinitions, Registered};
use crate::ports::{Files, Surroundings};
use crate::report::{Event, Report};
use crate::stage::args::Output;
use crate::stage::{Describe, OutputSpec, Outputs, Stage, documents};

/// Arguments of `fetch-taskdef`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Task definition")]
pub struct FetchTaskdef {
    /// Revision to fetch: ARN, `family:revision`, or `family` for the newest active one
    #[arg(long, value_name = "ARN")]
    pub task_definition_arn: Option<TaskDefinitionRef>,

    /// Family whose newest active revision is fetched, or `family:revision`; `task-definition-arn` goes before it
    #[arg(long, value_name = "FAMILY")]
    pub task_definition_family: Option<TaskDefinitionRef>,

    /// Revision of `task-definition-family`, instead of the newest
    #[arg(long, value_name = "N")]
    pub task_definition_revision: Option<NonZeroU32>,

    /// File to write; `-` is standard output, the default; in an action the default is a file for later steps
    #[arg(long, value_name = "FILE")]
    pub output: Option<Output>,
}

impl Describe for FetchTaskdef {
    const NAME: &'static str = "fetch-taskdef";
    const ABOUT: &'static str =
        "Fetch a task definition from ECS, with its tags, without what only ECS sets";
    const OUTPUTS: &'static [OutputSpec] = &[
        OutputSpec {
            name: "task-definition",
            about: "Path of the file that was written; not set when it went to standard output",
        },
        OutputSpec {
            name: "task-definition-arn",
            about: "ARN of the revision that was fetched",
        },
        OutputSpec {
            name: "revision",
            about: "Its revision number",
        },
    ];
    const EXAMPLES: &'static str = "\
# The newest revision of a family, put into a file
wharfie-fetch-taskdef --task-definition-family web --output taskdef.json
# One revision, with another image, registered again
wharfie-fetch-taskdef --task-definition-arn web:41 | wharfie-render-taskdef --task-definition - --images web=ghcr.io/acme/web:v2 --output taskdef.json";
}

impl<W: ReadTaskDefinitions + Files + Surroundings> Stage<W> for FetchTaskdef {
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> {
        let wanted = self.wanted(report)?;
        let Some(Registered {
            arn,
            mut definition,
            is_active,
        }) = world.task_definition(&wanted).await?
        else {
            return Err(Error::new(
                Cause::Refused,
                format!("no such task definition: `{wanted}`"),
            )
            .hint("check family, revision, account and Region"));
        };
        if !is_active {
            report.tell(Event::warning(format!(
                "this revision is not active, so it cannot be deployed itself: `{arn}`"
            )));
        }
        report.tell(Event::Found {
            name: "task definition",
            value: arn.to_string(),
        });
        definition.remove_output_only();
        let text = definition.document().to_json_pretty();
        let mut outputs = Outputs::new()
            .with("task-definition-arn", arn.to_string())
            .with("revision", arn.revision().to_string());
        let name = "fetched-taskdef.json";
        let target = documents::destination(world, Self::NAME, self.output.as_ref(), name);
        if let Some(path) = documents::hand_over(world, report, "task definition", text, &target)? {
            outputs.set("task-definition", path);
        }
        Ok(outputs)
    }
}

impl FetchTaskdef {
    /// What is fetched. An ARN goes before a family, as the official action has it; what is left aside is said.
    fn wanted(&self, report: &mut dyn Report) -> Result<TaskDefinitionRef, Error> {
        let revision = self.task_definition_revision;
        match (&self.task_definition_arn, &self.task_definition_family) {
            (Some(arn), family) => {
                if family.is_some() || revision.is_some() {
                    report.tell(Event::warning(format!(
                        "family and revision are left aside, because an ARN is given: `{arn}`"
                    )));
                }
                Ok(arn.clone())
            }
            (None, Some(family)) => match (family, revision) {
                (_, None) => Ok(family.clone()),
                (TaskDefinitionRef::Newest(family), Some(revision)) => {
                    Ok(TaskDefinitionRef::Revision(Family::clone(family), revision))
                }
                (TaskDefinitionRef::Revision(_, _) | TaskDefinitionRef::Arn(_), Some(_)) => {
                    Err(Error::usage(format!(
                        "`task-definition-family` names a revision already: `{family}`"
                    ))
                    .hint("leave `task-definition-revision` out"))
                }
            },
            (None, None) if revision.is_some() => {
                Err(Error::usage("a revision alone names no task definition")
                    .hint("give `task-definition-family` with it, or `task-definition-arn`"))
            }
            (None, None) => Err(Error::usage("no task definition is named")
                .hint("give `task-definition-arn` or `task-definition-family`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::fake_task_definitions::FakeDefinitions;
    use crate::report::Recorder;
    use crate::stage::suspension::tests::{now, parse};

    const WEB: &str = r#"{"family": "web", "future": 9007199254740993, "containerDefinitions": [{"name": "web", "image": "repo/web:1"}]}"#;

    /// A family of two revisions.
    fn world() -> FakeDefinitions {
        let world = FakeDefinitions::default();
        for image in ["repo/web:1", "repo/web:2"] {
            let text = WEB.replace("repo/web:1", image);
            let document = crate::domain::document::Document::parse(&text, "sent").unwrap();
            world.sent.borrow_mut().push(document);
        }
        world
    }

    fn run(world: &FakeDefinitions, arguments: &[&str]) -> (Result<Outputs, Error>, Recorder) {
        let mut report = Recorder::default();
        let stage: FetchTaskdef = parse(arguments);
        (now(stage.run(world, &mut report)), report)
    }

    fn asked(world: &FakeDefinitions) -> Vec<String> {
        world.calls.made.borrow().clone()
    }

    #[test]
    fn a_revision_is_written_without_what_only_ecs_sets() {
        let world = world();
        let (outputs, _) = run(
            &world,
            &[
                "--task-definition-family",
                "web",
                "--task-definition-revision",
                "1",
                "--output",
                "t.json",
            ],
        );
        let outputs = outputs.unwrap();
        assert_eq!(outputs.get("revision"), Some("1"));
        assert_eq!(outputs.get("task-definition"), Some("t.json"));
        let text = world.files.read("t.json".as_ref()).unwrap();
        assert!(
            text.contains("repo/web:1") && text.contains("9007199254740993"),
            "{text}"
        );
        for member in ["taskDefinitionArn", "\"revision\"", "status"] {
            assert!(!text.contains(member), "{member} in {text}");
        }
        assert_eq!(asked(&world), ["DescribeTaskDefinition web:1"]);
    }

    #[test]
    fn the_newest_is_fetched_if_no_revision_is_named() {
        let world = world();
        let (outputs, _) = run(
            &world,
            &["--task-definition-family", "web", "--output", "t.json"],
        );
        assert_eq!(outputs.unwrap().get("revision"), Some("2"));
    }

    #[test]
    fn an_arn_goes_before_a_family_and_that_is_said() {
        let world = world();
        let arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1";
        let (outputs, report) = run(
            &world,
            &[
                "--task-definition-arn",
                arn,
                "--task-definition-family",
                "other",
                "--output",
                "t.json",
            ],
        );
        assert_eq!(outputs.unwrap().get("task-definition-arn"), Some(arn));
        let said = format!("{:?}", report.0);
        assert!(said.contains("left aside"), "{said}");
    }

    #[test]
    fn a_revision_alone_is_refused_before_any_call() {
        for arguments in [
            &["--task-definition-revision", "3"][..],
            &[],
            &[
                "--task-definition-family",
                "web:1",
                "--task-definition-revision",
                "2",
            ],
        ] {
            let world = world();
            let error = run(&world, arguments).0.unwrap_err();
            assert_eq!(error.cause, Cause::Usage, "{arguments:?}");
            assert!(asked(&world).is_empty());
        }
    }

    #[test]
    fn what_is_not_there_is_refused_by_name() {
        let error = run(&world(), &["--task-definition-arn", "web:9"])
            .0
            .unwrap_err();
        assert_eq!(error.cause, Cause::Refused);
        assert!(error.text.contains("`web:9`"), "{}", error.text);
    }
}
