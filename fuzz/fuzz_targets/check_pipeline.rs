//! Any document is judged in every place it can be given; no finding and no excerpt shows what looks like a secret.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wharfie::domain::check::{Facts, LaunchType, Pages, Sources, Subject, check};
use wharfie::domain::document::Document;
use wharfie::domain::secrecy::value_looks_secret;

fuzz_target!(|text: &str| {
    let Ok(document) = Document::parse(text, "fuzz") else {
        return;
    };
    let pages = Pages::of(text, &document);
    for launch_type in [None, Some(LaunchType::Fargate), Some(LaunchType::External)] {
        let sources = Sources {
            task_definition: Some(&document),
            appspec: Some(&document),
            image_definitions: Some(&document),
            image_detail: Some(&document),
            ..Sources::default()
        };
        let facts = Facts {
            launch_type,
            region: Some("eu-west-1".to_owned()),
            placeholders: vec!["IMAGE1_NAME".to_owned()],
        };
        for finding in check(&Subject::new(sources, facts)).findings {
            let id = finding.rule().id;
            assert!(
                !value_looks_secret(finding.message()),
                "{id} shows a secret"
            );
            assert!(!value_looks_secret(finding.hint()), "{id} advises a secret");
            if let Some(excerpt) = finding.position().and_then(|place| pages.excerpt(place)) {
                assert!(
                    !value_looks_secret(&excerpt.text),
                    "{id} points at a secret"
                );
            }
        }
    }
});
