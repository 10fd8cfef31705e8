//! Hostile input, given to the shipped binaries: they end in time, within their memory, without a panic, and say neither
//! what looks like a secret nor what a terminal or a runner would take for a command.
//!
//! The corpus is `tests/fixtures/hostile`; what is large is made here.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and these bound what a program may use"
)]
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::files;
use crate::support::run::Folder;

mod large;

/// What a run may use: seconds of processor time, and KiB of memory. A debug build is about ten times slower than a
/// shipped one; the memory is for a file of 4 MiB.
const SECONDS: u32 = 30;
const KIBIBYTES: u32 = 256 * 1024;

/// What the hostile files would have a runner do, at the start of a line.
const COMMANDS: [&str; 8] = [
    "::error::pwned",
    "::warning::pwned",
    "::error file=pwned",
    "::stop-commands::pwned",
    "::set-output name=pwned",
    "::add-mask::pwned",
    "##[error]pwned",
    "::pwned",
];

const FORMATS: [&str; 3] = ["human", "github", "json"];

/// Options whose values are names and addresses, which messages show.
const OPEN: [&str; 10] = [
    "images",
    "remove-environment",
    "env-files",
    "containers",
    "hooks",
    "capacity-provider-strategy",
    "subnets",
    "security-groups",
    "ignore",
    "placeholders",
];

/// A task definition with nothing wrong, for the runs in which something else is hostile.
const GOOD: &str = r#"{"family": "web", "containerDefinitions": [{"name": "web", "image": "r.example.com/web:1", "portMappings": [{"containerPort": 80}]}]}"#;

/// One run of a stage with bounded time and memory, in a folder of its own.
struct Trial<'a> {
    stage: &'a str,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    /// Whether what it prints is the user's own document, which holds what it holds.
    gives_back: bool,
    /// Whether what is hostile stands where secrets stand.
    is_secret: bool,
}

impl<'a> Trial<'a> {
    fn of(stage: &'a str) -> Self {
        Self {
            stage,
            arguments: Vec::new(),
            environment: Vec::new(),
            gives_back: stage != "check-pipeline",
            is_secret: true,
        }
    }

    fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// What is hostile is no place for a secret: it may be shown.
    fn openly(mut self) -> Self {
        self.is_secret = false;
        self
    }

    fn file(self, option: &str, path: &Path) -> Self {
        self.arg(option).arg(path.to_string_lossy())
    }

    fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// Runs it; gives what is wrong with how it went.
    fn faults(&self, folder: &Folder) -> Vec<String> {
        let variable = format!("CARGO_BIN_EXE_wharfie-{}", self.stage);
        let binary = std::env::var(&variable).unwrap_or_else(|_| panic!("no {variable}"));
        let limits = format!("ulimit -t {SECONDS}; ulimit -v {KIBIBYTES}; exec \"$0\" \"$@\"");
        let output = Command::new("sh")
            .arg("-c")
            .arg(limits)
            .arg(binary)
            .args(&self.arguments)
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .env("HOME", folder.path())
            .env("TMPDIR", folder.path())
            .env("RUNNER_TEMP", folder.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let mut faults = Vec::new();
        if !matches!(output.status.code(), Some(0 | 2 | 3)) {
            faults.push(format!(
                "ended with {}: {}",
                output.status,
                start_of(&stderr)
            ));
        }
        let said = if self.gives_back {
            stderr.clone()
        } else {
            format!("{stdout}\n{stderr}")
        };
        for line in said.split(['\n', '\r']) {
            if self.is_secret && line.to_lowercase().contains("canary") {
                faults.push(format!("shows a secret: {}", start_of(line)));
            }
        }
        for line in stdout.split(['\n', '\r']).chain(stderr.split(['\n', '\r'])) {
            let line = line.trim_start();
            if COMMANDS.iter().any(|command| line.starts_with(command)) {
                faults.push(format!("gives a command: {}", start_of(line)));
            }
        }
        if stdout.contains('\u{1B}') || stderr.contains('\u{1B}') {
            faults.push("writes an escape sequence".to_owned());
        }
        faults
            .into_iter()
            .map(|fault| format!("{self}: {fault}"))
            .collect()
    }
}

impl std::fmt::Display for Trial<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.stage)?;
        for argument in &self.arguments {
            write!(f, " {}", start_of(argument))?;
        }
        for (name, value) in &self.environment {
            write!(f, " ({name}={})", start_of(value))?;
        }
        Ok(())
    }
}

