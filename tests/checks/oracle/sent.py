"""Which operations the stages can send, read from the adapters' source: the list every run is held against. Not which
they did send: that is the proxy's record.
"""

import re
from pathlib import Path

from botocore import xform_name

from . import models

CLIENT = re.compile(r"^\s*(?:pub(?:\([a-z]+\))? )?(\w+): (aws_sdk_\w+)::Client\b", re.M)
# `self.ecs.describe_services()`, over lines.
CALL = r"\b{}\s*\.(\w+)\(\)"
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
    fields = {field: CRATES[crate] for text in sources for field, crate in CLIENT.findall(text)}
    found = set(BY_THE_SDK)
    for field, name in fields.items():
        known = {xform_name(operation): operation for operation in models.service(name).operation_names}
        calls = {call for text in sources for call in re.findall(CALL.format(rf"self\s*\.{field}"), text)}
        found |= {(name, known[call]) for call in calls if call in known}
        stray = calls - set(known) - {"clone", "config"}
        if stray or not calls & set(known):
            raise SystemExit(f"the calls of `{field}` cannot be read: {sorted(stray) or 'there are none'}")
    if not fields:
        raise SystemExit("no client was found in src/aws")
    return found
