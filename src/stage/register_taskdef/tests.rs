//! When a revision is made, what is sent, and what is said of it.
use super::*;
use crate::ports::Randomness;
use crate::ports::fake_task_definitions::FakeDefinitions;
use crate::report::{Event, Recorder};
use crate::stage::suspension::tests::{now, parse};

const WEB: &str = r#"{
  "family": "web",
  "zebra": 9007199254740993,
  "containerDefinitions": [
    {"image": "repo/web:1", "name": "web", "future": {"b": 1, "a": []}, "environment": [{"name": "MODE", "value": "hunter2"}]}
  ],
  "cpu": "1 vCPU"
}"#;

fn world(text: &str) -> FakeDefinitions {
    let world = FakeDefinitions::default();
    write(&world, text);
    world
}

fn write(world: &FakeDefinitions, text: &str) {
    world.files.write("taskdef.json".as_ref(), text).unwrap();
}

fn run_with(world: &FakeDefinitions, more: &[&str]) -> (Result<Outputs, Error>, Vec<Event>) {
    // The rules have tests of their own; these ask what is registered, and when.
    let mut arguments = vec!["--task-definition", "taskdef.json", "--no-check=true"];
    arguments.extend(more);
    let stage: RegisterTaskdef = parse(&arguments);
    let mut report = Recorder::default();
    let result = now(stage.run(world, &mut report));
    (result, report.0)
}

fn run(world: &FakeDefinitions, more: &[&str]) -> Outputs {
    run_with(world, more).0.unwrap()
}

fn operations(world: &FakeDefinitions) -> Vec<String> {
    world.calls.made.borrow().clone()
}