fn start_of(text: &str) -> String {
    text.chars().take(160).collect()
}

/// Fails with every fault of every run.
#[track_caller]
fn settle(trials: &[Trial<'_>]) {
    let folder = Folder::new();
    assert!(!trials.is_empty(), "no trials");
    let faults: Vec<String> = trials
        .iter()
        .flat_map(|trial| trial.faults(&folder))
        .collect();
    assert!(
        faults.is_empty(),
        "{} faults in {} runs:\n{}",
        faults.len(),
        trials.len(),
        faults.join("\n")
    );
}

/// The files of a folder of the corpus.
fn corpus(folder: &str) -> Vec<PathBuf> {
    let folder = format!("tests/fixtures/hostile/{folder}");
    let names = files::names(&folder);
    assert!(!names.is_empty(), "{folder} is empty");
    names
        .iter()
        .map(|name| files::path(&format!("{folder}/{name}")))
        .collect()
}

/// A file as an option can carry it: text without NUL.
fn option_text(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap()).replace('\0', "")
}

#[test]
fn check_pipeline_bears_every_document_in_every_place_and_format() {
    let mut trials = Vec::new();
    for (path, format) in corpus("documents").iter().zip(FORMATS.iter().cycle()) {
        trials.push(
            Trial::of("check-pipeline")
                .file("--task-definition", path)
                .file("--appspec", path)
                .file("--imagedefinitions", path)
                .file("--image-detail", path)
                .arg("--region=eu-west-1")
                .arg(format!("--format={format}")),
        );
    }
    for name in ["secrets.json", "workflow-commands.json", "markdown.json"] {
        let path = files::path(&format!("tests/fixtures/hostile/documents/{name}"));
        for format in FORMATS {
            trials.push(
                Trial::of("check-pipeline")
                    .file("--task-definition", &path)
                    .arg(format!("--format={format}")),
            );
        }
    }
    settle(&trials);
}

