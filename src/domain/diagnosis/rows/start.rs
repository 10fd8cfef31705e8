//! The task could not be prepared, or its container not be started.

use super::{
    Row,
    Sign::{Log, TaskOrEvent},
};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "secret-key-missing",
        TaskOrEvent(&[&["did not contain json key"]]),
        "the secret holds no such JSON key",
        "correct the key in `valueFrom`, or add it to the secret",
    ),
    Row::new(
        "secret-not-found",
        TaskOrEvent(&[
            &["can't find the specified secret"],
            &["can't retrieve the secret"],
        ]),
        "there is no such secret in this Region and account",
        "correct the ARN in `valueFrom`, and keep its colons if a JSON key is named",
    ),
    Row::new(
        "parameter-not-found",
        TaskOrEvent(&[&["ssm", "invalid parameters"]]),
        "there is no such parameter in this Region and account",
        "create the parameter, or correct its name in `valueFrom`",
    ),
    Row::new(
        "secret-unreachable",
        TaskOrEvent(&[
            &["aws systems manager", "connection issue"],
            &["secret", "connection issue"],
            &["secret", "context deadline exceeded"],
            &["secret", "i/o timeout"],
        ]),
        "the task cannot reach the store of its secrets",
        "give the subnet a NAT gateway, or endpoints for secretsmanager, ssm and kms with port 443 open to the tasks",
    ),
    Row::new(
        "secret-not-allowed",
        TaskOrEvent(&[
            &["secret", "accessdenied"],
            &["secret", "is not authorized to perform"],
            &["failed to fetch secret"],
        ]),
        "the execution role may not read a secret",
        "allow secretsmanager:GetSecretValue or ssm:GetParameters on it, and kms:Decrypt on its key, to the execution role",
    ),
    Row::new(
        "log-group-missing",
        TaskOrEvent(&[&["specified log group does not exist"]]),
        "the log group is not there",
        "create it, or set `awslogs-create-group` and allow logs:CreateLogGroup to the execution role",
    ),
    Row::new(
        "log-not-allowed",
        TaskOrEvent(&[
            &["logs:createlogstream"],
            &["logs:createloggroup"],
            &["validate logger args", "accessdenied"],
        ]),
        "the execution role may not write the log",
        "allow logs:CreateLogStream and logs:PutLogEvents (and logs:CreateLogGroup if the group is to be created)",
    ),
    Row::new(
        "log-unreachable",
        TaskOrEvent(&[
            &["cannot find the amazon cloudwatch log group"],
            &["validate logger args", "signal: killed"],
            &["validate logger args", "i/o timeout"],
        ]),
        "the log group is not there, or CloudWatch Logs cannot be reached",
        "check that the group exists, and give the subnet a NAT gateway or an endpoint for logs",
    ),
    Row::new(
        "log-region-missing",
        TaskOrEvent(&[&["awslogs-region is required"]]),
        "the log driver is not told the Region",
        "set the log option `awslogs-region`",
    ),
    Row::new(
        "volume-not-mounted",
        TaskOrEvent(&[&["efs utils"], &["efs volumes"], &["mount.nfs4"]]),
        "the EFS volume could not be mounted",
        "open port 2049 from the tasks, give each zone a mount target, and check the access point and the task role",
    ),
    Row::new(
        "role-not-assumed",
        TaskOrEvent(&[&["unable to assume the role"]]),
        "a role of the task cannot be assumed",
        "check that the role exists and trusts ecs-tasks.amazonaws.com",
    ),
    Row::new(
        "subnet-full",
        TaskOrEvent(&[&["create network interface"]]),
        "no network interface could be made: the subnet has no free address",
        "use a larger subnet, or more of them",
    ),
    Row::new(
        "network-interface-late",
        TaskOrEvent(&[&["network interface provisioning"], &["internalerror:"]]),
        "the network interface was not ready in time",
        "try again; if it stays, look at the account's quota of network interfaces",
    ),
    Row::new(
        "wrong-processor",
        TaskOrEvent(&[&["exec format error"]]),
        "the program in the image is built for another processor",
        "build the image for the task's `runtimePlatform`",
    )
    .or(Log(&[&["exec format error"]])),
    Row::new(
        "command-not-started",
        TaskOrEvent(&[
            &["executable file not found"],
            &["cannotstartcontainererror"],
            &["unable to start container process"],
        ]),
        "the container's command cannot be run",
        "check `entryPoint`, `command`, the working directory, and the file's mode and line endings",
    ),
    Row::new(
        "container-not-created",
        TaskOrEvent(&[&["cannotcreatecontainererror"]]),
        "the container could not be made",
        "free the host's disk, or correct the option the message names",
    ),
    Row::new(
        "runtime-timeout",
        TaskOrEvent(&[&["containerruntimetimeouterror"], &["dockertimeouterror"]]),
        "the container runtime did not answer in time",
        "look at the host's load, at `startTimeout` and at containers that are waited for",
    ),
    Row::new(
        "incompatible-compute",
        TaskOrEvent(&[&["not compatible with the selected compute strategy"]]),
        "the task definition does not fit the service's launch type or capacity provider",
        "make `requiresCompatibilities` and the service agree",
    ),
    Row::new(
        "task-not-prepared",
        TaskOrEvent(&[&["resourceinitializationerror"]]),
        "the task could not be prepared",
        "the message names what was missing: a secret, a log group, a volume, or the way to one of them",
    ),
];
