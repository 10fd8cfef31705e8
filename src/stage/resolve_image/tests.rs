//! The stage: which calls, in which order, what is waited for, and what each kind of absence ends with.
use std::time::Duration;

use super::*;
use crate::domain::image::Digest;
use crate::domain::resolve::{Scan, ScanStatus, Severity};
use crate::error::Cause;
use crate::ports::Signal;
use crate::ports::fake_images::FakeImages;
use crate::report::{Event, Recorder};
use crate::stage::suspension::tests::{now, parse};

const REPOSITORY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web";
const SHA: &str = "3f9a1c0d5b7e2846a1f0c9d8e7b6a5f4c3d2e1b0";

fn run_with(world: &FakeImages, line: &str) -> (Result<Outputs, Error>, Vec<Event>) {
    let mut words = vec!["--repository", REPOSITORY];
    words.extend(line.split_whitespace());
    let stage: ResolveImage = parse(&words);
    let mut report = Recorder::default();
    (now(stage.run(world, &mut report)), report.0)
}

fn run(world: &FakeImages, line: &str) -> Result<Outputs, Error> {
    run_with(world, line).0
}

/// The error, its kind and its words.
fn fails(world: &FakeImages, line: &str) -> (Cause, String) {
    let error = run(world, line).unwrap_err();
    (error.cause, error.text)
}

fn operations(world: &FakeImages) -> Vec<String> {
    world.calls.made.borrow().clone()
}

fn elapsed(world: &FakeImages) -> u64 {
    world.clock.elapsed.get().as_secs()
}

fn scan(status: &str, counts: &[(&str, u64)]) -> Scan {
    Scan::Seen {
        status: ScanStatus::from(status),
        description: None,
        counts: Some(
            counts
                .iter()
                .map(|(severity, count)| (Severity::from(*severity), *count))
                .collect(),
        ),
    }
}

/// A world with the tag `v1` on an image for amd64.
fn with_image() -> (FakeImages, Digest) {
    let world = FakeImages::default();
    let digest = world.image_for("amd64");
    world.tag(0, "v1", &digest, "ACTIVE");
    (world, digest)
}

