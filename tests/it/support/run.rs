//! Runs a shipped binary with a scrubbed environment.
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
#[cfg(feature = "sim")]
use std::time::{Duration, Instant};

/// A folder to work in, with one for temporary files beside it; both are removed at the end of a test.
pub(crate) struct Folder(PathBuf);

const WORK: &str = "work";
const TEMPORARY: &str = "temporary";

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("wharfie-it-{}-{number}", std::process::id()));
        for name in [WORK, TEMPORARY] {
            fs::create_dir_all(path.join(name)).unwrap();
        }
        Self(path.join(WORK).canonicalize().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Where a program that asks the system puts its temporary files.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.0.with_file_name(TEMPORARY)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    #[cfg(feature = "sim")]
    /// An output of the last run that believed to be in a workflow; empty if there is none of this name.
    pub(crate) fn output(&self, name: &str) -> String {
        let outputs = github_outputs(&self.read("github-output"));
        let found = outputs.into_iter().rfind(|(known, _)| known == name);
        found.map(|(_, value)| value).unwrap_or_default()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .unwrap()
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = self.0.parent().map(fs::remove_dir_all);
    }
}

/// A run of a stage's binary. Nothing of the caller's environment reaches it but `PATH`.
pub(crate) struct Run {
    command: Command,
    folder: PathBuf,
    input: Option<String>,
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The binary of a stage, to be run in a folder.
pub(crate) fn stage(name: &str, folder: &Folder) -> Run {
    let binary = std::env::var(format!("CARGO_BIN_EXE_wharfie-{name}"))
        .unwrap_or_else(|_| panic!("no binary for {name}"));
    let mut command = Command::new(binary);
    command
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap_or_default())
        .env("HOME", folder.path())
        .env("TMPDIR", folder.temporary())
        .current_dir(folder.path());
    Run {
        command,
        folder: folder.path().to_owned(),
        input: None,
    }
}

impl Run {
    pub(crate) fn arg(mut self, argument: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Words of a command line, split at spaces.
    pub(crate) fn args(mut self, line: &str) -> Self {
        self.command.args(line.split_whitespace());
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// As in a step of a workflow: files for outputs and summary, and a place for temporary files.
    pub(crate) fn in_workflow(self) -> Self {
        let path = |name: &str| self.folder.join(name);
        let (output, summary, temporary) = (
            path("github-output"),
            path("github-summary"),
            path("runner-temp"),
        );
        fs::create_dir_all(&temporary).unwrap();
        self.env("GITHUB_ACTIONS", "true")
            .env("GITHUB_OUTPUT", output)
            .env("GITHUB_STEP_SUMMARY", summary)
            .env("RUNNER_TEMP", temporary)
    }

    pub(crate) fn stdin(mut self, text: &str) -> Self {
        self.input = Some(text.to_owned());
        self
    }

    /// Starts it without waiting.
    pub(crate) fn spawn(mut self) -> Child {
        let mut child = self
            .command
            .stdin(match self.input {
                Some(_) => Stdio::piped(),
                None => Stdio::null(),
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        if let (Some(text), Some(mut stdin)) = (self.input, child.stdin.take()) {
            stdin.write_all(text.as_bytes()).unwrap();
        }
        child
    }

    pub(crate) fn run(self) -> Outcome {
        ended(self.spawn())
    }
}

/// Sends a signal (`INT`, `TERM`, `KILL`) to a child.
#[cfg(feature = "sim")]
pub(crate) fn signal(child: &Child, name: &str) {
    let process = child.id().to_string();
    let sent = Command::new("kill").args(["-s", name, &process]).status();
    assert!(sent.unwrap().success(), "{name} to {process}");
}

/// Asks a child to end by a signal: it does within the seven seconds that a cancelled job has, with this exit code.
#[cfg(feature = "sim")]
pub(crate) fn cancelled(child: Child, name: &str, code: i32) -> Outcome {
    let asked = Instant::now();
    signal(&child, name);
    let outcome = ended(child).expect(code);
    let took = asked.elapsed();
    assert!(took < Duration::from_secs(7), "{took:?}");
    outcome
}

/// Waits for a child.
pub(crate) fn ended(child: Child) -> Outcome {
    use std::os::unix::process::ExitStatusExt;
    let output = child.wait_with_output().unwrap();
    let code = output
        .status
        .code()
        .or_else(|| output.status.signal().map(|signal| 128 + signal))
        .unwrap_or(-1);
    Outcome {
        code,
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Outcome {
    /// The same, or a failure that shows all of it.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "\nstdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(
            self.stderr.contains(text),
            "`{text}` is not in stderr:\n{}\nstdout:\n{}",
            self.stderr,
            self.stdout
        );
        self
    }

    #[track_caller]
    pub(crate) fn hides(self, text: &str) -> Self {
        assert!(
            !self.stderr.contains(text) && !self.stdout.contains(text),
            "`{text}` is in:\n{}\n{}",
            self.stderr,
            self.stdout
        );
        self
    }
}

/// The outputs in a `$GITHUB_OUTPUT` file, by the runner's grammar.
pub(crate) fn github_outputs(text: &str) -> Vec<(String, String)> {
    let mut outputs = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let (name, delimiter) = line
            .split_once("<<")
            .unwrap_or_else(|| panic!("not an output: {line}"));
        let value: Vec<&str> = lines
            .by_ref()
            .take_while(|line| *line != delimiter)
            .collect();
        outputs.push((name.to_owned(), value.join("\n")));
    }
    outputs
}
