"""An endpoint that answers what it was told to: a table of answers by operation, for AWS's own examples. It judges
nothing and keeps no state but how often each operation was asked. Not the simulator, and not like it.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

from dateutil.parser import isoparse

from oracle import models

TYPES = {"json": "application/x-amz-json-1.1", "query": "text/xml"}


class Canned:
    """Use it in a `with`. `answers` maps operations to an answer, or to a function from the members of the request and
    the number of the call (from 1) to one. An answer of text is an error of that code. `asked` has the operations, `faults` what went wrong
    in here."""

    def __init__(self, answers):
        self.answers, self.asked, self.faults = answers, [], []
        handler = type("Bound", (Handler,), {"canned": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, meant, body):
        """Status and bytes."""
        self.asked.append(meant.operation)
        found = self.answers.get(meant.operation, "UnknownOperationException")
        if callable(found):
            sent = json.loads(body or b"{}") if meant.protocol == "json" else {}
            found = found(sent, self.asked.count(meant.operation))
        if isinstance(found, str):
            return 400, refusal(meant.protocol, found)
        if meant.protocol == "query":
            return 200, result(meant.model, found)
        return 200, json.dumps(epochs(found, meant.model.output_shape)).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    canned = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        meant = models.meant("POST", self.path, self.headers, body)
        try:
            status, said = self.canned.answer(meant, body)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the check must hear of it
            self.canned.faults.append(f"{meant.operation}: {type(fault).__name__}: {fault}")
            status, said = 400, refusal(meant.protocol, "InvalidParameterException")
        self.send_response_only(status)
        self.send_header("Content-Type", TYPES.get(meant.protocol, "text/plain"))
        self.send_header("x-amzn-RequestId", "00000000-0000-4000-8000-000000000000")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        pass


def refusal(protocol, code):
    if protocol == "query":
        return f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>as told</Message></Error><RequestId>1</RequestId></ErrorResponse>".encode()
    return json.dumps({"__type": code, "message": "as told"}).encode()


def epochs(value, shape):
    """The same with moments as JSON has them on the wire: the examples show them as the CLI prints them."""
    if shape is None or value is None:
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        return {name: epochs(item, shape.members.get(name)) for name, item in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [epochs(item, shape.member) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: epochs(item, shape.value) for name, item in value.items()}
    if shape.type_name == "timestamp" and isinstance(value, str):
        return isoparse(value).timestamp()
    return value


def result(model, value):
    """An answer of the query protocol."""
    wrapper = model.output_shape.serialization["resultWrapper"]
    inside = element(wrapper, value, model.output_shape)
    namespace = model.service_model.metadata["xmlNamespace"]
    metadata = "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
    return f'<{model.name}Response xmlns="{namespace}">{inside}{metadata}</{model.name}Response>'.encode()


def element(name, value, shape):
    if isinstance(value, dict):
        members = shape.members if shape is not None and shape.type_name == "structure" else {}
        inside = "".join(element(key, item, members.get(key)) for key, item in value.items())
    elif isinstance(value, list):
        inside = "".join(element("member", item, shape and shape.member) for item in value)
    elif isinstance(value, bool):
        inside = str(value).lower()
    else:
        inside = escape(str(value))
    return f"<{name}>{inside}</{name}>"
