//! What is said of a difference, and what is not shown of it.

use super::*;
use crate::domain::document::Document;
use crate::domain::secrecy::KEY_BYTES;

fn difference(before: &str, after: &str) -> Difference {
    let normal = |text: &str| Normal::of(Document::parse(text, "t").unwrap().root());
    let key = key();
    let sight = Sight {
        key: Some(&key),
        shows_values: false,
    };
    Difference::between(&normal(before), &normal(after), sight)
}

fn key() -> MarkKey {
    MarkKey::new([7; KEY_BYTES])
}

/// How a value appears that is not shown, given as JSON.
fn hidden(value: &str) -> String {
    format!("hidden {}", key().mark(value))
}

fn containers(before: &str, after: &str) -> Vec<String> {
    let whole = |members: &str| {
        format!(
            r#"{{"family":"web","containerDefinitions":[{{"name":"web","image":"i:1"{members}}}]}}"#
        )
    };
    difference(&whole(before), &whole(after)).lines()
}

#[test]
fn the_same_definition_has_no_difference() {
    assert!(containers("", r#","cpu":0,"essential":true,"environment":[]"#).is_empty());
    assert_eq!(difference("{}", "{}").to_markdown(), "");
}

#[test]
fn a_new_image_is_shown_with_the_old_one() {
    let with =
        |image: &str| format!(r#"{{"containerDefinitions":[{{"name":"web","image":"{image}"}}]}}"#);
    let difference = difference(&with("repo:1"), &with("repo:2"));
    assert_eq!(
        difference.lines(),
        ["~ containerDefinitions[web].image: `repo:1` → `repo:2`"]
    );
    assert_eq!(
        difference.to_markdown(),
        "| | member | before | after |\n|---|---|---|---|\n\
         | `~` | `containerDefinitions[web].image` | `repo:1` | `repo:2` |\n"
    );
}

#[test]
fn environment_is_named_and_never_shown() {
    let lines = containers(
        r#","environment":[{"name":"KEPT","value":"hunter0"},{"name":"MODE","value":"hunter1"},{"name":"OLD","value":"hunter2"}]"#,
        r#","environment":[{"name":"MODE","value":"hunter3"},{"name":"KEPT","value":"hunter0"},{"name":"NEW","value":"hunter4"}]"#,
    );
    assert_eq!(
        lines,
        [
            format!(
                "~ containerDefinitions[web].environment[MODE]: {} → {}",
                hidden("\"hunter1\""),
                hidden("\"hunter3\"")
            ),
            format!(
                "+ containerDefinitions[web].environment[NEW]: {}",
                hidden("\"hunter4\"")
            ),
            format!(
                "- containerDefinitions[web].environment[OLD]: {}",
                hidden("\"hunter2\"")
            ),
        ]
    );
}

#[test]
fn a_value_that_moved_has_the_same_mark_in_both_places_and_in_the_table() {
    let difference = difference(
        r#"{"containerDefinitions":[{"name":"web","environment":[{"name":"OLD","value":"hunter2"}]}]}"#,
        r#"{"containerDefinitions":[{"name":"web","environment":[{"name":"NEW","value":"hunter2"}]}]}"#,
    );
    let mark = key().mark("\"hunter2\"").to_string();
    for shown in [difference.lines().join("\n"), difference.to_markdown()] {
        assert_eq!(shown.matches(&mark).count(), 2, "{shown}");
    }
}

#[test]
fn values_that_are_asked_for_are_shown_unless_they_look_like_a_secret() {
    let normal = |text: &str| Normal::of(Document::parse(text, "t").unwrap().root());
    let with = |mode: &str, password: &str, command: &str| {
        normal(&format!(
            r#"{{"containerDefinitions":[{{"name":"web","command":["{command}"],"environment":[
                {{"name":"MODE","value":"{mode}"}},{{"name":"DB_PASSWORD","value":"{password}"}}]}}]}}"#
        ))
    };
    let key = key();
    let sight = Sight {
        key: Some(&key),
        shows_values: true,
    };
    let before = with("fast", "hunter2hunter2", "serve");
    let difference = Difference::between(&before, &with("slow", "hunter3hunter3", "work"), sight);
    assert_eq!(
        difference.lines(),
        [
            "~ containerDefinitions[web].command: `[\"serve\"]` → `[\"work\"]`".to_owned(),
            format!(
                "~ containerDefinitions[web].environment[DB_PASSWORD]: {} → {}",
                hidden("\"hunter2hunter2\""),
                hidden("\"hunter3hunter3\"")
            ),
            "~ containerDefinitions[web].environment[MODE]: `fast` → `slow`".to_owned(),
        ]
    );
}

