//! What is typed on the command line about a deployment.

use crate::domain::word_enum::word_enum;
use std::fmt;
use std::str::FromStr;

/// Where the tags of new tasks come from (API shape `PropagateTags`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropagateTags {
    /// From the task definition.
    TaskDefinition,
    /// From the service.
    Service,
    /// They have none.
    None,
}

impl PropagateTags {
    const ALL: [Self; 3] = [Self::TaskDefinition, Self::Service, Self::None];

    /// The text AWS uses for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TaskDefinition => "TASK_DEFINITION",
            Self::Service => "SERVICE",
            Self::None => "NONE",
        }
    }
}

impl fmt::Display for PropagateTags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PropagateTags {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|value| value.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| "expected one of: `SERVICE`, `TASK_DEFINITION`, `NONE`".to_owned())
    }
}

word_enum! {
    /// What to do about a deployment of the service that is running already.
    #[derive(Default)]
    pub enum IfRunning {
        /// Refuse.
        #[default]
        Fail = "fail",
        /// Wait for its end first.
        Wait = "wait",
        /// Stop it and let it go back first.
        Stop = "stop",
    }
}
