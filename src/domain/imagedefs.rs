//! The two files by which CodePipeline is told images: `imagedefinitions.json` and `imageDetail.json`.
use std::collections::HashSet;

use super::document::{DocumentError, Node};
use super::image::{ImageBinding, ImageRef};
use super::malformed::Malformed;
use super::names::ContainerName;
use super::taskdef::TaskDefinition;

/// The largest `imagedefinitions.json` CodePipeline reads: 100 KB (CodePipeline user guide, image definitions file).
pub const MAX_BYTES: usize = 100_000;

/// Which container gets which image: what the standard ECS deploy action of CodePipeline reads.
///
/// At least one entry, each container once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageDefinitions(Vec<ImageBinding>);

impl ImageDefinitions {
    /// Takes entries in the order they shall stand in.
    ///
    /// # Errors
    /// If there is none, or a container is named twice.
    pub fn new(entries: Vec<ImageBinding>) -> Result<Self, Malformed> {
        if entries.is_empty() {
            return Err(Malformed::new("no image to write"));
        }
        let mut seen = HashSet::new();
        if let Some(twice) = entries.iter().find(|entry| !seen.insert(&entry.container)) {
            return Err(Malformed::new(format!(
                "a container is given two images: `{}`",
                twice.container
            )));
        }
        Ok(Self(entries))
    }

    /// The images a task definition has: of every container, or of those named.
    ///
    /// # Errors
    /// If a container does not exist, has no image, or has one that is no image reference (a placeholder, say); if a
    /// container is named twice.
    pub fn from_task_definition(
        definition: &TaskDefinition,
        containers: &[ContainerName],
    ) -> Result<Self, DocumentError> {
        let names: Vec<&str> = if containers.is_empty() {
            definition
                .containers()
                .map(|container| container.name())
                .collect()
        } else {
            containers.iter().map(ContainerName::as_str).collect()
        };
        let document = definition.document();
        let mut entries = Vec::with_capacity(names.len());
        for name in names {
            let container = definition.require_container(name)?;
            let node = container.node().get("image");
            let position = node.unwrap_or(container.node()).position();
            let refuse = |what: &str| {
                let name = name.escape_debug();
                document.error_at(position, format!("container `{name}`: {what}"))
            };
            let image = node
                .and_then(Node::as_str)
                .ok_or_else(|| refuse("there is no `image`"))?;
            entries.push(ImageBinding {
                container: name.parse().map_err(|error| refuse(&format!("{error}")))?,
                image: image.parse().map_err(|error| refuse(&format!("{error}")))?,
            });
        }
        Self::new(entries)
            .map_err(|error| document.error_at(document.root().position(), error.reason()))
    }

    /// The entries in order.
    #[must_use]
    pub fn entries(&self) -> &[ImageBinding] {
        &self.0
    }

    /// The one image, if there is just one.
    #[must_use]
    pub fn only_image(&self) -> Option<&ImageRef> {
        match self.0.as_slice() {
            [entry] => Some(&entry.image),
            _ => None,
        }
    }

    /// Whether every container exists in a task definition.
    ///
    /// # Errors
    /// The first that does not, with the names that exist.
    pub fn check_against(&self, definition: &TaskDefinition) -> Result<(), DocumentError> {
        self.0.iter().try_for_each(|entry| {
            definition
                .require_container(entry.container.as_str())
                .map(|_| ())
        })
    }

    /// The text of `imagedefinitions.json`: `[{"name": …, "imageUri": …}]`.
    ///
    /// # Errors
    /// If it is larger than [`MAX_BYTES`].
    pub fn to_json(&self) -> Result<String, Malformed> {
        let entry = |entry: &ImageBinding| {
            Node::object([
                ("name", Node::string(entry.container.as_str())),
                ("imageUri", Node::string(entry.image.to_string())),
            ])
        };
        let text = Node::array(self.0.iter().map(entry)).to_json_pretty();
        if text.len() > MAX_BYTES {
            return Err(Malformed::new(format!(
                "the file would have {} bytes, CodePipeline reads at most: {MAX_BYTES}",
                text.len()
            )));
        }
        Ok(text)
    }
}

/// The text of `imageDetail.json`, which names one image for the action `CodeDeployToECS`.
#[must_use]
pub fn image_detail(image: &ImageRef) -> String {
    Node::object([("ImageURI", Node::string(image.to_string()))]).to_json_pretty()
}

