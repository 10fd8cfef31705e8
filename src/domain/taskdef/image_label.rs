//! The label that keeps the tag of an image readable when the image is put in by its digest.
//!
//! It is a label of the container and not a tag of the revision: it belongs to one image of several, needs no permission of
//! its own, goes wherever the file goes, and can be read from the running container.
use std::collections::BTreeMap;

use super::super::document::{Node, Object};
use super::super::image::{ImageBinding, Tag};
use super::super::names::ContainerName;
use super::log::object_member;
use super::refused::Refused;

/// The key of the label.
pub const IMAGE_TAG_LABEL: &str = "wharfie.image-tag";

/// The tags that images given by their digests were found by. Two tags may be on one digest, so they are kept by what the
/// images are for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageTags {
    /// That of the image for all containers of the edits.
    pub image: Option<Tag>,
    /// Those of the images for containers that are named with them.
    pub containers: BTreeMap<ContainerName, Tag>,
}

impl ImageTags {
    /// The tag of the image that a container gets; `named` are the images that were given with their containers.
    pub(super) fn of(&self, binding: &ImageBinding, named: &[ImageBinding]) -> Option<&Tag> {
        let is_named = |named: &ImageBinding| named.container == binding.container;
        if named.iter().any(is_named) {
            self.containers.get(&binding.container)
        } else {
            self.image.as_ref()
        }
    }
}

/// Sets the label of a container whose image is put in, or takes it away if no tag is known: one that was left from another
/// image would be wrong.
pub(super) fn set(container: &mut Object, tag: Option<&Tag>) -> Result<(), Refused> {
    if let Some(tag) = tag {
        object_member(container, "dockerLabels")?.set(IMAGE_TAG_LABEL, Node::string(tag.as_str()));
        return Ok(());
    }
    let Some(labels) = container
        .get_mut("dockerLabels")
        .and_then(Node::as_object_mut)
    else {
        return Ok(());
    };
    if labels.remove(IMAGE_TAG_LABEL).is_some() && labels.is_empty() {
        container.remove("dockerLabels");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::super::document::Document;
    use super::super::{Edits, TaskDefinition};
    use super::ImageTags;

    const PINNED: &str =
        "repo/web@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn rendered(labels: &str, image: &str, tag: Option<&str>) -> String {
        let text = format!(
            r#"{{"family":"web","containerDefinitions":[{{"name":"web","image":"x"{labels}}},{{"name":"log","image":"y"}}]}}"#
        );
        let document = Document::parse(&text, "taskdef.json").unwrap();
        let tags = tag.map(|tag| ("web".parse().unwrap(), tag.parse().unwrap()));
        let edits = Edits {
            images: vec![format!("web={image}").parse().unwrap()],
            image_tags: ImageTags {
                image: Some("of-no-binding".parse().unwrap()),
                containers: tags.into_iter().collect(),
            },
            ..Edits::default()
        };
        let edited = TaskDefinition::from_document(document)
            .unwrap()
            .edited(&edits)
            .unwrap();
        let containers = edited.definition.document().get("containerDefinitions");
        containers.unwrap().to_json_compact()
    }

    #[test]
    fn the_tag_of_a_pinned_image_is_a_label_of_its_container_alone() {
        assert_eq!(
            rendered("", PINNED, Some("v1")),
            format!(
                r#"[{{"name":"web","image":"{PINNED}","dockerLabels":{{"wharfie.image-tag":"v1"}}}},{{"name":"log","image":"y"}}]"#
            )
        );
        let labels = r#","dockerLabels":{"a":"b","wharfie.image-tag":"v0"}"#;
        let text = rendered(labels, PINNED, Some("v1"));
        assert!(
            text.contains(r#"{"a":"b","wharfie.image-tag":"v1"}"#),
            "{text}"
        );
    }

    #[test]
    fn a_label_left_from_another_image_is_taken_away_and_other_labels_stay() {
        let labels = r#","dockerLabels":{"wharfie.image-tag":"v0","a":"b"}"#;
        let text = rendered(labels, "repo/web:v1", None);
        assert!(text.contains(r#""dockerLabels":{"a":"b"}"#), "{text}");
        let labels = r#","dockerLabels":{"wharfie.image-tag":"v0"}"#;
        assert!(!rendered(labels, "repo/web:v1", None).contains("dockerLabels"));
        let labels = r#","dockerLabels":{}"#;
        let text = rendered(labels, "repo/web:v1", None);
        assert!(text.contains(r#""dockerLabels":{}"#), "{text}");
    }
}
