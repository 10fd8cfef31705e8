//! What is known of each member of a task definition: what it may be left out for, whether its items have an order, and
//! whether its value may be shown.
//!
//! From the API shapes `RegisterTaskDefinitionRequest` and `ContainerDefinition` and the shapes below them. A member that
//! is not listed is unknown: compared as it is, and never shown, because nobody can tell what it will hold.

/// What is known of one member.
#[derive(Debug)]
pub(in crate::domain) struct Rule {
    pub(in crate::domain) member: &'static str,
    pub(in crate::domain) form: Form,
    /// What its absence means.
    pub(super) omitted: Omitted,
    /// Whether its value may be shown.
    pub(in crate::domain) is_shown: bool,
}

/// What a member holds.
#[derive(Clone, Copy, Debug)]
pub(in crate::domain) enum Form {
    /// A value that is compared as it is.
    Plain,
    /// A size, as text; ECS rewrites it without the unit.
    Size {
        unit: &'static str,
    },
    Object(&'static [Rule]),
    /// Keys of the user's.
    Map,
    List {
        /// Of each item; none for plain values.
        item: &'static [Rule],
        /// What tells one item from another.
        key: Option<&'static str>,
        is_ordered: bool,
    },
}

/// What the absence of a member means. For lists, objects and maps it always means empty.
#[derive(Clone, Copy, Debug)]
pub(super) enum Omitted {
    Nothing,
    Bool(bool),
    Number(i64),
    Text(&'static str),
}

impl Rule {
    const fn or(mut self, omitted: Omitted) -> Self {
        self.omitted = omitted;
        self
    }

