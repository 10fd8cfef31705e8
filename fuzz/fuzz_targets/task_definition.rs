//! Any document is a task definition or is refused; taking images from it and removing what ECS set never fails badly.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wharfie::domain::document::Document;
use wharfie::domain::imagedefs::ImageDefinitions;
use wharfie::domain::taskdef::TaskDefinition;

fuzz_target!(|text: &str| {
    let Ok(document) = Document::parse(text, "fuzz") else {
        return;
    };
    let Ok(mut definition) = TaskDefinition::from_document(document) else {
        return;
    };
    for container in definition.containers() {
        let _ = (
            container.name(),
            container.image(),
            container.ports().count(),
        );
    }
    let _ = ImageDefinitions::from_task_definition(&definition, &[]);
    definition.remove_output_only();
    let again = definition.remove_output_only();
    assert!(again.is_empty(), "removed twice: {again:?}");
});
