#!/usr/bin/env python3
"""Write src/sim/model/*.json: what the simulator knows of the published AWS API models.

The names, types, enumerations and limits come from the service models that botocore ships (Apache-2.0,
https://github.com/boto/botocore); no documentation text is taken. Run it with the pinned version:

    python3 -m venv venv && venv/bin/pip install botocore==1.44.5
    venv/bin/python scripts/generate-model.py

With --check nothing is written: it fails if a file would change.
"""

import json
import pathlib
import sys

import botocore
import botocore.loaders

PINNED = "1.44.5"
TARGET = pathlib.Path(__file__).resolve().parent.parent / "src" / "sim" / "model"

# The operations whose shapes are kept; of the others only the name, so that "not simulated" is told apart from "not an
# operation". None keeps all.
SERVICES = {
    "ecs": None,
    "application-autoscaling": None,
    "ecr": [
        "BatchGetImage",
        "DescribeImageScanFindings",
        "DescribeImages",
        "DescribeRepositories",
        "GetAuthorizationToken",
        "GetDownloadUrlForLayer",
        "ListImages",
        "PutImage",
    ],
    "logs": [
        "CreateLogGroup",
        "CreateLogStream",
        "DescribeLogGroups",
        "DescribeLogStreams",
        "FilterLogEvents",
        "GetLogEvents",
        "PutLogEvents",
    ],
    "autoscaling": [
        "CreateOrUpdateTags",
        "DeleteScheduledAction",
        "DeleteTags",
        "DescribeAutoScalingGroups",
        "DescribeScheduledActions",
        "DescribeTags",
        "PutScheduledUpdateGroupAction",
        "ResumeProcesses",
        "SuspendProcesses",
    ],
    "codedeploy": [
        "BatchGetApplications",
        "BatchGetDeploymentGroups",
        "BatchGetDeploymentTargets",
        "BatchGetDeployments",
        "ContinueDeployment",
        "CreateApplication",
        "CreateDeployment",
        "CreateDeploymentConfig",
        "CreateDeploymentGroup",
        "DeleteDeploymentConfig",
        "GetApplication",
        "GetDeployment",
        "GetDeploymentConfig",
        "GetDeploymentGroup",
        "GetDeploymentTarget",
        "ListApplications",
        "ListDeploymentConfigs",
        "ListDeploymentGroups",
        "ListDeploymentTargets",
        "ListDeployments",
        "PutLifecycleEventHookExecutionStatus",
        "StopDeployment",
        "UpdateDeploymentGroup",
    ],
    "elbv2": ["DescribeTargetGroups", "DescribeTargetHealth"],
    "cloudwatch": ["DescribeAlarms", "SetAlarmState"],
    "sts": ["AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity"],
}

# Patterns worth checking. The models' patterns are not anchored and not all in a syntax that Rust's regex knows, so
# these were picked by hand; they are matched against the whole value.
PATTERNS = {
    "codedeploy": ["ApplicationName", "DeploymentConfigName", "DeploymentGroupName"],
    "ecr": ["RepositoryName"],
    "logs": ["LogGroupName", "LogStreamName"],
}

# Members of these shapes are left out: the simulator never answers with them, and they need list names of their own in
# the query protocol, which it does not speak.
LEFT_OUT = {"autoscaling": ["MixedInstancesPolicy"]}

# The protocol clients choose, of a service that has several and whose first is not that one.
SPOKEN = {"codedeploy": "json"}

METADATA = ["apiVersion", "protocol", "jsonVersion", "targetPrefix", "xmlNamespace"]


def compact(service):
    model = botocore.loaders.Loader().load_service_model(service, "service-2")
    metadata = {**model["metadata"], **({"protocol": SPOKEN[service]} if service in SPOKEN else {})}
    if metadata["protocol"] not in model["metadata"].get("protocols", [metadata["protocol"]]):
        raise SystemExit(f"{service} does not speak {metadata['protocol']}")
    operations, wanted = {}, []
    for name, operation in sorted(model["operations"].items()):
        if SERVICES[service] is not None and name not in SERVICES[service]:
            continue
        entry = {}
        for side in ("input", "output"):
            if side in operation:
                entry[side] = operation[side]["shape"]
                wanted.append(operation[side]["shape"])
        if "resultWrapper" in operation.get("output", {}):
            entry["wrapper"] = operation["output"]["resultWrapper"]
        entry["errors"] = [error["shape"] for error in operation.get("errors", [])]
        wanted.extend(entry["errors"])
        operations[name] = entry
    shapes = {}
    while wanted:
        name = wanted.pop()
        if name not in shapes:
            shapes[name], more = shape(service, name, model["shapes"][name])
            wanted.extend(more)
    return {
        "service": service,
        "botocore": PINNED,
        **{key: metadata[key] for key in METADATA if key in metadata},
        "others": sorted(set(model["operations"]) - set(operations)),
        "operations": operations,
        "shapes": dict(sorted(shapes.items())),
    }


def shape(service, name, source):
    kind = source["type"]
    entry = {"type": "document" if source.get("document") else kind}
    more = []
    if kind == "structure":
        entry["members"] = {
            member: value["shape"]
            for member, value in source["members"].items()
            if value["shape"] not in LEFT_OUT.get(service, [])
        }
        more.extend(entry["members"].values())
        if source.get("required"):
            entry["required"] = source["required"]
        if source.get("exception"):
            # Only the query services give their errors a code of their own.
            entry["code"] = source.get("error", {}).get("code", name)
            entry["status"] = source.get("error", {}).get("httpStatusCode", 500 if source.get("fault") else 400)
        if source.get("union"):
            entry["union"] = True
    elif kind == "list":
        entry["member"] = source["member"]["shape"]
        more.append(entry["member"])
        if source.get("flattened") or "locationName" in source["member"]:
            raise SystemExit(f"{service}: the list {name} needs more of the query protocol than the simulator speaks")
    elif kind == "map":
        entry["key"], entry["value"] = source["key"]["shape"], source["value"]["shape"]
        more.extend((entry["key"], entry["value"]))
    for limit in ("min", "max"):
        if limit in source:
            entry[limit] = source[limit]
    if "enum" in source:
        entry["enum"] = source["enum"]
    if name in PATTERNS.get(service, []):
        entry["pattern"] = source["pattern"]
    return entry, more


def lines(model):
    """One operation or shape a line, so that a newer model shows as a readable difference."""
    text = ["{"]
    for key, value in model.items():
        if key in ("operations", "shapes"):
            text.append(f'"{key}": {{')
            entries = [f"{json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}" for name, entry in value.items()]
            text.append(",\n".join(entries))
            text.append("}" + ("," if key == "operations" else ""))
        else:
            text.append(f"{json.dumps(key)}: {json.dumps(value)},")
    text.append("}\n")
    return "\n".join(text)


def main():
    if botocore.__version__ != PINNED:
        raise SystemExit(f"this needs botocore {PINNED}, here is {botocore.__version__}")
    stale = []
    for service in SERVICES:
        path, text = TARGET / f"{service}.json", lines(compact(service))
        if "--check" in sys.argv[1:]:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(path.name)
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        raise SystemExit(f"not what botocore {PINNED} says: {', '.join(stale)}")


if __name__ == "__main__":
    main()
