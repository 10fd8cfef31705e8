//! Files too large to keep in the repository: just below the limits of the reader, and far beyond them.

/// A little less than the longest text that is read.
const ALMOST: usize = 4_000_000;
/// Large enough to show what grows faster than the file, small enough for a debug build.
const LARGE: usize = 1_000_000;

/// Names and texts. Small shapes repeated until a limit is near: of bytes, or of values.
pub(super) fn files() -> Vec<(&'static str, String)> {
    let mut files = long_texts();
    files.extend(long_lists());
    files.extend(many_members());
    files
}

/// One text or line that is very long.
fn long_texts() -> Vec<(&'static str, String)> {
    vec![
        ("line-of-10-mb.json", family(&"x".repeat(10_000_000))),
        ("line.json", family(&"x".repeat(ALMOST))),
        ("openings.json", family(&"<".repeat(ALMOST))),
        ("dollars.json", family(&"${".repeat(LARGE / 2))),
        ("marks.json", family(&"<A>".repeat(LARGE / 3))),
        (
            "beginnings-of-tokens.json",
            family(&"eyJ.ghp_://:@;password=".repeat(LARGE / 24)),
        ),
        ("brackets.json", "[".repeat(10_000_000)),
        ("brackets-below.json", "[".repeat(ALMOST)),
        ("flow.yaml", format!("a: {}", "[".repeat(ALMOST))),
        ("sequences.yaml", "- ".repeat(LARGE / 2)),
        ("words.yaml", format!("a: {}", "x ".repeat(LARGE / 2))),
        ("comments.yaml", format!("{}\na: b\n", "#".repeat(LARGE))),
        ("colons.yaml", format!("a: {}", "b:".repeat(LARGE / 2))),
        ("anchors.yaml", "&a ".repeat(LARGE / 3)),
        (
            "aliases.yaml",
            format!("a: &a x\nb: [{}]\n", "*a,".repeat(LARGE / 3)),
        ),
        ("lines.yaml", format!("a: >\n{}", "  x\n".repeat(LARGE / 4))),
        (
            "key.json",
            container(&format!("{:?}: 1", "k".repeat(ALMOST))),
        ),
        (
            "image.json",
            container(&format!("\"image\": {:?}", "a/".repeat(LARGE / 2))),
        ),
    ]
}

/// One list of a container that is very long.
fn long_lists() -> Vec<(&'static str, String)> {
    let many: [(&'static str, &str, &str, usize); 15] = [
        (
            "variables.json",
            "environment",
            r#"{"name": "A#", "value": "x"}"#,
            12_000,
        ),
        (
            "same-variables.json",
            "environment",
            r#"{"name": "A", "value": "x"}"#,
            12_000,
        ),
        (
            "passwords.json",
            "environment",
            r#"{"name": "PASSWORD#", "value": "xxxxxx"}"#,
            12_000,
        ),
        (
            "secrets.json",
            "secrets",
            r#"{"name": "A#", "valueFrom": "arn:aws:ssm"}"#,
            12_000,
        ),
        (
            "ports.json",
            "portMappings",
            r#"{"containerPort": 80}"#,
            18_000,
        ),
        (
            "ranges.json",
            "portMappings",
            r#"{"containerPortRange": "1-65535"}"#,
            18_000,
        ),
        (
            "waits.json",
            "dependsOn",
            r#"{"containerName": "w#", "condition": "START"}"#,
            10_000,
        ),
        (
            "mounts.json",
            "mountPoints",
            r#"{"sourceVolume": "v#", "containerPath": "/#"}"#,
            10_000,
        ),
        (
            "ulimits.json",
            "ulimits",
            r#"{"name": "nofil#", "softLimit": 2, "hardLimit": 1}"#,
            9_000,
        ),
        (
            "sysctls.json",
            "systemControls",
            r#"{"namespace": "x#", "value": "1"}"#,
            12_000,
        ),
        (
            "needs.json",
            "resourceRequirements",
            r#"{"type": "GPU", "value": "x"}"#,
            12_000,
        ),
        ("specs.json", "credentialSpecs", r#""x#""#, 38_000),
        ("words.json", "command", r#""<A#>""#, 38_000),
        ("links.json", "links", r#""l#""#, 38_000),
        (
            "files.json",
            "environmentFiles",
            r#"{"type": "s4", "value": "x#"}"#,
            12_000,
        ),
    ];
    many.into_iter()
        .map(|(name, list, item, count)| {
            let items = repeated(item, count);
            (name, container(&format!("\"{list}\": [{items}]")))
        })
        .collect()
}

/// Very many members, containers, volumes.
fn many_members() -> Vec<(&'static str, String)> {
    let volumes = format!(
        r#"{{"family": "web", "containerDefinitions": [{{"name": "web", "mountPoints": [{}]}}], "volumes": [{}]}}"#,
        repeated(r#"{"sourceVolume": "w#"}"#, 6_000),
        repeated(r#"{"name": "v#"}"#, 6_000)
    );
    let containers = repeated(
        r#"{"name": "c#", "dependsOn": [{"containerName": "x#"}]}"#,
        7_000,
    );
    let tags = repeated(r#"{"key": "a", "value": "b"}"#, 12_000);
    let hooks = repeated("  - BeforeInstal#: x\n", 12_000).replace(", ", "");
    let merges = repeated("k#: {<<: [*b, *b]}\n", 8_000).replace(", k", "k");
    vec![
        (
            "keys.json",
            container(&repeated(r#""contanerPort#": 1"#, 30_000)),
        ),
        (
            "containers.json",
            format!(r#"{{"family": "web", "containerDefinitions": [{containers}]}}"#),
        ),
        ("volumes.json", volumes),
        (
            "tags.json",
            format!(r#"{{"family": "web", "tags": [{tags}]}}"#),
        ),
        ("hooks.yaml", format!("version: 0.0\nHooks:\n{hooks}")),
        ("merges.yaml", format!("b: &b {{x: 1}}\n{merges}")),
    ]
}

fn family(text: &str) -> String {
    format!(r#"{{"family": "{text}", "containerDefinitions": []}}"#)
}

fn container(members: &str) -> String {
    format!(r#"{{"family": "web", "containerDefinitions": [{{"name": "web", {members}}}]}}"#)
}

/// An item many times with commas between, each `#` its number.
fn repeated(item: &str, count: usize) -> String {
    let items: Vec<String> = (0..count)
        .map(|number| item.replace('#', &number.to_string()))
        .collect();
    items.join(", ")
}
