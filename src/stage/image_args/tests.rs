//! Which image is meant, and where the commit comes from.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, FromArgMatches};

use super::*;
use crate::ports::fake::FakeFiles;
use crate::ports::{FileError, GitHead};
use crate::report::Recorder;

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// Files, variables and a checkout.
#[derive(Default)]
struct FakeRun {
    files: FakeFiles,
    variables: BTreeMap<&'static str, String>,
    git: Option<GitHead>,
}

impl Files for FakeRun {
    fn read(&self, path: &Path) -> Result<String, FileError> {
        self.files.read(path)
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), FileError> {
        self.files.write(path, text)
    }

    fn make_folder(&self, _: &Path) -> Result<(), FileError> {
        Ok(())
    }

    fn temporary(&self, name: &str) -> PathBuf {
        self.files.temporary(name)
    }
}

impl Surroundings for FakeRun {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn git_head(&self) -> Option<GitHead> {
        self.git.clone()
    }
}

fn typed(line: &str) -> ImageArgs {
    let command = ImageArgs::augment_args(clap::Command::new("t").no_binary_name(true));
    ImageArgs::from_arg_matches(&command.get_matches_from(line.split_whitespace())).unwrap()
}

fn from_repository() -> ImageArgs {
    typed("--repository ghcr.io/a/web")
}

fn tagged(args: &ImageArgs, run: &FakeRun) -> Result<String, Error> {
    let images = args.images(run, &mut Recorder::default())?;
    Ok(images
        .image
        .map(|image| image.to_string())
        .unwrap_or_default())
}

#[test]
fn a_repository_without_a_tag_gets_the_commit_and_the_source_is_told() {
    let run = FakeRun {
        variables: BTreeMap::from([("GITHUB_SHA", A.to_owned()), ("CIRCLE_SHA1", B.to_owned())]),
        ..FakeRun::default()
    };
    let mut report = Recorder::default();
    let images = from_repository().images(&run, &mut report).unwrap();
    assert_eq!(
        images.image.unwrap().to_string(),
        format!("ghcr.io/a/web:{A}")
    );
    assert_eq!(images.commit.unwrap().as_str(), A);
    let [Event::Noted(note), Event::Warned(warning)] = report.0.as_slice() else {
        panic!("{:?}", report.0);
    };
    assert_eq!(
        note.text,
        format!("the tag is the commit (GITHUB_SHA): `{A}`")
    );
    assert_eq!(warning.text, "another commit is named by: CIRCLE_SHA1");
}

#[test]
fn the_event_of_a_pull_request_is_read_and_one_of_a_push_is_not() {
    let mut run = FakeRun {
        variables: BTreeMap::from([
            ("GITHUB_SHA", A.to_owned()),
            ("GITHUB_EVENT_NAME", "pull_request".to_owned()),
            ("GITHUB_EVENT_PATH", "event.json".to_owned()),
        ]),
        ..FakeRun::default()
    };
    let error = tagged(&from_repository(), &run).unwrap_err();
    assert_eq!(
        (error.cause, error.to_string().as_str()),
        (Cause::Input, "event.json: no such file or folder")
    );
    let event = format!(r#"{{"pull_request":{{"head":{{"sha":"{B}"}}}}}}"#);
    run.files.write(Path::new("event.json"), &event).unwrap();
    assert_eq!(
        tagged(&from_repository(), &run).unwrap(),
        format!("ghcr.io/a/web:{B}")
    );
    run.variables.insert("GITHUB_EVENT_NAME", "push".to_owned());
    run.variables
        .insert("GITHUB_EVENT_PATH", "gone.json".to_owned());
    assert_eq!(
        tagged(&from_repository(), &run).unwrap(),
        format!("ghcr.io/a/web:{A}")
    );
}

#[test]
fn nothing_is_asked_when_tag_or_commit_is_given() {
    let run = FakeRun {
        variables: BTreeMap::from([("GITHUB_EVENT_PATH", "gone.json".to_owned())]),
        ..FakeRun::default()
    };
    let with_tag = typed("--repository ghcr.io/a/web --tag v1");
    assert_eq!(tagged(&with_tag, &run).unwrap(), "ghcr.io/a/web:v1");
    let with_commit = typed(&format!(
        "--repository ghcr.io/a/web --commit {}",
        A.to_uppercase()
    ));
    assert_eq!(
        tagged(&with_commit, &run).unwrap(),
        format!("ghcr.io/a/web:{A}")
    );
}

#[test]
fn git_is_the_last_resort_and_a_dirty_tree_is_refused_unless_allowed() {
    let error = tagged(&from_repository(), &FakeRun::default()).unwrap_err();
    assert_eq!(error.cause, Cause::Usage);
    let run = FakeRun {
        git: Some(GitHead {
            sha: B.to_owned(),
            dirty: true,
        }),
        ..FakeRun::default()
    };
    let error = tagged(&from_repository(), &run).unwrap_err();
    assert!(error.hint.unwrap().contains("allow-dirty"));
    let allowed = typed("--repository ghcr.io/a/web --allow-dirty true");
    assert_eq!(
        tagged(&allowed, &run).unwrap(),
        format!("ghcr.io/a/web:{B}")
    );
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let both = typed("--repository ghcr.io/a/web --image a:1");
    assert!(both.check().unwrap_err().text.contains("in two ways"));
    let tag_alone = typed("--tag v1");
    assert!(
        tag_alone
            .check()
            .unwrap_err()
            .text
            .contains("without the `repository`")
    );
    assert!(from_repository().check().is_ok());
}
