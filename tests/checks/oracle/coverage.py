"""Which operations and members of the published models the simulator has, as a page (`coverage.md`).

Operations are asked for (`probe`). A member counts as had if the simulator's source for the service names it, which is
close to the truth and does not depend on what a run happens to show; what runs do show is held against the page
(`unlisted`). Structures that clients send and get back whole are had whole.
"""

import re
from pathlib import Path

from . import models

PAGE = Path(__file__).with_name("coverage.md")
# Service -> the parts of src/sim that answer for it, beside what all share.
SOURCES = {
    "application-autoscaling": ("scaling.rs", "scaling"),
    "autoscaling": ("groups.rs", "groups"),
    "cloudwatch": ("alarms.rs", "alarms"),
    "codedeploy": ("codedeploy.rs", "codedeploy"),
    "ecr": ("ecr.rs", "ecr"),
    "ecs": ("ecs",),
    "elbv2": ("balancer.rs", "balancer", "elb.rs", "elb"),
    "logs": ("logs.rs", "logs"),
    "sts": ("sts.rs",),
}
SHARED = ("paging.rs", "tags.rs")
# What these send is stored and answered as it is.
WHOLE = {
    "ecs": ("RegisterTaskDefinition", "CreateService", "UpdateService", "RunTask", "TagResource"),
    "application-autoscaling": ("RegisterScalableTarget",),
}
NAME = re.compile(r'"([A-Za-z][A-Za-z0-9]*)"')


def page(root, operations):
    """The page's text. `operations` are those the simulator has, by service."""
    lines = [
        "# What the simulator has of the published API models",
        "",
        "Written by `tests/checks/clients.py` and compared by it; `SNAPSHOTS=overwrite` rewrites it. Names are those of the",
        "service models of botocore. What is missing from an input is not looked at by the simulator, what is missing from an",
        "answer is never in it.",
    ]
    for service in sorted(operations):
        if operations[service]:
            lines += section(root, service, operations[service])
    return "\n".join(lines) + "\n"


def section(root, service, had):
    named = names(root, service)
    total = len(models.service(service).operation_names)
    lines = ["", f"## {service}: {len(had)} of {total} operations", "", "| operation | members read | not read |", "|---|---|---|"]
    for operation in had:
        shape = models.operation(service, operation).input_shape
        members = list(shape.members) if shape is not None else []
        lines.append(row(f"`{operation}`", members, named if operation not in WHOLE.get(service, ())[:1] else set(members)))
    whole = sent_whole(service, had)
    answered = set()
    for operation in had:
        structures(models.operation(service, operation).output_shape, answered, named)
    lines += ["", "| in answers | members it has | never has |", "|---|---|---|"]
    for name in sorted(answered - whole):
        members = list(models.service(service).shape_for(name).members)
        if members:
            lines.append(row(f"`{name}`", members, named))
    if whole:
        lines += ["", f"Kept and answered as they were sent: {listed(sorted(whole))}."]
    return lines


def row(title, members, had):
    return f"| {title} | {listed([name for name in members if name in had])} | {listed([name for name in members if name not in had])} |"


def listed(found):
    return ", ".join(f"`{name}`" for name in found) or "–"


def names(root, service):
    """Every text in the simulator's source for a service that could be a member's name; tests do not count."""
    folder = Path(root) / "src/sim"
    files = [folder / part for part in (*SOURCES[service], *SHARED)]
    sources = [path for file in files for path in ([file] if file.is_file() else sorted(file.rglob("*.rs")))]
    texts = [path.read_text(encoding="utf-8").partition("#[cfg(test)]\nmod tests {")[0] for path in sources if "tests" not in path.parts and path.name != "tests.rs"]
    return {name for text in texts for name in NAME.findall(text)}


def sent_whole(service, had):
    """The structures below the inputs of the operations whose members are kept as they come."""
    inputs = [models.operation(service, operation).input_shape for operation in WHOLE.get(service, ()) if operation in had]
    found = {name for shape in inputs for name in structures(shape) if name != shape.name}
    return found | {"TaskDefinition"} if "RegisterTaskDefinition" in had else found


def structures(shape, found=None, named=None):
    """The names of all structures in a shape; with `named`, of those that only members of these names lead to."""
    found = set() if found is None else found
    if shape is None:
        return found
    if shape.type_name == "structure":
        if shape.name not in found:
            found.add(shape.name)
            for name, member in shape.members.items():
                if named is None or name in named:
                    structures(member, found, named)
    elif shape.type_name == "list":
        structures(shape.member, found, named)
    elif shape.type_name == "map":
        structures(shape.value, found, named)
    return found


def unlisted(root, calls):
    """What was seen in answers although the page says the simulator never has it, as `service Structure.member`."""
    known, stray = {}, set()
    for call in calls:
        service = call["service"]
        if call.get("status") != 200 or service not in SOURCES:
            continue
        if service not in known:
            known[service] = names(root, service), sent_whole(service, models.service(service).operation_names)
        named, whole = known[service]
        for name, member in seen(call.get("output"), models.operation(service, call["operation"]).output_shape):
            if name not in whole and member not in named:
                stray.add(f"{service} {name}.{member}")
    return sorted(stray)


def seen(value, shape):
    """The structures and members of a value, as pairs of names."""
    if shape is None or value is None:
        return
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, item in value.items():
            yield shape.name, name
            if name in shape.members:
                yield from seen(item, shape.members[name])
    elif shape.type_name == "list" and isinstance(value, list):
        for item in value:
            yield from seen(item, shape.member)
    elif shape.type_name == "map" and isinstance(value, dict):
        for item in value.values():
            yield from seen(item, shape.value)
