//! Any text is a document or is refused; a document that is written is read back the same.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wharfie::domain::document::Document;

fuzz_target!(|text: &str| {
    let Ok(document) = Document::parse(text, "fuzz") else {
        return;
    };
    for text in [
        document.to_json_pretty(),
        document.to_json_compact(),
        document.to_yaml(),
    ] {
        // What is near a limit may be beyond it when it is spelt in another way.
        if let Ok(again) = Document::parse(&text, "written") {
            assert!(again == document, "read back as another document: {text}");
        }
    }
});
