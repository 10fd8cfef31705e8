"""Bytes to values and back to names: what a request or an answer holds, whichever protocol it is written in.

Nothing is dropped on the way: a member the model does not know is handed on for `judge` to find. What cannot be read
at all is `Unreadable`.
"""

import json
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

from botocore.parsers import BaseCBORParser, ResponseParserError

from .judge import Moment

NUMBERS = {"integer", "long", "short", "byte"}
JSON_TYPES = {"1.0": "application/x-amz-json-1.0", "1.1": "application/x-amz-json-1.1"}


class Unreadable(Exception):
    """The bytes are not what the protocol says they are."""


class Cbor(BaseCBORParser):
    """botocore's reader of CBOR, but it keeps members that are null and tells moments from numbers."""

    def __init__(self):
        super().__init__(timestamp_parser=Moment)

    def _parse_key_value_pair(self, stream, items):
        key = self.parse_data_item(stream)
        items[key] = self.parse_data_item(stream)

    def read(self, body):
        return self.parse_data_item(self.get_peekable_stream_from_bytes(body)) if body else {}


def request(meant, target, headers, body):
    """The members of a request."""
    if meant.protocol == "json":
        return of_json(body)
    if meant.protocol == "cbor":
        return of_cbor(body)
    if meant.protocol == "query":
        return of_form(body, meant.model)
    return of_rest(meant, meant.model.input_shape, target, headers, body)


def answer(meant, headers, body):
    """The members of an answer that is not an error."""
    if meant.protocol == "json":
        return of_json(body)
    if meant.protocol == "cbor":
        return of_cbor(body)
    if meant.protocol == "query":
        return of_xml(body, meant.model)
    return of_rest(meant, meant.model.output_shape, "", headers, body)


def error(meant, headers, body):
    """Code and members of an error."""
    if meant.protocol == "query":
        return of_xml_error(body)
    members = of_cbor(body) if meant.protocol == "cbor" else of_json(body)
    code = headers.get("X-Amzn-ErrorType") or members.pop("__type", None) or members.pop("code", None)
    members.pop("__type", None)
    return (code or "").partition(":")[0].rpartition("#")[2], members


def style(meant, side, headers):
    """What is wrong with the headers, as text; nothing if they are what the protocol asks for."""
    found = headers.get("Content-Type", "").partition(";")[0].strip()
    if meant.protocol == "json":
        expected = JSON_TYPES[meant.model.service_model.metadata.get("jsonVersion", "1.0")]
    elif meant.protocol == "cbor":
        expected = "application/cbor"
    elif meant.protocol == "query":
        expected = "application/x-www-form-urlencoded" if side == "request" else "text/xml"
    else:
        expected = "application/json"
    if found == expected or not found and meant.protocol == "rest-json":
        return None
    return f"{found or 'nothing'}, expected {expected}"


def of_json(body):
    try:
        values = json.loads(body, object_pairs_hook=without_twins) if body else {}
    except ValueError as fault:
        raise Unreadable(str(fault)) from fault
    return structure(values)


