//! The built-in stories: files of the form that anybody can write.

/// The texts of the files, by name.
pub(super) const BUILT_IN: [(&str, &str); 30] = [
    ("steady", include_str!("../stories/steady.json")),
    ("crash-loop", include_str!("../stories/crash-loop.json")),
    ("no-rollback", include_str!("../stories/no-rollback.json")),
    ("slow", include_str!("../stories/slow.json")),
    ("superseded", include_str!("../stories/superseded.json")),
    ("bad-image", include_str!("../stories/bad-image.json")),
    ("health-check", include_str!("../stories/health-check.json")),
    ("no-capacity", include_str!("../stories/no-capacity.json")),
    ("oom", include_str!("../stories/oom.json")),
    ("hang", include_str!("../stories/hang.json")),
    ("alarm", include_str!("../stories/alarm.json")),
    ("approval", include_str!("../stories/approval.json")),
    ("hook-failure", include_str!("../stories/hook-failure.json")),
    ("no-route", include_str!("../stories/no-route.json")),
    (
        "secret-denied",
        include_str!("../stories/secret-denied.json"),
    ),
    ("volume", include_str!("../stories/volume.json")),
    ("bad-command", include_str!("../stories/bad-command.json")),
    (
        "wrong-processor",
        include_str!("../stories/wrong-processor.json"),
    ),
    ("wrong-port", include_str!("../stories/wrong-port.json")),
    ("slow-answer", include_str!("../stories/slow-answer.json")),
    ("no-listener", include_str!("../stories/no-listener.json")),
    ("quota", include_str!("../stories/quota.json")),
    ("hook-silent", include_str!("../stories/hook-silent.json")),
    ("approved", include_str!("../stories/approved.json")),
    ("stopped", include_str!("../stories/stopped.json")),
    ("load", include_str!("../stories/load.json")),
    (
        "spot-interruption",
        include_str!("../stories/spot-interruption.json"),
    ),
    ("host-retired", include_str!("../stories/host-retired.json")),
    ("late", include_str!("../stories/late.json")),
    ("task-killed", include_str!("../stories/task-killed.json")),
];
