//! For the tests of rules about several files: the files as texts, and what is found in them.
use super::pick;
use crate::domain::check::subject::{Facts, Sources, Subject};
use crate::domain::check::{Finding, check};
use crate::domain::document::Document;

/// The files of a pipeline, each under the name it should have.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::domain::check) struct Files<'a> {
    pub(in crate::domain::check) task_definition: Option<&'a str>,
    pub(in crate::domain::check) appspec: Option<&'a str>,
    pub(in crate::domain::check) image_definitions: Option<&'a str>,
    pub(in crate::domain::check) image_detail: Option<&'a str>,
    pub(in crate::domain::check) placeholders: &'a [&'a str],
}

impl Files<'_> {
    /// All findings.
    pub(in crate::domain::check) fn findings(&self) -> Vec<Finding> {
        let read = |text: Option<&str>, name: &str| {
            text.map(|text| {
                Document::parse(text, name).unwrap_or_else(|error| panic!("{error}\n{text}"))
            })
        };
        let task_definition = read(self.task_definition, "taskdef.json");
        let appspec = read(self.appspec, "appspec.yaml");
        let image_definitions = read(self.image_definitions, "imagedefinitions.json");
        let image_detail = read(self.image_detail, "build/imageDetail.json");
        let sources = Sources {
            task_definition: task_definition.as_ref(),
            appspec: appspec.as_ref(),
            image_definitions: image_definitions.as_ref(),
            image_detail: image_detail.as_ref(),
            ..Sources::default()
        };
        let facts = Facts {
            placeholders: self
                .placeholders
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
            ..Facts::default()
        };
        check(&Subject::new(sources, facts)).findings
    }

    /// Fails unless this rule is broken; gives its first finding.
    #[track_caller]
    pub(in crate::domain::check) fn trips(&self, id: &str) -> Finding {
        pick(id, self.findings())
    }

    /// Fails if this rule is broken.
    #[track_caller]
    pub(in crate::domain::check) fn keeps(&self, id: &str) {
        super::keeps_all(id, &self.findings());
    }

    /// Fails if any rule is broken.
    #[track_caller]
    pub(in crate::domain::check) fn is_clean(&self) {
        let found: Vec<String> = self
            .findings()
            .iter()
            .map(|finding| format!("{} {}", finding.rule().id, finding.message()))
            .collect();
        assert!(found.is_empty(), "{found:#?}");
    }
}
