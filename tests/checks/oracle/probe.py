"""Asks a simulator for every operation of its services, each with the least the model requires, to learn which it has.
What it answers is nobody's concern here: only whether it says that it does not have the operation.
"""

import botocore.session
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from . import models

# The last is for operations that clients do not sign: the simulator takes only those it has.
ABSENT = {"UnknownOperationException", "InvalidAction", "MissingAuthenticationToken"}
# Where the least is not a value the simulator's door lets pass.
TEXTS = {"repositoryName": "web", "logGroupName": "/ecs/web", "RoleArn": "arn:aws:iam::123456789012:role/probe"}


def client(session, service, url):
    """botocore's own client of a service, which never tries again and checks nothing itself."""
    return session.create_client(
        service,
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="simulated",
        aws_secret_access_key="simulated",
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=False, inject_host_prefix=False),
    )


def plain():
    """A session that knows botocore's models only, whatever `AWS_DATA_PATH` says."""
    session = botocore.session.Session()
    session.register_component("data_loader", models.loader())
    return session


def operations(service, url):
    """The operations of a service that the simulator has. Asking may change its world."""
    asked = client(plain(), service, url)
    return [name for name in models.service(service).operation_names if has(asked, models.operation(service, name))]


def has(asked, operation):
    shape = operation.input_shape
    try:
        getattr(asked, xform_name(operation.name))(**(least(shape) if shape is not None else {}))
    except ClientError as error:
        return error.response["Error"]["Code"] not in ABSENT
    except ResponseParserError:
        # A service it does not speak is refused in another protocol.
        return False
    return True


def least(shape, name=""):
    """The least value of a shape: what is required, and nothing else."""
    kind = shape.type_name
    if kind == "structure" and getattr(shape, "is_tagged_union", False):
        first = next(iter(shape.members))
        return {first: least(shape.members[first], first)}
    if kind == "structure":
        return {member: least(shape.members[member], member) for member in shape.required_members}
    if kind == "list":
        return [least(shape.member, name)] * max(int(shape.metadata.get("min", 0)), 1)
    if kind == "map":
        return {least(shape.key, name): least(shape.value, name)} if shape.metadata.get("min") else {}
    if kind == "string":
        return TEXTS.get(name) or (shape.enum[0] if shape.enum else "x" * max(int(shape.metadata.get("min", 0)), 1))
    if kind == "boolean":
        return False
    if kind == "blob":
        return b"x"
    if kind == "timestamp":
        return 1700000000
    return max(int(float(shape.metadata.get("min", 0))), 1)
