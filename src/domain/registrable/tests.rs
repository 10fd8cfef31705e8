//! What is refused before ECS is asked, and where it stands.
use super::*;
use crate::domain::document::Document;

fn checked(text: &str) -> Result<(Family, Vec<Doubt>), DocumentError> {
    check(&TaskDefinition::from_document(Document::parse(text, "t.json").unwrap()).unwrap())
}

fn refusal(text: &str) -> String {
    checked(text).unwrap_err().to_string()
}

const WEB: &str =
    r#"{"family":"web","containerDefinitions":[{"name":"web","image":"repo/web:1"}]}"#;

#[test]
fn a_plain_definition_can_be_registered() {
    let (family, doubts) = checked(WEB).unwrap();
    assert_eq!(family.as_str(), "web");
    assert!(doubts.is_empty());
}

#[test]
fn a_missing_or_wrong_family_is_refused_at_its_place() {
    assert_eq!(
        refusal(&WEB.replace(r#""family":"web","#, "")),
        "t.json:1:1: a task definition needs the member: `family`"
    );
    assert!(
        refusal(&WEB.replace(r#"family":"web""#, r#"family":"we b""#))
            .starts_with("t.json:1:11: `family`: ")
    );
    assert!(
        refusal(&WEB.replace(r#"family":"web""#, r#"family":7"#))
            .contains("must be a string, this is a number")
    );
}

#[test]
fn a_placeholder_in_an_image_is_refused_with_what_to_do() {
    for placeholder in ["<IMAGE1_NAME>", "${IMAGE}", "{{ image }}"] {
        let error = checked(&WEB.replace("repo/web:1", placeholder)).unwrap_err();
        assert!(
            error.message().ends_with(&format!("`{placeholder}`")),
            "{error}"
        );
        assert!(error.hint().is_some());
    }
    assert!(
        refusal(&WEB.replace("repo/web:1", "repo/web :1"))
            .contains("a character no image reference has")
    );
    assert!(
        refusal(&WEB.replace("repo/web:1", "")).contains("a container without an `image`: `web`")
    );
}

#[test]
fn a_definition_without_an_essential_container_is_refused() {
    let none = r#"{"family":"web","containerDefinitions":[]}"#;
    assert!(refusal(none).contains("at least one container must be essential"));
    let optional = WEB.replace(r#""image""#, r#""essential":false,"image""#);
    assert!(refusal(&optional).contains("at least one container must be essential"));
}

#[test]
fn tags_are_checked_by_the_rules_of_ecs() {
    let with = |tags: &str| WEB.replace(r#"{"family""#, &format!(r#"{{"tags":{tags},"family""#));
    assert!(checked(&with(r#"[{"key":"team","value":"a"},{"key":"stage"}]"#)).is_ok());
    assert!(checked(&with("null")).is_ok());
    assert!(refusal(&with("{}")).contains("`tags` must be an array, this is an object"));
    assert!(refusal(&with(r#"[{"key":"aws:x","value":""}]"#)).contains("reserved for AWS"));
    assert!(refusal(&with(r#"[{"key":"a"},{"key":"a"}]"#)).contains("two tags have the key: `a`"));
    let many: Vec<String> = (0..51).map(|n| format!(r#"{{"key":"k{n}"}}"#)).collect();
    assert!(
        refusal(&with(&format!("[{}]", many.join(",")))).contains("at most 50 tags, found: 51")
    );
}

#[test]
fn a_definition_that_may_be_too_large_is_doubted_not_refused() {
    let large = WEB.replace("repo/web:1", &"x".repeat(70_000));
    let (_, doubts) = checked(&large).unwrap();
    assert_eq!(doubts.len(), 1);
}
