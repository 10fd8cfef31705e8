//! What is understood and what is not, in both protocols.

use super::*;

#[test]
fn an_answer_has_a_request_id_and_the_real_date() {
    with(still(), async |address| {
        let answer = targets(address).await;
        assert_eq!(answer.status, 200);
        assert!(
            answer
                .head
                .contains("content-type: application/x-amz-json-1.1"),
            "{}",
            answer.head
        );
        assert!(
            answer.head.contains("x-amzn-requestid: ") && answer.head.contains("date: "),
            "{}",
            answer.head
        );
        assert_eq!(
            answer.json()["ScalableTargets"].as_array().unwrap().len(),
            3
        );
    });
}

#[test]
fn what_the_services_do_not_know_is_refused_in_their_own_form() {
    with(still(), async |address| {
        let code = async |target: &str, body: Value| {
            let answer = post(address, target, &body).await.unwrap();
            assert_eq!(answer.status, 400, "{answer:?}");
            answer.json()["__type"].as_str().unwrap().to_owned()
        };
        assert_eq!(
            code(&format!("{ECS}.DescribeService"), json!({})).await,
            "UnknownOperationException"
        );
        assert_eq!(
            code(&format!("{ECS}.CreateDaemon"), json!({"daemonName": 1})).await,
            "SerializationException"
        );
        let unknown = json!({"services": ["web"], "clusterName": "demo"});
        assert_eq!(
            code(&format!("{ECS}.DescribeServices"), unknown).await,
            "InvalidParameterException"
        );
        assert_eq!(
            code("Nobody.Knows", json!({})).await,
            "UnknownOperationException"
        );
    });
}

#[test]
fn a_request_without_a_signature_is_refused() {
    with(still(), async |address| {
        let headers = format!(
            "x-amz-target: {ECS}.ListClusters\r\ncontent-type: application/x-amz-json-1.1\r\n"
        );
        let answer = send(address, &request("POST", "/", &headers, "{}"))
            .await
            .unwrap();
        assert_eq!(
            answer.json()["__type"],
            "MissingAuthenticationTokenException"
        );
        let answer = form(address, "", "Action=GetCallerIdentity&Version=2011-06-15").await;
        assert!(
            answer
                .body
                .contains("<Code>MissingAuthenticationToken</Code>"),
            "{answer:?}"
        );
        let web = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fdeploy\
            &RoleSessionName=session&WebIdentityToken=tokentokentoken";
        let answer = form(address, "", web).await;
        assert!(
            answer.body.contains("assumed-role/deploy/session"),
            "{answer:?}"
        );
    });
}

#[test]
fn the_query_protocol_is_answered_in_xml() {
    with(still(), async |address| {
        let signed = "authorization: x\r\n";
        let answer = form(
            address,
            signed,
            "Action=GetCallerIdentity&Version=2011-06-15",
        )
        .await;
        assert_eq!(
            (
                answer.status,
                answer.body.contains("<Account>123456789012</Account>")
            ),
            (200, true)
        );
        let suspend = "Action=SuspendProcesses&Version=2011-01-01&AutoScalingGroupName=demo-asg\
            &ScalingProcesses.member.1=AZRebalance";
        assert_eq!(form(address, signed, suspend).await.status, 200);
        let answer = form(
            address,
            signed,
            "Action=DescribeAutoScalingGroups&Version=2011-01-01",
        )
        .await;
        assert!(
            answer
                .body
                .contains("<ProcessName>AZRebalance</ProcessName>"),
            "{answer:?}"
        );
        let answer = form(address, signed, "Action=DescribeGroups&Version=2011-01-01").await;
        assert_eq!(
            (
                answer.status,
                answer.body.contains("<Code>InvalidAction</Code>")
            ),
            (400, true)
        );
        let answer = form(
            address,
            signed,
            "Action=DescribeTags&Version=2011-01-01&MaxRecords=x",
        )
        .await;
        assert!(
            answer.body.contains("<Code>ValidationError</Code>"),
            "{answer:?}"
        );
    });
}

#[test]
fn a_body_that_is_too_long_is_refused() {
    with(still(), async |address| {
        let head = format!(
            "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            11 * 1024 * 1024
        );
        let answer = send(address, &head).await.unwrap();
        assert_eq!(answer.status, 413);
    });
}

/// A task definition as a later release of ECS might take it: members that this model lacks, at several depths, and a
/// number that only exact arithmetic keeps.
const NEWER: &str = r#"{"family":"newer","containerDefinitions":[{"name":"a","image":"nginx","memory":64,
    "snapshotPolicy":{"interval":12345678901234567890,"keep":[1.50,null,""]}}],"tierHint":{"z":1,"a":2}}"#;

#[test]
fn members_nobody_knows_are_refused_when_strict() {
    with(still(), async |address| {
        let body: Value = serde_json::from_str(NEWER).unwrap();
        let answer = post(address, &format!("{ECS}.RegisterTaskDefinition"), &body).await;
        let answer = answer.unwrap().json();
        assert_eq!(answer["__type"], "ClientException");
        let message = answer["message"].as_str().unwrap();
        assert!(
            message.contains("Unknown member at 'containerDefinitions.1.member.snapshotPolicy'"),
            "{message}"
        );
    });
}

#[test]
fn members_nobody_knows_come_back_as_they_were_when_not_strict() {
    let lenient = Settings {
        strict: false,
        ..still()
    };
    with(lenient, async |address| {
        let body: Value = serde_json::from_str(NEWER).unwrap();
        let answer = post(address, &format!("{ECS}.RegisterTaskDefinition"), &body)
            .await
            .unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        let named = json!({"taskDefinition": "newer"});
        let answer = post(address, &format!("{ECS}.DescribeTaskDefinition"), &named)
            .await
            .unwrap();
        let kept = &answer.json()["taskDefinition"];
        assert_eq!(kept["tierHint"].to_string(), r#"{"z":1,"a":2}"#);
        let policy = &kept["containerDefinitions"][0]["snapshotPolicy"];
        assert_eq!(
            policy.to_string(),
            r#"{"interval":12345678901234567890,"keep":[1.50,null,""]}"#
        );
        let elsewhere = json!({"services": ["web"], "cluster": "demo", "newest": 1});
        let answer = post(address, &format!("{ECS}.DescribeServices"), &elsewhere)
            .await
            .unwrap();
        assert_eq!(answer.json()["__type"], "InvalidParameterException");
    });
}