fn remarks(events: &[Event]) -> Vec<String> {
    let text = |event: &Event| match event {
        Event::Noted(remark) | Event::Warned(remark) => Some(remark.text.clone()),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}

#[test]
fn the_first_revision_is_registered_and_read_back() {
    let world = world(WEB);
    let outputs = run(&world, &[]);
    let arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1";
    assert_eq!(outputs.get("task-definition-arn"), Some(arn));
    assert_eq!(outputs.get("revision"), Some("1"));
    assert_eq!(outputs.get("registered"), Some("true"));
    assert_eq!(
        operations(&world),
        [
            "DescribeTaskDefinition web".to_owned(),
            "RegisterTaskDefinition".to_owned(),
            format!("DescribeTaskDefinition {arn}"),
        ]
    );
}

#[test]
fn the_document_is_sent_as_it_is() {
    let world = world(WEB);
    run(&world, &[]);
    let sent = world.sent.borrow();
    assert_eq!(
        sent[0].to_json_compact(),
        Document::parse(WEB, "t").unwrap().to_json_compact()
    );
}

#[test]
fn an_unchanged_document_makes_no_revision() {
    let world = world(WEB);
    run(&world, &[]);
    write(
        &world,
        &WEB.replace("1 vCPU", "1024")
            .replace(r#""name": "web","#, r#""cpu": 0, "name": "web","#),
    );
    world.calls.made.borrow_mut().clear();
    let outputs = run(&world, &[]);
    assert_eq!(outputs.get("registered"), Some("false"));
    assert_eq!(outputs.get("revision"), Some("1"));
    assert_eq!(outputs.get("diff"), Some(""));
    assert_eq!(operations(&world), ["DescribeTaskDefinition web"]);
}

#[test]
fn a_changed_document_makes_one_and_shows_what_changed_without_secrets() {
    let world = world(WEB);
    run(&world, &[]);
    write(
        &world,
        &WEB.replace("web:1", "web:2")
            .replace("hunter2", "swordfish"),
    );
    let (result, events) = run_with(&world, &[]);
    let outputs = result.unwrap();
    assert_eq!(outputs.get("revision"), Some("2"));
    let diff = outputs.get("diff").unwrap();
    assert!(diff.contains("| `repo/web:1` | `repo/web:2` |"), "{diff}");
    assert!(diff.contains("environment[MODE]"), "{diff}");
    let told = format!("{events:?}{diff}");
    assert!(
        !told.contains("hunter2") && !told.contains("swordfish"),
        "{told}"
    );
}

#[test]
fn force_makes_a_revision_of_an_unchanged_document() {
    let world = world(WEB);
    run(&world, &[]);
    let outputs = run(&world, &["--force", "true"]);
    assert_eq!(outputs.get("revision"), Some("2"));
    assert_eq!(outputs.get("diff"), Some(""));
}

#[test]
fn a_definition_equal_only_to_an_inactive_revision_is_registered_again() {
    let world = world(WEB);
    run(&world, &[]);
    world.inactive.borrow_mut().push(1);
    let outputs = run(&world, &["--against", "web:1"]);
    assert_eq!(outputs.get("revision"), Some("2"));
}

#[test]
fn it_can_be_compared_with_another_revision() {
    let world = world(WEB);
    run(&world, &[]);
    write(&world, &WEB.replace("web:1", "web:2"));
    run(&world, &[]);
    write(&world, WEB);
    let outputs = run(&world, &["--against", "web:1"]);
    assert_eq!(outputs.get("registered"), Some("false"));
    assert_eq!(outputs.get("revision"), Some("1"));

    let (missing, _) = run_with(&world, &["--against", "web:9"]);
    assert_eq!(missing.unwrap_err().cause, Cause::Refused);
    let (other, _) = run_with(&world, &["--against", "worker:1"]);
    assert_eq!(other.unwrap_err().cause, Cause::Usage);
}

#[test]
fn a_dry_run_registers_nothing_and_can_tell_by_its_exit() {
    let world = world(WEB);
    let outputs = run(&world, &["--dry-run", "true"]);
    assert_eq!(outputs.get("registered"), Some("true"));
    assert_eq!(outputs.get("task-definition-arn"), None);
    assert_eq!(operations(&world), ["DescribeTaskDefinition web"]);
    let (result, _) = run_with(&world, &["--dry-run", "true", "--exit-code", "true"]);
    assert_eq!(result.unwrap_err().cause, Cause::ChangesFound);
    run(&world, &[]);
    assert!(
        run_with(&world, &["--dry-run", "true", "--exit-code", "true"])
            .0
            .is_ok()
    );
}

#[test]
fn what_ecs_drops_is_said_by_name() {
    let world = world(WEB);
    world.drops.set(Some("future"));
    let (result, events) = run_with(&world, &[]);
    assert!(result.is_ok());
    assert!(
        remarks(&events)
            .iter()
            .any(|text| text == "ECS stored something else than was sent: `web:1`")
    );
    let lines = events.iter().find_map(|event| match event {
        Event::Compared { lines, .. } => Some(lines.clone()),
        _ => None,
    });
    assert_eq!(
        lines.unwrap(),
        [format!(
            "- containerDefinitions[web].future: hidden {}",
            world.mark_key().unwrap().mark(r#"{"a":[],"b":1}"#)
        )]
    );
}

#[test]
fn a_revision_that_does_not_show_yet_is_known_from_the_answer() {
    let world = world(WEB);
    world.reads_lag.set(true);
    let (result, events) = run_with(&world, &[]);
    assert_eq!(result.unwrap().get("revision"), Some("1"));
    assert!(
        !remarks(&events)
            .iter()
            .any(|text| text.contains("something else"))
    );
}

#[test]
fn output_only_members_are_left_out_with_one_notice() {
    let world = world(&WEB.replace(
        r#""zebra""#,
        r#""revision": 7, "status": "ACTIVE", "zebra""#,
    ));
    let (result, events) = run_with(&world, &[]);
    assert!(result.is_ok());
    assert_eq!(
        remarks(&events)[0],
        "left out, because ECS sets it itself: `revision`, `status`"
    );
    assert!(world.sent.borrow()[0].get("revision").is_none());
}

#[test]
fn tags_are_added_replaced_and_counted_as_a_change() {
    let tagged = WEB.replace(
        r#""zebra""#,
        r#""tags": [{"key": "team", "value": "a"}, {"key": "x", "value": "y"}], "zebra""#,
    );
    let world = world(&tagged);
    run(&world, &["--tags", "team=b\nstage=live"]);
    assert_eq!(
        world.sent.borrow()[0]
            .get("tags")
            .unwrap()
            .to_json_compact(),
        r#"[{"key":"team","value":"b"},{"key":"x","value":"y"},{"key":"stage","value":"live"}]"#
    );
    let outputs = run(&world, &["--tags", "stage=live", "--tags", "team=b"]);
    assert_eq!(outputs.get("registered"), Some("false"));
    let outputs = run(&world, &["--tags", "team=c"]);
    assert!(outputs.get("diff").unwrap().contains("`tags[team]`"));
}

#[test]
fn a_file_without_tags_does_not_make_a_revision_for_them_but_their_loss_is_said() {
    let world = world(WEB);
    run(&world, &["--tags", "team=a"]);
    assert_eq!(run(&world, &[]).get("registered"), Some("false"));
    write(&world, &WEB.replace("web:1", "web:2"));
    let (_, events) = run_with(&world, &[]);
    assert!(
        remarks(&events)
            .iter()
            .any(|text| text.contains("the new revision has none of those of: `web:1`"))
    );
}

#[test]
fn a_file_that_is_no_task_definition_is_refused_at_its_place_before_any_call() {
    for text in ["[", "[]", r#"{"family": "web"}"#] {
        let world = world(text);
        let (result, _) = run_with(&world, &[]);
        let error = result.unwrap_err();
        assert_eq!(error.cause, Cause::Input, "{text}");
        assert_eq!(error.place.unwrap().file, "taskdef.json");
        assert!(operations(&world).is_empty());
    }
}

#[test]
fn what_no_revision_can_be_made_of_is_refused_also_without_the_rules() {
    let world = world(&WEB.replace("repo/web:1", "<IMAGE1_NAME>"));
    let (result, _) = run_with(&world, &[]);
    let error = result.unwrap_err();
    assert_eq!(error.cause, Cause::Input);
    assert_eq!(error.place.unwrap().line, Some(5));
    assert!(operations(&world).is_empty());
}

#[test]
fn a_refusal_is_passed_on() {
    let world = world(WEB);
    world.throttles.set(true);
    let (result, _) = run_with(&world, &[]);
    assert_eq!(result.unwrap_err().cause, Cause::Unreachable);
    assert_eq!(registrations(&world), 1);
}

#[test]
fn a_definition_that_breaks_a_rule_is_refused_before_any_call_unless_the_rules_are_left_out() {
    // No task memory, and a container without its own.
    let world = world(WEB);
    let stage: RegisterTaskdef = parse(&["--task-definition", "taskdef.json"]);
    let mut report = Recorder::default();
    let error = now(stage.run(&world, &mut report)).unwrap_err();
    assert_eq!(error.cause, Cause::Input);
    assert!(operations(&world).is_empty());
    let judged = |event: &Event| matches!(event, Event::Judged(one) if one.rule == "TD028");
    assert!(report.0.iter().any(judged), "{:?}", report.0);
    assert!(run_with(&world, &[]).0.is_ok());
}

fn registrations(world: &FakeDefinitions) -> usize {
    let calls = operations(world);
    calls
        .iter()
        .filter(|call| call.starts_with("RegisterTaskDefinition"))
        .count()
}

#[test]
fn a_registration_whose_answer_was_lost_is_recognised_and_not_sent_again() {
    for more in [
        &[][..],
        &["--force=true"],
        &["--force=true", "--against=web:1"],
    ] {
        let world = world(WEB);
        run(&world, &[]);
        run(&world, &["--force=true"]);
        world.lost_answers.set(1);
        let (result, events) = run_with(&world, &["--tags=by=hand"]);
        assert_eq!(result.unwrap().get("revision"), Some("3"));
        assert!(
            remarks(&events)
                .contains(&"the revision was made, it is not sent again: `web:3`".to_owned()),
            "{:?}",
            remarks(&events)
        );
        // One that is the same as those before is told from them by its number.
        world.lost_answers.set(1);
        write(&world, &WEB.replace("repo/web:1", "repo/web:2"));
        let outputs = run(&world, more);
        assert_eq!(outputs.get("revision"), Some("4"), "{more:?}");
        assert_eq!(outputs.get("registered"), Some("true"));
        assert_eq!(registrations(&world), 4, "{more:?}");
    }
}

#[test]
fn a_revision_that_was_there_before_is_not_taken_for_the_one_whose_answer_was_lost() {
    for more in [&["--force=true"][..], &["--force=true", "--against=web:1"]] {
        let world = world(WEB);
        run(&world, &[]);
        run(&world, &["--force=true"]);
        world.lost_calls.set(1);
        let outputs = run(&world, more);
        assert_eq!(outputs.get("revision"), Some("3"), "{more:?}");
        assert_eq!(registrations(&world), 4, "{more:?}");
    }
}

#[test]
fn a_registration_that_never_arrives_is_sent_again_and_given_up_in_the_end() {
    let world = world(WEB);
    world.lost_calls.set(2);
    assert_eq!(run(&world, &[]).get("revision"), Some("1"));
    assert_eq!(registrations(&world), 3);
    write(&world, &WEB.replace("repo/web:1", "repo/web:2"));
    world.lost_calls.set(100);
    let (result, _) = run_with(&world, &[]);
    assert_eq!(result.unwrap_err().cause, Cause::Unreachable);
    assert_eq!(registrations(&world), 7);
}

#[test]
fn a_lost_revision_is_found_below_one_of_somebody_else_which_is_left_alone() {
    let world = world(WEB);
    run(&world, &[]);
    let theirs = WEB.replace("repo/web:1", "repo/web:theirs");
    *world.somebody_else.borrow_mut() = Some(Document::parse(&theirs, "theirs").unwrap());
    world.lost_answers.set(1);
    write(&world, &WEB.replace("repo/web:1", "repo/web:2"));
    let outputs = run(&world, &[]);
    assert_eq!(outputs.get("revision"), Some("2"));
    assert_eq!(registrations(&world), 2);
}

#[test]
fn nothing_is_sent_again_while_nobody_can_say_what_became_of_it() {
    let world = world(WEB);
    world.lost_answers.set(1);
    // Every read after the registration: four looks.
    world.calls.fail_from.set(Some(3));
    let (result, _) = run_with(&world, &[]);
    assert_eq!(result.unwrap_err().cause, Cause::Unreachable);
    assert_eq!(registrations(&world), 1);
}
