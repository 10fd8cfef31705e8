//! Judges the files of a pipeline by all rules, offline, and points at the line.
use std::path::Path;

use crate::domain::check::{
    Facts, Finding, Found, Ignored, LaunchType, Pages, Severity, Sources, Subject, Tally, check,
};
use crate::domain::document::{Document, DocumentError};
use crate::error::{Cause, Error};
use crate::ports::Files;
use crate::report::sarif;
use crate::report::{Event, Judged, Judgement, Remark, Report, verdicts};
use crate::stage::args::{Input, Lines, Names, Output, Switch, items, names};
use crate::stage::{Describe, OutputSpec, Outputs, Stage, documents};

#[cfg(test)]
mod tests;

/// Arguments of `check-pipeline`.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Check")]
pub struct CheckPipeline {
    /// Task definition, or a whole answer of `describe-task-definition`
    #[arg(long, value_name = "FILE")]
    pub task_definition: Option<Input>,

    /// Appspec of a CodeDeploy deployment
    #[arg(long, value_name = "FILE")]
    pub appspec: Option<Input>,

    /// Image definitions file of CodePipeline's Amazon ECS action (imagedefinitions.json)
    #[arg(long, value_name = "FILE")]
    pub imagedefinitions: Option<Input>,

    /// Image detail file of CodePipeline's action with CodeDeploy (imageDetail.json)
    #[arg(long, value_name = "FILE")]
    pub image_detail: Option<Input>,

    /// Names of placeholders that may be left, with or without their brackets: `IMAGE1_NAME, TASK_DEFINITION` (can be repeated)
    #[arg(long, value_name = "NAMES")]
    pub placeholders: Vec<Names<String>>,

    /// Where the service runs, if the task definition does not say so: `EC2`, `FARGATE`, `EXTERNAL` or `MANAGED_INSTANCES`
    #[arg(long, value_name = "TYPE")]
    pub launch_type: Option<LaunchType>,

    /// Region the service runs in; without one, Regions are not compared
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,

    /// Fail for warnings too
    #[arg(long)]
    pub deny_warnings: Option<Switch>,

    /// Rule to be ignored, with a reason behind a space: `TD083 tags are immutable in this repository` (can be repeated)
    #[arg(long, value_name = "RULE REASON")]
    pub ignore: Vec<Lines<Ignored>>,

    /// File that gets the findings as SARIF 2.1.0, for code scanning
    #[arg(long, value_name = "FILE")]
    pub sarif: Option<Output>,
}

impl Describe for CheckPipeline {
    const NAME: &'static str = "check-pipeline";
    const ABOUT: &'static str =
        "Check task definition, appspec and image files offline, with file, line and column";
    const OUTPUTS: &'static [OutputSpec] = &[
        OutputSpec {
            name: "errors",
            about: "Number of errors",
        },
        OutputSpec {
            name: "warnings",
            about: "Number of warnings",
        },
        OutputSpec {
            name: "report",
            about: "Path of the findings as JSON",
        },
    ];
    const EXAMPLES: &'static str = "\
# Check a task definition
wharfie-check-pipeline --task-definition taskdef.json
# Check what CodePipeline's CodeDeployToECS action is given
wharfie-check-pipeline --task-definition taskdef.json --appspec appspec.yaml --placeholders IMAGE1_NAME,TASK_DEFINITION
# Fail for warnings too, but for one rule
wharfie-check-pipeline --task-definition taskdef.json --deny-warnings --ignore 'TD083 tags are immutable here'";
}

