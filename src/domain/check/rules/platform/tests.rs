//! What trips each rule about the platform, and what just does not.
use super::super::trial::{CLEAN, changed, keeps, keeps_on, trips, with};
use super::*;

const IMAGE: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web@sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

#[test]
fn a_platform_is_one_ecs_knows() {
    let finding = trips("TD040", &changed("\"X86_64\"", "\"x86_64\""));
    assert_eq!(finding.hint(), "did you mean `X86_64`?");
    trips(
        "TD040",
        &changed("\"LINUX\"", "\"WINDOWS_SERVER_2030_CORE\""),
    );
    keeps("TD040", &changed("\"X86_64\"", "\"ARM64\""));
    keeps("TD040", &changed("\"X86_64\"", "\"<ARCHITECTURE>\""));
    keeps("TD018", &changed("\"X86_64\"", "\"x86_64\""));
}

#[test]
fn windows_does_not_run_on_arm() {
    let windows = changed("\"LINUX\"", "\"WINDOWS_SERVER_2022_CORE\"");
    trips("TD041", &windows.replace("X86_64", "ARM64"));
    keeps("TD041", &windows);
    keeps("TD041", &changed("\"X86_64\"", "\"ARM64\""));
}

#[test]
fn an_image_named_for_the_other_architecture_is_noticed() {
    let finding = trips("TD042", &changed(IMAGE, "web:1.4-arm64"));
    assert_eq!(
        finding.message(),
        "the image of container `web` is named for `ARM64`, the task runs on: `X86_64`"
    );
    keeps("TD042", &changed(IMAGE, "web:1.4-amd64"));
    keeps(
        "TD042",
        &changed(IMAGE, "web:1.4-arm64").replace("X86_64", "ARM64"),
    );
    trips(
        "TD042",
        &changed(IMAGE, "amd64/nginx:1").replace("X86_64", "ARM64"),
    );
}

#[test]
fn an_image_for_arm_on_fargate_needs_a_platform() {
    let bare = |image| {
        changed("\"runtimePlatform\": {\"cpuArchitecture\": \"X86_64\", \"operatingSystemFamily\": \"LINUX\"},", "").replace(IMAGE, image)
    };
    let finding = trips("TD043", &bare("arm64v8/nginx:1"));
    assert_eq!(finding.severity(), Severity::Warning);
    keeps("TD043", &bare("nginx:1-amd64"));
    keeps("TD043", &bare("nginx:1"));
    keeps("TD043", &bare("arm64v8/nginx:1").replace("FARGATE", "EC2"));
}

#[test]
fn an_architecture_is_told_by_whole_words_only() {
    for (image, expected) in [
        ("web:1-arm64", Some("ARM64")),
        ("r.example.com:5000/arm64v8/web", Some("ARM64")),
        ("web:linux_amd64", Some("X86_64")),
        ("web:1.2-arm64@sha256:aa", Some("ARM64")),
        ("web", None),
        ("web:charm64", None),
        ("arm64-tools:1", None),
        ("r.example.com:5000/web:1", None),
    ] {
        assert_eq!(architecture(image), expected, "{image}");
    }
}

#[test]
fn ephemeral_storage_is_21_to_200_gib() {
    let storage = |size: u32| with(&format!("\"ephemeralStorage\": {{\"sizeInGiB\": {size}}}"));
    trips("TD044", &storage(20));
    keeps("TD044", &storage(21));
    keeps("TD044", &storage(200));
    trips("TD044", &storage(201));
}

#[test]
fn ephemeral_storage_is_of_use_on_fargate_only() {
    let text = with("\"ephemeralStorage\": {\"sizeInGiB\": 50}");
    keeps("TD045", &text);
    trips("TD045", &text.replace("FARGATE", "EC2"));
    keeps_on(
        "TD045",
        LaunchType::Fargate,
        &text.replace("FARGATE", "EC2"),
    );
}

#[test]
fn trusted_execution_needs_managed_instances() {
    let text = with("\"trustedExecutionConfiguration\": {\"isolationMode\": \"SHARED\"}");
    trips("TD046", &text);
    keeps("TD046", &text.replace("FARGATE", "MANAGED_INSTANCES"));
    keeps("TD046", CLEAN);
}

#[test]
fn a_confidential_sandbox_needs_a_policy() {
    let mode = |members: &str| with(&format!("\"trustedExecutionConfiguration\": {{{members}}}"));
    trips(
        "TD047",
        &mode("\"isolationMode\": \"CONFIDENTIAL_SANDBOX\""),
    );
    trips(
        "TD047",
        &mode("\"isolationMode\": \"CONFIDENTIAL_SANDBOX\", \"attestationPolicy\": \"\""),
    );
    keeps(
        "TD047",
        &mode("\"isolationMode\": \"CONFIDENTIAL_SANDBOX\", \"attestationPolicy\": \"p\""),
    );
    keeps("TD047", &mode("\"isolationMode\": \"ISOLATED_SANDBOX\""));
}
