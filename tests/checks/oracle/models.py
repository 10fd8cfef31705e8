"""Which service and operation a request means, by the published models. Not what the request holds: see `wire`."""

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.loaders import Loader
from botocore.model import ServiceModel

# The services a deployment can meet. Others are unknown here, which is a finding.
SERVICES = (
    "ecs",
    "application-autoscaling",
    "ecr",
    "logs",
    "autoscaling",
    "sts",
    "codedeploy",
    "cloudwatch",
    "elbv2",
    "events",
    "scheduler",
    "secretsmanager",
    "ssm",
)
SCOPE = re.compile(r"Credential=[^/]+/\d{8}/[^/]+/([^/]+)/aws4_request")
CBOR_PATH = re.compile(r"/service/([^/]+)/operation/([^/?]+)$")
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Meant:
    """What a request means: names, the wire protocol it is written in, and the model's operation if it has one."""

    service: str | None
    operation: str | None
    protocol: str | None
    model: object = None
    labels: tuple = ()


@cache
def loader():
    """botocore's own models: not those of `AWS_DATA_PATH`, which the AWS CLI sets as soon as it is imported."""
    return Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)


@cache
def service(name):
    """The published model of a service."""
    return ServiceModel(loader().load_service_model(name, "service-2"), name)


@cache
def by_target():
    """Services by the prefix of `X-Amz-Target`, which also names them in the path of rpc-v2-cbor."""
    found = ((service(name).metadata.get("targetPrefix"), name) for name in SERVICES)
    return {prefix: name for prefix, name in found if prefix}


@cache
def by_version():
    """Services of the query protocol by the version of their API."""
    spoken = {name: service(name).metadata for name in SERVICES}
    return {
        metadata["apiVersion"]: name
        for name, metadata in spoken.items()
        if "query" in metadata.get("protocols", [metadata["protocol"]])
    }


def operation(name, asked):
    """The model of an operation, or nothing if the service has none of that name."""
    model = service(name)
    return model.operation_model(asked) if asked in model.operation_names else None


def meant(method, target, headers, body):
    """What a request means. `target` is the request line's, `headers` look names up in any case."""
    path = urlsplit(target).path
    named = headers.get("X-Amz-Target")
    if named is not None:
        prefix, _, asked = named.rpartition(".")
        return known(by_target().get(prefix), asked, "json")
    cbor = CBOR_PATH.search(path)
    if cbor or headers.get("Smithy-Protocol") == "rpc-v2-cbor":
        prefix, asked = cbor.groups() if cbor else (None, None)
        return known(by_target().get(prefix), asked, "cbor")
    if headers.get("Content-Type", "").startswith(FORM):
        form = parse_qs(body.decode("utf-8", "replace"))
        version, asked = (form.get(key, [None])[0] for key in ("Version", "Action"))
        return known(by_version().get(version), asked, "query")
    return rest(method, path, headers)


def known(name, asked, protocol):
    model = operation(name, asked) if name and asked else None
    return Meant(name, asked, protocol, model)


def rest(method, path, headers):
    """rest-json names nothing: the signature says which service, method and path which operation."""
    scope = SCOPE.search(headers.get("Authorization", ""))
    for name in SERVICES:
        metadata = service(name).metadata
        if metadata["protocol"] != "rest-json":
            continue
        if scope and scope[1] not in (metadata.get("signingName"), metadata["endpointPrefix"]):
            continue
        for asked in service(name).operation_names:
            http = service(name).operation_model(asked).http
            labels = template(http["requestUri"]).fullmatch(path)
            if labels and http["method"] == method:
                values = tuple((key, unquote(value)) for key, value in labels.groupdict().items())
                return Meant(name, asked, "rest-json", operation(name, asked), values)
        return Meant(name, None, "rest-json")
    return Meant(None, None, None)


@cache
def template(uri):
    """A URI with `{Label}` in it, as an expression with a group for each label; `{Label+}` takes slashes too."""
    parts = re.split(r"\{(\w+)(\+?)\}", uri.partition("?")[0])
    made = re.escape(parts[0])
    for index in range(1, len(parts), 3):
        inside = ".+" if parts[index + 1] else "[^/]+"
        made += f"(?P<{parts[index]}>{inside}){re.escape(parts[index + 2])}"
    return re.compile(made)
