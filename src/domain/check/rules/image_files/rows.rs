//! The rows of the rules about imagedefinitions.json and imageDetail.json.
use crate::domain::check::rule::{Basis, Rule, Severity};

/// A rule about imagedefinitions.json.
const fn definitions(
    id: &'static str,
    severity: Severity,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
) -> Rule {
    Rule {
        id,
        severity,
        basis: Basis::Documented,
        title,
        why,
        fix,
        source: "AWS CodePipeline User Guide, image definitions file reference",
        answer: "CodePipeline's Amazon ECS action fails when it reads the file, before anything is deployed.",
    }
}

/// A rule about imageDetail.json.
const fn detail(
    id: &'static str,
    severity: Severity,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
) -> Rule {
    Rule {
        id,
        severity,
        basis: Basis::Documented,
        title,
        why,
        fix,
        source: "AWS CodePipeline User Guide, imageDetail.json file for Amazon ECS blue/green deployment actions",
        answer: "CodePipeline's action with CodeDeploy fails when it reads the file, before anything is deployed.",
    }
}

pub(super) static ID001: Rule = definitions(
    "ID001",
    Severity::Error,
    "imagedefinitions.json is a list",
    "The file is a list of containers with their images, also for one container.",
    "write `[{\"name\": \"web\", \"imageUri\": \"…\"}]`",
);

pub(super) static ID002: Rule = definitions(
    "ID002",
    Severity::Error,
    "imagedefinitions.json names a container",
    "An empty list changes no image, so nothing would be deployed.",
    "add an entry for each container that gets a new image",
);

pub(super) static ID003: Rule = definitions(
    "ID003",
    Severity::Error,
    "every entry has a `name` and an `imageUri`, both texts",
    "The two keys are all the action reads, in exactly these letters.",
    "write `{\"name\": \"web\", \"imageUri\": \"…\"}`",
);

pub(super) static ID004: Rule = definitions(
    "ID004",
    Severity::Error,
    "every name is a name a container can have",
    "A name has 1 to 255 letters, digits, `_` and `-`. A name that no container can have matches none.",
    "write the name of the container as the task definition has it",
);

pub(super) static ID005: Rule = definitions(
    "ID005",
    Severity::Error,
    "every container stands in the list once",
    "Of two images for one container only one can be deployed.",
    "keep one entry a container",
);

pub(super) static ID006: Rule = definitions(
    "ID006",
    Severity::Error,
    "every image is a reference ECS takes",
    "The image is put into the task definition as it stands.",
    "write `registry/name:tag` or `registry/name@sha256:…`",
);

pub(super) static ID007: Rule = definitions(
    "ID007",
    Severity::Warning,
    "every image is named by a tag of its own or a digest, not by `latest`",
    "A revision with `latest` runs whatever was pushed last. `write-imagedefs` writes digests.",
    "use the tag of the commit, or better the digest",
);

pub(super) static ID008: Rule = definitions(
    "ID008",
    Severity::Error,
    "imagedefinitions.json has 100 KB at most",
    "CodePipeline limits the size of the file.",
    "keep an entry for each container that gets a new image, and nothing else",
);

pub(super) static ID009: Rule = definitions(
    "ID009",
    Severity::Warning,
    "an entry has no other keys",
    "A key that resembles one of the two is mostly a misspelt one. Any other is noted.",
    "remove the key, or correct it",
);

pub(super) static ID010: Rule = Rule {
    id: "ID010",
    severity: Severity::Error,
    basis: Basis::Promised,
    title: "no placeholder is left in imagedefinitions.json",
    why: "Nothing fills in this file: the action reads it as it is.",
    fix: "write the image that was built",
    source: "AWS CodePipeline User Guide, image definitions file reference",
    answer: "The action registers a revision with that image, and ECS refuses it with `ClientException`, or its tasks cannot pull it.",
};

pub(super) static IT001: Rule = detail(
    "IT001",
    Severity::Error,
    "the file is called imageDetail.json",
    "The action looks for exactly this name in the artifact; it cannot be told another one.",
    "call the file imageDetail.json",
);

pub(super) static IT002: Rule = detail(
    "IT002",
    Severity::Error,
    "imageDetail.json is an object",
    "The file names one image. Several images need an artifact each.",
    "write `{\"ImageURI\": \"…\"}`",
);

pub(super) static IT003: Rule = detail(
    "IT003",
    Severity::Error,
    "imageDetail.json has an `ImageURI` that is a text",
    "The key is written with `URI` in capitals, unlike the one in imagedefinitions.json.",
    "write `{\"ImageURI\": \"…\"}`",
);

pub(super) static IT004: Rule = detail(
    "IT004",
    Severity::Error,
    "the image is a reference ECS takes",
    "The image is put into the task definition in place of the placeholder, as it stands.",
    "write `registry/name:tag` or `registry/name@sha256:…`",
);

pub(super) static IT005: Rule = detail(
    "IT005",
    Severity::Warning,
    "the image is named by a tag of its own or a digest, not by `latest`",
    "A revision with `latest` runs whatever was pushed last, and going back to it does not bring the old code back.",
    "use the tag of the commit, or better the digest",
);

pub(super) static IT006: Rule = detail(
    "IT006",
    Severity::Warning,
    "the digest beside the image is the image's",
    "Only `ImageURI` is read. Another `ImageDigest` beside it is a sign that the file was put together from two builds.",
    "write both from the same build",
);

pub(super) static IT007: Rule = detail(
    "IT007",
    Severity::Warning,
    "imageDetail.json has no misspelt keys",
    "A key that resembles a known one is mostly that one. Any other is noted.",
    "correct the key, or remove it",
);

pub(super) static IT008: Rule = Rule {
    id: "IT008",
    severity: Severity::Error,
    basis: Basis::Promised,
    title: "no placeholder is left in imageDetail.json",
    why: "This file is what placeholders are filled in from; nothing fills it in.",
    fix: "write the image that was built",
    source: "AWS CodePipeline User Guide, imageDetail.json file for Amazon ECS blue/green deployment actions",
    answer: "The action registers a revision with that image, and ECS refuses it with `ClientException`, or its tasks cannot pull it.",
};
