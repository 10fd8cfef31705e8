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
];
