//! What each edit changes, what it leaves alone, and what is refused before anything changes.
use super::*;
use crate::domain::document::Document;

const TEXT: &str = r#"{
  "family": "web", "x": 1.0,
  "containerDefinitions": [
    {"name": "web", "image": "old:1", "environment": [
        {"name": "FOO", "value": "bar", "note": 1}, {"name": "KEEP", "value": ""}],
     "secrets": [{"name": "TOKEN", "valueFrom": "old"}], "cpu": 0},
    {"name": "log", "image": "<LOG>"}
  ]
}"#;

fn definition(text: &str) -> TaskDefinition {
    TaskDefinition::from_document(Document::parse(text, "t.json").unwrap()).unwrap()
}

fn list(text: &str) -> Assignments {
    text.parse().unwrap()
}

fn for_web(container: ContainerEdits) -> Edits {
    Edits {
        containers: vec!["web".parse().unwrap()],
        container,
        ..Edits::default()
    }
}

fn edited(text: &str, edits: &Edits) -> Result<Edited, EditError> {
    definition(text).edited(edits)
}

/// The container of that name after the edits, as JSON.
fn container(edits: &Edits, name: &str) -> String {
    let edited = edited(TEXT, edits).unwrap();
    edited
        .definition
        .container(name)
        .unwrap()
        .node()
        .to_json_compact()
}

fn refused(text: &str, edits: &Edits) -> String {
    edited(text, edits).unwrap_err().to_string()
}

#[test]
fn no_edit_changes_nothing() {
    let edited = edited(TEXT, &Edits::default()).unwrap();
    assert_eq!(edited.definition, definition(TEXT));
    assert!(edited.images.is_empty() && edited.unused_placeholders.is_empty());
}

#[test]
fn images_go_to_their_containers_and_nothing_else_changes() {
    let edits = Edits {
        images: vec![
            "log=ghcr.io/a/log:2".parse().unwrap(),
            "web=ghcr.io/a/web:2".parse().unwrap(),
        ],
        ..Edits::default()
    };
    let result = edited(TEXT, &edits).unwrap();
    let expected = TEXT
        .replace("old:1", "ghcr.io/a/web:2")
        .replace("<LOG>", "ghcr.io/a/log:2");
    assert_eq!(result.definition, definition(&expected));
    assert_eq!(result.images, edits.images);
}

#[test]
fn one_image_goes_to_every_container_named() {
    let edits = Edits {
        image: Some("new:2".parse().unwrap()),
        containers: vec!["web".parse().unwrap(), "log".parse().unwrap()],
        ..Edits::default()
    };
    let expected = TEXT.replace("old:1", "new:2").replace("<LOG>", "new:2");
    assert_eq!(
        edited(TEXT, &edits).unwrap().definition,
        definition(&expected)
    );
}

#[test]
fn variables_and_secrets_are_updated_in_place_or_appended() {
    let edits = for_web(ContainerEdits {
        environment: list("HELLO=a=b\nFOO=\n"),
        secrets: list("TOKEN=new:key::\nOTHER=arn"),
        ..ContainerEdits::default()
    });
    assert_eq!(
        container(&edits, "web"),
        r#"{"name":"web","image":"old:1","environment":[{"name":"FOO","value":"","note":1},{"name":"KEEP","value":""},{"name":"HELLO","value":"a=b"}],"secrets":[{"name":"TOKEN","valueFrom":"new:key::"},{"name":"OTHER","valueFrom":"arn"}],"cpu":0}"#
    );
}