/// A world with the tag `v1` on an index for two platforms, an attestation beside them.
fn with_index() -> (FakeImages, Digest, [Digest; 2]) {
    let world = FakeImages::default();
    let (amd, arm) = (world.image_for("amd64"), world.image_for("arm64"));
    let entry = |digest: &Digest, os: &str, architecture: &str| {
        format!(
            r#"{{"digest":"{digest}","platform":{{"os":"{os}","architecture":"{architecture}"}}}}"#
        )
    };
    let entries = [
        entry(&amd, "linux", "amd64"),
        entry(&arm, "linux", "arm64"),
        entry(&amd, "unknown", "unknown"),
    ];
    let index = world.blob(&format!(r#"{{"manifests":[{}]}}"#, entries.join(",")));
    world.tag(0, "v1", &index, "ACTIVE");
    (world, index, [amd, arm])
}

#[test]
fn a_tag_becomes_a_digest_and_every_later_call_names_the_digest() {
    let (world, digest) = with_image();
    let outputs = run(&world, "--tag v1").unwrap();
    let expected = [
        ("image", format!("{REPOSITORY}@{digest}")),
        ("image-with-tag", format!("{REPOSITORY}:v1")),
        ("digest", digest.to_string()),
        ("pushed-at", "2023-11-14T22:13:20Z".to_owned()),
    ];
    let outputs: Vec<_> = outputs
        .iter()
        .map(|(name, value)| (name, value.to_owned()))
        .collect();
    assert_eq!(outputs, expected);
    assert_eq!(operations(&world), ["DescribeImages v1", "BatchGetImage"]);
}

#[test]
fn without_a_tag_the_commit_is_the_tag() {
    let mut world = FakeImages::default();
    world.variables.insert("GITHUB_SHA", SHA.to_owned());
    let digest = world.image_for("amd64");
    world.tag(0, SHA, &digest, "ACTIVE");
    let outputs = run(&world, "").unwrap();
    assert_eq!(outputs.get("digest"), Some(digest.as_str()));
}

#[test]
fn what_a_name_alone_needs_is_said_if_it_is_not_allowed() {
    let (world, _) = with_image();
    world.refuses.set(Some("AccessDeniedException"));
    let stage: ResolveImage = parse(&["--repository", "team/web", "--tag", "v1"]);
    let error = now(stage.run(&world, &mut Recorder::default())).unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(error.hint.unwrap().contains("ecr:DescribeRepositories"));
    assert_eq!(operations(&world), ["DescribeRepositories team/web"]);
}

#[test]
fn another_registry_and_a_timeout_without_waiting_are_usage_errors_before_any_call() {
    let world = FakeImages::default();
    let stage: ResolveImage = parse(&["--repository", "ghcr.io/acme/web", "--tag", "v1"]);
    let error = now(stage.run(&world, &mut Recorder::default())).unwrap_err();
    assert_eq!(error.cause, Cause::Usage);
    assert_eq!(fails(&world, "--tag v1 --timeout 5m").0, Cause::Usage);
    assert!(operations(&world).is_empty());
}

#[test]
fn a_missing_tag_is_refused_with_those_that_are_near() {
    let (world, digest) = with_image();
    world.tag(0, "3f9a1c0", &digest, "ACTIVE");
    let error = run(&world, &format!("--tag {SHA}")).unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    assert!(
        error.hint.as_ref().unwrap().contains("`3f9a1c0`"),
        "{error:?}"
    );
    assert_eq!(elapsed(&world), 0);
}

#[test]
fn a_push_is_waited_for_and_what_comes_is_taken() {
    let world = FakeImages::default();
    let digest = world.image_for("amd64");
    world.tag(95, "v1", &digest, "ACTIVE");
    let (result, events) = run_with(&world, "--tag v1 --wait true --timeout 3m");
    assert_eq!(result.unwrap().get("digest"), Some(digest.as_str()));
    assert!((95..110).contains(&elapsed(&world)), "{}", elapsed(&world));
    let waits = events
        .iter()
        .filter(|event| matches!(event, Event::Waiting { .. }));
    assert!((10..60).contains(&waits.count()));
}

#[test]
fn a_push_that_does_not_come_ends_as_in_progress_when_the_time_is_over() {
    let world = FakeImages::default();
    let (cause, text) = fails(&world, "--tag v1 --wait true --timeout 2m");
    assert_eq!(cause, Cause::InProgress);
    assert!(text.contains("within 120 s"), "{text}");
    assert_eq!(elapsed(&world), 120);
}

#[test]
fn a_signal_ends_the_waiting() {
    let world = FakeImages::default();
    let at = Duration::from_secs(30);
    world.clock.signal_at.set(Some((at, Signal::Terminate)));
    let (cause, _) = fails(&world, "--tag v1 --wait true");
    assert_eq!(cause, Cause::Interrupted(Signal::Terminate));
}

#[test]
fn an_archived_image_is_refused_at_once_also_while_waiting() {
    let (world, digest) = with_image();
    world.tag(0, "old", &digest, "ARCHIVED");
    let (cause, text) = fails(&world, "--tag old --wait true");
    assert_eq!(cause, Cause::Refused);
    assert!(text.contains("archived"), "{text}");
    assert_eq!(elapsed(&world), 0);
}

#[test]
fn an_image_that_is_being_restored_is_waited_for_if_that_is_asked() {
    let (world, digest) = with_image();
    world.tag(0, "old", &digest, "ACTIVATING");
    world.tag(40, "old", &digest, "ACTIVE");
    let (cause, text) = fails(&world, "--tag old");
    assert_eq!(cause, Cause::InProgress);
    assert!(text.contains("restored"), "{text}");
    assert!(run(&world, "--tag old --wait true").is_ok());
    assert!(elapsed(&world) >= 40);
}

#[test]
fn a_missing_repository_and_a_foreign_one_are_told_apart() {
    let (world, _) = with_image();
    world.refuses.set(Some("RepositoryNotFoundException"));
    let (cause, text) = fails(&world, "--tag v1 --wait true");
    assert_eq!(cause, Cause::Refused);
    assert_eq!(text, format!("there is no such repository: `{REPOSITORY}`"));
    world.refuses.set(Some("AccessDeniedException"));
    let error = run(&world, "--tag v1").unwrap_err();
    assert_eq!(error.cause, Cause::Refused);
    let hint = error.hint.unwrap();
    assert!(
        hint.contains("`123456789012`") && hint.contains("repository's policy"),
        "{hint}"
    );
}

#[test]
fn silence_is_borne_while_waiting_and_an_error_otherwise() {
    let (world, _) = with_image();
    world.silent_until.set(20);
    assert_eq!(fails(&world, "--tag v1").0, Cause::Unreachable);
    let (result, events) = run_with(&world, "--tag v1 --wait true");
    assert!(result.is_ok());
    let told = events.iter().filter(
        |event| matches!(event, Event::Noted(remark) if remark.text.contains("asking again")),
    );
    assert_eq!(told.count(), 1);
    world.silent_until.set(100_000);
    let (cause, _) = fails(&world, "--tag v1 --wait true --timeout 1m");
    assert_eq!(cause, Cause::Unreachable);
}

#[test]
fn bytes_that_do_not_have_the_digest_are_refused() {
    let (world, digest) = with_image();
    let other = r#"{"config":{"digest":"sha256:00"}}"#.to_owned();
    world.blobs.borrow_mut().insert(digest.to_string(), other);
    let (cause, text) = fails(&world, "--tag v1");
    assert_eq!(cause, Cause::Refused);
    assert!(text.contains("does not have the digest"), "{text}");
}

#[test]
fn what_is_no_container_image_is_refused() {
    let world = FakeImages::default();
    let digest =
        world.blob(r#"{"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json"}}"#);
    world.tag(0, "v1", &digest, "ACTIVE");
    let (cause, text) = fails(&world, "--tag v1");
    assert_eq!(cause, Cause::Refused);
    assert!(text.contains("helm"), "{text}");
}

#[test]
fn the_index_is_pinned_and_a_platform_it_lacks_is_refused_with_those_it_has() {
    let (world, index, _) = with_index();
    let outputs = run(&world, "--tag v1 --platform linux/arm64").unwrap();
    assert_eq!(outputs.get("digest"), Some(index.as_str()));
    let (cause, text) = fails(&world, "--tag v1 --platform windows/amd64");
    assert_eq!(cause, Cause::Refused);
    assert!(
        text.ends_with("is not built for `windows/amd64`, only for: `linux/amd64`, `linux/arm64`"),
        "{text}"
    );
}

#[test]
fn the_platform_of_a_single_image_is_read_from_its_configuration() {
    let (world, _) = with_image();
    assert!(run(&world, "--tag v1 --platform linux/amd64").is_ok());
    let (_, text) = fails(&world, "--tag v1 --platform linux/arm64");
    assert!(text.ends_with("only for: `linux/amd64`"), "{text}");
    assert_eq!(
        operations(&world)[..3],
        [
            "DescribeImages v1",
            "BatchGetImage",
            "GetDownloadUrlForLayer"
        ]
    );
}

#[test]
fn an_index_that_does_not_name_platforms_is_followed_and_one_that_has_no_end_is_not() {
    let world = FakeImages::default();
    let arm = world.image_for("arm64");
    let inner = world.blob(&format!(r#"{{"manifests":[{{"digest":"{arm}"}}]}}"#));
    let outer = world.blob(&format!(r#"{{"manifests":[{{"digest":"{inner}"}}]}}"#));
    world.tag(0, "v1", &outer, "ACTIVE");
    assert!(run(&world, "--tag v1 --platform linux/arm64").is_ok());
    let many = vec![format!(r#"{{"digest":"{arm}"}}"#); 70].join(",");
    let wide = world.blob(&format!(r#"{{"manifests":[{many}]}}"#));
    world.tag(0, "wide", &wide, "ACTIVE");
    let (cause, text) = fails(&world, "--tag wide --platform linux/arm64");
    assert_eq!(cause, Cause::Refused);
    assert!(text.contains("too many"), "{text}");
}

#[test]
fn every_platform_of_an_index_must_pass_the_gate() {
    let (world, _, [amd, arm]) = with_index();
    world.scanned(0, &amd, scan("COMPLETE", &[("LOW", 2)]));
    world.scanned(0, &arm, scan("COMPLETE", &[("HIGH", 1), ("LOW", 2)]));
    let (cause, text) = fails(&world, "--tag v1 --max-severity medium");
    assert_eq!(cause, Cause::Refused);
    assert_eq!(
        text,
        format!(
            "the scan of `{REPOSITORY}:v1` for `linux/arm64` found worse than `medium`: 1 HIGH"
        )
    );
    assert!(run(&world, "--tag v1 --max-severity high").is_ok());
    // Only what will run is judged.
    assert!(
        run(
            &world,
            "--tag v1 --max-severity medium --platform linux/amd64"
        )
        .is_ok()
    );
}

#[test]
fn findings_weigh_more_than_what_nobody_knows() {
    let (world, _, [amd, arm]) = with_index();
    world.scanned(0, &amd, scan("UNSUPPORTED_IMAGE", &[]));
    world.scanned(0, &arm, scan("COMPLETE", &[("CRITICAL", 1)]));
    let (_, text) = fails(&world, "--tag v1 --max-severity high");
    assert!(text.contains("1 CRITICAL"), "{text}");
    let (cause, text) = fails(&world, "--tag v1 --max-severity critical");
    assert_eq!(cause, Cause::Refused);
    assert!(
        text.ends_with("has no result: `UNSUPPORTED_IMAGE`"),
        "{text}"
    );
}

#[test]
fn an_image_without_a_scan_and_one_that_is_being_scanned_end_differently() {
    let (world, digest) = with_image();
    let (cause, text) = fails(&world, "--tag v1 --max-severity critical");
    assert_eq!(cause, Cause::Refused);
    assert!(text.starts_with("there is no scan of"), "{text}");
    world.scanned(0, &digest, scan("IN_PROGRESS", &[]));
    let (cause, text) = fails(&world, "--tag v1 --max-severity critical");
    assert_eq!(cause, Cause::InProgress);
    assert!(text.contains("not over: `IN_PROGRESS`"), "{text}");
}

#[test]
fn push_and_scan_are_waited_for_within_one_limit() {
    let world = FakeImages::default();
    let digest = world.image_for("amd64");
    world.tag(50, "v1", &digest, "ACTIVE");
    world.scanned(70, &digest, scan("IN_PROGRESS", &[]));
    world.scanned(100, &digest, scan("COMPLETE", &[("LOW", 1)]));
    assert!(
        run(
            &world,
            "--tag v1 --wait true --timeout 3m --max-severity low"
        )
        .is_ok()
    );
    assert!(elapsed(&world) >= 100);

    let world = FakeImages::default();
    let digest = world.image_for("amd64");
    world.tag(50, "v1", &digest, "ACTIVE");
    let (cause, text) = fails(
        &world,
        "--tag v1 --wait true --timeout 80s --max-severity low",
    );
    assert_eq!(cause, Cause::Refused);
    assert!(text.ends_with("(after 80 s)"), "{text}");
    assert_eq!(elapsed(&world), 80);
}

#[test]
fn an_index_without_images_is_no_image_also_inside_of_another() {
    let world = FakeImages::default();
    let index = world.blob(r#"{"manifests":[]}"#);
    world.tag(0, "v1", &index, "ACTIVE");
    let (cause, text) = fails(&world, "--tag v1");
    assert_eq!(cause, Cause::Refused);
    assert!(text.contains("names no image"), "{text}");
    let outer = world.blob(&format!(r#"{{"manifests":[{{"digest":"{index}"}}]}}"#));
    world.tag(0, "outer", &outer, "ACTIVE");
    let (_, text) = fails(&world, "--tag outer --max-severity critical");
    assert!(text.contains("names no image"), "{text}");
}

#[test]
fn a_configuration_that_names_no_platform_is_not_taken_for_any() {
    let world = FakeImages::default();
    let config = world.blob("{}");
    let digest = world.blob(&format!(r#"{{"config":{{"digest":"{config}"}}}}"#));
    world.tag(0, "v1", &digest, "ACTIVE");
    let (cause, text) = fails(&world, "--tag v1 --platform linux/amd64");
    assert_eq!(cause, Cause::Refused);
    assert!(text.contains("names no platform"), "{text}");
}
