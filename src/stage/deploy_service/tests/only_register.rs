//! A file and no service: it is registered, nothing is deployed, and that is said.

use super::*;

fn world() -> World {
    let world = World::with([good()]);
    world.file("taskdef.json", &TASK_DEFINITION.replace("r/web", "r/web:2"));
    world
}

#[test]
fn without_a_service_a_file_is_registered_and_nothing_is_deployed() {
    let world = world();
    let (outputs, events) = run(
        &world,
        &["--cluster=demo", "--task-definition=taskdef.json"],
    );
    let outputs = outputs.unwrap();
    assert!(
        outputs
            .get("task-definition-arn")
            .unwrap()
            .contains(":task-definition/web:")
    );
    assert_eq!(outputs.get("verdict"), None);
    assert_eq!(world.registered.borrow().len(), 1);
    let made = world.made();
    let on_services = |call: &&String| call.contains("Service");
    assert_eq!(made.iter().find(on_services), None);
    let said = format!("{events:?}");
    assert!(said.contains("no service is given, so"), "{said}");
}

#[test]
fn a_dry_run_of_it_registers_nothing_and_tells_a_change_by_its_code() {
    let world = world();
    let dry = [
        "--task-definition=taskdef.json",
        "--dry-run=true",
        "--exit-code=true",
    ];
    let error = run(&world, &dry).0.unwrap_err();
    assert_eq!(error.cause, Cause::ChangesFound);
    assert_eq!(world.registered.borrow().len(), 0);
}

#[test]
fn without_a_service_there_is_nothing_else_to_do() {
    for arguments in [
        &["--task-definition-arn=web:2"][..],
        &["--force-new-deployment=true"],
        &["--desired-count=1"],
    ] {
        let world = world();
        let error = run(&world, arguments).0.unwrap_err();
        assert_eq!(
            (error.cause, error.text.as_str()),
            (Cause::Usage, "no service is given")
        );
        assert!(world.made().is_empty());
    }
}
