//! Reads and writes the user's documents through the port of files, and says what is wrong with one and where.
use std::path::Path;

use serde_json::Value;

use crate::domain::document::{Document, DocumentError};
use crate::error::Error;
use crate::ports::{Files, Surroundings};
use crate::report::{Event, Report};
use crate::stage::Outputs;
use crate::stage::args::Output;

/// The document in a file; `-` is standard input.
pub(super) fn read(world: &impl Files, path: &Path) -> Result<Document, Error> {
    let text = world.read(path)?;
    Ok(Document::parse(&text, &path.display().to_string())?)
}

/// Where a document goes: what was said, else standard output, but for the action of the stage a file that later steps can read.
pub(super) fn destination(
    world: &(impl Files + Surroundings),
    stage: &str,
    said: Option<&Output>,
    name: &str,
) -> Output {
    match said {
        Some(output) => output.clone(),
        None if world.variable("WHARFIE_STEP").as_deref() == Some(stage) => {
            Output::File(world.temporary(name))
        }
        None => Output::Stdout,
    }
}

/// Puts a document where it goes, and gives the path of the file it was written to.
pub(super) fn hand_over(
    world: &impl Files,
    report: &mut dyn Report,
    what: &'static str,
    text: String,
    to: &Output,
) -> Result<Option<String>, Error> {
    let Output::File(path) = to else {
        report.tell(Event::Data { what, text });
        return Ok(None);
    };
    world.write(path, &text)?;
    let path = path.display().to_string();
    report.tell(Event::Wrote {
        what,
        path: path.clone(),
    });
    Ok(Some(path))
}

/// Writes the report of a run for programs into a file of its own, and names it as the output `report`. What was done counts, not
/// the report of it: one that cannot be written is a warning.
pub(super) fn leave_report(
    world: &impl Files,
    report: &mut dyn Report,
    name: &str,
    content: &Value,
    outputs: &mut Outputs,
) {
    let to = Output::File(world.temporary(name));
    match hand_over(world, report, "report", format!("{content:#}\n"), &to) {
        Ok(Some(path)) => outputs.set("report", path),
        Ok(None) => {}
        Err(error) => report.tell(Event::warning(format!(
            "the report was not written: {error}"
        ))),
    }
}

impl From<DocumentError> for Error {
    /// An input file that is wrong, at its place.
    fn from(error: DocumentError) -> Self {
        let refused = Self::input(error.place(), error.message());
        match error.hint() {
            Some(hint) => refused.hint(hint),
            None => refused,
        }
    }
}
