#!/usr/bin/env python3
"""Holds the task definition fixtures against the API's own model.

Every file under tests/fixtures/taskdefs must be a request that the published
model of RegisterTaskDefinition accepts: no unknown member, no wrong type, no
value outside an enum. The few files that exist to break this are named below
with what they break, and must break exactly that.

It is not for the rules the model does not state (sizes, pairs, references
between containers): those belong to the tool under test.

Usage: fixtures_model.py [REPOSITORY]
"""

import json
import re
import sys
from datetime import date
from pathlib import Path

from botocore.loaders import Loader
from botocore.model import ServiceModel
from ruamel.yaml import YAML

# File -> the members the model must not know, in the order they are met.
UNKNOWN = {
    "future.json": [
        "schemaRevision",
        "networkProfile",
        "admissionPolicies",
        "containerDefinitions[0].imagePolicy",
        "containerDefinitions[0].portMappings[0].congestionControl",
        "containerDefinitions[0].checkpoint",
        "containerDefinitions[0].environment[0].sensitivity",
        "containerDefinitions[0].environment[1].sensitivity",
        "containerDefinitions[0].secrets[0].refresh",
        "containerDefinitions[0].healthCheck.readiness",
        "containerDefinitions[0].logConfiguration.sampling",
        "containerDefinitions[0].x",
        "zeta",
        "alpha",
    ],
    "numbers.json": [
        "containerDefinitions[0].budgetAllowance",
        "containerDefinitions[0].scalingHints",
        "retentionNanoseconds",
    ],
}
# Whole answers and parts of them: judged as what ECS answers, not as a request.
ANSWERS = {
    "described.json": "DescribeTaskDefinitionResponse",
    "described-query.json": "TaskDefinition",
}
SCALARS = {"string": str, "integer": int, "long": int, "boolean": bool}

STRING_OR_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', re.S)
STRING_OR_TRAILING_COMMA = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])', re.S)


def read(path: Path):
    """The file's value. JSON, JSON with comments, or YAML 1.2."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".yaml":
        return dates_as_text(YAML(typ="safe", pure=True).load(text))
    for pattern in (STRING_OR_COMMENT, STRING_OR_TRAILING_COMMA):
        text = pattern.sub(lambda found: found[0] if found[0][0] == '"' else " ", text)
    return json.loads(text, object_pairs_hook=without_duplicates)


def dates_as_text(value):
    """YAML 1.2's core schema has no dates; this reader makes some all the same."""
    if isinstance(value, dict):
        return {name: dates_as_text(item) for name, item in value.items()}
    if isinstance(value, list):
        return [dates_as_text(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def without_duplicates(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError(f"duplicate member in {[key for key, _ in pairs]}")
    return dict(pairs)


def unknown_members(value, shape, path, findings):
    """Yields the paths the model does not know; other faults go to `findings`."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            findings.append(f"{path}: {type(value).__name__} where an object belongs")
            return
        for name in shape.required_members:
            if name not in value:
                findings.append(f"{path}: lacks {name}")
        for name, member in value.items():
            here = f"{path}.{name}" if path else name
            if name in shape.members:
                yield from unknown_members(member, shape.members[name], here, findings)
            else:
                yield here
    elif kind == "list":
        if not isinstance(value, list):
            findings.append(f"{path}: {type(value).__name__} where a list belongs")
            return
        for index, item in enumerate(value):
            yield from unknown_members(item, shape.member, f"{path}[{index}]", findings)
    elif kind == "map":
        if not isinstance(value, dict):
            findings.append(f"{path}: {type(value).__name__} where an object belongs")
            return
        for name, item in value.items():
            yield from unknown_members(item, shape.value, f"{path}.{name}", findings)
    elif kind == "timestamp":
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            findings.append(f"{path}: not a time")
    else:
        # A bool is an int to Python and not to the API.
        expected = SCALARS[kind]
        if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
            findings.append(f"{path}: {type(value).__name__} where {kind} belongs")
        enum = getattr(shape, "enum", None)
        if enum and value not in enum:
            findings.append(f"{path}: not one of {enum}")


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "tests/fixtures/taskdefs"
    model = ServiceModel(Loader().load_service_model("ecs", "service-2"), "ecs")
    files = sorted(path for path in root.iterdir() if path.suffix in (".json", ".yaml"))
    passed = failed = 0
    for path in files:
        shape = model.shape_for(ANSWERS.get(path.name, "RegisterTaskDefinitionRequest"))
        findings = []
        try:
            unknown = list(unknown_members(read(path), shape, "", findings))
            if unknown != UNKNOWN.get(path.name, []):
                findings.append(f"unknown members: {unknown}")
        except ValueError as error:
            findings.append(str(error))
        print(f"{'FAILED' if findings else 'ok'} - {path.name}")
        for finding in findings:
            print(f"    {finding}")
        failed += bool(findings)
        passed += not findings
    if not files:
        print(f"FAILED - no fixtures in {root}")
        failed += 1
    missing = (set(UNKNOWN) | set(ANSWERS)) - {path.name for path in files}
    if missing:
        print(f"FAILED - named here but not there: {sorted(missing)}")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
