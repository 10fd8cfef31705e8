//! A timeline as a Mermaid gantt chart, which GitHub draws in a summary.
//!
//! A chart has a grammar, and text from outside must not become part of it: of a label only letters, digits and a few signs
//! stay. Times are told from the start of the run.
use std::time::Duration;

use super::Tone;
use super::text::one_line;
use super::timeline::{Course, Timeline};

/// How many services are drawn. More make a chart nobody can read, and Mermaid draws no text of more than 50,000 characters.
const SERVICES: usize = 20;
/// How many characters of a label are drawn.
const LABEL: usize = 60;

/// The text of a chart, and how many services it leaves out; nothing if there is nothing to draw. Services that ended badly are
/// drawn before others.
pub(super) fn gantt(timeline: &Timeline) -> Option<(Vec<String>, usize)> {
    let mut courses: Vec<&Course> = timeline
        .courses()
        .filter(|course| !course.phases.is_empty())
        .collect();
    let is_good = |course: &&Course| {
        let end = course.end.as_ref();
        end.is_none_or(|end| end.tone != Tone::Bad)
    };
    courses.sort_by_key(is_good);
    let last = courses.iter().filter_map(|course| last(course)).max()?;
    let axis = if last < Duration::from_hours(1) {
        "%M:%S"
    } else {
        "%H:%M:%S"
    };
    let mut lines = vec![
        "gantt".to_owned(),
        "    dateFormat YYYY-MM-DD HH:mm:ss".to_owned(),
        format!("    axisFormat {axis}"),
        "    todayMarker off".to_owned(),
    ];
    for course in courses.iter().take(SERVICES) {
        draw(course, last, &mut lines);
    }
    Some((lines, courses.len().saturating_sub(SERVICES)))
}

/// When the last thing happened that is drawn.
fn last(course: &Course) -> Option<Duration> {
    let phases = course
        .phases
        .iter()
        .map(|phase| phase.to.unwrap_or(phase.from));
    let moments = course.moments.iter().map(|moment| moment.at);
    let end = course.end.iter().map(|end| end.at);
    phases.chain(moments).chain(end).max()
}

fn draw(course: &Course, last: Duration, lines: &mut Vec<String>) {
    // The whole name of a scalable target does not fit beside its bars.
    let name = course.subject.rsplit('/').next().unwrap_or_default();
    lines.push(format!("    section {}", label(name)));
    for phase in &course.phases {
        let (tag, to) = match (phase.tone, phase.to) {
            (Tone::Bad, to) => ("crit, ", to),
            (Tone::Plain | Tone::Good, None) => ("active, ", None),
            (Tone::Plain | Tone::Good, to) => ("done, ", to),
        };
        // What lasted no second is drawn as one, or it could not be seen.
        let to = to.unwrap_or(last).max(phase.from + Duration::from_secs(1));
        lines.push(format!(
            "    {} :{tag}{}, {}",
            label(&phase.what),
            moment(phase.from),
            moment(to)
        ));
    }
    let moments = course
        .moments
        .iter()
        .map(|one| (one.what.as_str(), one.at, one.tone));
    let end = course
        .end
        .iter()
        .map(|end| (end.verdict.as_str(), end.at, end.tone));
    for (what, at, tone) in moments.chain(end) {
        let tag = if tone == Tone::Bad { "crit, " } else { "" };
        lines.push(format!(
            "    {} :{tag}milestone, {}, 0s",
            label(what),
            moment(at)
        ));
    }
}