#[test]
fn lists_that_are_missing_or_null_are_made() {
    let text = r#"{"containerDefinitions":[{"name":"web","image":"a","environment":null,"logConfiguration":null}]}"#;
    let edits = for_web(ContainerEdits {
        environment: list("A=1"),
        secrets: list("B=2"),
        environment_files: vec!["arn:aws:s3:::b/x.env".to_owned()],
        log_driver: Some("awslogs".parse().unwrap()),
        log_options: list("awslogs-group=/a=b"),
        docker_labels: list("a=b=c"),
        command: Some(vec!["npm".to_owned(), String::new()]),
        ..ContainerEdits::default()
    });
    assert_eq!(
        edited(text, &edits)
            .unwrap()
            .definition
            .document()
            .to_json_compact(),
        r#"{"containerDefinitions":[{"name":"web","image":"a","environment":[{"name":"A","value":"1"}],"logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/a=b"}},"secrets":[{"name":"B","valueFrom":"2"}],"environmentFiles":[{"value":"arn:aws:s3:::b/x.env","type":"s3"}],"dockerLabels":{"a":"b=c"},"command":["npm",""]}]}"#
    );
}

#[test]
fn replacing_the_environment_drops_the_variables_that_are_not_given_and_no_secret() {
    let edits = for_web(ContainerEdits {
        environment: list("NEW=1\nFOO=2"),
        replace_environment: true,
        ..ContainerEdits::default()
    });
    assert_eq!(
        container(&edits, "web"),
        r#"{"name":"web","image":"old:1","environment":[{"name":"FOO","value":"2","note":1},{"name":"NEW","value":"1"}],"secrets":[{"name":"TOKEN","valueFrom":"old"}],"cpu":0}"#
    );
}

#[test]
fn removing_a_name_drops_variables_and_secrets_of_it_and_a_missing_one_is_no_error() {
    let edits = for_web(ContainerEdits {
        remove_environment: vec!["TOKEN".to_owned(), "FOO".to_owned(), "NOBODY".to_owned()],
        ..ContainerEdits::default()
    });
    assert_eq!(
        container(&edits, "web"),
        r#"{"name":"web","image":"old:1","environment":[{"name":"KEEP","value":""}],"secrets":[],"cpu":0}"#
    );
}

#[test]
fn log_options_and_labels_are_set_and_others_stay() {
    let text = r#"{"containerDefinitions":[{"name":"web","logConfiguration":{"logDriver":"awslogs","options":{"a":"1","b":"2"},"secretOptions":[]},"dockerLabels":{"x":""}}]}"#;
    let edits = for_web(ContainerEdits {
        log_options: list("b=3\nc=4"),
        docker_labels: list("y=1"),
        ..ContainerEdits::default()
    });
    assert_eq!(
        edited(text, &edits)
            .unwrap()
            .definition
            .document()
            .to_json_compact(),
        r#"{"containerDefinitions":[{"name":"web","logConfiguration":{"logDriver":"awslogs","options":{"a":"1","b":"3","c":"4"},"secretOptions":[]},"dockerLabels":{"x":"","y":"1"}}]}"#
    );
}

#[test]
fn roles_sizes_and_family_are_set_at_the_top() {
    let edits = Edits {
        task: TaskEdits {
            task_role: Some("arn:aws-cn:iam::123456789012:role/p/task".parse().unwrap()),
            execution_role: Some("execution".parse().unwrap()),
            cpu: Some("1 vCPU".parse().unwrap()),
            memory: Some("2048".parse().unwrap()),
            family: Some("api".parse().unwrap()),
        },
        ..Edits::default()
    };
    let text = r#"{"memory":512,"family":"web","containerDefinitions":[]}"#;
    assert_eq!(
        edited(text, &edits)
            .unwrap()
            .definition
            .document()
            .to_json_compact(),
        r#"{"memory":"2048","family":"api","containerDefinitions":[],"taskRoleArn":"arn:aws-cn:iam::123456789012:role/p/task","executionRoleArn":"execution","cpu":"1 vCPU"}"#
    );
}