#[cfg(test)]
mod tests {
    use super::super::document::Document;
    use super::*;

    fn definition(text: &str) -> TaskDefinition {
        TaskDefinition::from_document(Document::parse(text, "t.json").unwrap()).unwrap()
    }

    fn definitions(entries: &[&str]) -> Result<ImageDefinitions, Malformed> {
        ImageDefinitions::new(entries.iter().map(|entry| entry.parse().unwrap()).collect())
    }

    const TWO: &str = r#"{"containerDefinitions": [{"name": "web", "image": "a:1"}, {"name": "log", "image": "b:2"}]}"#;

    #[test]
    fn entries_are_written_in_order_with_the_keys_codepipeline_reads() {
        let text = definitions(&["web=ghcr.io/a/b:1", "log=c:2"])
            .unwrap()
            .to_json()
            .unwrap();
        assert_eq!(
            text,
            "[\n  {\n    \"name\": \"web\",\n    \"imageUri\": \"ghcr.io/a/b:1\"\n  },\n  {\n    \"name\": \"log\",\n    \"imageUri\": \"c:2\"\n  }\n]\n"
        );
    }

    #[test]
    fn nothing_to_write_and_a_container_given_twice_are_refused() {
        assert_eq!(definitions(&[]).unwrap_err().reason(), "no image to write");
        assert_eq!(
            definitions(&["web=a", "log=b", "web=c"])
                .unwrap_err()
                .reason(),
            "a container is given two images: `web`"
        );
    }

    #[test]
    fn images_come_from_a_task_definition_all_or_those_named() {
        let all = ImageDefinitions::from_task_definition(&definition(TWO), &[]).unwrap();
        assert_eq!(all, definitions(&["web=a:1", "log=b:2"]).unwrap());
        assert_eq!(all.only_image(), None);
        let one =
            ImageDefinitions::from_task_definition(&definition(TWO), &["log".parse().unwrap()])
                .unwrap();
        assert_eq!(
            one.only_image().map(ToString::to_string),
            Some("b:2".to_owned())
        );
    }

    #[test]
    fn a_container_without_a_usable_image_is_refused_with_its_place() {
        for (container, expected) in [
            (
                r#"{"name": "web"}"#,
                "t.json:1:27: container `web`: there is no `image`",
            ),
            (
                r#"{"name": "web", "image": "<IMAGE1_NAME>"}"#,
                "t.json:1:52: container `web`: the name of an image has lower-case letters and digits, parted by `/`, `.`, `_`, `__` or `-`",
            ),
            (
                r#"{"name": "we b", "image": "a"}"#,
                "t.json:1:53: container `we b`: a container name holds letters, digits, `_` and `-` only, at most 255 of them",
            ),
        ] {
            let text = format!("{{\"containerDefinitions\": [{container}]}}");
            let error =
                ImageDefinitions::from_task_definition(&definition(&text), &[]).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
        let empty = definition(r#"{"containerDefinitions": []}"#);
        let error = ImageDefinitions::from_task_definition(&empty, &[]).unwrap_err();
        assert_eq!(error.to_string(), "t.json:1:1: no image to write");
    }

    #[test]
    fn a_container_that_is_not_in_the_task_definition_is_refused_with_the_names_that_exist() {
        let error = definitions(&["web=a", "api=b"])
            .unwrap()
            .check_against(&definition(TWO))
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "t.json:1:26: no such container, the task definition has `web`, `log`: `api`"
        );
        assert!(
            definitions(&["log=b"])
                .unwrap()
                .check_against(&definition(TWO))
                .is_ok()
        );
    }

    #[test]
    fn a_file_codepipeline_would_not_read_is_refused() {
        let entries: Vec<ImageBinding> = (0..500)
            .map(|number| format!("c{number}={}", "a".repeat(200)).parse().unwrap())
            .collect();
        let error = ImageDefinitions::new(entries)
            .unwrap()
            .to_json()
            .unwrap_err();
        assert!(error.reason().ends_with("at most: 100000"), "{error}");
    }

    #[test]
    fn the_image_detail_is_an_object_with_one_uri() {
        let image: ImageRef = "ghcr.io/a/b:1".parse().unwrap();
        assert_eq!(
            image_detail(&image),
            "{\n  \"ImageURI\": \"ghcr.io/a/b:1\"\n}\n"
        );
    }
}
