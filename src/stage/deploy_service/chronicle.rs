//! Passes on what is told, what is wrong with a file only once, and keeps the course of each service for the report.

use crate::report::timeline::Timeline;
use crate::report::{Event, Judgement, Report};

/// A report that remembers.
pub(super) struct Chronicle<'a> {
    inner: &'a mut dyn Report,
    timeline: Timeline,
    judgements: Vec<Judgement>,
}

impl<'a> Chronicle<'a> {
    /// Remembers what is told from now on.
    pub(super) fn new(inner: &'a mut dyn Report) -> Self {
        Self {
            inner,
            timeline: Timeline::default(),
            judgements: Vec::new(),
        }
    }

    /// What each service went through so far.
    pub(super) fn timeline(&self) -> &Timeline {
        &self.timeline
    }
}

impl Report for Chronicle<'_> {
    fn tell(&mut self, event: Event) {
        // A file is read anew when another run had to be waited for.
        if let Event::Judged(judgement) = &event {
            if self.judgements.contains(judgement) {
                return;
            }
            self.judgements.push(judgement.clone());
        }
        self.timeline.take(&event);
        self.inner.tell(event);
    }
}