#[test]
fn without_a_key_nothing_is_marked() {
    let normal = |text: &str| Normal::of(Document::parse(text, "t").unwrap().root());
    let with = |value: &str| {
        normal(&format!(
            r#"{{"containerDefinitions":[{{"name":"web","command":["{value}"]}}]}}"#
        ))
    };
    let difference = Difference::between(&with("a"), &with("b"), Sight::default());
    assert_eq!(
        difference.lines(),
        ["~ containerDefinitions[web].command: hidden → hidden"]
    );
    assert!(difference.to_markdown().contains("| *hidden* | *hidden* |"));
}

#[test]
fn a_value_that_looks_like_a_secret_is_not_shown_where_none_is_expected() {
    let with = |value: &str| {
        format!(
            r#"{{"containerDefinitions":[{{"name":"web","image":"i","user":"{value}","dnsServers":["{value}"]}}]}}"#
        )
    };
    let lines = difference(&with("app"), &with("https://web:hunter2@example.com/")).lines();
    assert_eq!(
        lines,
        [
            format!(
                "~ containerDefinitions[web].user: `app` → {}",
                hidden("\"https://web:hunter2@example.com/\"")
            ),
            format!(
                "~ containerDefinitions[web].dnsServers: `[\"app\"]` → {}",
                hidden("[\"https://web:hunter2@example.com/\"]")
            ),
        ]
    );
}

#[test]
fn references_to_secrets_are_shown() {
    let lines = containers(
        r#","secrets":[{"name":"DB","valueFrom":"/old/db"}]"#,
        r#","secrets":[{"name":"DB","valueFrom":"/new/db"}]"#,
    );
    assert_eq!(
        lines,
        ["~ containerDefinitions[web].secrets[DB]: `/old/db` → `/new/db`"]
    );
}

#[test]
fn nothing_that_may_hold_a_secret_is_shown_anywhere() {
    let members = r#","environment":[{"name":"A","value":"hunter2"}],"command":["--password=hunter2"],
        "entryPoint":["hunter2"],"healthCheck":{"command":["CMD","hunter2"],"interval":10},"dockerLabels":{"l":"hunter2"},
        "logConfiguration":{"logDriver":"splunk","options":{"splunk-token":"hunter2"}},
        "firelensConfiguration":{"type":"fluentbit","options":{"o":"hunter2"}},"credentialSpecs":["hunter2"],
        "future":"hunter2","futures":[{"x":"hunter2"}],"restartPolicy":{"enabled":true,"future":"hunter2"},
        "portMappings":[{"containerPort":80,"future":"hunter2"}],"user":["hunter2"]"#;
    let task = r#","proxyConfiguration":{"containerName":"p","properties":[{"name":"n","value":"hunter2"}]},
        "volumes":[{"name":"v","dockerVolumeConfiguration":{"driver":"d","driverOpts":{"o":"hunter2"},"labels":{"l":"hunter2"}}}],
        "trustedExecutionConfiguration":{"isolationMode":"M","attestationPolicy":"hunter2"},"future":{"x":"hunter2"}"#;
    let empty = r#"{"containerDefinitions":[]}"#;
    let changed = format!(r#"{{"containerDefinitions":[{{"name":"web"{members}}}]{task}}}"#);
    let other = changed.replace("hunter2", "swordfish");
    for (before, after) in [
        (empty, changed.as_str()),
        (changed.as_str(), empty),
        (changed.as_str(), other.as_str()),
    ] {
        let difference = difference(before, after);
        let shown = format!(
            "{}{}",
            difference.lines().join("\n"),
            difference.to_markdown()
        );
        assert!(
            !shown.contains("hunter2") && !shown.contains("swordfish"),
            "{shown}"
        );
        assert!(shown.contains("options[splunk-token]"), "{shown}");
        assert!(shown.contains("healthCheck.command"), "{shown}");
    }
}

#[test]
fn an_added_container_is_listed_part_by_part() {
    let before = r#"{"containerDefinitions":[{"name":"web"}]}"#;
    let after = r#"{"containerDefinitions":[{"name":"log","image":"bit:1","memory":50,"environment":[{"name":"A","value":"x"}]},
        {"name":"web"}]}"#;
    assert_eq!(
        difference(before, after).lines(),
        [
            "+ containerDefinitions[log]".to_owned(),
            "+ containerDefinitions[log].image: `bit:1`".to_owned(),
            "+ containerDefinitions[log].memory: `50`".to_owned(),
            format!(
                "+ containerDefinitions[log].environment[A]: {}",
                hidden("\"x\"")
            ),
        ]
    );
}

