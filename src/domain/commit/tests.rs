//! Who wins, and what is never taken for a commit.
use super::*;

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const C: &str = "cccccccccccccccccccccccccccccccccccccccc";

fn decide(
    explicit: Option<&str>,
    event: Option<&str>,
    variables: &[(&str, &str)],
) -> Result<Option<Commit>, Undecided> {
    let explicit: Option<CommitSha> = explicit.map(|text| text.parse().unwrap());
    let event = event.map(|text| Document::parse(text, "event.json").unwrap());
    let lookup = |name: &str| {
        let found = variables.iter().find(|(variable, _)| *variable == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    from_surroundings(Facts {
        explicit: explicit.as_ref(),
        event: event.as_ref(),
        variable: &lookup,
    })
}

fn winner(event: Option<&str>, variables: &[(&str, &str)]) -> (String, Source) {
    let commit = decide(None, event, variables).unwrap().unwrap();
    (commit.sha.to_string(), commit.source)
}

#[test]
fn a_commit_has_all_of_its_digits_and_is_kept_in_lower_case() {
    let upper = "ABCDEF0123456789ABCDEF0123456789ABCDEF01";
    let sha: CommitSha = upper.parse().unwrap();
    assert_eq!(sha.as_str(), upper.to_lowercase());
    assert_eq!(sha.tag().as_str(), upper.to_lowercase());
    assert!("a".repeat(64).parse::<CommitSha>().is_ok());
    for text in [
        "",
        "main",
        "HEAD",
        "abcdef0",
        "v1.2.3",
        &"a".repeat(41),
        &"g".repeat(40),
    ] {
        assert!(text.parse::<CommitSha>().is_err(), "{text:?}");
    }
}

#[test]
fn what_the_user_says_wins_over_everything() {
    let event = format!(r#"{{"pull_request":{{"head":{{"sha":"{B}"}}}}}}"#);
    let commit = decide(Some(A), Some(&event), &[("GITHUB_SHA", C)])
        .unwrap()
        .unwrap();
    assert_eq!((commit.sha.as_str(), commit.source), (A, Source::Explicit));
}

#[test]
fn the_head_of_a_pull_request_wins_over_the_merge_made_for_it() {
    let event = format!(r#"{{"pull_request":{{"head":{{"sha":"{B}","ref":"topic"}}}}}}"#);
    for name in [
        "pull_request",
        "pull_request_target",
        "pull_request_review",
        "",
    ] {
        let variables = [("GITHUB_EVENT_NAME", name), ("GITHUB_SHA", C)];
        assert_eq!(
            winner(Some(&event), &variables),
            (B.to_owned(), Source::PullRequestHead)
        );
    }
    let commit = decide(None, Some(&event), &[("GITHUB_SHA", C)])
        .unwrap()
        .unwrap();
    assert!(
        commit.overruled.is_empty(),
        "that GITHUB_SHA differs is expected"
    );
}

#[test]
fn the_head_of_a_workflow_run_wins_over_the_default_branch() {
    let event = format!(r#"{{"workflow_run":{{"head_sha":"{B}","pull_requests":[]}}}}"#);
    let variables = [("GITHUB_EVENT_NAME", "workflow_run"), ("GITHUB_SHA", C)];
    assert_eq!(
        winner(Some(&event), &variables),
        (B.to_owned(), Source::WorkflowRunHead)
    );
}

#[test]
fn a_merge_made_for_a_pull_request_is_never_used_silently() {
    for (name, event) in [
        ("pull_request", None),
        ("pull_request", Some("{}")),
        ("pull_request", Some(r#"{"pull_request":{"head":{}}}"#)),
        ("workflow_run", None),
        ("workflow_run", Some(r#"{"workflow_run":{}}"#)),
    ] {
        let error = decide(
            None,
            event,
            &[("GITHUB_EVENT_NAME", name), ("GITHUB_SHA", C)],
        )
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "this is a `{name}` event, GITHUB_SHA is not the commit to deliver, and the event file does not name it"
            )
        );
        assert_eq!(error.hint(), "say which commit it is with `commit`");
    }
}

#[test]
fn on_a_push_the_variable_counts() {
    let event = format!(r#"{{"after":"{B}","head_commit":{{"id":"{B}"}}}}"#);
    let variables = [("GITHUB_EVENT_NAME", "push"), ("GITHUB_SHA", C)];
    assert_eq!(
        winner(Some(&event), &variables),
        (C.to_owned(), Source::Variable("GITHUB_SHA"))
    );
}

#[test]
fn variables_of_ci_systems_come_in_a_fixed_order() {
    let mut left: Vec<(&str, &str)> = SYSTEMS
        .iter()
        .flat_map(|system| system.iter())
        .map(|name| (*name, A))
        .collect();
    let order: Vec<&str> = SYSTEMS
        .iter()
        .flat_map(|system| system.iter())
        .copied()
        .collect();
    assert_eq!(
        order[..2],
        ["GITHUB_SHA", "CODEBUILD_RESOLVED_SOURCE_VERSION"]
    );
    for name in order {
        assert_eq!(winner(None, &left), (A.to_owned(), Source::Variable(name)));
        left.retain(|(other, _)| *other != name);
    }
    assert_eq!(decide(None, None, &left), Ok(None));
}

#[test]
fn another_ci_system_that_names_another_commit_is_reported() {
    let variables = [
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", A),
        ("CI_COMMIT_SHA", B),
        ("CIRCLE_SHA1", A),
        ("GIT_COMMIT", C),
        ("DRONE_COMMIT_SHA", "main"),
    ];
    let commit = decide(None, None, &variables).unwrap().unwrap();
    assert_eq!(
        commit.source,
        Source::Variable("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")
    );
    assert_eq!(commit.overruled, ["GIT_COMMIT"]);
}

#[test]
fn a_variable_that_names_no_commit_is_refused_and_an_empty_one_or_head_is_passed_over() {
    let error = decide(None, None, &[("CODEBUILD_RESOLVED_SOURCE_VERSION", "main")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "CODEBUILD_RESOLVED_SOURCE_VERSION names no commit: `main`"
    );
    let variables = [
        ("GITHUB_SHA", ""),
        ("BUILDKITE_COMMIT", "HEAD"),
        ("GIT_COMMIT", A),
    ];
    assert_eq!(
        winner(None, &variables),
        (A.to_owned(), Source::Variable("GIT_COMMIT"))
    );
}

#[test]
fn the_event_is_worth_reading_only_where_it_can_name_the_commit() {
    let wanted = |name: Option<&str>| wants_event(&|_: &str| name.map(str::to_owned));
    assert!(wanted(None) && wanted(Some("")));
    assert!(wanted(Some("pull_request_target")) && wanted(Some("workflow_run")));
    assert!(!wanted(Some("push")) && !wanted(Some("issue_comment")));
}

#[test]
fn a_clean_tree_is_its_commit_and_a_dirty_one_is_refused_unless_allowed() {
    let head = format!("{A}\n");
    let commit = from_git(&head, false, false).unwrap();
    assert_eq!((commit.sha.as_str(), commit.source), (A, Source::GitHead));
    let error = from_git(&head, true, false).unwrap_err();
    assert!(error.to_string().ends_with(&format!("`{A}`")), "{error}");
    assert!(error.hint().contains("allow-dirty"));
    assert_eq!(from_git(&head, true, true), Ok(commit));
    assert!(from_git("HEAD", false, true).is_err());
}
