//! Every form of failure that is known to reach a deployment, by the number of its line in the reference on failures: where it
//! shows, how it is worded there, and what it has to be recognised as.

use std::collections::BTreeSet;

use super::*;
use crate::domain::target_health::tests::failing;

/// Where a form shows.
#[derive(Debug, Clone, Copy)]
enum Where {
    /// `stoppedReason` of a task that did not start.
    Stopped,
    /// `stoppedReason` of a task that the scheduler stopped.
    Scheduler,
    /// `reason` of a container.
    Container,
    /// `stoppedReason`, with the exit code of the container.
    Exit(i32),
    /// `stoppedReason`, with a stop code.
    Code(&'static str),
    /// The log of a container that ended with 1.
    Log,
    /// An event of the service.
    Event,
    /// `statusReason` of the service deployment, or what is made of its guards and hooks.
    Status,
    /// The reason code of a target.
    Target,
    /// `errorInformation` of a deployment of CodeDeploy, `code: message`.
    CodeDeploy,
    /// The message of an error of the API, with its code.
    Refused(&'static str),
}

use Where::{
    Code, CodeDeploy, Container, Event, Exit, Log, Refused, Scheduler, Status, Stopped, Target,
};

#[rustfmt::skip]
const FORMS: &[(u16, Where, &str, &str)] = &[
    (1, Stopped, "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref r/web:9: r/web:9: not found", "image-not-found"),
    (2, Stopped, "CannotPullContainerError: The task can't pull the image. Check that the role has the permissions to pull images from the registry", "image-pull-not-allowed"),
    (3, Stopped, "CannotPullContainerError: The task cannot pull 'web' from the Amazon ECR repository 'r'. There is a connection issue between the task and Amazon ECR.", "registry-unreachable"),
    (3, Stopped, "The task cannot pull 'web' from the Amazon ECR repository 'r'. Check your task network configuration.", "registry-unreachable"),
    (3, Stopped, "CannotPullContainerError: The task cannot pull the image. Check your network configuration", "registry-unreachable"),
    (4, Stopped, "CannotPullContainerError: API error (500): Get https://123456789012.dkr.ecr.us-east-1.amazonaws.com/v2/: net/http: request canceled while waiting for connection", "registry-no-answer"),
    (5, Stopped, "CannotPullContainerError: failed to do request: Head \"https://r/v2/web\": dial tcp 10.0.0.7:443: i/o timeout", "registry-timeout"),
    (6, Stopped, "CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReaderSeeker: failed open: unexpected status code https://x: 403 Forbidden", "layer-not-downloaded"),
    (7, Stopped, "CannotPullContainerError: pull access denied for web, repository does not exist or may require 'docker login'", "repository-unknown"),
    (7, Stopped, "repository does not exist or may require 'docker login': denied", "repository-unknown"),
    (8, Stopped, "CannotPullContainerError: toomanyrequests: Too Many Requests", "pull-rate-limited"),
    (8, Stopped, "CannotPullContainerError: You have reached your pull rate limit. You may increase the limit", "pull-rate-limited"),
    (9, Stopped, "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'", "image-platform"),
    (9, Stopped, "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/arm64'", "image-platform"),
    (10, Stopped, "CannotPullContainerError: write /var/lib/docker/tmp/GetImageBlob111111111: no space left on device", "disk-full"),
    (11, Stopped, "CannotPullContainerError: pull command failed: panic: runtime error: invalid memory address or nil pointer dereference", "layers-unreachable"),
    (12, Stopped, "CannotPullContainerError: error pulling image configuration: toomany", "image-configuration"),
    (13, Stopped, "CannotPullContainerError: context canceled", "pull-given-up"),
    (13, Stopped, "ref pull has been retried 1 time(s): failed to copy: Context canceled", "pull-given-up"),
    (14, Status, "the image digest of container web could not be resolved", "tag-not-resolved"),
    (14, Event, "(service web) was unable to resolve the image digest for container web", "tag-not-resolved"),
    (20, Stopped, "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR.", "registry-login-unreachable"),
    (20, Stopped, "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. RequestError: send request failed caused by: Post \"https://api.ecr.us-east-1.amazonaws.com/\": dial tcp 44.213.79.50:443: i/o timeout", "registry-login-unreachable"),
    (20, Stopped, "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: RequestError: dial tcp 44.213.79.50:443: i/o timeout", "registry-login-unreachable"),
    (21, Stopped, "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): AccessDeniedException: User is not authorized", "registry-login-not-allowed"),
    (22, Stopped, "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): AccessDeniedException: User is not authorized to perform: secretsmanager:GetSecretValue", "secret-not-allowed"),
    (22, Stopped, "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:us-east-1:123456789012:secret:db", "secret-not-allowed"),
    (23, Stopped, "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: ResourceNotFoundException: Secrets Manager can't find the specified secret.", "secret-not-found"),
    (23, Stopped, "ResourceInitializationError: The task can't retrieve the secret with ARN 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db' from AWS Secrets Manager.", "secret-not-found"),
    (24, Stopped, "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager. There is a connection issue between the task and AWS Systems Manager Parameter Store.", "secret-unreachable"),
    (24, Stopped, "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secrets from ssm: RequestCanceled: caused by: context deadline exceeded", "secret-unreachable"),
    (24, Stopped, "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secrets from ssm: RequestError: send request failed caused by: dial tcp 10.0.0.9:443: i/o timeout", "secret-unreachable"),
    (25, Stopped, "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: /app/key", "parameter-not-found"),
    (26, Stopped, "ResourceInitializationError: unable to pull secrets or registry auth: retrieved secret from Secrets Manager did not contain json key password", "secret-key-missing"),
    (27, Stopped, "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: ResourceNotFoundException: The specified log group does not exist.", "log-group-missing"),
    (28, Stopped, "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: AccessDeniedException: not authorized to perform: logs:CreateLogStream", "log-not-allowed"),
    (28, Stopped, "ResourceInitializationError: failed to validate logger args: AccessDeniedException: not authorized to perform: logs:CreateLogGroup", "log-not-allowed"),
    (29, Stopped, "ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch.", "log-unreachable"),
    (29, Stopped, "ResourceInitializationError: failed to validate logger args: : signal: killed", "log-unreachable"),
    (29, Stopped, "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: RequestError: dial tcp 10.0.0.9:443: i/o timeout", "log-unreachable"),
    (30, Stopped, "ResourceInitializationError: unable to get awslogs driver arguments: awslogs-region is required", "log-region-missing"),
    (31, Stopped, "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: Connection timed out'", "volume-not-mounted"),
    (31, Stopped, "ResourceInitializationError: mount.nfs4: access denied by server", "volume-not-mounted"),
    (31, Stopped, "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: command failed: timeout", "volume-not-mounted"),
    (32, Stopped, "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/web' that was provided for this task. Please verify that the role being passed has the proper trust relationship.", "role-not-assumed"),
    (32, Event, "(service web) ECS was unable to assume the role 'arn:aws:iam::123456789012:role/web' that was provided for this task.", "role-not-assumed"),
    (33, Stopped, "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet 'subnet-1': InsufficientFreeAddressesInSubnet", "subnet-full"),
    (34, Stopped, "Timeout waiting for network interface provisioning to complete.", "network-interface-late"),
    (34, Stopped, "InternalError: failed to attach the network interface", "network-interface-late"),
    (35, Stopped, "CannotCreateContainerError: API error (400): devmapper: Thin Pool has 7859 free data blocks", "container-not-created"),
    (35, Stopped, "CannotCreateContainerError: API error (500): no such volume", "container-not-created"),
    (35, Stopped, "CannotCreateContainerError: API error (400): Conflicting options: hostname and the network mode", "container-not-created"),
    (36, Stopped, "CannotStartContainerError: API error (400): OCI runtime create failed: exec: \"run\": executable file not found in $PATH", "command-not-started"),
    (36, Container, "CannotStartContainerError: ResourceInitializationError: exec: \"/app/run.sh\": no such file or directory", "command-not-started"),
    (36, Container, "OCI runtime create failed: runc create failed: unable to start container process: exec: \"/app/run.sh\": permission denied", "command-not-started"),
    (37, Log, "exec /usr/local/bin/app: exec format error", "wrong-processor"),
    (37, Container, "CannotStartContainerError: exec /app: exec format error", "wrong-processor"),
    (38, Stopped, "ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 3m0s", "runtime-timeout"),
    (38, Stopped, "DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s", "runtime-timeout"),
    (39, Stopped, "TaskFailedToStart: The selected task definition is not compatible with the selected compute strategy.", "incompatible-compute"),
    (50, Exit(1), "Essential container in task exited", "exited"),
    (50, Exit(2), "Essential container in task exited", "exited"),
    (50, Exit(77), "Essential container in task exited", "exited"),
    (50, Exit(0), "Essential container in task exited", "exited-without-error"),
    (51, Container, "OutOfMemoryError: Container killed due to memory usage", "out-of-memory"),
    (52, Exit(137), "Essential container in task exited", "killed"),
    (53, Exit(139), "Essential container in task exited", "crashed"),
    (53, Exit(134), "Essential container in task exited", "crashed"),
    (53, Exit(143), "Essential container in task exited", "asked-to-end"),
    (54, Scheduler, "Task failed container health checks", "container-unhealthy"),
    (55, Scheduler, "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0f)", "target-unhealthy"),
    (55, Event, "(service web) (instance i-0f) (port 80) is unhealthy in (target-group arn:aws:x) due to (reason something new)", "target-unhealthy"),
    (56, Target, "Target.ResponseCodeMismatch", "target-wrong-status"),
    (56, Event, "(service web) (port 80) is unhealthy in (target-group arn:aws:x) due to (reason Health checks failed with these codes: [404])", "target-wrong-status"),
    (57, Target, "Target.Timeout", "target-timeout"),
    (57, Event, "(service web) (port 80) is unhealthy in (target-group arn:aws:x) due to (reason Request timed out)", "target-timeout"),
    (58, Target, "Target.FailedHealthChecks", "target-refused"),
    (58, Event, "(service web) (port 80) is unhealthy in (target-group arn:aws:x) due to (reason Health checks failed)", "target-refused"),
    (59, Target, "Target.NotInUse", "target-not-in-use"),
    (60, Target, "Elb.InitialHealthChecking", "target-not-checked-so-far"),
    (60, Target, "Elb.RegistrationInProgress", "target-not-checked-so-far"),
    (61, Event, "(service web) (port 80) is not healthy in target-group web due to TARGET GROUP IS NOT FOUND", "target-deleted"),
    (61, Event, "(service web) (port 80) is not healthy in target-group web due to TARGET IS NOT FOUND", "target-deleted"),
    (62, Code("SpotInterruption"), "Your Spot Task was interrupted.", "spot-interruption"),
    (62, Code("TerminationNotice"), "the instance is terminated", "capacity-taken"),
    (63, Code("InfrastructureHealth"), "the instance is unhealthy", "infrastructure"),
    (63, Stopped, "ECS is performing maintenance on the underlying infrastructure hosting the task", "infrastructure"),
    (63, Stopped, "Task stopped because of host maintenance", "infrastructure"),
    (64, Code("UserInitiated"), "Task stopped by user", "stopped-by-somebody"),
    (64, Code("UserInitiated"), "stopped by the clean-up tool", "stopped-by-somebody"),
    (70, Event, "(service web) was unable to place a task because no container instance met all of its requirements. The closest matching container-instance 0f has insufficient memory available.", "no-fitting-instance"),
    (70, Event, "(service web) was unable to place a task because no container instance met all of its requirements. The closest matching container-instance 0f has insufficient CPU units available.", "no-fitting-instance"),
    (70, Event, "(service web) was unable to place a task because no container instance met all of its requirements. The closest matching container-instance 0f is already using a port required by your task.", "no-fitting-instance"),
    (70, Event, "(service web) was unable to place a task because no container instance met all of its requirements. The closest matching container-instance 0f is missing an attribute required by your task.", "no-fitting-instance"),
    (70, Event, "(service web) was unable to place a task because no container instance met all of its requirements. The closest matching container-instance 0f encountered error \"AGENT\".", "no-fitting-instance"),
    (71, Event, "(service web) was unable to place a task. Reason: No Container Instances were found in your capacity provider.", "no-instances"),
    (72, Event, "(service web) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.", "no-fargate-capacity"),
    (72, Event, "(service web) was unable to place a task. Reason: RESOURCE:FARGATE.", "no-fargate-capacity"),
    (72, Stopped, "Capacity is unavailable at this time. Please try again later or in a different availability zone", "no-fargate-capacity"),
    (73, Event, "(service web) was unable to place a task. Reason: You've reached the limit on the number of vCPUs you can run concurrently.", "fargate-quota"),
    (73, Event, "(service web) was unable to place a task. Reason: You've reached the limit on the number of tasks you can run concurrently.", "fargate-quota"),
    (74, Event, "(service web) was unable to place a task: tasks provisioning capacity limit was exceeded.", "provisioning-limit"),
    (75, Event, "(service web) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section.", "starts-failing"),
    (76, Event, "(service web) was unable to stop or start tasks during a deployment because of the service deployment configuration.", "no-room-to-move"),
    (77, Event, "(service web) could not launch 3 tasks for deployment ecs-svc/7", "tasks-not-launched"),
    (78, Event, "(service web) operations are being throttled. Will try again later.", "throttled"),
    (79, Event, "(service web) is unable to reach steady state because task set ecs-svc/7 was unable to scale in. Reason: The number of protected tasks is more than the desired count.", "tasks-protected"),
    (90, Status, "ECS deployment circuit breaker: tasks failed to start.", "circuit-breaker"),
    (90, Event, "(service web) (deployment ecs-svc/7) deployment failed: tasks failed to start.", "circuit-breaker"),
    (91, Status, "Service deployment rolled back because the circuit breaker threshold was exceeded.", "circuit-breaker"),
    (92, Status, "No rollback candidate was found to run the rollback.", "no-rollback-candidate"),
    (93, Status, "deployment alarms fired: errors", "alarm"),
    (94, Status, "Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) failed. Lifecycle hook target arn:aws:lambda:x returned FAILED status.", "hook-failed"),
    (95, Status, "Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) failed. ECS was unable to parse the response from arn:aws:lambda:x due to HookStatus must not be null", "hook-answer"),
    (96, Status, "Service deployment rolled back because PRE_SCALE_UP lifecycle hook(s) failed. ECS was unable to assume role arn:aws:iam::123456789012:role/hook", "hook-not-called"),
    (96, Status, "Service deployment rolled back because PRE_SCALE_UP lifecycle hook(s) failed. ECS was unable to invoke hook target arn:aws:lambda:x", "hook-not-called"),
    (97, Status, "Service deployment rolled back because of an invalid networking configuration: Target group arn:aws:x is not associated with either productionListenerRule or testListenerRule", "rule-without-groups"),
    (98, Status, "Service deployment rolled back because of an invalid networking configuration: productionListenerRule arn:aws:x should have exactly one target group serving traffic but found 2", "both-groups-serving"),
    (99, Status, "Production listener rule is forwarding traffic to unexpected target group", "rule-elsewhere"),
    (100, Status, "Service deployment rolled back because ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure Role 'arn:aws:x'", "infrastructure-role"),
    (101, Refused("InvalidParameterException"), "productionListenerRule has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB", "listener-rule-arn"),
    (102, Refused("InvalidParameterException"), "Either all or none of the provided loadBalancers must have advancedConfiguration defined.", "balancer-incomplete"),
    (102, Refused("InvalidParameterException"), "advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy.", "balancer-incomplete"),
    (103, Status, "a pause hook timed out at POST_TEST_TRAFFIC_SHIFT: nobody answered", "hook-timeout"),
    (110, CodeDeploy, "HEALTH_CONSTRAINTS: The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.", "codedeploy-never-healthy"),
    (111, CodeDeploy, "TIMEOUT: The deployment timed out while waiting for a notification to continue. This time out period is 60 minutes.", "codedeploy-not-continued"),
    (112, CodeDeploy, "ELASTIC_LOAD_BALANCING_INVALID: The ELB could not be updated due to the following error: Primary taskset target group must be behind listener arn:aws:x", "codedeploy-listener-elsewhere"),
    (113, CodeDeploy, "TIMEOUT: The deployment timed out while waiting for a status callback. CodeDeploy expects a status callback within one hour", "codedeploy-hook-silent"),
    (114, CodeDeploy, "HOOK_EXECUTION_FAILURE: The deployment failed because one or more of the lifecycle event validation functions failed.", "codedeploy-hook-failed"),
    (114, CodeDeploy, "HOOK_EXECUTION_FAILURE: ", "codedeploy-hook-failed"),
    (115, CodeDeploy, "IAM_ROLE_PERMISSIONS: The IAM role arn:aws:x does not give you permission to perform operations in the following AWS service: AmazonECS.", "codedeploy-role"),
    (116, Refused("InvalidDeploymentConfigNameException"), "Only ALB supports gradual traffic routing, use AllAtOnce Deployment configuration instead", "gradual-needs-application-balancer"),
    (117, Refused("InvalidParameterException"), "Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.", "codedeploy-owns-it"),
    (118, Refused("DeploymentLimitExceededException"), "The Deployment Group 'x' already has an active Deployment 'd-1'", "codedeploy-busy"),
    (119, CodeDeploy, "AUTOSCALING_VALIDATION_ERROR: the service is scaling", "codedeploy-scaling-in-between"),
    (120, CodeDeploy, "ALARM_ACTIVE: One or more alarms have been activated according to the Amazon CloudWatch metrics you selected", "codedeploy-alarm"),
    (121, CodeDeploy, "ECS_UPDATE_ERROR: the primary task set changed", "codedeploy-service-differs"),
    (121, CodeDeploy, "INVALID_ECS_SERVICE: the service is not of CodeDeploy", "codedeploy-service-differs"),
    (122, CodeDeploy, "CodeDeployDefault.ECSAllAtOnce: targets are unhealthy after the traffic was moved", "codedeploy-checked-after-traffic"),
    (130, Refused("ClientException"), "Invalid 'cpu' setting for task.", "fargate-size"),
    (130, Refused("ClientException"), "No Fargate configuration exists for given values.", "fargate-size"),
    (131, Refused("AccessDeniedException"), "User: arn:aws:x is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/web", "pass-role-not-allowed"),
    (132, Refused("ThrottlingException"), "Rate exceeded", "rate-exceeded"),
    (133, Refused("ServiceNotActiveException"), "Service was not ACTIVE.", "service-not-there"),
    (133, Refused("ServiceNotFoundException"), "Service not found.", "service-not-there"),
    (134, Refused("ClientException"), "TaskDefinition is inactive", "revision-inactive"),
    (135, Refused("PlatformTaskDefinitionIncompatibilityException"), "The platform version does not support it", "platform-version"),
    (136, Refused("ConflictException"), "The client token was used with other parameters", "token-reused"),
];

/// The lines of the reference: groups of numbers.
const LINES: [std::ops::RangeInclusive<u16>; 7] = [
    1..=14,
    20..=39,
    50..=64,
    70..=79,
    90..=103,
    110..=122,
    130..=136,
];

fn recognised_as(place: Where, message: &str) -> Option<&'static str> {
    let of_task = |task: &TaskState| {
        let diagnosis = Diagnosis::new([task], [], []);
        diagnosis.findings.first()?.cause.map(|cause| cause.kind)
    };
    match place {
        Stopped => of_task(&failed_to_start("a", message)),
        Scheduler => {
            let mut task = crashed("a", 7, 143);
            task.stop_code = Some(StopCode::SchedulerInitiated);
            task.stopped_reason = Some(message.to_owned());
            of_task(&task)
        }
        Container => {
            let mut task = crashed("a", 7, 137);
            task.containers[0].reason = Some(message.to_owned());
            of_task(&task)
        }
        Exit(code) => {
            let mut task = crashed("a", 7, code);
            task.stopped_reason = Some(message.to_owned());
            of_task(&task)
        }
        Code(code) => {
            let mut task = crashed("a", 7, 137);
            task.stop_code = Some(StopCode::from(code));
            task.stopped_reason = Some(message.to_owned());
            of_task(&task)
        }
        Log => {
            let mut diagnosis = Diagnosis::new([&crashed("a", 7, 1)], [], []);
            diagnosis.read_log([message]);
            diagnosis.findings[0].cause.map(|cause| cause.kind)
        }
        Event => kinds(&Diagnosis::new([], [message], [])).first().copied(),
        Status => kinds(&Diagnosis::new([], [], [message])).first().copied(),
        Target => kinds(&Diagnosis::default().with_targets(&[failing("10.0.0.7", message, "")]))
            .first()
            .copied(),
        CodeDeploy => kinds(&Diagnosis::default().with_codedeploy([message]))
            .first()
            .copied(),
        Refused(code) => refusal(code, message).map(|cause| cause.kind),
    }
}

#[test]
fn every_form_is_recognised_where_it_shows() {
    let missed: Vec<String> = FORMS
        .iter()
        .filter_map(|(line, place, message, kind)| {
            let found = recognised_as(*place, message);
            (found != Some(*kind))
                .then(|| format!("{line} {place:?}: {found:?}, not {kind}: {message}"))
        })
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn no_line_of_the_reference_is_left_out() {
    let lines: BTreeSet<u16> = LINES.into_iter().flatten().collect();
    let formed: BTreeSet<u16> = FORMS.iter().map(|(line, ..)| *line).collect();
    assert_eq!(formed, lines);
}

#[test]
fn every_cause_of_the_table_has_a_form_or_is_a_general_one() {
    // What is recognised without a line of its own: the rest of a family, and reasons of targets beyond the reference.
    const GENERAL: [&str; 6] = [
        "image-not-pulled",
        "task-not-prepared",
        "command-not-found",
        "target-not-usable",
        "balancer-error",
        // In our own words, of a hook's status.
        "hook-rejected",
    ];
    let formed: BTreeSet<&str> = FORMS
        .iter()
        .map(|(.., kind)| *kind)
        .chain(CODES.iter().map(|(_, kind)| *kind))
        .collect();
    for kind in rows::kinds() {
        assert!(formed.contains(kind) != GENERAL.contains(&kind), "{kind}");
    }
}

#[test]
fn a_text_that_ecs_cut_short_is_still_recognised() {
    let cut = "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection iss";
    assert_eq!(recognised_as(Stopped, cut), Some("task-not-prepared"));
    let late = &cut[..cut.len() - 3].replace("connection", "connection issue");
    assert_eq!(
        recognised_as(Stopped, late),
        Some("registry-login-unreachable")
    );
}

#[test]
fn old_tasks_that_make_room_are_never_blamed_whatever_their_code() {
    for code in [0, 137, 143] {
        let mut old = crashed("a", 7, code);
        old.stop_code = Some(StopCode::SchedulerInitiated);
        for reason in [
            "Scaling activity initiated by (deployment ecs-svc/7)",
            "Scaling activity initiated by deployment ecs-svc/7",
        ] {
            old.stopped_reason = Some(reason.to_owned());
            assert!(Diagnosis::new([&old], [], []).is_empty(), "{code} {reason}");
        }
    }
}

/// Codes of `errorInformation` without a line in the reference: the code alone says what it is.
const CODES: [(&str, &str); 17] = [
    ("APPLICATION_MISSING", "codedeploy-application-gone"),
    ("CLOUDFORMATION_STACK_FAILURE", "codedeploy-stack"),
    (
        "CODEDEPLOY_RESOURCE_CANNOT_BE_FOUND",
        "codedeploy-resource-gone",
    ),
    ("CUSTOMER_APPLICATION_UNHEALTHY", "codedeploy-unhealthy"),
    ("DEPLOYMENT_GROUP_MISSING", "codedeploy-application-gone"),
    ("ELASTIC_LOAD_BALANCING_INVALID", "codedeploy-listener"),
    ("HEALTH_CONSTRAINTS", "codedeploy-unhealthy"),
    ("INTERNAL_ERROR", "codedeploy-internal"),
    ("INVALID_LAMBDA_FUNCTION", "codedeploy-hook-function"),
    ("INVALID_REVISION", "codedeploy-revision"),
    ("MANUAL_STOP", "codedeploy-stopped-by-hand"),
    (
        "MISSING_BLUE_GREEN_DEPLOYMENT_CONFIGURATION",
        "codedeploy-group-incomplete",
    ),
    ("MISSING_ELB_INFORMATION", "codedeploy-group-incomplete"),
    ("RESOURCE_LIMIT_EXCEEDED", "codedeploy-limit"),
    ("REVISION_MISSING", "codedeploy-revision"),
    ("THROTTLED", "codedeploy-throttled"),
    ("TIMEOUT", "codedeploy-timeout"),
];

/// Codes that only a deployment to servers can have.
const OF_SERVERS: [&str; 8] = [
    "AGENT_ISSUE",
    "AUTO_SCALING_CONFIGURATION",
    "ELB_INVALID_INSTANCE",
    "HEALTH_CONSTRAINTS_INVALID",
    "MISSING_GITHUB_TOKEN",
    "NO_EC2_SUBSCRIPTION",
    "NO_INSTANCES",
    "OVER_MAX_INSTANCES",
];

#[test]
fn every_code_that_codedeploy_gives_a_deployment_to_ecs_has_a_cause_and_advice() {
    let model: serde_json::Value =
        serde_json::from_str(include_str!("../../../sim/model/codedeploy.json")).unwrap();
    let codes = model["shapes"]["ErrorCode"]["enum"].as_array().unwrap();
    let found = |code: &str| recognised_as(CodeDeploy, &format!("{code}: in words"));
    for code in codes.iter().filter_map(serde_json::Value::as_str) {
        let is_known = found(code) != Some("none");
        assert_eq!(is_known, !OF_SERVERS.contains(&code), "{code}");
    }
    for (code, kind) in CODES {
        assert_eq!(found(code), Some(kind), "{code}");
    }
}