/// A moment on a calendar that has no summer time: the chart's times are the reader's local ones.
fn moment(at: Duration) -> String {
    let seconds = at.as_secs();
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    format!(
        "2000-01-{:02} {hours:02}:{:02}:{:02}",
        days.min(30) + 1,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// What of a text may stand in a chart: nothing that ends a label (`:`, `;`, `#`, `,`), begins a comment (`%%`), an entity or
/// markup, and no word at the start that the grammar knows.
fn label(text: &str) -> String {
    let mut shown = String::new();
    for c in one_line(text).chars().take(LABEL) {
        let c = match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '/' | '(' | ')' | '-' | '_' | '+' => c,
            '%' if !shown.ends_with('%') => c,
            ',' | ' ' => ' ',
            c if c.is_alphabetic() => c,
            _ => ' ',
        };
        if c != ' ' || !(shown.is_empty() || shown.ends_with(' ')) {
            shown.push(c);
        }
    }
    let shown = shown.trim();
    let first = shown.split(' ').next().unwrap_or_default();
    if shown.is_empty() {
        return "unnamed".to_owned();
    }
    if WORDS.iter().any(|word| starts_with(first, word)) {
        return format!("({shown})");
    }
    shown.to_owned()
}

fn starts_with(text: &str, word: &str) -> bool {
    text.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// The words a line of a gantt chart may begin with.
const WORDS: &[&str] = &[
    "acc",
    "axisFormat",
    "call",
    "click",
    "dateFormat",
    "displayMode",
    "done",
    "excludes",
    "gantt",
    "href",
    "includes",
    "inclusiveEndDates",
    "section",
    "tickInterval",
    "title",
    "todayMarker",
    "topAxis",
    "weekday",
    "weekend",
    "vert",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::Event;
    use crate::report::timeline::VERDICT;
    use crate::report::timeline::tests::{happened, of};

    fn rolled_back(service: &str) -> Vec<Event> {
        vec![
            happened(service, "linked", 2, &json!({}), Tone::Plain),
            happened(service, "tasks-failed", 35, &json!({"count": 2}), Tone::Bad),
            happened(service, "rolling-back", 60, &json!({}), Tone::Bad),
            happened(
                service,
                VERDICT,
                3690,
                &json!({"verdict": "rolled-back"}),
                Tone::Bad,
            ),
        ]
    }

    #[test]
    fn a_rollout_is_drawn_with_its_phases_its_failures_and_its_end() {
        let (lines, left_out) = gantt(&of(&rolled_back("web"))).unwrap();
        assert_eq!(left_out, 0);
        assert_eq!(
            lines.join("\n"),
            "gantt
    dateFormat YYYY-MM-DD HH:mm:ss
    axisFormat %H:%M:%S
    todayMarker off
    section web
    rolling out :done, 2000-01-01 00:00:02, 2000-01-01 00:01:00
    rolling back :crit, 2000-01-01 00:01:00, 2000-01-01 01:01:30
    2 tasks failed :crit, milestone, 2000-01-01 00:00:35, 0s
    rolled-back :crit, milestone, 2000-01-01 01:01:30, 0s"
        );
    }

    #[test]
    fn a_label_from_outside_can_not_leave_its_place() {
        for (text, shown) in [
            ("a:b;c#d,e\nf", "a b c d e f"),
            ("%%{init: {}}%%", "% init %"),
            ("section x", "(section x)"),
            ("Click me", "(Click me)"),
            ("title", "(title)"),
            ("<b onload=x>`$[]{}\"'\\|", "b onload x"),
            ("::::", "unnamed"),
            ("über", "über"),
            ("\u{202e}\u{1b}[31mx", "x"),
        ] {
            assert_eq!(label(text), shown, "{text}");
        }
        assert_eq!(label(&"x".repeat(500)).len(), LABEL);
    }

    #[test]
    fn of_many_services_those_that_ended_badly_are_drawn() {
        let mut events = Vec::new();
        for index in 0..30 {
            let name = format!("s{index}");
            events.push(happened(&name, "linked", 1, &json!({}), Tone::Plain));
            events.push(happened(
                &name,
                VERDICT,
                9,
                &json!({"verdict": "deployed"}),
                Tone::Good,
            ));
        }
        events.extend(rolled_back("bad"));
        let (lines, left_out) = gantt(&of(&events)).unwrap();
        assert_eq!(left_out, 31 - SERVICES);
        assert_eq!(
            lines.iter().find(|line| line.contains("section")).unwrap(),
            "    section bad"
        );
        assert!(lines.join("\n").len() < 50_000);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert_eq!(gantt(&Timeline::default()), None);
    }
}
