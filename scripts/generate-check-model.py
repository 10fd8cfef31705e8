#!/usr/bin/env python3
"""Write src/domain/check/model/task_definition.txt: the keys, types and values ECS knows in a task definition.

The names come from the service model that botocore ships (Apache-2.0, https://github.com/boto/botocore); no
documentation text is taken. Run it with the pinned version:

    python3 -m venv venv && venv/bin/pip install botocore==1.44.5
    venv/bin/python scripts/generate-check-model.py

With --check nothing is written: it shows what would change, and fails if anything would.
"""

import difflib
import pathlib
import sys

import botocore
import botocore.loaders

PINNED = "1.44.5"
TARGET = pathlib.Path(__file__).resolve().parent.parent / "src/domain/check/model/task_definition.txt"
ROOT = "RegisterTaskDefinitionRequest"
ANSWER = "TaskDefinition"
PLAIN = {"string": "string", "integer": "integer", "long": "integer", "boolean": "boolean"}


def named(shapes, name):
    """How a member's type is written: a plain word, or the name of a shape that has its own line."""
    source = shapes[name]
    if "enum" not in source and source["type"] in PLAIN:
        return PLAIN[source["type"]]
    return name


def line(shapes, name):
    """The line of a shape, and the shapes it names."""
    source = shapes[name]
    if "enum" in source:
        return f"{name} enum {' '.join(source['enum'])}", []
    if source["type"] == "structure":
        required = source.get("required", [])
        members = {key: member["shape"] for key, member in source["members"].items()}
        words = [f"{key}:{named(shapes, shape)}{'*' if key in required else ''}" for key, shape in members.items()]
        return f"{name} structure {' '.join(words)}", list(members.values())
    if source["type"] == "list":
        return f"{name} list {named(shapes, source['member']['shape'])}", [source["member"]["shape"]]
    if source["type"] == "map":
        return f"{name} map {named(shapes, source['value']['shape'])}", [source["value"]["shape"]]
    raise SystemExit(f"{name} is of a type this script does not know: {source['type']}")


def generated():
    model = botocore.loaders.Loader().load_service_model("ecs", "service-2")
    shapes = model["shapes"]
    lines, wanted = {}, [ROOT]
    while wanted:
        name = wanted.pop()
        if name not in lines and named(shapes, name) == name:
            lines[name], more = line(shapes, name)
            wanted.extend(more)
    output_only = [key for key in shapes[ANSWER]["members"] if key not in shapes[ROOT]["members"]]
    text = [
        f"# Made by scripts/generate-check-model.py from the model of Amazon ECS {model['metadata']['apiVersion']} in"
        f" botocore {PINNED}; do not edit.",
        "# A line per shape. In a structure `*` marks a required member.",
        lines.pop(ROOT),
        f"OutputOnly enum {' '.join(output_only)}",
        *(lines[name] for name in sorted(lines)),
    ]
    return "\n".join(text) + "\n"


def main():
    if botocore.__version__ != PINNED:
        raise SystemExit(f"this needs botocore {PINNED}, here is {botocore.__version__}")
    text = generated()
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(text, encoding="utf-8")
        return
    before = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
    changes = list(difflib.unified_diff(before.splitlines(), text.splitlines(), TARGET.name, "the model", lineterm="", n=0))
    if changes:
        print("\n".join(changes))
        raise SystemExit(f"not what botocore {PINNED} says: {TARGET.name}")


if __name__ == "__main__":
    main()
