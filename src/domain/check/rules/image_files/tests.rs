//! imagedefinitions.json and imageDetail.json, tripped and just kept.
use super::super::trial::Files;
use super::LARGEST;
use crate::domain::check::{Finding, Severity};

const DEFINITIONS: &str = r#"[{"name": "web", "imageUri": "r.example.com/web:1"}]"#;
const DETAIL: &str = r#"{"ImageURI": "r.example.com/web:1"}"#;
const DIGEST: &str = "sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

fn definitions(text: &str) -> Files<'_> {
    Files {
        image_definitions: Some(text),
        ..Files::default()
    }
}

fn detail(text: &str) -> Files<'_> {
    Files {
        image_detail: Some(text),
        ..Files::default()
    }
}

#[track_caller]
fn trips(id: &str, text: &str) -> Finding {
    if id.starts_with("ID") {
        definitions(text).trips(id)
    } else {
        detail(text).trips(id)
    }
}

#[track_caller]
fn keeps(id: &str, text: &str) {
    if id.starts_with("ID") {
        definitions(text).keeps(id);
    } else {
        detail(text).keeps(id);
    }
}

#[test]
fn clean_files_break_no_rule() {
    definitions(DEFINITIONS).is_clean();
    detail(DETAIL).is_clean();
    let generated = format!(
        r#"{{"ImageSizeInBytes": "44728918", "ImageDigest": "{DIGEST}", "Version": "1.0", "ImagePushedAt": "Mon Jan 21 20:04:00 UTC 2019", "RegistryId": "123456789012", "RepositoryName": "web", "ImageURI": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web@{DIGEST}", "ImageTags": ["latest"]}}"#
    );
    detail(&generated).is_clean();
}

#[test]
fn image_definitions_are_a_list_of_containers() {
    let finding = trips("ID001", DETAIL);
    assert!(
        finding.hint().contains("imageDetail.json"),
        "{}",
        finding.hint()
    );
    trips("ID001", "\"x\"");
    trips("ID002", "[]");
    keeps("ID001", DEFINITIONS);
    keeps("ID002", DEFINITIONS);
}

#[test]
fn an_entry_is_whole() {
    for text in [
        r#"["web"]"#,
        r#"[{"imageUri": "x:1"}]"#,
        r#"[{"name": "web"}]"#,
        r#"[{"name": "web", "imageUri": 7}]"#,
        r#"[{"name": null, "imageUri": "x:1"}]"#,
    ] {
        trips("ID003", text);
    }
    keeps("ID003", DEFINITIONS);
}

#[test]
fn a_name_is_one_a_container_can_have_and_stands_once() {
    trips("ID004", &DEFINITIONS.replace("\"web\"", "\"\""));
    trips("ID004", &DEFINITIONS.replace("\"web\"", "\"we b\""));
    keeps("ID004", &DEFINITIONS.replace("\"web\"", "\"We_b-1\""));
    let entry = r#"{"name": "web", "imageUri": "r.example.com/web:1"}"#;
    let finding = trips("ID005", &format!("[{entry}, {entry}]"));
    assert_eq!(
        finding.message(),
        "a container stands twice, first at line 1 column 11: `web`"
    );
    keeps(
        "ID005",
        &format!("[{entry}, {}]", entry.replace("\"web\"", "\"b\"")),
    );
}

#[test]
fn an_image_is_a_reference_that_stays() {
    for (id, floating, text) in [("ID006", "ID007", DEFINITIONS), ("IT004", "IT005", DETAIL)] {
        let with = |image: &str| text.replace("r.example.com/web:1", image);
        for image in ["", "web 1", "web@sha256:ab"] {
            trips(id, &with(image));
        }
        keeps(id, text);
        for image in ["web", "web:latest"] {
            assert_eq!(trips(floating, &with(image)).severity(), Severity::Warning);
        }
        keeps(floating, &with("web:latest-1"));
        keeps(floating, &with(&format!("web@{DIGEST}")));
    }
}

#[test]
fn image_definitions_have_a_largest_size() {
    let of = |bytes: usize| {
        let empty = r#"[{"name":"web","imageUri":"r:1","x":""}]"#;
        empty.replace("\"\"", &format!("\"{}\"", "x".repeat(bytes - empty.len())))
    };
    trips("ID008", &of(LARGEST + 1));
    keeps("ID008", &of(LARGEST));
}

#[test]
fn a_misspelt_key_is_named_and_another_one_noted() {
    let finding = trips("ID009", &DEFINITIONS.replace("imageUri", "imageURI"));
    assert_eq!(finding.hint(), "did you mean `imageUri`?");
    assert_eq!(finding.severity(), Severity::Warning);
    let more = |key: &str| DEFINITIONS.replace("}]", &format!(", \"{key}\": 1}}]"));
    assert_eq!(trips("ID009", &more("commit")).severity(), Severity::Note);
    keeps("ID009", DEFINITIONS);
    let finding = trips("IT007", &DETAIL.replace("ImageURI", "ImageUri"));
    assert_eq!(finding.hint(), "did you mean `ImageURI`?");
    keeps("IT007", DETAIL);
}

#[test]
fn no_placeholder_is_left_in_either() {
    for (id, text) in [("ID010", DEFINITIONS), ("IT008", DETAIL)] {
        let finding = trips(id, &text.replace(":1\"", ":${TAG}\""));
        assert_eq!(finding.severity(), Severity::Error);
        trips(id, &text.replace("r.example.com/web:1", "IMAGE1_NAME"));
        keeps(id, text);
    }
}

#[test]
fn image_detail_has_its_name_and_form() {
    let named = |name: &str| {
        use crate::domain::check::{Facts, Sources, Subject, check};
        use crate::domain::document::Document;
        let document = Document::parse(DETAIL, name).unwrap();
        let sources = Sources {
            image_detail: Some(&document),
            ..Sources::default()
        };
        check(&Subject::new(sources, Facts::default()))
            .findings
            .iter()
            .any(|finding| finding.rule().id == "IT001")
    };
    assert!(named("out/imagedetail.json"));
    assert!(named("imageDetail.json/x"));
    assert!(!named("out/imageDetail.json"));
    assert!(!named("-"));
    let finding = trips("IT002", DEFINITIONS);
    assert!(
        finding.hint().contains("imagedefinitions.json"),
        "{}",
        finding.hint()
    );
    keeps("IT002", DETAIL);
    trips("IT003", "{}");
    trips("IT003", r#"{"ImageURI": ["x:1"]}"#);
    keeps("IT003", DETAIL);
}

#[test]
fn the_digest_of_the_detail_is_the_one_of_the_image() {
    let both = |digest: &str| {
        format!(r#"{{"ImageURI": "r.example.com/web@{DIGEST}", "ImageDigest": "{digest}"}}"#)
    };
    trips("IT006", &both(&DIGEST.replace("0f1e", "ffff")));
    keeps("IT006", &both(DIGEST));
    keeps(
        "IT006",
        &DETAIL.replace('}', ", \"ImageDigest\": \"sha256:ab\"}"),
    );
}
