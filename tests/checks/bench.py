"""What the checks share: counting what held, the simulator as a process, the stages' binaries, the environment of a
client. Not a check itself.
"""

import difflib
import json
import os
import re
import signal
import subprocess
import threading
import urllib.request
from pathlib import Path

START_SECONDS = 30
CALL_SECONDS = 60
STAGE_SECONDS = 240


class Checks:
    """Counts what held, and prints a line for each. May be shared by threads."""

    def __init__(self):
        self.passed = self.failed = 0
        self.lock = threading.Lock()

    def hold(self, name, condition, found=""):
        with self.lock:
            if condition:
                self.passed += 1
                print(f"ok - {name}", flush=True)
            else:
                self.failed += 1
                print(f"FAILED - {name}: {found}", flush=True)

    def equal(self, name, found, expected):
        self.hold(name, found == expected, f"found {found!r}, expected {expected!r}")

    def add(self, passed, failed):
        """Counts what held elsewhere, where the lines were printed."""
        self.passed += passed
        self.failed += failed

    def end(self):
        """The last line, and the exit code."""
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0


class Simulator:
    """`wharfie-simulate-ecs`, from its first line to its end. Use it in a `with`, or stop it."""

    def __init__(self, binary, folder, speed="60", options=()):
        self.errors = open(Path(folder) / "simulator-stderr", "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [binary, "--port", "0", "--speed", speed, *options],
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env={"PATH": os.defpath, "HOME": str(folder)},
            cwd=folder,
            text=True,
        )
        self.environment = {}
        # A simulator that never gets ready must not stop the tests for ever.
        alarm = threading.Timer(START_SECONDS, self.process.kill)
        alarm.start()
        for line in self.process.stdout:
            if line.strip() == "ready":
                break
            name, _, value = line.rstrip("\n").partition("=")
            self.environment[name] = value
        else:
            self.process.wait()
            raise SystemExit(f"the simulator did not get ready: {self.said()}")
        alarm.cancel()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.errors.close()

    @property
    def url(self):
        return self.environment["AWS_ENDPOINT_URL"]

    def said(self):
        self.errors.flush()
        self.errors.seek(0)
        return self.errors.read().strip()

    def control(self, path, document=None):
        """What `/_sim/…` answers, as text."""
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(f"{self.url}/_sim/{path}", data=body)
        # Never through a proxy: the simulator is on loopback.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=CALL_SECONDS) as answer:
            return answer.read().decode()

    def state(self):
        return json.loads(self.control("state"))

    def journal(self):
        return [json.loads(line) for line in self.control("journal").splitlines() if line]

    def story(self, service, story):
        self.control("story", {"service": service, "story": story})

    def advance(self, seconds):
        self.control("advance", {"seconds": seconds})

    def fault(self, operation, kind, nth=1):
        self.control("fault", {"operation": operation, "nth": nth, "kind": kind})

    def stop(self):
        """Asks it to end, and gives its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "it had to be killed"


def scrubbed(folder, **more):
    """The environment of a client: nothing of the caller's."""
    return {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LC_ALL": "C.UTF-8",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "AWS_REGION": "us-east-1",
        # Not every client reads AWS_REGION.
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "simulated",
        "AWS_SECRET_ACCESS_KEY": "simulated",
        **more,
    }


class Stages:
    """The binaries of the stages, in the folder of the simulator's."""

    def __init__(self, simulator):
        self.folder = Path(simulator).resolve().parent
        self.ran = set()

    def path(self, stage):
        return str(self.folder / f"wharfie-{stage}")

    def has(self, stage):
        return Path(self.path(stage)).exists()

    def run(self, stage, arguments, folder, **environment):
        """Runs a stage to its end, in `--format json` so that its outputs can be read."""
        self.ran.add(stage)
        return Ended(
            subprocess.run(
                [self.path(stage), *map(str, arguments), "--format", "json"],
                env=scrubbed(folder, **environment),
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=STAGE_SECONDS,
                stdin=subprocess.DEVNULL,
            )
        )


class Ended:
    """How a stage ended."""

    def __init__(self, done):
        self.code, self.stderr = done.returncode, done.stderr
        self.events = [json.loads(line) for line in done.stdout.splitlines()]

    def outputs(self):
        last = self.events[-1] if self.events else {}
        return last.get("outputs", {}) if last.get("event") == "finished" else {}

    def named(self, event):
        return [entry for entry in self.events if entry.get("event") == event]

    def panicked(self):
        return self.code not in (*range(0, 12), 130, 143) or self.code == 1 or "panicked at" in self.stderr

    def __str__(self):
        return f"exit {self.code}: {self.events[-3:]} {self.stderr[-600:]}"


UNSTABLE = (
    (re.compile(r"127\.0\.0\.1:\d+"), "[ENDPOINT]"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "[MOMENT]"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "[ID]"),
)


def settled(text):
    """A text without what differs from run to run."""
    for expression, name in UNSTABLE:
        text = expression.sub(name, text)
    return text


def compare_or_write(checks, name, path, text):
    """Compares a file of the repository with what it should be; `SNAPSHOTS=overwrite` writes it instead."""
    if os.environ.get("SNAPSHOTS") == "overwrite":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    if kept != text:
        lines = list(difflib.unified_diff(kept.splitlines(), text.splitlines(), "kept", "found", lineterm="", n=1))
        print("\n".join(line[:300] for line in lines[:60]))
    checks.hold(name, kept == text, f"{path.name} differs; run it with SNAPSHOTS=overwrite and review the change")
