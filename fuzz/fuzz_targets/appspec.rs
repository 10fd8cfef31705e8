//! Any document is an appspec or a described service, or is refused; an appspec that is written can be read.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wharfie::domain::appspec::{AppSpec, AppSpecParts, from_service};
use wharfie::domain::document::Document;
use wharfie::domain::taskdef::TaskDefinition;

fuzz_target!(|text: &str| {
    let Ok(document) = Document::parse(text, "fuzz") else {
        return;
    };
    let _ = from_service(&document);
    let Ok(mut appspec) = AppSpec::from_document(&document) else {
        return;
    };
    let _ = appspec.check();
    let _ = appspec.apply(&AppSpecParts::default());
    if let Ok(definition) = TaskDefinition::from_document(document) {
        let _ = appspec.check_against(&definition);
        appspec.fill_from(&definition);
    }
    appspec.fill_target();
    let _ = Document::parse(&appspec.document().to_yaml(), "written");
});
