//! Any event and any variables name a whole commit or none.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wharfie::domain::commit::{Facts, from_git, from_surroundings};
use wharfie::domain::document::Document;

fuzz_target!(|input: (&str, &str, &str)| {
    let (name, value, text) = input;
    let event = Document::parse(text, "event.json").ok();
    let variable = |asked: &str| {
        let found = if asked == "GITHUB_EVENT_NAME" {
            name
        } else {
            value
        };
        (!found.is_empty()).then(|| found.to_owned())
    };
    let facts = Facts {
        explicit: None,
        event: event.as_ref(),
        variable: &variable,
    };
    let found = from_surroundings(facts).ok().flatten();
    for commit in found.into_iter().chain(from_git(value, false, false)) {
        let sha = commit.sha.as_str();
        assert!(matches!(sha.len(), 40 | 64), "{sha}");
        assert!(sha.bytes().all(|byte| byte.is_ascii_hexdigit()), "{sha}");
    }
});