#[test]
fn placeholders_are_filled_first_and_not_in_what_is_put_in() {
    let text =
        r#"{"family":"<F>","containerDefinitions":[{"name":"<NAME>","image":"<IMAGE1_NAME>"}]}"#;
    let edits = Edits {
        placeholders: Placeholders::new(list("NAME=web\nF=fam\nNOBODY=1")).unwrap(),
        images: vec!["web=new:1".parse().unwrap()],
        container: ContainerEdits {
            environment: list("A=<F>"),
            ..ContainerEdits::default()
        },
        ..Edits::default()
    };
    let result = edited(text, &edits).unwrap();
    assert_eq!(
        result.definition.document().to_json_compact(),
        r#"{"family":"fam","containerDefinitions":[{"name":"web","image":"new:1","environment":[{"name":"A","value":"<F>"}]}]}"#
    );
    assert_eq!(result.unused_placeholders, ["NOBODY"]);
}

#[test]
fn without_a_name_the_edits_are_for_the_one_container_they_can_be_for() {
    let container_edits = ContainerEdits {
        environment: list("A=1"),
        ..ContainerEdits::default()
    };
    let bound = Edits {
        images: vec!["log=new:1".parse().unwrap()],
        container: container_edits.clone(),
        ..Edits::default()
    };
    assert!(container(&bound, "log").contains(r#""environment":[{"name":"A","value":"1"}]"#));
    let only = Edits {
        image: Some("new:1".parse().unwrap()),
        container: container_edits.clone(),
        ..Edits::default()
    };
    let text = r#"{"containerDefinitions":[{"name":"web"}]}"#;
    assert_eq!(
        edited(text, &only).unwrap().images[0].to_string(),
        "web=new:1"
    );
    let error = edited(TEXT, &only).unwrap_err();
    assert_eq!(
        error.to_string(),
        "it is not said which container the image or the settings are for, the task definition has `web`, `log`"
    );
    assert!(matches!(
        error,
        EditError::Request {
            hint: Some("name it with `container-name`"),
            ..
        }
    ));
}

#[test]
fn an_unknown_container_is_refused_with_the_names_that_exist() {
    let expected = "t.json:3:27: no such container, the task definition has `web`, `log`: `api`";
    let mut edits = for_web(ContainerEdits::default());
    edits.containers = vec!["api".parse().unwrap()];
    assert_eq!(refused(TEXT, &edits), expected);
    let edits = Edits {
        images: vec!["web=a:1".parse().unwrap(), "api=a:1".parse().unwrap()],
        ..Edits::default()
    };
    assert_eq!(refused(TEXT, &edits), expected);
}

#[test]
fn one_container_with_two_images_is_refused() {
    let twice = Edits {
        images: vec!["web=a:1".parse().unwrap(), "web=a:1".parse().unwrap()],
        ..Edits::default()
    };
    assert_eq!(
        refused(TEXT, &twice),
        "a container is given two images: `web`"
    );
    let both = Edits {
        image: Some("a:1".parse().unwrap()),
        containers: vec!["web".parse().unwrap()],
        images: vec!["web=a:2".parse().unwrap()],
        ..Edits::default()
    };
    assert_eq!(
        refused(TEXT, &both),
        "a container is given two images: `web`"
    );
    let mut named_twice = for_web(ContainerEdits::default());
    named_twice.containers.push("web".parse().unwrap());
    assert_eq!(
        refused(TEXT, &named_twice),
        "a container is named twice: `web`"
    );
}

#[test]
fn a_name_that_is_both_variable_and_secret_is_refused_with_the_place_in_the_file() {
    let edits = for_web(ContainerEdits {
        environment: list("TOKEN=hunter2"),
        ..ContainerEdits::default()
    });
    let error = refused(TEXT, &edits);
    assert_eq!(
        error,
        "t.json:6:27: container `web`: both an environment variable and a secret: `TOKEN`"
    );
    let edits = for_web(ContainerEdits {
        secrets: list("FOO=arn"),
        ..ContainerEdits::default()
    });
    assert_eq!(
        refused(TEXT, &edits),
        "t.json:5:18: container `web`: both an environment variable (line 5 column 18) and a secret: `FOO`"
    );
    let edits = for_web(ContainerEdits {
        environment: list("A=1"),
        secrets: list("A=2"),
        ..ContainerEdits::default()
    });
    assert_eq!(
        refused(TEXT, &edits),
        "given both as an environment variable and as a secret: `A`"
    );
}

#[test]
fn a_clash_that_was_in_the_file_before_is_refused_too_also_in_other_containers() {
    let text = r#"{"containerDefinitions":[{"name":"web"},{"name":"log","environment":[{"name":"A","value":""}],"secrets":[{"name":"A","valueFrom":""}]}]}"#;
    assert!(
        refused(text, &Edits::default()).contains("container `log`: both an environment variable")
    );
}

#[test]
fn a_variable_can_become_a_secret_when_it_is_removed_first() {
    let edits = for_web(ContainerEdits {
        environment: list("FOO=1"),
        remove_environment: vec!["FOO".to_owned()],
        ..ContainerEdits::default()
    });
    assert_eq!(
        refused(TEXT, &edits),
        "given and to be removed at the same time: `FOO`"
    );
    let edits = for_web(ContainerEdits {
        secrets: list("FOO=arn"),
        replace_environment: true,
        ..ContainerEdits::default()
    });
    assert!(container(&edits, "web").contains(r#"{"name":"FOO","valueFrom":"arn"}"#));
}

#[test]
fn empty_names_and_images_with_spaces_are_refused_with_their_place() {
    let text = "{\"containerDefinitions\":[{\"name\":\"web\",\n\"environment\":[{\"name\":\"\",\"value\":\"x\"}]}]}";
    assert_eq!(
        refused(text, &Edits::default()),
        "t.json:2:24: container `web`: a name in `environment` is empty"
    );
    let text = "{\"containerDefinitions\":[{\"name\":\"web\",\n\"image\": \"a b\"}]}";
    assert_eq!(
        refused(text, &Edits::default()),
        "t.json:2:10: container `web`: an image reference holds no spaces"
    );
}

#[test]
fn a_variable_given_twice_in_the_file_is_refused_only_when_it_is_to_be_changed() {
    let text = r#"{"containerDefinitions":[{"name":"web","environment":[{"name":"A","value":"1"},{"name":"A","value":"2"}]}]}"#;
    assert!(edited(text, &Edits::default()).is_ok());
    let edits = for_web(ContainerEdits {
        environment: list("A=3"),
        ..ContainerEdits::default()
    });
    assert_eq!(
        refused(text, &edits),
        "t.json:1:80: container `web`: given more than once in `environment`, so it is unclear which to change: `A`"
    );
}

#[test]
fn members_of_the_wrong_kind_are_refused_when_an_edit_needs_them() {
    let everything = for_web(ContainerEdits {
        environment: list("A=1"),
        log_driver: Some("awslogs".parse().unwrap()),
        docker_labels: list("A=1"),
        ..ContainerEdits::default()
    });
    for (member, expected) in [
        ("\"environment\":{}", "`environment` must be an array"),
        (
            "\"logConfiguration\":[]",
            "`logConfiguration` must be an object",
        ),
        ("\"dockerLabels\":\"x\"", "`dockerLabels` must be an object"),
    ] {
        let text = format!("{{\"containerDefinitions\":[{{\"name\":\"web\",{member}}}]}}");
        assert!(edited(&text, &Edits::default()).is_ok());
        let error = refused(&text, &everything);
        assert!(
            error.starts_with("t.json:1:") && error.ends_with(expected),
            "{error}"
        );
    }
    let edits = for_web(ContainerEdits {
        log_options: list("A=1"),
        ..ContainerEdits::default()
    });
    assert_eq!(
        refused(TEXT, &edits),
        "t.json: container `web`: log options are given, but the container has no `logDriver` and none is given"
    );
}

#[test]
fn a_refusal_and_the_debug_form_of_edits_hold_no_value() {
    let edits = for_web(ContainerEdits {
        environment: list("TOKEN=hunter2"),
        command: Some(vec!["hunter2".to_owned()]),
        ..ContainerEdits::default()
    });
    let error = edited(TEXT, &edits).unwrap_err();
    assert!(!format!("{edits:?} {error:?} {:?}", definition(TEXT)).contains("hunter2"));
}
