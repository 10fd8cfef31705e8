"""Values against shapes of the published models. What does not fit is a finding; nothing is ever put right."""

import base64
import binascii
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from . import patterns

# Errors any operation can answer with, which the models list for none (AWS: "Common Error Types").
GENERAL = {
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InternalFailure",
    "InvalidAction",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "OptInRequired",
    "RequestExpired",
    "RequestLimitExceeded",
    "SerializationException",
    "ServiceUnavailable",
    "SignatureDoesNotMatch",
    "Throttling",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationError",
    "ValidationException",
}
ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
WIDTHS = {"integer": 31, "long": 63, "short": 15, "byte": 7}


class Moment(float):
    """A moment of rpc-v2-cbor, which is more than a number there: it has a tag."""


@dataclass(frozen=True)
class Finding:
    """One thing that does not fit. `where` has `[]` for an item and `{}` for a value of a map, never an index, so
    that the same fault in two items is the same finding."""

    service: str
    operation: str
    side: str
    where: str
    problem: str
    detail: str = ""

    def key(self):
        """What the list of accepted findings names."""
        return f"{self.service} {self.operation} {self.side} {self.where}: {self.problem}"

    def __str__(self):
        return f"{self.key()}{f' ({self.detail})' if self.detail else ''}"


class Judge:
    """Walks one request or answer of one operation and collects findings."""

    def __init__(self, meant, side):
        self.service, self.operation, self.protocol, self.side = meant.service, meant.operation, meant.protocol, side
        self.findings = []

    def find(self, where, problem, detail=""):
        finding = Finding(self.service, self.operation, self.side, where or "(whole)", problem, str(detail)[:200])
        if finding.key() not in {known.key() for known in self.findings}:
            self.findings.append(finding)

    def walk(self, value, shape, where=""):
        """Holds a value against a shape, and all that is in it."""
        if getattr(shape, "is_document_type", False):
            return
        if value is None:
            self.find(where, "null")
            return
        getattr(self, shape.type_name)(value, shape, where)

    def structure(self, value, shape, where):
        if not isinstance(value, dict):
            self.find(where, "wrong type", f"{kind(value)} for a structure")
            return
        for name in shape.required_members:
            if name not in value:
                self.find(joined(where, name), "missing")
        if getattr(shape, "is_tagged_union", False) and len(value) != 1:
            self.find(where, "not one member of a union", sorted(value))
        for name, inside in value.items():
            here = joined(where, name)
            if name not in shape.members:
                self.find(here, "unknown member")
                continue
            self.walk(inside, shape.members[name], here)
            expression = patterns.form(self.service, name, self.side)
            for item in inside if isinstance(inside, list) else [inside]:
                if expression and isinstance(item, str) and not expression.fullmatch(item):
                    self.find(here, "not of its form", item)

    def list(self, value, shape, where):
        if not isinstance(value, list):
            self.find(where, "wrong type", f"{kind(value)} for a list")
            return
        self.measure(len(value), shape, where, "length")
        for item in value:
            self.walk(item, shape.member, f"{where}[]")

    def map(self, value, shape, where):
        if not isinstance(value, dict):
            self.find(where, "wrong type", f"{kind(value)} for a map")
            return
        self.measure(len(value), shape, where, "length")
        for name, item in value.items():
            self.walk(name, shape.key, f"{where}{{key}}")
            self.walk(item, shape.value, f"{where}{{}}")

    def string(self, value, shape, where):
        if not isinstance(value, str):
            self.find(where, "wrong type", f"{kind(value)} for a string")
            return
        if shape.enum:
            if value not in shape.enum:
                self.find(where, "not in the enum", value)
            return
        self.measure(len(value), shape, where, "length")
        expression = patterns.picked(self.service, shape.name)
        if expression and not expression.fullmatch(value):
            self.find(where, "does not match the pattern", value)

    character = string

    def integer(self, value, shape, where):
        if isinstance(value, bool) or not isinstance(value, int):
            self.find(where, "wrong type", f"{kind(value)} for {shape.type_name}")
            return
        limit = 1 << WIDTHS[shape.type_name]
        if not -limit <= value < limit:
            self.find(where, "out of range", value)
        self.measure(value, shape, where, "range")

    long = short = byte = integer

    def double(self, value, shape, where):
        if isinstance(value, bool) or not isinstance(value, (int, float)) and value not in ("NaN", "Infinity", "-Infinity"):
            self.find(where, "wrong type", f"{kind(value)} for {shape.type_name}")
            return
        if not isinstance(value, str):
            self.measure(value, shape, where, "range")

    float = double

    def boolean(self, value, shape, where):
        if not isinstance(value, bool):
            self.find(where, "wrong type", f"{kind(value)} for a boolean")

    def timestamp(self, value, shape, where):
        style = shape.serialization.get("timestampFormat", "iso8601" if self.protocol == "query" else "unixTimestamp")
        if self.protocol == "cbor":
            good = isinstance(value, Moment)
        elif style == "unixTimestamp":
            good = isinstance(value, (int, float)) and not isinstance(value, bool)
        elif style == "iso8601":
            good = isinstance(value, str) and ISO_8601.fullmatch(value)
        else:
            good = isinstance(value, str) and is_http_date(value)
        if not good:
            self.find(where, "wrong type", f"{kind(value)} for a moment ({style})")

    def blob(self, value, shape, where):
        if isinstance(value, bytes):
            self.measure(len(value), shape, where, "length")
            return
        try:
            self.measure(len(base64.b64decode(value, validate=True)), shape, where, "length")
        except (TypeError, ValueError, binascii.Error):
            self.find(where, "wrong type", f"{kind(value)} for base64")

    def measure(self, size, shape, where, what):
        least, most = shape.metadata.get("min"), shape.metadata.get("max")
        if least is not None and size < float(least) or most is not None and size > float(most):
            self.find(where, f"{what} outside the limits", f"{size}, limits {least} to {most}")


def judge_values(meant, side, values):
    """The findings of a request's or an answer's members."""
    judge = Judge(meant, side)
    shape = meant.model.input_shape if side == "request" else meant.model.output_shape
    if shape is None:
        for name in values:
            judge.find(name, "unknown member")
    else:
        judge.walk(values, shape)
    return judge.findings


def judge_error(meant, code, members, status):
    """The findings of an error: whether the operation can answer with it, and what it carries."""
    judge = Judge(meant, "error")
    if not code:
        judge.find("code", "missing")
        return judge.findings
    shape = next((shape for shape in meant.model.error_shapes if shape.error_code == code), None)
    if shape is None:
        if code not in GENERAL:
            judge.find("code", "not modelled for the operation", code)
        return judge.findings
    # botocore reads everything of a shape but this.
    fault = shape._shape_model.get("fault", False)
    expected = shape.metadata.get("error", {}).get("httpStatusCode", 500 if fault else 400)
    if status != expected:
        judge.find(code, "another status than modelled", f"{status}, modelled {expected}")
    # AWS writes the text as `message` or `Message` whatever the model says.
    known = {name: value for name, value in members.items() if name in shape.members or name.lower() != "message"}
    judge.walk({**{name: "" for name in shape.required_members if name.lower() == "message"}, **known}, shape, code)
    return judge.findings


def joined(where, name):
    return f"{where}.{name}" if where else name


def kind(value):
    return {dict: "an object", list: "a list", str: "text", bool: "a boolean", int: "a whole number", float: "a number"}.get(
        type(value), type(value).__name__
    )


def is_http_date(value):
    try:
        return parsedate_to_datetime(value) is not None
    except ValueError:
        return False
