//! What is taken for a task definition, and what is unwrapped or taken out.
use super::*;

fn definition(text: &str) -> Result<TaskDefinition, DocumentError> {
    TaskDefinition::from_document(Document::parse(text, "t.json").unwrap())
}

fn json(text: &str) -> String {
    definition(text).unwrap().document().to_json_compact()
}

fn refused(text: &str) -> String {
    definition(text).unwrap_err().to_string()
}

#[test]
fn a_plain_definition_is_taken_as_it_is() {
    let text = r#"{"tags":[],"x":{"future":1.0},"containerDefinitions":[{"name":"web","image":""}],"family":"web"}"#;
    assert_eq!(json(text), text);
    assert_eq!(definition(text).unwrap().family(), Some("web"));
}

#[test]
fn an_answer_is_unwrapped_and_brings_the_tags_users_made() {
    let text = r#"{"taskDefinition":{"family":"web","containerDefinitions":[]},
        "tags":[{"key":"team","value":"a"},{"key":"aws:cloudformation:stack-name","value":"x"},{"key":"AWS:b","value":""},
        {"key":"é","value":"y"}],"ResponseMetadata":{}}"#;
    assert_eq!(
        json(text),
        r#"{"family":"web","containerDefinitions":[],"tags":[{"key":"team","value":"a"},{"key":"é","value":"y"}]}"#
    );
}

#[test]
fn an_answer_without_tags_of_its_own_gets_no_tags_member() {
    for tags in [
        "",
        r#","tags":[]"#,
        r#","tags":null"#,
        r#","tags":[{"key":"aws:x","value":"y"}]"#,
    ] {
        let text = format!(r#"{{"taskDefinition":{{"containerDefinitions":[]}}{tags}}}"#);
        assert_eq!(json(&text), r#"{"containerDefinitions":[]}"#, "{tags}");
    }
}

#[test]
fn an_unwrapped_answer_keeps_the_places_of_the_file() {
    let text = "{\"taskDefinition\": {\n  \"containerDefinitions\": [{\"name\": \"web\"}]}}";
    let definition = definition(text).unwrap();
    let place = definition
        .container("web")
        .unwrap()
        .node()
        .position()
        .unwrap();
    assert_eq!((place.line, place.column), (2, 28));
}

#[test]
fn members_only_ecs_sets_are_taken_out_and_named() {
    let text = r#"{"taskDefinitionArn":"arn","containerDefinitions":[],"revision":1,"volumes":[],"status":"ACTIVE",
        "requiresAttributes":[],"compatibilities":[],"registeredAt":1.5,"deregisteredAt":2,"deleteRequestedAt":3,
        "registeredBy":"x","cpu":"256"}"#;
    let mut definition = definition(text).unwrap();
    assert_eq!(definition.remove_output_only(), OUTPUT_ONLY);
    assert_eq!(
        definition.document().to_json_compact(),
        r#"{"containerDefinitions":[],"volumes":[],"cpu":"256"}"#
    );
    assert!(definition.remove_output_only().is_empty());
}

#[test]
fn what_has_not_the_shape_of_a_task_definition_is_refused_with_its_place() {
    for (text, expected) in [
        (
            r#""text""#,
            "t.json:1:1: a task definition is an object, this is a string",
        ),
        (
            "[]",
            "t.json:1:1: a task definition is an object, this is an array",
        ),
        (
            "{}",
            "t.json:1:1: a task definition needs the member: `containerDefinitions`",
        ),
        (
            "{\n\"containerDefinitions\": {}}",
            "t.json:2:25: `containerDefinitions` must be an array, this is an object",
        ),
        (
            r#"{"containerDefinitions": ["web"]}"#,
            "t.json:1:27: `containerDefinitions[0]` must be an object, this is a string",
        ),
        (
            r#"{"containerDefinitions": [{"image": "a"}]}"#,
            "t.json:1:27: a container without a `name`: `containerDefinitions[0]`",
        ),
        (
            r#"{"containerDefinitions": [{"name": ""}]}"#,
            "t.json:1:36: the name of a container is empty: `containerDefinitions[0]`",
        ),
        (
            r#"{"containerDefinitions": [{"name": 5}]}"#,
            "t.json:1:36: the name of a container must be a string, this is a number",
        ),
        (
            "{\"containerDefinitions\": [{\"name\": \"web\"},\n{\"name\": \"web\"}]}",
            "t.json:2:10: duplicate container name, first at line 1 column 36: `web`",
        ),
    ] {
        assert_eq!(refused(text), expected, "{text}");
    }
}

#[test]
fn the_form_of_cloudformation_is_recognised_in_the_hint() {
    let error = definition(r#"{"ContainerDefinitions": []}"#).unwrap_err();
    assert!(
        error.hint().unwrap().contains("CloudFormation"),
        "{error:?}"
    );
}

#[test]
fn a_container_tells_what_other_files_must_agree_with() {
    let text = r#"{"containerDefinitions": [
        {"name": "web", "image": "a:1", "portMappings": [{"containerPort": 80}, {"containerPortRange": "1-2"}, {"containerPort": 443}]},
        {"name": "log", "essential": false}]}"#;
    let definition = definition(text).unwrap();
    let web = definition.container("web").unwrap();
    assert_eq!((web.image(), web.is_essential()), (Some("a:1"), true));
    assert_eq!(web.ports().collect::<Vec<_>>(), [80, 443]);
    let log = definition.container("log").unwrap();
    assert_eq!(
        (log.image(), log.is_essential(), log.ports().count()),
        (None, false, 0)
    );
    assert_eq!(log.path().to_string(), "containerDefinitions[1]");
}

#[test]
fn an_unknown_container_is_refused_with_the_names_that_exist() {
    let definition =
        definition(r#"{"containerDefinitions": [{"name": "web"}, {"name": "log"}]}"#).unwrap();
    let error = definition.require_container("api").unwrap_err();
    assert_eq!(
        error.to_string(),
        "t.json:1:26: no such container, the task definition has `web`, `log`: `api`"
    );
}
