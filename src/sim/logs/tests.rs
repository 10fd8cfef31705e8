//! Reading what was written: when it can be seen, in which pages, and where a reader's token stands.

use serde_json::json;

use super::*;
use crate::sim::cloud::Rules;
use crate::sim::rehearsal;
use crate::sim::service::Service;

const START: i64 = 1_700_000_000_000;

fn world() -> Cloud {
    let mut cloud = Cloud::empty(Rules::default(), Moment::from_millis(START));
    create_group(&mut cloud, "/ecs/web");
    cloud
}

fn write(cloud: &mut Cloud, stream: &str, lines: &[&str]) {
    for (second, line) in (0_u8..).zip(lines) {
        assert!(put(
            cloud,
            "/ecs/web",
            stream,
            cloud.now.plus(f64::from(second)),
            line
        ));
    }
}

fn call(cloud: &mut Cloud, operation: &str, input: &Value) -> Result<Value, Refusal> {
    rehearsal::call(cloud, Service::Logs, operation, input)
}

fn get(cloud: &mut Cloud, more: &Value) -> Result<Value, Refusal> {
    let mut input = json!({"logGroupName": "/ecs/web", "logStreamName": "s"});
    input
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    call(cloud, "GetLogEvents", &input)
}

fn messages(answer: &Value) -> Vec<&str> {
    answer["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["message"].as_str().unwrap())
        .collect()
}

#[test]
fn a_line_and_its_stream_appear_some_seconds_after_the_line_was_written() {
    let mut cloud = world();
    write(&mut cloud, "s", &["one"]);
    assert_eq!(
        get(&mut cloud, &json!({})).unwrap_err().code,
        "ResourceNotFoundException"
    );
    cloud.advance(cloud.now.plus(2.9));
    assert_eq!(
        get(&mut cloud, &json!({})).unwrap_err().code,
        "ResourceNotFoundException"
    );
    cloud.advance(cloud.now.plus(0.1));
    let answer = get(&mut cloud, &json!({})).unwrap();
    assert_eq!(messages(&answer), ["one"]);
    assert_eq!(answer["events"][0]["timestamp"], START);
    assert_eq!(answer["events"][0]["ingestionTime"], START + 3000);
}

#[test]
fn a_line_without_its_group_is_lost() {
    let mut cloud = world();
    assert!(!put(
        &mut cloud,
        "/none",
        "s",
        Moment::from_millis(START),
        "lost"
    ));
    assert!(!has_group(&cloud, "/none"));
    let input = json!({"logGroupName": "/none", "logStreamName": "s"});
    assert_eq!(
        call(&mut cloud, "GetLogEvents", &input)
            .unwrap_err()
            .message,
        "The specified log group does not exist."
    );
}

#[test]
fn the_newest_page_is_read_first_and_then_backwards() {
    let mut cloud = world();
    write(&mut cloud, "s", &["1", "2", "3", "4", "5"]);
    cloud.advance(cloud.now.plus(60.0));
    let newest = get(&mut cloud, &json!({"limit": 2})).unwrap();
    assert_eq!(messages(&newest), ["4", "5"]);
    let older = get(
        &mut cloud,
        &json!({"limit": 2, "nextToken": newest["nextBackwardToken"]}),
    )
    .unwrap();
    assert_eq!(messages(&older), ["2", "3"]);
    let oldest = get(
        &mut cloud,
        &json!({"limit": 2, "nextToken": older["nextBackwardToken"]}),
    )
    .unwrap();
    assert_eq!(messages(&oldest), ["1"]);
    let end = get(
        &mut cloud,
        &json!({"limit": 2, "nextToken": oldest["nextBackwardToken"]}),
    )
    .unwrap();
    assert_eq!(end["nextBackwardToken"], oldest["nextBackwardToken"]);
}

#[test]
fn at_the_end_the_forward_token_stays_until_more_is_written() {
    let mut cloud = world();
    write(&mut cloud, "s", &["1", "2"]);
    cloud.advance(cloud.now.plus(60.0));
    let first = get(&mut cloud, &json!({"startFromHead": true})).unwrap();
    let token = first["nextForwardToken"].clone();
    let end = get(&mut cloud, &json!({"nextToken": token})).unwrap();
    assert_eq!(
        (messages(&end).len(), &end["nextForwardToken"]),
        (0, &token)
    );
    write(&mut cloud, "s", &["3"]);
    cloud.advance(cloud.now.plus(60.0));
    let more = get(&mut cloud, &json!({"nextToken": token})).unwrap();
    assert_eq!(messages(&more), ["3"]);
    assert_ne!(more["nextForwardToken"], token);
}

#[test]
fn a_reader_that_found_nothing_misses_nothing() {
    let mut cloud = world();
    write(&mut cloud, "s", &["1"]);
    cloud.advance(cloud.now.plus(60.0));
    let later = json!({"startTime": cloud.now.millis()});
    let empty = get(&mut cloud, &later).unwrap();
    assert_eq!(messages(&empty).len(), 0);
    write(&mut cloud, "s", &["2"]);
    cloud.advance(cloud.now.plus(60.0));
    let more = get(&mut cloud, &json!({"nextToken": empty["nextForwardToken"]})).unwrap();
    assert_eq!(messages(&more), ["2"]);
}

#[test]
fn the_start_is_part_of_a_time_and_the_end_is_not() {
    let mut cloud = world();
    write(&mut cloud, "s", &["1", "2", "3"]);
    cloud.advance(cloud.now.plus(60.0));
    let answer = get(
        &mut cloud,
        &json!({"startTime": START + 1000, "endTime": START + 2000}),
    )
    .unwrap();
    assert_eq!(messages(&answer), ["2"]);
}

#[test]
fn a_page_holds_a_megabyte_and_at_least_one_event() {
    let mut cloud = world();
    let long = "x".repeat(600_000);
    write(&mut cloud, "s", &[&long, &long, "z"]);
    cloud.advance(cloud.now.plus(60.0));
    let first = get(&mut cloud, &json!({"startFromHead": true})).unwrap();
    assert_eq!(messages(&first).len(), 1);
    let second = get(&mut cloud, &json!({"nextToken": first["nextForwardToken"]})).unwrap();
    assert_eq!(messages(&second).len(), 2);
}

#[test]
fn an_invented_token_is_refused() {
    let mut cloud = world();
    write(&mut cloud, "s", &["1"]);
    cloud.advance(cloud.now.plus(60.0));
    for token in [
        "x",
        "f/1/s",
        "f/00000000000000000000000000000000000000000000000000000001",
    ] {
        assert_eq!(
            get(&mut cloud, &json!({"nextToken": token}))
                .unwrap_err()
                .code,
            "InvalidParameterException"
        );
    }
}

#[test]
fn a_search_sees_the_streams_and_terms_it_asks_for() {
    let mut cloud = world();
    write(&mut cloud, "web/a", &["ERROR one", "fine"]);
    write(&mut cloud, "router/b", &["ERROR two"]);
    cloud.advance(cloud.now.plus(60.0));
    let search = |more: Value| {
        let mut input = json!({"logGroupName": "/ecs/web", "filterPattern": "ERROR"});
        input
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        input
    };
    let all = call(&mut cloud, "FilterLogEvents", &search(json!({}))).unwrap();
    assert_eq!(messages(&all), ["ERROR one", "ERROR two"]);
    let some = call(
        &mut cloud,
        "FilterLogEvents",
        &search(json!({"logStreamNamePrefix": "router/"})),
    )
    .unwrap();
    assert_eq!(messages(&some), ["ERROR two"]);
    let first = call(&mut cloud, "FilterLogEvents", &search(json!({"limit": 1}))).unwrap();
    let rest = call(
        &mut cloud,
        "FilterLogEvents",
        &search(json!({"nextToken": first["nextToken"]})),
    )
    .unwrap();
    assert_eq!(
        (messages(&first), messages(&rest)),
        (vec!["ERROR one"], vec!["ERROR two"])
    );
    let none = call(
        &mut cloud,
        "FilterLogEvents",
        &search(json!({"logStreamNames": ["no"]})),
    );
    assert_eq!(none.unwrap_err().code, "ResourceNotFoundException");
}

#[test]
fn groups_and_streams_are_listed() {
    let mut cloud = world();
    create_group(&mut cloud, "/other");
    write(&mut cloud, "a", &["1", "2", "3"]);
    write(&mut cloud, "b", &["1"]);
    cloud.advance(cloud.now.plus(60.0));
    let groups = call(
        &mut cloud,
        "DescribeLogGroups",
        &json!({"logGroupNamePrefix": "/ecs"}),
    )
    .unwrap();
    assert_eq!(groups["logGroups"].as_array().unwrap().len(), 1);
    let newest = json!({"logGroupIdentifier": groups["logGroups"][0]["logGroupArn"], "orderBy": "LastEventTime",
        "descending": true, "limit": 1});
    let streams = call(&mut cloud, "DescribeLogStreams", &newest).unwrap();
    assert_eq!(streams["logStreams"][0]["logStreamName"], "a");
    assert_eq!(streams["logStreams"][0]["lastEventTimestamp"], START + 2000);
    assert!(streams.get("nextToken").is_some());
}

#[test]
fn events_written_by_request_are_read_back() {
    let mut cloud = world();
    let stream = json!({"logGroupName": "/new", "logStreamName": "s"});
    assert_eq!(
        call(&mut cloud, "CreateLogStream", &stream)
            .unwrap_err()
            .code,
        "ResourceNotFoundException"
    );
    call(
        &mut cloud,
        "CreateLogGroup",
        &json!({"logGroupName": "/new"}),
    )
    .unwrap();
    call(&mut cloud, "CreateLogStream", &stream).unwrap();
    assert_eq!(
        call(&mut cloud, "CreateLogStream", &stream)
            .unwrap_err()
            .code,
        "ResourceAlreadyExistsException"
    );
    let events = json!({"logGroupName": "/new", "logStreamName": "s", "logEvents": [
        {"timestamp": START, "message": "now"}, {"timestamp": START + 3 * 3_600_000, "message": "far ahead"},
    ]});
    let put = call(&mut cloud, "PutLogEvents", &events).unwrap();
    assert_eq!(
        put["rejectedLogEventsInfo"],
        json!({"tooNewLogEventStartIndex": 1})
    );
    cloud.advance(cloud.now.plus(10.0));
    assert_eq!(
        messages(&call(&mut cloud, "GetLogEvents", &stream).unwrap()),
        ["now"]
    );
}
