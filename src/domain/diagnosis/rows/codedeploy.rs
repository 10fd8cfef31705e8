//! What CodeDeploy says of a deployment that failed: `errorInformation` and the diagnostics of a lifecycle event.

use super::{Row, Sign::CodeDeploy};

pub(super) const ROWS: &[Row] = &[
    Row::effect(
        "codedeploy-never-healthy",
        CodeDeploy(&[&["replacement task set to become healthy"]]),
        "the new tasks did not all become healthy within the hour CodeDeploy gives them",
        "the tasks of the replacement task set say why: look at those that stopped and at the target group's health",
    ),
    Row::new(
        "codedeploy-not-continued",
        CodeDeploy(&[&["waiting for a notification to continue"]]),
        "nobody said in time that traffic may be moved",
        "continue the deployment earlier, or raise the wait of the deployment group's `deploymentReadyOption`",
    ),
    Row::new(
        "codedeploy-listener-elsewhere",
        CodeDeploy(&[&["primary taskset target group must be behind listener"]]),
        "a listener does not point to the target group of the task set that serves now, as after a change by hand or by \
infrastructure code",
        "point the production and the test listener at the target group that serves now",
    ),
    Row::new(
        "codedeploy-hook-silent",
        CodeDeploy(&[&["waiting for a status callback"]]),
        "a hook's function did not report within an hour",
        "let it call PutLifecycleEventHookExecutionStatus on every path, and allow it \
codedeploy:PutLifecycleEventHookExecutionStatus",
    ),
    Row::new(
        "codedeploy-hook-failed",
        CodeDeploy(&[
            &["lifecycle event validation functions failed"],
            &["hook_execution_failure"],
        ]),
        "a hook's function said no",
        "read the log of the hook's function",
    ),
    Row::new(
        "codedeploy-role",
        CodeDeploy(&[
            &["does not give you permission to perform operations"],
            &["iam_role_permissions"],
            &["iam_role_missing"],
        ]),
        "the service role of CodeDeploy may not do what the deployment needs",
        "attach the managed policy AWSCodeDeployRoleForECS to the deployment group's service role",
    ),
    Row::new(
        "codedeploy-scaling-in-between",
        CodeDeploy(&[
            &["autoscaling_validation_error"],
            &["scaling activity", "during the deployment"],
        ]),
        "Service Auto Scaling changed the number of tasks while traffic was moved",
        "hold scaling still around the deployment: `--suspend-scaling auto` does",
    ),
    Row::new(
        "codedeploy-alarm",
        CodeDeploy(&[&["alarm_active"], &["alarm", "activated"]]),
        "an alarm of the deployment group fired",
        "look at the alarm's history for what it saw; a deployment that mends it can pass by it with \
`overrideAlarmConfiguration`",
    ),
    Row::new(
        "codedeploy-service-differs",
        CodeDeploy(&[&["ecs_update_error"], &["invalid_ecs_service"]]),
        "the service was changed meanwhile, or is none that CodeDeploy deploys",
        "compare the service with the deployment group: controller, load balancer, target groups",
    ),
    Row::new(
        "codedeploy-checked-after-traffic",
        CodeDeploy(&[&["allatonce", "unhealthy after the traffic was moved"]]),
        "all traffic was moved at once, and the load balancer's checks of the new tasks began only then",
        "move traffic in steps with a canary or linear configuration, or test with a BeforeAllowTraffic hook behind a test \
listener",
    ),
    Row::new(
        "codedeploy-stopped-by-hand",
        CodeDeploy(&[&["manual_stop"]]),
        "somebody stopped the deployment",
        "ask who did: StopDeployment in CloudTrail names them; what they did not roll back stays as it was, so look where the traffic goes",
    ),
    Row::new(
        "codedeploy-revision",
        CodeDeploy(&[&["revision_missing"], &["invalid_revision"]]),
        "CodeDeploy cannot read the appspec of the deployment, or it is not one for ECS",
        "check the appspec with `wharfie-check-pipeline`, and its file in S3 if it is kept there",
    ),
    Row::new(
        "codedeploy-application-gone",
        CodeDeploy(&[&["application_missing"], &["deployment_group_missing"]]),
        "the application or the deployment group of CodeDeploy was deleted",
        "make it again with the service, its listeners and both target groups, under the name it had",
    ),
    Row::new(
        "codedeploy-resource-gone",
        CodeDeploy(&[&["codedeploy_resource_cannot_be_found"]]),
        "something that CodeDeploy needs for the deployment is no longer there",
        "compare the deployment group with what there is: service, listeners, target groups, service role, alarms",
    ),
    Row::new(
        "codedeploy-group-incomplete",
        CodeDeploy(&[
            &["missing_blue_green_deployment_configuration"],
            &["missing_elb_information"],
        ]),
        "the deployment group does not say how it deploys blue/green behind a load balancer",
        "give it a blue/green configuration with production listener and both target groups",
    ),
    Row::new(
        "codedeploy-listener",
        CodeDeploy(&[&["elastic_load_balancing_invalid"]]),
        "the load balancer does not allow what CodeDeploy has to do with its listeners or target groups",
        "compare the listeners with the deployment group: both target groups of the same load balancer, and their rules as the last deployment left them",
    ),
    Row::new(
        "codedeploy-limit",
        CodeDeploy(&[&["resource_limit_exceeded"]]),
        "a limit of the account was reached",
        "look at the service quotas of CodeDeploy, ECS and Elastic Load Balancing, and ask for more where one is used up",
    ),
    Row::new(
        "codedeploy-throttled",
        CodeDeploy(&[&["throttled"]]),
        "CodeDeploy asked AWS more often than the account may",
        "deploy again in a while; spread deployments that start at the same time",
    ),
    Row::new(
        "codedeploy-hook-function",
        CodeDeploy(&[
            &["invalid_lambda_function"],
            &["invalid_lambda_configuration"],
        ]),
        "a hook names a function that cannot be called",
        "check the names in the `Hooks` of the appspec, and that the functions are in the same account and Region",
    ),
    Row::new(
        "codedeploy-stack",
        CodeDeploy(&[&["cloudformation_stack_failure"]]),
        "CloudFormation, which started the deployment, failed",
        "read the events of the stack",
    ),
    Row::new(
        "codedeploy-internal",
        CodeDeploy(&[&["internal_error"]]),
        "CodeDeploy failed by itself",
        "deploy again; if it stays so, ask AWS support with the id of the deployment",
    ),
    Row::effect(
        "codedeploy-unhealthy",
        CodeDeploy(&[
            &["health_constraints:"],
            &["customer_application_unhealthy"],
        ]),
        "the new tasks did not get or stay healthy",
        "the tasks of the replacement task set say why: look at those that stopped and at the target group's health",
    ),
    Row::effect(
        "codedeploy-timeout",
        CodeDeploy(&[&["timeout:"]]),
        "a step of the deployment took longer than CodeDeploy waits for it",
        "look at the lifecycle event that was under way, and at the tasks of the replacement task set",
    ),
];
