//! Log drivers and their options, tripped and just kept.
use super::super::trial::{CLEAN, changed, findings, keeps, keeps_on, trips, trips_on};
use crate::domain::check::{LaunchType, Severity};

const DRIVER: &str = "\"logDriver\": \"awslogs\"";
const OPTIONS: &str = "\"awslogs-group\": \"/ecs/web\", \"awslogs-region\": \"eu-west-1\", \"awslogs-stream-prefix\": \"web\", \"mode\": \"non-blocking\"";

fn driver(name: &str) -> String {
    changed(DRIVER, &format!("\"logDriver\": \"{name}\""))
}

fn options(options: &str) -> String {
    changed(OPTIONS, options)
}

/// The same definition where any driver is allowed.
fn on_ec2(text: &str) -> String {
    text.replace("[\"FARGATE\"]", "[\"EC2\"]")
}

#[test]
fn an_unknown_driver_comes_with_the_nearest_one() {
    let finding = trips("TD130", &driver("awslog"));
    assert_eq!(finding.hint(), "did you mean `awslogs`?");
    keeps("TD018", &driver("awslog"));
    keeps("TD130", &driver("gelf"));
}

#[test]
fn fargate_has_three_drivers_and_managed_instances_one_more() {
    trips("TD131", &driver("json-file"));
    for name in ["awslogs", "splunk", "awsfirelens"] {
        keeps("TD131", &driver(name));
    }
    keeps("TD131", &on_ec2(&driver("json-file")));
    let managed = LaunchType::ManagedInstances;
    trips_on("TD132", managed, &on_ec2(&driver("gelf")));
    keeps_on("TD132", managed, &on_ec2(&driver("json-file")));
    keeps("TD132", &on_ec2(&driver("gelf")));
}

#[test]
fn awslogs_lacks_neither_group_nor_region() {
    for name in ["awslogs-group", "awslogs-region"] {
        let finding = trips("TD133", &changed(&format!("\"{name}\": "), "\"other\": "));
        assert!(
            finding.message().ends_with(&format!("`{name}`")),
            "{}",
            finding.message()
        );
    }
    trips("TD133", &changed("\"/ecs/web\"", "\"\""));
    trips("TD133", &changed("\"options\"", "\"other\""));
    keeps("TD133", CLEAN);
}

#[test]
fn the_stream_prefix_is_needed_on_fargate_only() {
    let without = changed("\"awslogs-stream-prefix\": \"web\", ", "");
    trips("TD134", &without);
    keeps("TD134", &on_ec2(&without));
    keeps("TD134", CLEAN);
}

#[test]
fn entries_begin_by_a_date_or_by_a_pattern() {
    let with = |more: &str| options(&format!("{OPTIONS}, {more}"));
    let date = "\"awslogs-datetime-format\": \"%Y\"";
    let pattern = "\"awslogs-multiline-pattern\": \"^x\"";
    trips("TD135", &with(&format!("{date}, {pattern}")));
    keeps("TD135", &with(date));
    keeps("TD135", &with(pattern));
}

#[test]
fn the_mode_is_one_of_two_and_the_buffer_belongs_to_one_of_them() {
    let finding = trips("TD136", &changed("\"non-blocking\"", "\"nonblocking\""));
    assert_eq!(finding.severity(), Severity::Error);
    keeps("TD136", &changed("\"non-blocking\"", "\"<MODE>\""));
    let buffered = options(&format!("{OPTIONS}, \"max-buffer-size\": \"4m\""));
    keeps("TD136", &buffered);
    let blocking = buffered.replace("\"non-blocking\"", "\"blocking\"");
    assert_eq!(trips("TD136", &blocking).severity(), Severity::Warning);
    keeps("TD136", &changed("\"non-blocking\"", "\"blocking\""));
}

#[test]
fn a_mode_that_is_left_to_the_default_is_noted() {
    let without = changed(", \"mode\": \"non-blocking\"", "");
    assert_eq!(trips("TD137", &without).severity(), Severity::Note);
    keeps("TD137", CLEAN);
    keeps("TD137", &without.replace("\"awslogs\"", "\"awsfirelens\""));
}

#[test]
fn splunk_has_a_url_and_a_token_plainly_or_as_a_secret() {
    let splunk = |more: &str| {
        options("\"splunk-url\": \"https://example.com\"")
            .replace(DRIVER, &format!("\"logDriver\": \"splunk\"{more}"))
    };
    trips("TD138", &driver("splunk"));
    let finding = trips("TD138", &splunk(""));
    assert!(
        finding.message().ends_with("`splunk-token`"),
        "{}",
        finding.message()
    );
    keeps(
        "TD138",
        &splunk(", \"secretOptions\": [{\"name\": \"splunk-token\", \"valueFrom\": \"a\"}]"),
    );
}

#[test]
fn a_group_that_ecs_creates_needs_a_permission() {
    let create =
        |value: &str| options(&format!("{OPTIONS}, \"awslogs-create-group\": \"{value}\""));
    assert_eq!(trips("TD143", &create("true")).severity(), Severity::Note);
    keeps("TD143", &create("false"));
}

#[test]
fn a_container_without_logging_is_a_warning() {
    trips(
        "TD144",
        &changed("\"logConfiguration\"", "\"dockerLabels\""),
    );
    keeps("TD144", CLEAN);
    let router = changed("\"logConfiguration\"", "\"firelensConfiguration\"");
    keeps("TD144", &router);
    trips("TD142", &router);
}

#[test]
fn no_value_of_an_option_is_shown() {
    let text = changed("\"non-blocking\"", "\"hidden-value\"");
    for finding in findings(&text) {
        assert!(
            !finding.message().contains("hidden-value"),
            "{}",
            finding.message()
        );
    }
}