impl<W: Files> Stage<W> for CheckPipeline {
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> {
        let files = self.read(world)?;
        let ignored = items(&self.ignore);
        let found = self.check(&files);
        let more = found.more;
        let judged: Vec<Judged> = found
            .findings
            .into_iter()
            .map(|finding| Judged::new(finding, &ignored))
            .collect();
        let tally = verdicts::tally(&judged, &more, &ignored);

        tell(&files, &judged, report);
        tell_ignored(&judged, &ignored, report);
        for more in &more {
            if !ignored.iter().any(|wish| wish.rule.id == more.rule.id) {
                let text = format!(
                    "rule `{}` is broken more often than is shown, and further times: `{}`",
                    more.rule.id,
                    more.tally.sum()
                );
                report.tell(Event::note(text));
            }
        }

        let named: Vec<(&str, String)> = files
            .iter()
            .map(|file| (file.kind.word(), file.name.clone()))
            .collect();
        let path = world.temporary("check-report.json");
        world.write(&path, &verdicts::report(&named, &judged, &more, tally))?;
        self.write_sarif(world, &judged, report)?;
        let outputs = Outputs::new()
            .with("errors", tally.errors.to_string())
            .with("warnings", tally.warnings.to_string())
            .with("report", path.display().to_string());

        let all: Vec<&str> = named.iter().map(|(_, name)| name.as_str()).collect();
        let told = format!("{} in {}", verdicts::told(tally), all.join(", "));
        let denied = self.deny_warnings.is_some_and(|Switch(on)| on);
        match tally {
            Tally {
                errors: 0,
                warnings: 0,
                notes: _,
            } => {}
            Tally {
                errors: 0,
                warnings: _,
                notes: _,
            } if !denied => {}
            Tally {
                errors,
                warnings: _,
                notes: _,
            } => {
                let text = if errors == 0 {
                    format!("{told}, and warnings are denied")
                } else {
                    told
                };
                return Err(Error::new(Cause::Input, text)
                    .hint(
                        "correct the files at the places above; docs/rules.md explains every rule",
                    )
                    .with_outputs(outputs));
            }
        }
        report.tell(Event::Found {
            name: "checked",
            value: told,
        });
        Ok(outputs)
    }
}

/// Judges a task definition that was read already, before anything is asked of AWS: errors and warnings are told, and an error
/// refuses it. Notes are left to `check-pipeline` itself.
///
/// # Errors
/// A rule of severity error is broken.
pub(super) fn judge(text: String, file: &Input, report: &mut dyn Report) -> Result<(), Error> {
    let name = file.to_string();
    let document = Document::parse(&text, &name);
    let files = [File {
        kind: FileKind::TaskDefinition,
        name: name.clone(),
        text,
        document,
    }];
    let judged: Vec<Judged> = CheckPipeline::default()
        .check(&files)
        .findings
        .into_iter()
        .filter(|finding| finding.severity() != Severity::Note)
        .map(|finding| Judged::new(finding, &[]))
        .collect();
    tell(&files, &judged, report);
    let errors = judged
        .iter()
        .filter(|one| one.finding.severity() == Severity::Error)
        .count();
    match errors {
        0 => Ok(()),
        _ => Err(Error::new(
            Cause::Input,
            format!("nothing was registered, `{name}` breaks rules of check-pipeline: {errors}"),
        )
        .hint("correct the file at the places above, or give `--no-check`")),
    }
}

/// The most lines that are named beside the one that is shown.
const LINES: usize = 10;

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileKind {
    TaskDefinition,
    Appspec,
    ImageDefinitions,
    ImageDetail,
}

impl FileKind {
    fn word(self) -> &'static str {
        match self {
            Self::TaskDefinition => "task-definition",
            Self::Appspec => "appspec",
            Self::ImageDefinitions => "imagedefinitions",
            Self::ImageDetail => "image-detail",
        }
    }
}

/// A file that was read: its text, and the document in it or what is wrong with it.
struct File {
    kind: FileKind,
    name: String,
    text: String,
    document: Result<Document, DocumentError>,
}

impl CheckPipeline {
    fn read(&self, world: &impl Files) -> Result<Vec<File>, Error> {
        let named = [
            (FileKind::TaskDefinition, &self.task_definition),
            (FileKind::Appspec, &self.appspec),
            (FileKind::ImageDefinitions, &self.imagedefinitions),
            (FileKind::ImageDetail, &self.image_detail),
        ];
        let named: Vec<(FileKind, &Input)> = named
            .into_iter()
            .filter_map(|(kind, input)| Some((kind, input.as_ref()?)))
            .collect();
        if named.is_empty() {
            return Err(Error::usage("no file to check").hint(
                "name one: `--task-definition`, `--appspec`, `--imagedefinitions` or `--image-detail`",
            ));
        }
        if named
            .iter()
            .filter(|(_, input)| input.path() == Path::new("-"))
            .count()
            > 1
        {
            return Err(Error::usage(
                "standard input can be read as one file only: `-`",
            ));
        }
        named
            .into_iter()
            .map(|(kind, input)| {
                let text = world.read(input.path())?;
                let name = input.to_string();
                let document = Document::parse(&text, &name);
                Ok(File {
                    kind,
                    name,
                    text,
                    document,
                })
            })
            .collect()
    }