def without_twins(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a member twice among {[name for name, _ in pairs]}")
    return found


def of_cbor(body):
    try:
        return structure(Cbor().read(body))
    except (ResponseParserError, UnicodeDecodeError) as fault:
        raise Unreadable(str(fault)) from fault


def structure(values):
    if not isinstance(values, dict):
        raise Unreadable("not an object")
    return values


def of_form(body, model):
    """A form: names are paths, `Tags.member.1.Key`."""
    tree = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        *above, last = name.split(".")
        place = tree
        for part in above:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise Unreadable(f"{name} is below a value")
        place[last] = value
    tree.pop("Action", None)
    tree.pop("Version", None)
    return from_tree(tree, model.input_shape) if model.input_shape else tree


def from_tree(value, shape):
    """A tree of texts with the types of a shape; where it has another form it stays as it is, to be found."""
    if shape.type_name == "structure" and isinstance(value, dict):
        known = {serialized(name, member): (name, member) for name, member in shape.members.items()}
        return {
            known[name][0] if name in known else name: from_tree(item, known[name][1]) if name in known else item
            for name, item in value.items()
        }
    if shape.type_name == "list":
        if value == "":
            return []
        if shape.serialization.get("flattened"):
            inside = value
        else:
            # A name of its own for the items replaces `member`.
            inside = value.get(shape.member.serialization.get("name", "member")) if isinstance(value, dict) and len(value) == 1 else None
        if isinstance(inside, dict) and list(inside) == [str(number) for number in range(1, len(inside) + 1)]:
            return [from_tree(item, shape.member) for item in inside.values()]
        return value
    if shape.type_name == "map" and isinstance(value, dict):
        inside = value.get("entry", value)
        try:
            return {item["key"]: from_tree(item["value"], shape.value) for item in inside.values()}
        except (KeyError, TypeError):
            return value
    return scalar(value, shape)


def scalar(value, shape):
    if not isinstance(value, str):
        return value
    try:
        if shape.type_name in NUMBERS:
            return int(value)
        if shape.type_name in ("double", "float"):
            return float(value)
    except ValueError:
        return value
    if shape.type_name == "boolean":
        return {"true": True, "false": False}.get(value, value)
    return value


def serialized(name, member):
    """A member's name on the wire."""
    return member.serialization.get("name", name)


def of_xml(body, model):
    root = xml(body)
    asked = model.name
    if local(root) != f"{asked}Response":
        raise Unreadable(f"<{local(root)}> is not <{asked}Response>")
    inside = {local(child): child for child in root}
    if "RequestId" not in {local(child) for child in inside.get("ResponseMetadata", ())}:
        raise Unreadable("no ResponseMetadata with a RequestId")
    shape = model.output_shape
    wrapper = shape.serialization.get("resultWrapper") if shape is not None else None
    stray = set(inside) - {"ResponseMetadata", wrapper}
    if stray:
        return {name: "an element beside the result" for name in stray}
    if wrapper is None:
        return {}
    if wrapper not in inside:
        raise Unreadable(f"no <{wrapper}>")
    return from_element(inside[wrapper], shape)


def of_xml_error(body):
    root = xml(body)
    found = next((child for child in root.iter() if local(child) == "Error"), None)
    if local(root) != "ErrorResponse" or found is None:
        raise Unreadable(f"<{local(root)}> without an <Error>")
    members = {local(child): child.text or "" for child in found}
    if members.pop("Type", None) not in ("Sender", "Receiver"):
        raise Unreadable("the error does not say whose fault it is")
    return members.pop("Code", ""), members


def xml(body):
    try:
        return ElementTree.fromstring(body)
    except ElementTree.ParseError as fault:
        raise Unreadable(str(fault)) from fault


def local(element):
    return element.tag.rpartition("}")[2]


def from_element(element, shape):
    """An element with the types of a shape; an unknown one is handed on as text."""
    if shape.type_name == "structure":
        known = {serialized(name, member): (name, member) for name, member in shape.members.items()}
        found = {}
        for child in element:
            name, member = known.get(local(child), (local(child), None))
            if member is not None and member.type_name == "list" and member.serialization.get("flattened"):
                found.setdefault(name, []).append(from_element(child, member.member))
            elif name in found:
                raise Unreadable(f"<{name}> twice")
            else:
                found[name] = child.text if member is None else from_element(child, member)
        return found
    if shape.type_name == "list":
        item = shape.member.serialization.get("name", "member")
        if any(local(child) != item for child in element):
            return {local(child): child.text for child in element}
        return [from_element(child, shape.member) for child in element]
    if shape.type_name == "map":
        return {child.findtext("{*}key"): from_element(child.find("{*}value"), shape.value) for child in element}
    if len(element):
        return {local(child): child.text for child in element}
    return scalar(element.text or "", shape)


def of_rest(meant, shape, target, headers, body):
    """rest-json: members are spread over path, query, headers and body."""
    if shape is None:
        return of_json(body)
    places = {name: member.serialization.get("location") for name, member in shape.members.items()}
    names = {(place, serialized(name, shape.members[name]).lower()): name for name, place in places.items()}
    values = {}
    for label, text in meant.labels if target else ():
        values[names.get(("uri", label.lower()), label)] = text
    for key, text in parse_qsl(urlsplit(target).query, keep_blank_values=True):
        values[names.get(("querystring", key.lower()), key)] = text
    for (place, key), name in names.items():
        if place == "header" and headers.get(key) is not None:
            values[name] = headers.get(key)
    values = {name: scalar(text, shape.members[name]) if name in shape.members else text for name, text in values.items()}
    payload = shape.serialization.get("payload")
    if payload:
        values[payload] = of_json(body) if shape.members[payload].type_name == "structure" else body
        return values
    for key, value in of_json(body).items():
        values[names.get((None, key.lower()), key) if key in serialized_names(shape) else key] = value
    return values


def serialized_names(shape):
    return {serialized(name, member) for name, member in shape.members.items()}
