"""A reverse proxy on loopback that hands every request on and writes down what was said and what is wrong with it. It
changes nothing, unless a test asks it to (`spoil`). Paths below `/_sim/` belong to the simulator's controls: they pass
without a record.

One endpoint is behind it, or, for tests that start many, any on loopback: then a client's endpoint is the proxy's with
`/to/<port>` behind it, which is taken off again.
"""

import http.client
import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from . import models, wire
from .judge import Finding, judge_error, judge_values

SECONDS = 120
PORT = re.compile(r"/to/(\d+)(?=/|$)")
# Of the connection, not of the message.
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "te", "trailer", "upgrade"}


class Proxy:
    """Use it in a `with`; `url` is where clients go, `calls` what they said, one dictionary a call."""

    def __init__(self, endpoint=None, journal=None, spoil=None):
        self.port = endpoint and urlsplit(endpoint).port
        self.spoil = spoil or (lambda side, body: body)
        self.calls = []
        self.journal = open(journal, "a", encoding="utf-8") if journal else None
        self.lock = threading.Lock()
        handler = type("Bound", (Handler,), {"proxy": self})
        self.server = Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        if self.journal:
            self.journal.close()

    def note(self, call):
        with self.lock:
            self.calls.append(call)
            if self.journal:
                self.journal.write(json.dumps(call, default=str) + "\n")
                self.journal.flush()

    def findings(self):
        """All findings, each with its key, in the order they were met."""
        return [finding for call in list(self.calls) for finding in call["findings"]]

    def answered(self):
        """The operations that were answered and not refused, each as (service, operation)."""
        return {(call["service"], call["operation"]) for call in list(self.calls) if call.get("status") == 200}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # A client that hangs up is killed by a test, or was told enough. All else is a fault in here.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave in two pieces; without this the second waits for an acknowledgement.
    disable_nagle_algorithm = True
    proxy = None
    port = None

    def log_message(self, *_):
        pass

    def carry(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = self.chunks()
        self.port = self.proxy.port
        port = None if self.port else PORT.match(self.path)
        if port:
            self.port, self.path = int(port[1]), self.path[port.end() :] or "/"
        elif not self.port:
            self.send_error(404, "no endpoint is named")
            return
        if self.path.startswith("/_sim/"):
            self.pass_on(body, None)
            return
        body = self.proxy.spoil("request", body)
        call, meant = asked(self.command, self.path, self.headers, body)
        self.pass_on(body, (call, meant))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = carry

    def chunks(self):
        whole = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return whole

    def pass_on(self, body, heard):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        try:
            connection.request(self.command, self.path, body=body, headers={**headers, "Content-Length": str(len(body))})
            answer = connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as fault:
            # The endpoint hung up: so do we.
            if heard:
                heard[0].update(status=None, dropped=type(fault).__name__)
                self.proxy.note(heard[0])
            self.close_connection = True
            return
        finally:
            connection.close()
        if heard:
            said = self.proxy.spoil("answer", said)
            replied(*heard, answer.status, answer.headers, said)
            # Before the client hears: whoever has its answer may look here.
            self.proxy.note(heard[0])
        try:
            self.send_response_only(answer.status, answer.reason)
            for name, value in answer.headers.items():
                if name.lower() not in HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)
        except OSError:
            # The client is gone, and was heard all the same.
            self.close_connection = True


def asked(method, target, headers, body):
    """What a request says, and the findings in it."""
    meant = models.meant(method, target, headers, body)
    call = {"service": meant.service, "operation": meant.operation, "protocol": meant.protocol, "findings": []}
    if meant.model is None:
        call["input"] = None
        note(call, meant, "request", "operation", "not in the model", f"{method} {target}")
        return call, meant
    try:
        call["input"] = wire.request(meant, target, headers, body)
        add(call, judge_values(meant, "request", call["input"]))
    except wire.Unreadable as fault:
        note(call, meant, "request", "body", "unreadable", fault)
    wrong = wire.style(meant, "request", headers)
    if wrong:
        note(call, meant, "request", "content-type", "not the protocol's", wrong)
    return call, meant


def replied(call, meant, status, headers, body):
    """What an answer says, and the findings in it, added to the call."""
    call["status"] = status
    if meant.model is None:
        return
    try:
        if 200 <= status < 300:
            call["output"] = wire.answer(meant, headers, body)
            add(call, judge_values(meant, "answer", call["output"]))
        else:
            code, members = wire.error(meant, headers, body)
            call["error"] = {"code": code, **members}
            add(call, judge_error(meant, code, members, status))
    except wire.Unreadable as fault:
        note(call, meant, "answer", "body", "unreadable", fault)
    wrong = wire.style(meant, "answer", headers)
    if wrong:
        note(call, meant, "answer", "content-type", "not the protocol's", wrong)
    if not any(headers.get(name) for name in ("x-amzn-RequestId", "x-amz-request-id")):
        note(call, meant, "answer", "request id", "missing")


def add(call, findings):
    call["findings"] += [{"key": finding.key(), "detail": finding.detail} for finding in findings]


def note(call, meant, side, where, problem, detail=""):
    add(call, [Finding(str(meant.service), str(meant.operation), side, where, problem, str(detail)[:200])])
