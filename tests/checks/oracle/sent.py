"""Which operations the stages can send, read from the adapters' source: the list every run is held against. Not which
they did send: that is the proxy's record.
"""

import re
from pathlib import Path

from botocore import xform_name

from . import models

CLIENT = re.compile(r"^\s*(?:pub(?:\([a-z]+\))? )?(\w+): (?:Late<)?(aws_sdk_\w+)::Client\b", re.M)
# `self.ecs.describe_services()`, over lines.
OWN = re.compile(r"\bself\s*\.(\w+)\s*\.(\w+)\(")
# `.describe_images()` of a client that came some other way.
ANY = re.compile(r"\.(\w+)\(\)")
USED = re.compile(r"\baws_sdk_\w+")
CRATES = {
    "aws_sdk_applicationautoscaling": "application-autoscaling",
    "aws_sdk_autoscaling": "autoscaling",
    "aws_sdk_cloudwatch": "cloudwatch",
    "aws_sdk_cloudwatchlogs": "logs",
    "aws_sdk_codedeploy": "codedeploy",
    "aws_sdk_ecr": "ecr",
    "aws_sdk_ecs": "ecs",
    "aws_sdk_elasticloadbalancingv2": "elbv2",
    "aws_sdk_sts": "sts",
}
# What the SDK sends by itself for `--role-arn`.
BY_THE_SDK = {("sts", "AssumeRole")}


def operations(root):
    """The operations of the adapters, each as (service, operation)."""
    sources = [path.read_text(encoding="utf-8") for path in sorted((Path(root) / "src/aws").rglob("*.rs"))]
    clients = {field: CRATES[crate] for text in sources for field, crate in CLIENT.findall(text)}
    known = {name: {xform_name(operation): operation for operation in models.service(name).operation_names} for name in clients.values()}
    found = set(BY_THE_SDK)
    for text in sources:
        own = [(clients[field], call) for field, call in OWN.findall(text) if field in clients]
        rest = OWN.sub("", text)
        used = {CRATES[crate] for crate in USED.findall(rest) if CRATES.get(crate) in known}
        found |= {(name, known[name][call]) for name, call in own if call in known[name]}
        found |= {(name, known[name][call]) for name in used for call in ANY.findall(rest) if call in known[name]}
    unread = set(clients.values()) - {name for name, _ in found}
    if not clients or unread:
        raise SystemExit(f"the calls of these clients cannot be read: {sorted(unread) or 'there are none'}")
    return found
