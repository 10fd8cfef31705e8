//! Which story a simulator tells: a built-in one by its name, or one of the user's own from a file.

use std::convert::Infallible;
use std::path::Path;
use std::str::FromStr;

use crate::error::Error;
use crate::ports::Files;
use crate::stage::args::Input;

/// The value of `--story`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoryArg {
    /// A built-in story, or a whole one in JSON.
    Told(String),
    /// A file that holds one.
    File(Input),
}

impl FromStr for StoryArg {
    type Err = Infallible;

    /// What ends in `.json` or has a slash in it is a file; a name has neither.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let is_story = text.trim_start().starts_with('{');
        let is_json = Path::new(text)
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let is_file = text == "-" || is_json || text.contains(['/', '\\']);
        if is_file && !is_story {
            return Ok(Self::File(text.parse()?));
        }
        Ok(Self::Told(text.to_owned()))
    }
}

impl StoryArg {
    /// The story as the simulator takes it.
    ///
    /// # Errors
    /// The file can not be read.
    pub fn read<W: Files>(&self, world: &W) -> Result<String, Error> {
        match self {
            Self::Told(text) => Ok(text.clone()),
            Self::File(file) => Ok(world.read(file.path())?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_from_a_file_and_a_file_from_a_story() {
        for file in ["outage.json", "./outage", "stories/outage", "-"] {
            assert!(matches!(file.parse(), Ok(StoryArg::File(_))), "{file}");
        }
        for told in [
            "crash-loop",
            r#"{"name": "a/b.json", "tasks": {"fate": "run"}}"#,
        ] {
            assert_eq!(told.parse(), Ok(StoryArg::Told(told.to_owned())));
        }
    }
}