#[test]
fn items_without_a_name_come_and_go_whole() {
    let lines = containers(
        r#","portMappings":[{"containerPort":80},{"containerPort":81}]"#,
        r#","portMappings":[{"containerPort":81},{"containerPort":8080}]"#,
    );
    assert_eq!(
        lines,
        [
            r#"- containerDefinitions[web].portMappings: `{"containerPort":80}`"#,
            r#"+ containerDefinitions[web].portMappings: `{"containerPort":8080}`"#,
        ]
    );
}

#[test]
fn an_unknown_member_is_named() {
    let lines = containers("", r#","brandNew":{"x":1}"#);
    assert_eq!(
        lines,
        [format!(
            "+ containerDefinitions[web].brandNew: {}",
            hidden(r#"{"x":1}"#)
        )]
    );
}

#[test]
fn members_follow_the_order_of_the_api() {
    let before = r#"{"family":"a","cpu":"256","memory":"512","networkMode":"host"}"#;
    let after = r#"{"memory":"1 GB","cpu":"512","family":"b","networkMode":"awsvpc"}"#;
    assert_eq!(
        difference(before, after).lines(),
        [
            "~ family: `a` → `b`",
            "~ networkMode: `host` → `awsvpc`",
            "~ cpu: `256` → `512`",
            "~ memory: `512` → `1024`",
        ]
    );
}

#[test]
fn two_items_of_one_name_are_both_told() {
    let one = r#","ulimits":[{"name":"core","softLimit":1,"hardLimit":1}]"#;
    let two = r#","ulimits":[{"name":"core","softLimit":1,"hardLimit":1},{"name":"core","softLimit":2,"hardLimit":2}]"#;
    let lines = containers(one, two);
    assert_eq!(lines[0], "+ containerDefinitions[web].ulimits[core #2]");
}

#[test]
fn a_value_cannot_break_out_of_its_cell_or_its_line() {
    let with = |role: &str| format!(r#"{{"taskRoleArn":"{role}"}}"#);
    let difference = difference(&with("a"), &with("x|`y\\n::error::z\\u202e"));
    let line = &difference.lines()[0];
    assert!(!line.contains('\n'), "{line}");
    let page = difference.to_markdown();
    assert_eq!(page.lines().count(), 3);
    assert!(
        page.ends_with("| `a` | ``x\\|`y\u{fffd}::error::z\u{fffd}`` |\n"),
        "{page}"
    );
}

#[test]
fn a_long_value_is_cut() {
    let with = |role: &str| format!(r#"{{"taskRoleArn":"{role}"}}"#);
    let difference = difference(&with(""), &with(&"é".repeat(1000)));
    assert!(difference.lines()[0].ends_with("é…`"));
}

#[test]
fn every_difference_is_told() {
    let texts = [
        r#"{"containerDefinitions":[]}"#,
        r#"{"containerDefinitions":[{"name":"a"}]}"#,
        r#"{"containerDefinitions":[{"name":"a","environment":[{"name":"X"}]}]}"#,
        r#"{"containerDefinitions":[{"name":"a","environment":[{"name":"X","value":""}]}]}"#,
        r#"{"containerDefinitions":[{"name":"a","environment":[{"name":"X","value":"","more":1}]}]}"#,
        r#"{"containerDefinitions":[{"name":"a","environment":{}}]}"#,
        r#"{"containerDefinitions":[{"image":"a"}]}"#,
        r#"{"containerDefinitions":[1]}"#,
        r#"{"containerDefinitions":1}"#,
        r#"{"volumes":[{"name":"a"}],"containerDefinitions":[]}"#,
        r#"{"containerDefinitions":[],"x":1}"#,
        r#"{"containerDefinitions":[],"x":[1]}"#,
    ];
    for (i, before) in texts.iter().enumerate() {
        for (j, after) in texts.iter().enumerate() {
            assert_eq!(
                difference(before, after).is_empty(),
                i == j,
                "{before} {after}"
            );
        }
    }
}
