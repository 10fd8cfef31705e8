#!/usr/bin/env python3
"""Lints the actions, the workflows, the buildspecs and the shell inside them.

Public linters do most of it: the vendors' schemas (check-jsonschema), zizmor,
shellcheck. The rules below them are ours: nothing is expanded into a script, a
stage is reached by `exec` (the runner signals that process alone), and the
inputs an action declares are the inputs it uses.

Each rule is first shown a file that breaks it, so that a linter that finds
nothing is not taken for a clean repository.

It is not for what an action does: the binaries are tested elsewhere.

Usage: actions_lint.py [REPOSITORY]
"""

import re
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

CONFIG = Path(__file__).with_name("zizmor.yml")
TOOLS = Path(sysconfig.get_path("scripts"))
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.S)
INPUT = re.compile(r"\binputs\.([A-Za-z_][A-Za-z0-9_-]*)")
OURS = "wharfie/wharfie"
STEP = re.compile(r"\bsteps\.([A-Za-z_][A-Za-z0-9_-]*)")

# An action that is well made, and ways to spoil it: text, replacement, what must be found.
SOUND = """\
name: sound
description: Does it
inputs:
  image:
    description: The image
outputs:
  image:
    description: The image
    value: ${{ steps.run.outputs.image }}
runs:
  using: composite
  steps:
    - id: run
      shell: sh
      env:
        WHARFIE_IMAGE: ${{ inputs.image }}
      run: |
        binary=$(sh "$GITHUB_ACTION_PATH/../setup/install.sh" sound)
        exec "$binary"
"""
SPOILED = [
    ("      shell: sh\n", "", "schema"),
    ("description: Does it", "description: Does ${{ github.sha }}", "expression in a description"),
    ('exec "$binary"', 'exec "$binary" ${{ inputs.image }}', "expression in `run`"),
    ('exec "$binary"', 'exec "$binary" ${{ inputs.image }}', "zizmor"),
    ('exec "$binary"', '"$binary"', "last line of `run`"),
    ('exec "$binary"', 'exec "$binary" $WHARFIE_IMAGE', "shellcheck"),
    ('binary=$(sh "$GITHUB_ACTION_PATH/../setup/install.sh" sound)', "[[ -n $WHARFIE_IMAGE ]]", "shellcheck"),
    ('binary=$(sh "$GITHUB_ACTION_PATH/../setup/install.sh" sound)', "binary=wharfie-sound", "runs.steps[0]: the binary is found by something"),
    ("inputs.image", "inputs.images", "input `images` is used and not declared"),
    ("inputs.image", "github.sha", "input `image` is declared and not used"),
    ("inputs.image", "inputs['image']", "input by index"),
    ("steps.run.", "steps.ran.", "step `ran` is named and not there"),
    ("using: composite", "using: [composite", "not YAML"),
    ("    - id: run\n", "    - uses: ./actions/setup\n    - id: run\n", "runs.steps[0]: `./actions/setup` would be looked for"),
]


def run(tool: str, *arguments: str, stdin: str = "") -> list[str]:
    """The lines a linter wrote if it was not content, else none."""
    done = subprocess.run([TOOLS / tool, *arguments], input=stdin, capture_output=True, text=True)
    if done.returncode == 0:
        return []
    return (done.stdout + done.stderr).strip().splitlines() or [f"exit {done.returncode}"]


