//! The layers and the parts of a stage, held together: whatever is missing or left over is named.
use std::collections::BTreeSet;

use wharfie::stages;

use crate::support::files::{names, path, text};

/// What a layer may not name: the folder or file below `src`, and the texts that must not occur in its code.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            "crate::aws",
            "crate::sim",
            "crate::ports",
            "crate::report",
            "crate::stage",
            "crate::shell",
            "crate::world",
            "crate::error",
            "aws_",
            "clap",
            "tokio",
            "std::fs",
            "std::io",
            "std::env",
            "std::process",
            "SystemTime::now",
            "Instant::now",
        ],
    ),
    (
        "ports",
        &[
            "crate::aws",
            "crate::sim",
            "crate::report",
            "crate::stage",
            "crate::shell",
            "aws_",
            "clap",
        ],
    ),
    (
        "aws",
        &[
            "crate::sim",
            "crate::stage",
            "crate::report",
            "crate::shell",
        ],
    ),
    (
        "sim",
        &[
            "crate::aws",
            "crate::ports",
            "crate::report",
            "crate::stage",
            "crate::shell",
            "crate::world",
            "crate::error",
            "aws_sdk",
            "domain::plan",
            "domain::rollout",
            "domain::scaling",
            "domain::diagnosis",
        ],
    ),
    (
        "report",
        &[
            "crate::aws",
            "crate::sim",
            "crate::stage",
            "crate::shell",
            "crate::ports",
            "crate::error",
            "aws_",
        ],
    ),
    (
        "stage",
        &[
            "crate::aws",
            "crate::sim",
            "crate::shell",
            "aws_sdk",
            "aws_config",
            "std::fs",
            "std::env",
            "std::io",
            "println!",
            "process::exit",
        ],
    ),
    ("shell", &["crate::aws", "crate::sim"]),
];

#[test]
fn no_layer_names_what_it_must_not() {
    let mut found = Vec::new();
    for (layer, words) in FORBIDDEN {
        for file in sources(&format!("src/{layer}")) {
            let code = code_of(&file);
            for (number, line) in code.lines().enumerate() {
                for word in *words {
                    if mentions(line, word) {
                        found.push(format!(
                            "{file}:{}: `{word}` in layer `{layer}`",
                            number + 1
                        ));
                    }
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn only_the_composition_root_names_the_simulator() {
    let mut found = Vec::new();
    for file in sources("src")
        .into_iter()
        .filter(|file| !file.starts_with("src/sim/"))
    {
        let names_it = code_of(&file)
            .lines()
            .any(|line| mentions(line, "crate::sim") || mentions(line, "sim::Simulator"));
        if names_it && file != "src/embedded.rs" {
            found.push(file);
        }
    }
    assert!(found.is_empty(), "these name the simulator: {found:?}");
}

#[test]
fn every_stage_has_all_its_parts_and_nothing_is_left_over() {
    let stages: BTreeSet<String> = stages().iter().map(|stage| stage.name.to_owned()).collect();
    let mut missing = Vec::new();
    for stage in &stages {
        let module = stage.replace('-', "_");
        for part in [
            format!("bins/{stage}.rs"),
            format!("src/stage/{module}.rs"),
            format!("tests/it/{module}.rs"),
            format!("docs/stages/{stage}.md"),
            format!("actions/{stage}/action.yml"),
        ] {
            if !path(&part).is_file() {
                missing.push(part);
            }
        }
        if !text("Cargo.toml").contains(&format!("name = \"wharfie-{stage}\"")) {
            missing.push(format!("[[bin]] wharfie-{stage} in Cargo.toml"));
        }
    }
    assert!(missing.is_empty(), "missing:\n{}", missing.join("\n"));

    let strip = |folder: &str, ending: &str| -> BTreeSet<String> {
        names(folder)
            .iter()
            .map(|name| name.trim_end_matches(ending).to_owned())
            .collect()
    };
    for (folder, ending) in [("bins", ".rs"), ("docs/stages", ".md"), ("actions", "")] {
        let left: Vec<String> = strip(folder, ending)
            .difference(&stages)
            .filter(|name| {
                !matches!(
                    (folder, name.as_str()),
                    ("actions", "setup") | ("bins", "wharfie")
                )
            })
            .cloned()
            .collect();
        assert!(left.is_empty(), "{folder}: no stage of this name: {left:?}");
    }
}

#[test]
fn the_executable_of_all_stages_runs_each_as_its_own_binary_does() {
    let whole = text("bins/wharfie.rs");
    for stage in stages() {
        let own = text(&format!("bins/{}.rs", stage.name));
        let call = own
            .split("wharfie::main::")
            .nth(1)
            .and_then(|rest| rest.split("()").next())
            .unwrap_or_else(|| panic!("bins/{}.rs runs nothing", stage.name));
        let line = format!("Some(\"{}\") => run::{call}(),", stage.name);
        assert!(whole.contains(&line), "bins/wharfie.rs lacks: {line}");
    }
}

#[test]
fn no_test_file_is_forgotten() {
    let main = text("tests/it/main.rs");
    for name in names("tests/it") {
        let module = name.trim_end_matches(".rs");
        assert!(
            module == "main" || main.contains(&format!("mod {module};")),
            "tests/it/{name} is not in main.rs"
        );
    }
}

#[test]
fn a_file_opens_with_what_it_is_for_and_stays_readable() {
    let mut found = Vec::new();
    for file in sources("src")
        .into_iter()
        .chain(sources("bins"))
        .chain(sources("tests/it"))
    {
        let text = text(&file);
        if !text.starts_with("//!") {
            found.push(format!("{file} does not open with what it is for"));
        }
        let lines = text.lines().count();
        if lines > 600 {
            found.push(format!("{file} has {lines} lines: is it one thing?"));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Rust files below a folder, as paths in the repository. A layer may also be one file (`src/world.rs`).
fn sources(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in names(folder) {
        let inner = format!("{folder}/{name}");
        if path(&inner).is_dir() {
            found.extend(sources(&inner));
        } else if name.ends_with(".rs") {
            found.push(inner);
        }
    }
    let alone = format!("{folder}.rs");
    if path(&alone).is_file() {
        found.push(alone);
    }
    found
}

/// The code of a file: without comments, and without the tests at its end.
fn code_of(file: &str) -> String {
    let text = text(file);
    let code = text
        .split("\n#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    code.lines()
        .map(|line| {
            if line.trim_start().starts_with("//") {
                ""
            } else {
                line
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether a line names a path, not merely a longer word that holds it.
fn mentions(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let boundary = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        boundary(before) && (word.ends_with('_') || word.ends_with('!') || boundary(after))
    })
}
