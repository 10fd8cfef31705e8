"""The forms of names and ARNs that are worth a check, matched against the whole value.

The models' own patterns are not anchored, many say no more than "printable", and their syntax is not Python's: each
that is used was picked by hand and stands beside the model's text, so that a changed model shows (`stale`). The ECS
model has no pattern for any ARN; those forms are from the service authorization reference of Amazon ECS.
"""

import re
from functools import cache

from . import models

# (service, shape) -> (the model's text, the same for Python)
PICKED = {
    ("application-autoscaling", "AmazonResourceName"): (
        r"^arn:.+:application-autoscaling:.+:[0-9]+:scalable-target\/[a-zA-Z0-9-]+$",
        r"arn:.+:application-autoscaling:.+:[0-9]+:scalable-target/[a-zA-Z0-9-]+",
    ),
    ("autoscaling", "AsciiStringMaxLen255"): (r"[A-Za-z0-9\-_\/]+", r"[A-Za-z0-9\-_/]+"),
    ("codedeploy", "ApplicationName"): (r"[A-Za-z0-9+=,.@_-]*", r"[A-Za-z0-9+=,.@_-]*"),
    ("codedeploy", "DeploymentGroupName"): (r"[A-Za-z0-9+=,.@_-]*", r"[A-Za-z0-9+=,.@_-]*"),
    ("ecr", "Base64"): (r"^\S+$", r"\S+"),
    ("ecr", "RegistryId"): (r"[0-9]{12}", r"[0-9]{12}"),
    ("ecr", "RepositoryName"): (
        r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*",
        r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*",
    ),
    # `\p{L}\p{Z}\p{N}`: letters, spaces and digits of any script.
    ("ecs", "TagKey"): (r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", r"(?:[\w\s.:/=+\-@]*)"),
    ("ecs", "TagValue"): (r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", r"(?:[\w\s.:/=+\-@]*)"),
    ("logs", "LogGroupName"): (r"[\.\-_/#A-Za-z0-9]+", r"[.\-_/#A-Za-z0-9]+"),
    ("logs", "LogStreamName"): (r"[^:*]*", r"[^:*]*"),
    ("sts", "accessKeyIdType"): (r"[\w]*", r"\w*"),
    ("sts", "assumedRoleIdType"): (r"[\w+=,.@:-]*", r"[\w+=,.@:-]*"),
    ("sts", "roleSessionNameType"): (r"[\w+=,.@-]*", r"[\w+=,.@-]*"),
}

ARN = r"arn:aws(?:-[a-z]+)*:ecs:[a-z0-9-]+:[0-9]{12}:"
NAME = r"[A-Za-z0-9_-]{1,255}"
# Members of ECS answers, by their name.
FORMS = {
    "clusterArn": rf"{ARN}cluster/{NAME}",
    # The second form is the one from before 2018, without the cluster.
    "serviceArn": rf"{ARN}service/(?:{NAME}/)?{NAME}",
    "serviceDeploymentArn": rf"{ARN}service-deployment/{NAME}/{NAME}/{NAME}",
    "serviceRevisionArn": rf"{ARN}service-revision/{NAME}/{NAME}/[0-9]+",
    "sourceServiceRevisionArns": rf"{ARN}service-revision/{NAME}/{NAME}/[0-9]+",
    "targetServiceRevisionArn": rf"{ARN}service-revision/{NAME}/{NAME}/[0-9]+",
    "taskArn": rf"{ARN}task/(?:{NAME}/)?[0-9a-f-]{{32,36}}",
    "taskDefinitionArn": rf"{ARN}task-definition/{NAME}:[0-9]+",
}


@cache
def picked(service, shape):
    """The expression for a shape, if one was picked."""
    found = PICKED.get((service, shape))
    return found and re.compile(found[1])


@cache
def form(service, member, side):
    """The expression for a member of an answer, if its form is documented."""
    found = FORMS.get(member) if (service, side) == ("ecs", "answer") else None
    return found and re.compile(found)


def stale():
    """The picked patterns that are not the model's any more."""
    shapes = {pair: models.service(pair[0]).shape_for(pair[1]).metadata.get("pattern") for pair in PICKED}
    return [f"{service} {shape}: {now}" for (service, shape), now in shapes.items() if now != PICKED[service, shape][0]]
