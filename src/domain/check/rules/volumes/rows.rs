//! The rows of the rules about volumes.
use crate::domain::check::rule::{Basis, Rule, Severity};

pub(super) static TD150: Rule = Rule {
    id: "TD150",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "every volume has a name of its own, of letters, digits, `_` and `-`",
    why: "Containers mount a volume by its name, which has up to 255 characters.",
    fix: "give each volume a name of its own",
    source: "API shape `Volume`, member `name`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD151: Rule = Rule {
    id: "TD151",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "a volume is of one kind",
    why: "A volume is one of `host`, `configuredAtLaunch`, `dockerVolumeConfiguration`, `efsVolumeConfiguration`, `s3filesVolumeConfiguration` and `fsxWindowsFileServerVolumeConfiguration`.",
    fix: "keep one of them",
    source: "API shape `Volume`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD152: Rule = Rule {
    id: "TD152",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "one volume at most is configured at launch",
    why: "The service or the run of a task says what such a volume is, and can do so for one.",
    fix: "keep `configuredAtLaunch` on one volume",
    source: "API shape `Volume`, member `configuredAtLaunch`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD153: Rule = Rule {
    id: "TD153",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "what is mounted exists",
    why: "`sourceVolume` names a volume of this definition, `sourceContainer` another container of it.",
    fix: "add it to the definition, or correct the name",
    source: "API shapes `MountPoint`, `VolumeFrom`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD154: Rule = Rule {
    id: "TD154",
    severity: Severity::Warning,
    basis: Basis::Practice,
    title: "every volume is mounted, and at a path of its own",
    why: "A volume nobody mounts is mostly left over or misspelt; of two volumes at one path one is hidden.",
    fix: "mount it, remove it, or use another path",
    source: "practice",
    answer: "ECS takes an unused volume; two mounts at one path may keep the container from starting.",
};

pub(super) static TD155: Rule = Rule {
    id: "TD155",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "beside an EFS access point there is no root directory",
    why: "The access point has a root directory of its own. Another one cannot be given, but for `/`.",
    fix: "leave `rootDirectory` out",
    source: "API shape `EFSVolumeConfiguration`, member `rootDirectory`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD156: Rule = Rule {
    id: "TD156",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "EFS with an access point or IAM is encrypted in transit",
    why: "Both need the encrypted connection, and `transitEncryption` is `DISABLED` unless it is set.",
    fix: "set `transitEncryption` to `ENABLED`",
    source: "API shape `EFSAuthorizationConfig`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD157: Rule = Rule {
    id: "TD157",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "EFS with IAM has a task role to mount with",
    why: "With `iam` enabled the file system is mounted with the task role.",
    fix: "set `taskRoleArn`",
    source: "API shape `EFSAuthorizationConfig`, member `iam`",
    answer: "ECS takes it; the task stops with `ResourceInitializationError: failed to invoke EFS utils commands`.",
};

pub(super) static TD158: Rule = Rule {
    id: "TD158",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "an S3 Files volume has a task role, and beside an access point no root directory",
    why: "The volume is always mounted with the task role. An access point has a root directory of its own, but for `/`.",
    fix: "set `taskRoleArn`, and leave `rootDirectory` out beside `accessPointArn`",
    source: "API shape `S3FilesVolumeConfiguration`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD159: Rule = Rule {
    id: "TD159",
    severity: Severity::Error,
    basis: Basis::Documented,
    title: "an FSx volume names file system, directory and credentials",
    why: "`fileSystemId`, `rootDirectory` and `authorizationConfig` are all required.",
    fix: "add the member",
    source: "API shape `FSxWindowsFileServerVolumeConfiguration`",
    answer: "ECS refuses the request with `ClientException`.",
};

pub(super) static TD160: Rule = Rule {
    id: "TD160",
    severity: Severity::Warning,
    basis: Basis::Documented,
    title: "`autoprovision` is for shared Docker volumes",
    why: "A volume in scope `task` is always created with the task and removed with it.",
    fix: "set `scope` to `shared`, or leave `autoprovision` out",
    source: "API shape `DockerVolumeConfiguration`, member `autoprovision`",
    answer: "ECS takes it, and ignores it.",
};