    fn check(&self, files: &[File]) -> Found {
        let document = |kind: FileKind| {
            let file = files.iter().find(|file| file.kind == kind)?;
            file.document.as_ref().ok()
        };
        let unreadable: Vec<DocumentError> = files
            .iter()
            .filter_map(|file| file.document.as_ref().err().cloned())
            .collect();
        let sources = Sources {
            task_definition: document(FileKind::TaskDefinition),
            appspec: document(FileKind::Appspec),
            image_definitions: document(FileKind::ImageDefinitions),
            image_detail: document(FileKind::ImageDetail),
            unreadable: &unreadable,
        };
        let facts = Facts {
            launch_type: self.launch_type,
            region: self.region.clone(),
            placeholders: names(&self.placeholders)
                .iter()
                .map(|name| bare(name))
                .collect(),
        };
        check(&Subject::new(sources, facts))
    }

    fn write_sarif(
        &self,
        world: &impl Files,
        judged: &[Judged],
        report: &mut dyn Report,
    ) -> Result<(), Error> {
        let Some(output) = &self.sarif else {
            return Ok(());
        };
        let text = sarif(judged, env!("CARGO_PKG_VERSION"));
        documents::hand_over(world, report, "sarif", text, output)?;
        Ok(())
    }
}

/// The name of a placeholder without what it may be written in.
fn bare(name: &str) -> String {
    name.trim_matches(|c: char| matches!(c, '<' | '>' | '$' | '{' | '}') || c.is_whitespace())
        .to_owned()
}

/// Shows what is not ignored.
fn tell(files: &[File], judged: &[Judged], report: &mut dyn Report) {
    let shown: Vec<&Finding> = judged
        .iter()
        .filter(|one| one.ignored.is_none())
        .map(|one| &one.finding)
        .collect();
    for file in files {
        let findings: Vec<&Finding> = shown
            .iter()
            .copied()
            .filter(|finding| finding.file() == file.name)
            .collect();
        if findings.is_empty() {
            continue;
        }
        let pages = match &file.document {
            Ok(document) => Pages::of(&file.text, document),
            Err(_) => Pages::of_unread(&file.text),
        };
        for (index, finding) in findings.iter().enumerate() {
            let (before, behind) = (&findings[..index], &findings[index + 1..]);
            if !before.iter().any(|other| is_one_note(finding, other)) {
                let others = behind.iter().filter(|other| is_one_note(finding, other));
                let others: Vec<&Finding> = others.copied().collect();
                report.tell(Event::Judged(judgement(finding, &others, &pages)));
            }
        }
    }
}

/// Whether two findings are notes of one rule: they are told as one, at the first place.
fn is_one_note(one: &Finding, other: &Finding) -> bool {
    let is_note = |finding: &Finding| finding.severity() == Severity::Note;
    is_note(one) && is_note(other) && one.rule().id == other.rule().id
}

fn judgement(finding: &Finding, others: &[&Finding], pages: &Pages<'_>) -> Judgement {
    let mut text = finding.message().to_owned();
    if !others.is_empty() {
        let mut lines: Vec<usize> = others
            .iter()
            .filter_map(|other| other.position())
            .map(|position| position.line)
            .collect();
        lines.dedup();
        let word = if lines.len() == 1 { "line" } else { "lines" };
        let more = if lines.len() > LINES { ", …" } else { "" };
        let lines: Vec<String> = lines.iter().take(LINES).map(ToString::to_string).collect();
        text = format!(
            "{text} (and {} more, on {word} {}{more})",
            others.len(),
            lines.join(", ")
        );
    }
    Judgement {
        rule: finding.rule().id,
        severity: finding.severity(),
        text,
        hint: finding.hint().to_owned(),
        place: finding.place(),
        path: finding.path().to_string(),
        excerpt: finding
            .position()
            .and_then(|position| pages.excerpt(position)),
    }
}

/// Says what was ignored and why, and what was ignored in vain.
fn tell_ignored(judged: &[Judged], ignored: &[Ignored], report: &mut dyn Report) {
    for wish in ignored {
        let id = wish.rule.id;
        let count = judged
            .iter()
            .filter(|one| one.ignored.is_some() && one.finding.rule().id == id)
            .count();
        let remark = if count == 0 {
            Remark::new(format!("nothing breaks a rule that is ignored: `{id}`"))
                .hint("remove it from `ignore`")
        } else {
            let reason = wish.reason.as_deref().unwrap_or("no reason is given");
            Remark::new(format!("ignored {count} of `{id}`: {reason}"))
        };
        report.tell(Event::Noted(remark));
    }
}