#[test]
fn check_pipeline_writes_no_secret_into_its_report_nor_into_sarif() {
    let mut faults = Vec::new();
    for path in corpus("documents") {
        let folder = Folder::new();
        let trial = Trial::of("check-pipeline")
            .file("--task-definition", &path)
            .file("--appspec", &path)
            .arg("--sarif=findings.sarif")
            .arg("--format=github");
        faults.extend(trial.faults(&folder));
        for name in folder.names() {
            let text = folder.read(&name).to_lowercase();
            if text.contains("canary") {
                faults.push(format!("{trial}: a secret is in {name}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn render_taskdef_bears_every_document() {
    let mut trials = Vec::new();
    for (path, format) in corpus("documents").iter().zip(FORMATS.iter().cycle()) {
        trials.push(
            Trial::of("render-taskdef")
                .file("--task-definition", path)
                .arg("--images=web=r.example.com/web:2")
                .arg("--environment-variables=A=b")
                .arg("--output=out.json")
                .arg(format!("--format={format}")),
        );
        trials.push(Trial::of("render-taskdef").file("--task-definition", path));
    }
    settle(&trials);
}

#[test]
fn write_imagedefs_and_write_appspec_bear_every_document() {
    let mut trials = Vec::new();
    for path in corpus("documents") {
        trials.push(
            Trial::of("write-imagedefs")
                .file("--task-definition", &path)
                .arg("--output=out.json"),
        );
        for option in ["--base", "--service-json", "--task-definition"] {
            trials.push(
                Trial::of("write-appspec")
                    .file(option, &path)
                    .arg("--output=out.yaml"),
            );
        }
    }
    settle(&trials);
}

#[test]
fn every_list_bears_every_text_by_flag_and_by_environment() {
    let folder = Folder::new();
    let good = folder.write("taskdef.json", GOOD);
    let lists: [(&str, &[&str]); 4] = [
        (
            "render-taskdef",
            &[
                "images",
                "environment-variables",
                "secrets",
                "remove-environment",
                "env-files",
                "placeholders",
                "log-configuration-options",
                "docker-labels",
                "command",
            ],
        ),
        ("write-imagedefs", &["images", "containers"]),
        (
            "write-appspec",
            &[
                "hooks",
                "capacity-provider-strategy",
                "subnets",
                "security-groups",
            ],
        ),
        ("check-pipeline", &["placeholders", "ignore"]),
    ];
    let mut trials = Vec::new();
    for path in corpus("lists") {
        let text = option_text(&path);
        for (stage, options) in lists {
            for option in options {
                let start = || {
                    let trial = Trial::of(stage).file("--task-definition", &good);
                    match stage {
                        "write-imagedefs" | "write-appspec" => trial.arg("--output=out"),
                        "render-taskdef" => trial.arg("--container-name=web"),
                        _ => trial,
                    }
                };
                let start = || {
                    let shows = OPEN.contains(option);
                    if shows { start().openly() } else { start() }
                };
                trials.push(start().arg(format!("--{option}={text}")));
                let variable = format!("WHARFIE_{}", option.replace('-', "_").to_uppercase());
                trials.push(start().env(&variable, text.clone()).arg("--format=github"));
            }
        }
    }
    settle(&trials);
}

#[test]
fn an_event_file_of_any_kind_is_borne() {
    let folder = Folder::new();
    let good = folder.write("taskdef.json", GOOD);
    let mut trials = Vec::new();
    for path in corpus("events") {
        for name in ["pull_request", "workflow_run"] {
            trials.push(
                Trial::of("render-taskdef")
                    .file("--task-definition", &good)
                    .arg("--container-name=web")
                    .arg("--repository=r.example.com/web")
                    .arg("--format=github")
                    .env("GITHUB_ACTIONS", "true")
                    .env("GITHUB_EVENT_NAME", name)
                    .env("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567")
                    .env("GITHUB_EVENT_PATH", path.to_string_lossy()),
            );
        }
    }
    settle(&trials);
}

#[test]
fn the_environment_of_a_ci_system_is_not_trusted() {
    let folder = Folder::new();
    let good = folder.write("taskdef.json", GOOD);
    let mut trials = Vec::new();
    for path in corpus("lists") {
        let text = option_text(&path);
        for variable in [
            "GITHUB_SHA",
            "GITHUB_EVENT_NAME",
            "CODEBUILD_RESOLVED_SOURCE_VERSION",
            "CI_COMMIT_SHA",
            "WHARFIE_FORMAT",
            "WHARFIE_COMMIT",
        ] {
            trials.push(
                Trial::of("render-taskdef")
                    .file("--task-definition", &good)
                    .arg("--container-name=web")
                    .arg("--repository=r.example.com/web")
                    .env(variable, text.clone())
                    .openly(),
            );
        }
    }
    settle(&trials);
}

#[test]
fn every_fuzz_target_is_listed_and_described() {
    let manifest = files::text("fuzz/Cargo.toml");
    let guide = files::text("CONTRIBUTING.md");
    let targets = files::names("fuzz/fuzz_targets");
    assert!(!targets.is_empty(), "no targets");
    for file in &targets {
        let name = file.trim_end_matches(".rs");
        let listed = format!("name = \"{name}\"\npath = \"fuzz_targets/{file}\"");
        assert!(manifest.contains(&listed), "fuzz/Cargo.toml lacks {name}");
        assert!(
            guide.contains(&format!("`{name}`")),
            "CONTRIBUTING.md lacks {name}"
        );
    }
    assert_eq!(manifest.matches("[[bin]]").count(), targets.len());
}

/// Runs the large files of one half, so that two tests share the work.
fn bear_large(half: usize) {
    let folder = Folder::new();
    let mut trials = Vec::new();
    for (number, (name, text)) in large::files().into_iter().enumerate() {
        if number % 2 != half {
            continue;
        }
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        trials.push(
            Trial::of("check-pipeline")
                .file("--task-definition", &path)
                .arg("--format=github"),
        );
        if name.contains(".yaml") {
            trials.push(
                Trial::of("write-appspec")
                    .file("--base", &path)
                    .arg("--output=out.yaml"),
            );
        } else {
            trials.push(
                Trial::of("render-taskdef")
                    .file("--task-definition", &path)
                    .arg("--images=web=r.example.com/web:2")
                    .arg("--output=out.json"),
            );
        }
    }
    settle(&trials);
}

#[test]
fn large_input_is_refused_or_judged_in_time_and_within_memory() {
    bear_large(0);
}

#[test]
fn large_input_of_other_kinds_is_borne_too() {
    bear_large(1);
}
