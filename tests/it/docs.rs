//! What the documentation says, tried: command lines parse, inputs exist, links lead somewhere.
use std::collections::BTreeSet;

use wharfie::stages;

use crate::support::files::{names, path, text};

/// Every page, with the examples' pages and pipeline files.
fn pages() -> Vec<String> {
    let mut pages = vec!["README.md".to_owned(), "CONTRIBUTING.md".to_owned()];
    let mut folders = vec!["docs".to_owned(), "examples".to_owned()];
    while let Some(folder) = folders.pop() {
        for name in names(&folder) {
            let inner = format!("{folder}/{name}");
            if path(&inner).is_dir() {
                folders.push(inner);
            } else if [".md", ".yml", ".yaml"]
                .iter()
                .any(|ending| name.ends_with(ending))
            {
                pages.push(inner);
            }
        }
    }
    assert!(pages.len() > 10, "{pages:?}");
    pages
}

/// The command lines of our binaries in a text: as typed at a prompt, as a list item of a buildspec, or as a line of a script.
fn commands(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    joined
        .lines()
        .filter_map(|line| {
            let line = line
                .trim()
                .trim_start_matches("- ")
                .trim_start_matches("run: ")
                .trim_start_matches("$ ")
                .trim_start_matches("exec ");
            let line = line
                .split_once("cargo run --bin ")
                .map_or(line, |(_, rest)| rest);
            line.starts_with("wharfie-")
                .then(|| line.replacen(" -- ", " ", 1))
        })
        .collect()
}

/// Why a command line would be refused.
fn refused(command: &str) -> Option<String> {
    let words = shlex::split(command).unwrap_or_else(|| panic!("not words of a shell: {command}"));
    // A script's variables hold what their names say.
    let words = words.into_iter().map(|word| {
        word.replace(
            "$REPOSITORY",
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/web",
        )
        .replace("$WHARFIE_OUT_IMAGE", "ghcr.io/acme/web:v1")
        .replace("$GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567")
    });
    let words: Vec<String> = words
        .take_while(|word| !matches!(word.as_str(), "|" | "||" | "&&" | ">" | ";" | "&"))
        .collect();
    let name = words[0].trim_start_matches("wharfie-").to_owned();
    let Some(stage) = stages().into_iter().find(|stage| stage.name == name) else {
        return Some(format!("no such stage: {name}"));
    };
    match stage.command.try_get_matches_from(words) {
        Err(error) if error.use_stderr() => Some(error.to_string()),
        Ok(_) | Err(_) => None,
    }
}

#[test]
fn every_command_line_in_the_documentation_is_accepted() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in pages() {
        for command in commands(&text(&page)) {
            // In a pipeline file a binary without arguments takes them from the environment above it.
            if page.ends_with("yml") && !command.contains(' ') {
                continue;
            }
            count += 1;
            if let Some(error) = refused(&command) {
                wrong.push(format!("{page}: {command}\n{error}"));
            }
        }
    }
    for stage in stages() {
        let examples = stage
            .command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        let examples = commands(&examples);
        assert!(!examples.is_empty(), "{} has no example", stage.name);
        for command in examples {
            count += 1;
            if let Some(error) = refused(&command) {
                wrong.push(format!("--help of {}: {command}\n{error}", stage.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 20, "only {count} command lines were found");
}

#[test]
fn workflows_in_the_documentation_use_actions_and_inputs_that_exist() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in pages() {
        let text = text(&page);
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let Some((_, action)) = line.split_once("uses: wharfie/wharfie") else {
                continue;
            };
            count += 1;
            let name = action.split('@').next().unwrap_or_default();
            let Some(known) = declared(&format!("{name}/action.yml")) else {
                wrong.push(format!("{page}:{}: no such action: {name}", number + 1));
                continue;
            };
            for input in inputs(&lines, number) {
                if !known.contains(&input) {
                    wrong.push(format!(
                        "{page}:{}: {name} has no input `{input}`",
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 3, "only {count} uses were found");
}

/// The inputs an action of the repository declares; `None` if it is not there.
fn declared(action: &str) -> Option<BTreeSet<String>> {
    let text = text(action.trim_start_matches('/'));
    let (_, inputs) = text.split_once("\ninputs:\n")?;
    let inputs = inputs
        .lines()
        .take_while(|line| line.is_empty() || line.starts_with([' ', '#']))
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| line.trim().trim_end_matches(':').to_owned())
        .collect();
    Some(inputs)
}

/// The keys below `with:` of the step that uses an action in a line.
fn inputs(lines: &[&str], at: usize) -> Vec<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let step = lines[at].find("uses:").unwrap_or_default();
    let mut inputs = Vec::new();
    let mut with = None;
    for line in &lines[at + 1..] {
        if line.trim().is_empty() {
            continue;
        }
        if indent(line) < step {
            break;
        }
        match with {
            None if line.trim() == "with:" => with = Some(indent(line)),
            Some(outer) if indent(line) <= outer => with = None,
            Some(outer) if indent(line) == outer + 2 => {
                inputs.extend(line.trim().split_once(':').map(|(key, _)| key.to_owned()));
            }
            _ => {}
        }
    }
    inputs
}

#[test]
fn the_page_on_migrating_maps_whatever_another_tool_takes_and_gives() {
    let page = text("docs/migrating.md");
    let tools: serde_json::Value =
        serde_json::from_str(&text("tests/fixtures/migrating/inputs.json")).unwrap();
    let mut wrong = Vec::new();
    for (tool, facts) in tools.as_object().unwrap() {
        let section = page
            .split_once(&format!("\n## {tool}\n"))
            .map(|(_, rest)| rest.split("\n## ").next().unwrap_or_default());
        let Some(section) = section else {
            wrong.push(format!("no section about {tool}"));
            continue;
        };
        let mapped: Vec<&str> = section
            .lines()
            .filter(|line| line.starts_with("| "))
            .filter_map(|line| line.split(" | ").next())
            .collect();
        let names = |member: &str| -> Vec<String> {
            let list = facts[member].as_array().unwrap().iter();
            list.map(|name| name.as_str().unwrap().to_owned()).collect()
        };
        for (member, before) in [("inputs", ""), ("outputs", "output ")] {
            for name in names(member) {
                if !mapped
                    .iter()
                    .any(|cell| cell.contains(&format!("{before}`{name}`")))
                {
                    wrong.push(format!("{tool}: {before}{name} is not mapped"));
                }
            }
        }
        // What stands in for an official action takes all it takes: the runner only warns of an input it does not know.
        if let Some(action) = facts["action"].as_str() {
            let known = declared(&format!("actions/{action}/action.yml")).unwrap();
            for name in names("inputs") {
                // The runner minds no case.
                if !known.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
                    wrong.push(format!("{action} does not take `{name}`"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut wrong = Vec::new();
    for page in pages().into_iter().filter(|page| page.ends_with(".md")) {
        let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (_, rest) in text(&page)
            .match_indices("](")
            .map(|(at, found)| (at, at + found.len()))
        {
            let text = text(&page);
            let link = text[rest..].split([')', ' ']).next().unwrap_or_default();
            let file = link.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") || file.starts_with("mailto:") {
                continue;
            }
            if !path(format!("{folder}/{file}").trim_start_matches('/')).exists() {
                wrong.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "these lead nowhere:\n{}",
        wrong.join("\n")
    );
}
