//! Why an edit of a container is refused.
use super::super::document::Position;

/// What is wrong and where; the container and the source are added by [`TaskDefinition::edited`](super::TaskDefinition::edited).
pub(super) struct Refused {
    pub(super) position: Option<Position>,
    pub(super) message: String,
    pub(super) hint: Option<&'static str>,
}

impl Refused {
    pub(super) fn new(position: Option<Position>, message: impl Into<String>) -> Self {
        Self {
            position,
            message: message.into(),
            hint: None,
        }
    }

    pub(super) fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}
