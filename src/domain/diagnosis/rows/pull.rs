//! The image could not be pulled.

use super::{Row, Sign::TaskOrEvent};

const NETWORK: &str = "private subnet: give it a NAT gateway, or endpoints for ecr.api, ecr.dkr and S3 with port 443 open to \
the tasks; public subnet: set assignPublicIp to ENABLED; a private address in the message is that of an endpoint";

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "image-platform",
        TaskOrEvent(&[
            &["does not contain descriptor matching platform"],
            &["no match for platform in manifest"],
        ]),
        "the image was built for another processor or operating system",
        "build it for the task's `runtimePlatform`, or push an index that holds both platforms",
    ),
    Row::new(
        "pull-rate-limited",
        TaskOrEvent(&[&["toomanyrequests"], &["pull rate limit"]]),
        "the registry limits how often images are pulled",
        "pull through a cache of your own registry, or log in to the registry with `repositoryCredentials`",
    ),
    Row::new(
        "repository-unknown",
        TaskOrEvent(&[
            &["pull access denied"],
            &["repository does not exist or may require"],
        ]),
        "the registry knows no such repository, or wants a login",
        "check the name; for a private registry set `repositoryCredentials`",
    ),
    Row::new(
        "image-pull-not-allowed",
        TaskOrEvent(&[&["can't pull the image", "permissions to pull"]]),
        "the role that pulls the image may not",
        "allow ecr:GetAuthorizationToken on `*`, and ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository, to \
the execution role (on EC2 the instance role); another account's repository needs a policy too",
    ),
    Row::new(
        "disk-full",
        TaskOrEvent(&[&["no space left on device"]]),
        "the disk is full",
        "on Fargate raise `ephemeralStorage`; on EC2 free or enlarge the instance's disk",
    ),
    Row::new(
        "layers-unreachable",
        TaskOrEvent(&[&["pull command failed", "invalid memory address"]]),
        "the image's layers in S3 cannot be reached",
        "open the way to S3: the security group, and the route to the gateway endpoint",
    ),
    Row::new(
        "layer-not-downloaded",
        TaskOrEvent(&[&["httpreaderseeker", "unexpected status code"]]),
        "a layer of the image could not be downloaded",
        "let the S3 gateway endpoint's policy and route table reach the bucket that holds the layers",
    ),
    Row::new(
        "image-not-found",
        TaskOrEvent(&[
            &["cannotpullcontainererror", "not found"],
            &["cannotpullcontainererror", "manifest unknown"],
            &["failed to resolve ref", "not found"],
        ]),
        "there is no such image: never pushed, deleted, or expired by a lifecycle policy",
        "push the image to that registry and Region, or deploy a revision whose image exists",
    ),
    Row::new(
        "registry-login-unreachable",
        TaskOrEvent(&[
            &["cannot pull registry auth", "connection issue"],
            &["ecr registry auth", "i/o timeout"],
        ]),
        "the task cannot reach Amazon ECR to log in",
        NETWORK,
    ),
    Row::new(
        "registry-timeout",
        TaskOrEvent(&[
            &["cannotpull", "i/o timeout"],
            &["failed to do request", "i/o timeout"],
            &["/v2/", "i/o timeout"],
        ]),
        "the registry does not answer from the task's subnet",
        NETWORK,
    ),
    Row::new(
        "registry-login-not-allowed",
        TaskOrEvent(&[
            &["registry auth", "accessdenied"],
            &["unable to retrieve ecr registry auth"],
        ]),
        "the execution role may not log in to Amazon ECR",
        "allow ecr:GetAuthorizationToken on `*` to the execution role",
    ),
    Row::new(
        "registry-unreachable",
        TaskOrEvent(&[
            &["connection issue between the task and amazon ecr"],
            &["cannot pull", "network configuration"],
        ]),
        "the task cannot reach Amazon ECR",
        NETWORK,
    ),
    Row::new(
        "registry-no-answer",
        TaskOrEvent(&[&["request canceled while waiting for connection"]]),
        "the registry does not answer from the task's subnet",
        NETWORK,
    ),
    Row::new(
        "pull-given-up",
        TaskOrEvent(&[&["pull", "context canceled"]]),
        "the pull was given up: no way to the registry",
        NETWORK,
    ),
    Row::new(
        "image-configuration",
        TaskOrEvent(&[&["error pulling image configuration"]]),
        "the registry limited the pull or the network failed",
        "try again; if it stays, look at the registry's limits and the way to it",
    ),
    Row::new(
        "image-not-pulled",
        TaskOrEvent(&[
            &["cannotpullcontainererror"],
            &["cannotpullecrcontainererror"],
        ]),
        "the image could not be pulled",
        "check that the image exists, that the role may pull it, and that the task's subnet reaches the registry",
    ),
];
