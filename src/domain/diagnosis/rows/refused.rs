//! A call of the API was refused, before a deployment or instead of one.

use super::{Row, Sign::Refused};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "pass-role-not-allowed",
        Refused(&[&["not authorized to perform: iam:passrole"]]),
        "the caller may not hand a role over to ECS",
        "allow iam:PassRole on that role to the role of this job, with the condition `iam:PassedToService`",
    ),
    Row::new(
        "fargate-size",
        Refused(&[
            &["invalid 'cpu' setting for task"],
            &["no fargate configuration exists for given values"],
        ]),
        "Fargate has no tasks of that size",
        "take a pair of `cpu` and `memory` that Fargate has: `wharfie-check-pipeline` names those next to it",
    ),
    Row::new(
        "listener-rule-arn",
        Refused(&[&["productionlistenerrule has an invalid arn format"]]),
        "an ARN of a listener is given where the load balancer needs one of a rule, or the other way round",
        "give the ARN of the rule for an Application Load Balancer, that of the listener for a Network Load Balancer",
    ),
    Row::new(
        "balancer-incomplete",
        Refused(&[
            &[
                "either all or none of the provided loadbalancers",
                "advancedconfiguration",
            ],
            &["advancedconfiguration field is required"],
        ]),
        "a load balancer of the service has no second target group and rule, but the strategy moves traffic",
        "give every load balancer of the service its `advancedConfiguration`",
    ),
    Row::new(
        "gradual-needs-application-balancer",
        Refused(&[&["only alb supports gradual traffic routing"]]),
        "CodeDeploy can move traffic in steps only behind an Application Load Balancer",
        "take CodeDeployDefault.ECSAllAtOnce, or move the service to the strategies of the ECS controller",
    ),
    Row::new(
        "codedeploy-owns-it",
        Refused(&[&["services with a code_deploy deployment controller"]]),
        "CodeDeploy owns what was to be changed",
        "deploy the service through CodeDeploy, with an appspec",
    ),
    Row::new(
        "codedeploy-busy",
        Refused(&[&["deploymentlimitexceededexception"]]),
        "the deployment group has a deployment that is not over",
        "wait for its end with `--if-running wait`, or stop it with `--if-running stop`",
    ),
    Row::new(
        "rate-exceeded",
        Refused(&[
            &["throttling"],
            &["rate exceeded"],
            &["requestlimitexceeded"],
            &["toomanyrequests"],
        ]),
        "the account makes more calls than the API allows",
        "run fewer jobs at a time, or raise `--max-attempts`, then run it again",
    ),
    Row::new(
        "service-not-there",
        Refused(&[
            &["servicenotactiveexception"],
            &["servicenotfoundexception"],
        ]),
        "there is no such service, or it was deleted",
        "check `--cluster`, `--service` and the Region",
    ),
    Row::new(
        "revision-inactive",
        Refused(&[&["taskdefinition is inactive"]]),
        "the revision was deregistered",
        "register it again: give `--task-definition` instead of its ARN",
    ),
    Row::new(
        "platform-version",
        Refused(&[&["platformtaskdefinitionincompatibilityexception"]]),
        "the platform version of the service can not run the task definition",
        "set the service's platform version to LATEST",
    ),
    Row::new(
        "token-reused",
        Refused(&[&["conflictexception:", "token"]]),
        "a client token was used again with other parameters",
        "use a new token, or the same parameters",
    ),
];
