#!/usr/bin/env python3
"""Holds the licences of all dependencies against those that deny.toml allows.

Every crate that a build for one of deny.toml's targets takes in, with all
features, must have a licence expression that the allowed ones satisfy, and
come from a registry that is allowed; an allowed licence that no crate needs
is an error.

It stands in for `cargo deny check licenses sources` where there is no
cargo-deny. It reads what the manifests state, not the texts of licences, and
knows nothing of advisories.

Usage: licences_check.py [REPOSITORY]
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

from boolean import NOT
from license_expression import get_spdx_licensing

LICENSING = get_spdx_licensing()


def packages(root, targets):
    """The crates that are taken in for the targets, by id."""
    found = {}
    for target in targets:
        command = ["cargo", "metadata", "--format-version=1", "--locked", "--all-features"]
        command += ["--filter-platform", target]
        answer = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
        metadata = json.loads(answer.stdout)
        taken = {node["id"] for node in metadata["resolve"]["nodes"]}
        found.update({one["id"]: one for one in metadata["packages"] if one["id"] in taken})
    return found


def satisfied(expression, allowed):
    """The allowed licences that satisfy the expression; empty if none do."""
    if isinstance(expression, NOT):
        return set()
    if expression.isliteral:
        key = str(expression)
        return {key} if key in allowed else set()
    parts = [satisfied(part, allowed) for part in expression.args]
    if expression.operator.strip() == "AND":
        return set().union(*parts) if all(parts) else set()
    return set().union(*parts)


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    deny = tomllib.loads((root / "deny.toml").read_text())
    allowed = set(deny["licenses"]["allow"])
    sources = {f"registry+{one}" for one in deny["sources"]["allow-registry"]}
    wrong, needed = [], set()
    crates = packages(root, deny["graph"]["targets"])
    for crate in crates.values():
        name = f"{crate['name']} {crate['version']}"
        if crate["source"] not in sources and crate["source"] is not None:
            wrong.append(f"{name}: comes from {crate['source']}")
        if not crate["license"]:
            wrong.append(f"{name}: states no licence")
            continue
        # Crates of old wrote a slash for OR.
        text = crate["license"].replace("/", " OR ")
        by = satisfied(LICENSING.parse(text, validate=True), allowed)
        needed |= by
        if not by:
            wrong.append(f"{name}: {crate['license']} is not allowed in deny.toml")
    wrong += [f"deny.toml: no crate needs {one}" for one in sorted(allowed - needed)]
    for line in wrong:
        print(f"not ok - {line}")
    print(f"{len(crates)} crates, {len(wrong)} findings")
    return 1 if wrong or not crates else 0


if __name__ == "__main__":
    sys.exit(main())