def read(path: Path):
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def strings(node, path=""):
    """Every string below a node, with the path that leads to it."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from strings(value, f"{path}.{name}" if path else str(name))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from strings(value, f"{path}[{index}]")
    elif isinstance(node, str):
        yield path, node


def scripts(node, path=""):
    """Every `run` block of an action or a workflow: path, text, shell. Workflows leave the shell out: it is bash then."""
    if isinstance(node, dict):
        if isinstance(node.get("run"), str):
            yield f"{path}.run", node["run"], node.get("shell", "bash")
        for name, value in node.items():
            yield from scripts(value, f"{path}.{name}" if path else str(name))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from scripts(value, f"{path}[{index}]")


def shellcheck(script: str, where: str, shell: str = "bash") -> list[str]:
    return [f"shellcheck: {where}: {line}" for line in run("shellcheck", f"--shell={shell}", "--format=gcc", "-", stdin=script)]


def lint_scripts(document) -> list[str]:
    found = []
    for path, text, shell in scripts(document):
        if "${{" in text:
            found.append(f"{path}: expression in `run`; pass it through `env`")
        # What stands for an expression, so that the shell around it can be read.
        found += shellcheck(EXPRESSION.sub("expression", text), path, shell)
    return found


def lint_action(path: Path) -> list[str]:
    """What is wrong with a composite action."""
    found = [f"schema: {line}" for line in run("check-jsonschema", "--builtin-schema", "vendor.github-actions", str(path))]
    found += zizmor([path])
    try:
        action = read(path)
    except YAMLError as error:
        return [f"not YAML: {error}", *found]
    found += lint_scripts(action)
    steps = action["runs"]["steps"]
    for index, step in enumerate(steps):
        lines = step.get("run", "").strip().splitlines()
        # A step that runs in any case is never signalled.
        if "always()" not in step.get("if", "") and any("binary" in line for line in lines) and not lines[-1].startswith("exec "):
            found.append(f"runs.steps[{index}]: last line of `run` does not start with `exec `: `{lines[-1]}`")
        if lines and lines[-1].startswith("exec ") and not any("/setup/install.sh\" " in line for line in lines):
            found.append(f"runs.steps[{index}]: the binary is found by something, and not by the installer")
        if step.get("uses", "").startswith("./"):
            found.append(f"runs.steps[{index}]: `{step['uses']}` would be looked for in the caller's workspace")

    used, named = set(), set()
    for where, text in strings(action):
        if where.endswith("description") and "${{" in text:
            found.append(f"{where}: expression in a description; the runner refuses to load it")
        for code in [text] if where.endswith("].if") else EXPRESSION.findall(text):
            used |= set(INPUT.findall(code))
            named |= set(STEP.findall(code))
            if re.search(r"\binputs\s*\[", code):
                found.append(f"{where}: input by index; write `inputs.name`")
    declared = set(action.get("inputs") or {})
    there = {step["id"] for step in steps if "id" in step}
    found += [f"input `{name}` is used and not declared" for name in sorted(used - declared)]
    found += [f"input `{name}` is declared and not used" for name in sorted(declared - used)]
    found += [f"step `{name}` is named and not there" for name in sorted(named - there)]
    return found


def lint_workflow(path: Path) -> list[str]:
    """What is wrong with a workflow."""
    found = []
    for schema in ("vendor.github-workflows", "custom.github-workflows-require-timeout"):
        found += [f"schema: {line}" for line in run("check-jsonschema", "--builtin-schema", schema, str(path))]
    found += zizmor([path])
    workflow = read(path)
    found += lint_scripts(workflow)
    if workflow.get("permissions") != {}:
        found.append("`permissions: {}` is missing at the top")
    for where, text in strings(workflow):
        # Our own actions are named by the version that the documentation is of: a hash would be that of another one.
        if where.endswith("].uses") and not text.startswith(("./", "$/", OURS)) and not re.search(r"@[0-9a-f]{40}$", text):
            found.append(f"{where}: not pinned by hash: `{text}`")
    return found


def lint_buildspec(path: Path) -> list[str]:
    """What is wrong with the shell of a CodeBuild project: each phase is one script."""
    found = []
    buildspec = read(path)
    for name, phase in buildspec["phases"].items():
        lines = [*phase.get("commands", []), *phase.get("finally", [])]
        if not all(isinstance(line, str) for line in lines):
            found.append(f"{name}: a command is no string")
            continue
        # The shell of a phase inherits variables from the one before: declare what a file brought in.
        found += shellcheck("\n".join(["# shellcheck disable=SC1091", "true", *lines]), name)
    if buildspec.get("version") != 0.2:
        found.append("version is not 0.2")
    return found


def zizmor(paths: list[Path]) -> list[str]:
    lines = run("zizmor", "--offline", "--no-progress", "--quiet", "--color=never", "--strict-collection", "--persona=auditor", f"--config={CONFIG}", *map(str, paths))
    return [f"zizmor: {line}" for line in lines]


def shell_files(root: Path) -> list[Path]:
    """The scripts that stand on their own."""
    found = [root / "tests/run", root / ".ci/run", *root.glob("actions/**/*.sh")]
    return [path for path in found if path.is_file() and re.match(r"#!.*\b(ba)?sh\b", path.read_text(encoding="utf-8"))]


def lint_shell_file(path: Path) -> list[str]:
    return [f"shellcheck: {line}" for line in run("shellcheck", "--format=gcc", str(path))]


def lint_dependabot(path: Path) -> list[str]:
    found = run("check-jsonschema", "--builtin-schema", "vendor.dependabot", str(path))
    return [f"schema: {line}" for line in found] + zizmor([path])


def spoiled() -> list[tuple[str, list[str]]]:
    """Shows every rule something that breaks it. A name, and what is wrong with the rule."""
    checks = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "action.yml"
        path.write_text(SOUND, encoding="utf-8")
        checks.append(("a sound action passes", lint_action(path)))
        for old, new, expected in SPOILED:
            path.write_text(SOUND.replace(old, new), encoding="utf-8")
            found = lint_action(path)
            missed = [] if any(line.startswith(expected) or f": {expected}" in line for line in found) else [f"found only {found}"]
            checks.append((f"found when it is there: {expected}", missed))
    return checks


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    actions = [root / "action.yml", *sorted(root.glob("actions/*/action.yml"))]
    workflows = [path for folder in (root, *sorted(root.glob("examples/*"))) for path in sorted(folder.glob(".github/workflows/*.yml"))]
    checks = spoiled()
    for lint, paths in (
        (lint_action, actions),
        (lint_workflow, workflows),
        (lint_dependabot, [root / ".github/dependabot.yml"]),
        (lint_buildspec, sorted(root.glob("examples/*/buildspec*.yml"))),
        (lint_shell_file, shell_files(root)),
    ):
        for path in paths:
            checks.append((str(path.relative_to(root)), lint(path) if path.is_file() else ["it is not there"]))

    failed = 0
    for name, findings in checks:
        print(f"{'FAILED' if findings else 'ok'} - {name}")
        for finding in findings:
            print(f"    {finding}")
        failed += bool(findings)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
