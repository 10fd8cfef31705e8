//! Passes on what is told, each thing once, and keeps the course of each service for the report.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::report::timeline::Timeline;
use crate::report::{Event, Judgement, Report};

/// A report that remembers.
pub(super) struct Chronicle<'a> {
    inner: &'a mut dyn Report,
    timeline: Timeline,
    judgements: Vec<Judgement>,
    /// What the task before the deployment came to.
    task: Option<Value>,
    /// What ECS said of each service.
    said: BTreeSet<(String, String)>,
}

impl<'a> Chronicle<'a> {
    /// Remembers what is told from now on.
    pub(super) fn new(inner: &'a mut dyn Report) -> Self {
        Self {
            inner,
            timeline: Timeline::default(),
            judgements: Vec::new(),
            task: None,
            said: BTreeSet::new(),
        }
    }

    /// What each service went through so far.
    pub(super) fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Keeps what the task before the deployment came to, as the report tells it.
    pub(super) fn keep_task(&mut self, entry: Value) {
        self.task = Some(entry);
    }

    /// What the task before the deployment came to, if there was one.
    pub(super) fn task(&self) -> Option<&Value> {
        self.task.as_ref()
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
        // ECS says the same again and again, each time under another id: that no task can be placed, that targets come and go.
        if let Event::Happened {
            subject,
            kind: "service-event",
            text,
            ..
        } = &event
            && !self.said.insert((subject.clone(), text.clone()))
        {
            return;
        }
        self.timeline.take(&event);
        self.inner.tell(event);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::report::{Recorder, Tone};

    fn happened(kind: &'static str, text: &str) -> Event {
        Event::Happened {
            subject: "web".to_owned(),
            kind,
            text: text.to_owned(),
            fields: serde_json::Map::new(),
            tone: Tone::Plain,
            elapsed: Duration::ZERO,
        }
    }

    #[test]
    fn what_ecs_says_again_is_told_once_and_what_happens_again_each_time() {
        let mut recorder = Recorder::default();
        let mut chronicle = Chronicle::new(&mut recorder);
        for event in [
            happened("service-event", "unable to place a task"),
            happened("progress", "1 of 2"),
            happened("service-event", "unable to place a task"),
            happened("progress", "1 of 2"),
            happened("service-event", "steady"),
        ] {
            chronicle.tell(event);
        }
        let of = |kind: &str| {
            let events = recorder.0.iter();
            events
                .filter(
                    |event| matches!(event, Event::Happened { kind: told, .. } if *told == kind),
                )
                .count()
        };
        assert_eq!((of("service-event"), of("progress")), (2, 2));
    }
}