    /// Its value may hold a secret, or text nobody checked: only its name is shown.
    const fn hidden(mut self) -> Self {
        self.is_shown = false;
        self
    }
}

const fn rule(member: &'static str, form: Form) -> Rule {
    Rule {
        member,
        form,
        omitted: Omitted::Nothing,
        is_shown: true,
    }
}

const fn plain(member: &'static str) -> Rule {
    rule(member, Form::Plain)
}

/// False if absent.
const fn flag(member: &'static str) -> Rule {
    plain(member).or(Omitted::Bool(false))
}

const fn object(member: &'static str, members: &'static [Rule]) -> Rule {
    rule(member, Form::Object(members))
}

/// Values of the user's, never shown.
const fn map(member: &'static str) -> Rule {
    rule(member, Form::Map).hidden()
}

/// Values in an order that matters.
const fn sequence(member: &'static str) -> Rule {
    let form = Form::List {
        item: &[],
        key: None,
        is_ordered: true,
    };
    rule(member, form)
}

/// Values or objects in no order.
const fn set(member: &'static str, item: &'static [Rule]) -> Rule {
    let form = Form::List {
        item,
        key: None,
        is_ordered: false,
    };
    rule(member, form)
}

/// Objects in no order, told apart by one member.
const fn keyed(member: &'static str, key: &'static str, item: &'static [Rule]) -> Rule {
    let form = Form::List {
        item,
        key: Some(key),
        is_ordered: false,
    };
    rule(member, form)
}

/// The whole definition.
pub(in crate::domain) const TASK: &[Rule] = &[
    plain("family"),
    plain("taskRoleArn"),
    plain("executionRoleArn"),
    // The default on EC2; Fargate takes nothing but `awsvpc`, so the two cannot be mistaken.
    plain("networkMode").or(Omitted::Text("bridge")),
    keyed("containerDefinitions", "name", CONTAINER),
    keyed("volumes", "name", VOLUME),
    set(
        "placementConstraints",
        &[plain("type"), plain("expression")],
    ),
    set("requiresCompatibilities", &[]),
    rule("cpu", Form::Size { unit: "vcpu" }),
    rule("memory", Form::Size { unit: "gb" }),
    keyed("tags", "key", &[plain("key"), plain("value")]),
    plain("pidMode"),
    plain("ipcMode"),
    object(
        "proxyConfiguration",
        &[
            plain("type").or(Omitted::Text("APPMESH")),
            plain("containerName"),
            keyed(
                "properties",
                "name",
                &[plain("name"), plain("value").hidden()],
            ),
        ],
    ),
    keyed(
        "inferenceAccelerators",
        "deviceName",
        &[plain("deviceName"), plain("deviceType")],
    ),
    object("ephemeralStorage", &[plain("sizeInGiB")]),
    object(
        "runtimePlatform",
        &[
            plain("cpuArchitecture").or(Omitted::Text("X86_64")),
            plain("operatingSystemFamily").or(Omitted::Text("LINUX")),
        ],
    ),
    flag("enableFaultInjection"),
    object(
        "trustedExecutionConfiguration",
        &[plain("isolationMode"), plain("attestationPolicy").hidden()],
    ),
];

const CONTAINER: &[Rule] = &[
    plain("name"),
    plain("image"),
    object("repositoryCredentials", &[plain("credentialsParameter")]),
    plain("cpu").or(Omitted::Number(0)),
    plain("memory"),
    plain("memoryReservation"),
    sequence("links"),
    set(
        "portMappings",
        &[
            plain("containerPort"),
            plain("hostPort"),
            plain("protocol").or(Omitted::Text("tcp")),
            plain("name"),
            plain("appProtocol"),
            plain("containerPortRange"),
        ],
    ),
    plain("essential").or(Omitted::Bool(true)),
    object(
        "restartPolicy",
        &[
            plain("enabled"),
            set("ignoredExitCodes", &[]),
            plain("restartAttemptPeriod").or(Omitted::Number(300)),
        ],
    ),
    sequence("entryPoint").hidden(),
    sequence("command").hidden(),
    keyed(
        "environment",
        "name",
        &[plain("name"), plain("value").hidden()],
    ),
    // They are processed from the top down, so the order matters for a variable that two of them set.
    rule(
        "environmentFiles",
        Form::List {
            item: &[plain("value"), plain("type")],
            key: None,
            is_ordered: true,
        },
    ),
    keyed(
        "mountPoints",
        "containerPath",
        &[
            plain("sourceVolume"),
            plain("containerPath"),
            flag("readOnly"),
        ],
    ),
    keyed(
        "volumesFrom",
        "sourceContainer",
        &[plain("sourceContainer"), flag("readOnly")],
    ),
    object("linuxParameters", LINUX),
    keyed("secrets", "name", SECRET),
    keyed(
        "dependsOn",
        "containerName",
        &[plain("containerName"), plain("condition")],
    ),
    plain("startTimeout"),
    plain("stopTimeout"),
    plain("versionConsistency").or(Omitted::Text("enabled")),
    plain("hostname"),
    plain("user"),
    plain("workingDirectory"),
    flag("disableNetworking"),
    flag("privileged"),
    flag("readonlyRootFilesystem"),
    sequence("dnsServers"),
    sequence("dnsSearchDomains"),
    set("extraHosts", &[plain("hostname"), plain("ipAddress")]),
    sequence("dockerSecurityOptions"),
    flag("interactive"),
    flag("pseudoTerminal"),
    map("dockerLabels"),
    keyed(
        "ulimits",
        "name",
        &[plain("name"), plain("softLimit"), plain("hardLimit")],
    ),
    object(
        "logConfiguration",
        &[
            plain("logDriver"),
            map("options"),
            keyed("secretOptions", "name", SECRET),
        ],
    ),
    object(
        "healthCheck",
        &[
            sequence("command").hidden(),
            plain("interval").or(Omitted::Number(30)),
            plain("timeout").or(Omitted::Number(5)),
            plain("retries").or(Omitted::Number(3)),
            plain("startPeriod").or(Omitted::Number(0)),
        ],
    ),
    keyed(
        "systemControls",
        "namespace",
        &[plain("namespace"), plain("value")],
    ),
    keyed(
        "resourceRequirements",
        "type",
        &[
            plain("type"),
            plain("value"),
            object(
                "sharingStrategy",
                &[object(
                    "nvidiaMps",
                    &[plain("memory"), plain("maxComputePercent")],
                )],
            ),
        ],
    ),
    object("firelensConfiguration", &[plain("type"), map("options")]),
    sequence("credentialSpecs").hidden(),
];

/// A reference to a secret, not the secret.
const SECRET: &[Rule] = &[plain("name"), plain("valueFrom")];

const LINUX: &[Rule] = &[
    object("capabilities", &[set("add", &[]), set("drop", &[])]),
    keyed(
        "devices",
        "hostPath",
        &[
            plain("hostPath"),
            plain("containerPath"),
            set("permissions", &[]),
        ],
    ),
    flag("initProcessEnabled"),
    plain("sharedMemorySize"),
    keyed(
        "tmpfs",
        "containerPath",
        &[
            plain("containerPath"),
            plain("size"),
            set("mountOptions", &[]),
        ],
    ),
    plain("maxSwap"),
    plain("swappiness"),
];

const VOLUME: &[Rule] = &[
    plain("name"),
    object("host", &[plain("sourcePath")]),
    object(
        "dockerVolumeConfiguration",
        &[
            plain("scope").or(Omitted::Text("task")),
            flag("autoprovision"),
            plain("driver"),
            map("driverOpts"),
            map("labels"),
        ],
    ),
    object(
        "efsVolumeConfiguration",
        &[
            plain("fileSystemId"),
            plain("rootDirectory").or(Omitted::Text("/")),
            plain("transitEncryption").or(Omitted::Text("DISABLED")),
            plain("transitEncryptionPort"),
            object(
                "authorizationConfig",
                &[
                    plain("accessPointId"),
                    plain("iam").or(Omitted::Text("DISABLED")),
                ],
            ),
        ],
    ),
    object(
        "s3filesVolumeConfiguration",
        &[
            plain("fileSystemArn"),
            plain("rootDirectory").or(Omitted::Text("/")),
            plain("transitEncryptionPort"),
            plain("accessPointArn"),
        ],
    ),
    object(
        "fsxWindowsFileServerVolumeConfiguration",
        &[
            plain("fileSystemId"),
            plain("rootDirectory"),
            object(
                "authorizationConfig",
                &[plain("credentialsParameter"), plain("domain")],
            ),
        ],
    ),
    flag("configuredAtLaunch"),
];
