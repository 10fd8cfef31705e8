//! imagedefinitions.json and imageDetail.json: what CodePipeline reads to know which images to deploy.
//! Whether they fit the task definition is judged in `together`.
mod rows;

use std::collections::HashMap;

use rows::{
    ID001, ID002, ID003, ID004, ID005, ID006, ID007, ID008, ID009, ID010, IT001, IT002, IT003,
    IT004, IT005, IT006, IT007, IT008,
};

use super::Group;
use super::placeholders::{is_bare_mark, leftovers};
use crate::domain::check::finding::Findings;
use crate::domain::check::image_text::{ImageText, fault};
use crate::domain::check::nearest::nearest;
use crate::domain::check::rule::{Rule, Severity};
use crate::domain::check::spot::Spot;
use crate::domain::check::subject::Subject;
use crate::domain::document::Position;
use crate::domain::names::ContainerName;
use crate::domain::secrecy::shown;

pub(super) static DEFINITIONS: Group = Group {
    title: "Image definitions",
    rules: &[
        &ID001, &ID002, &ID003, &ID004, &ID005, &ID006, &ID007, &ID008, &ID009, &ID010,
    ],
    check: definitions,
};

pub(super) static DETAIL: Group = Group {
    title: "Image detail",
    rules: &[
        &IT001, &IT002, &IT003, &IT004, &IT005, &IT006, &IT007, &IT008,
    ],
    check: detail,
};

/// The most bytes of imagedefinitions.json.
const LARGEST: usize = 100 * 1024;

/// The members CodePipeline and Amazon ECR write into imageDetail.json.
const OF_DETAIL: [&str; 8] = [
    "ImageURI",
    "ImageSizeInBytes",
    "ImageDigest",
    "Version",
    "ImagePushedAt",
    "RegistryId",
    "RepositoryName",
    "ImageTags",
];

fn definitions(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(root) = &subject.image_definitions else {
        return;
    };
    leftovers(&ID010, root, subject, &[], findings);
    if root.node().as_array().is_none() {
        let message = format!(
            "the file is {}; a list is wanted",
            root.node().kind().noun()
        );
        let finding = findings.at(&ID001, root, message);
        if root.get("ImageURI").is_some() {
            finding.advise(
                "this is the form of imageDetail.json; write `[{\"name\": …, \"imageUri\": …}]`",
            );
        }
        return;
    }
    let size = root.node().to_json_compact().len();
    if size > LARGEST {
        let message =
            format!("the file has {size} bytes without its white space, the limit is: {LARGEST}");
        findings.at(&ID008, root, message);
    }
    if root.node().items().is_empty() {
        findings.at(&ID002, root, "the list is empty");
    }
    let mut seen: HashMap<&str, Option<Position>> = HashMap::new();
    for entry in root.items() {
        if entry.node().as_object().is_none() {
            let message = format!(
                "an entry is {}; an object is wanted",
                entry.node().kind().noun()
            );
            findings.at(&ID003, &entry, message);
            continue;
        }
        unknown_keys(&ID009, &entry, &["name", "imageUri"], findings);
        if let Some(name) = required(&ID003, &entry, "name", findings) {
            container_name(&name, &mut seen, findings);
        }
        if let Some(image) = required(&ID003, &entry, "imageUri", findings) {
            image_uri(&ID006, &ID007, &image, findings);
        }
    }
}

fn container_name<'a>(
    name: &Spot<'a>,
    seen: &mut HashMap<&'a str, Option<Position>>,
    findings: &mut Findings,
) {
    let Some(text) = name.settled() else {
        return;
    };
    if text.parse::<ContainerName>().is_err() {
        findings.at(
            &ID004,
            name,
            format!("not a name of a container: {}", shown(text)),
        );
        return;
    }
    match seen.get(text) {
        Some(first) => {
            let earlier = first.map_or(String::new(), |place| format!(", first at {place}"));
            findings.at(
                &ID005,
                name,
                format!("a container stands twice{earlier}: {}", shown(text)),
            );
        }
        None => {
            seen.insert(text, name.position());
        }
    }
}

/// A member that must be there and be a text.
fn required<'a>(
    rule: &'static Rule,
    object: &Spot<'a>,
    key: &str,
    findings: &mut Findings,
) -> Option<Spot<'a>> {
    let Some(member) = object.get(key) else {
        findings.at(rule, object, format!("an entry lacks: `{key}`"));
        return None;
    };
    if member.text().is_none() {
        let message = format!(
            "`{key}` is {}; a string is wanted",
            member.node().kind().noun()
        );
        findings.at(rule, &member, message);
        return None;
    }
    Some(member)
}

fn image_uri(
    malformed: &'static Rule,
    floating: &'static Rule,
    image: &Spot<'_>,
    findings: &mut Findings,
) {
    let Some(text) = image.settled().filter(|text| !is_bare_mark(text)) else {
        return;
    };
    if let Some(fault) = fault(text) {
        findings.at(malformed, image, format!("the image {}", fault.text()));
        return;
    }
    if ImageText::of(text).is_floating() {
        let message = format!(
            "the image is named by nothing that stays the same: {}",
            shown(text)
        );
        findings.at(floating, image, message);
    }
}

fn unknown_keys(rule: &'static Rule, object: &Spot<'_>, known: &[&str], findings: &mut Findings) {
    for member in object.members() {
        let key = member.key().unwrap_or_default();
        if known.contains(&key) {
            continue;
        }
        let advice = (!findings.is_full(rule))
            .then(|| nearest(key, known.iter().copied()))
            .flatten();
        let finding = findings.at_key(rule, &member, format!("unknown key: {}", shown(key)));
        match advice {
            Some(meant) => {
                finding.advise(format!("did you mean `{meant}`?"));
            }
            None => {
                finding.weigh(Severity::Note);
            }
        }
    }
}

fn detail(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(root) = &subject.image_detail else {
        return;
    };
    leftovers(&IT008, root, subject, &[], findings);
    let name = root.file().rsplit(['/', '\\']).next().unwrap_or_default();
    if name != "-" && name != "imageDetail.json" {
        let message = format!(
            "the file has another name than imageDetail.json: {}",
            shown(name)
        );
        findings.at(&IT001, root, message);
    }
    if root.node().as_object().is_none() {
        let message = format!(
            "the file is {}; an object is wanted",
            root.node().kind().noun()
        );
        let finding = findings.at(&IT002, root, message);
        if root.node().as_array().is_some() {
            finding
                .advise("a list is the form of imagedefinitions.json; write `{\"ImageURI\": …}`");
        }
        return;
    }
    unknown_keys(&IT007, root, &OF_DETAIL, findings);
    let Some(uri) = root.get("ImageURI") else {
        findings.at(&IT003, root, "the file lacks: `ImageURI`");
        return;
    };
    let Some(text) = uri.text() else {
        let message = format!(
            "`ImageURI` is {}; a string is wanted",
            uri.node().kind().noun()
        );
        findings.at(&IT003, &uri, message);
        return;
    };
    image_uri(&IT004, &IT005, &uri, findings);
    if let Some(digest) = root.get("ImageDigest")
        && let Some(named) = ImageText::of(text).digest
        && digest.settled().is_some_and(|digest| digest != named)
    {
        findings.at(
            &IT006,
            &digest,
            "`ImageDigest` is another digest than the one in: `ImageURI`",
        );
    }
}

#[cfg(test)]
mod tests;
