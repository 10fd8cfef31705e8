#!/usr/bin/env python3
"""Has two clients that are not ours, boto3 and the AWS CLI, run every operation the simulator has, with their own
waiters and paginators (`scenario.py`), and compares what they are told with what the simulator says of itself.

The judge stands in between, so that their requests, which are right by definition, also try the judge. The page of
operations and members (oracle/coverage.md) is compared here too.

Usage: clients.py WHARFIE-SIMULATE-ECS [REPOSITORY]
"""

import contextlib
import io
import json
import multiprocessing
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import boto3
import botocore.exceptions
import botocore.waiter
from awscli.clidriver import create_clidriver
from botocore import xform_name
from botocore.config import Config

from bench import Checks, Simulator, compare_or_write, scrubbed
from oracle import accepted, coverage, probe
from oracle.proxy import Proxy
from scenario import Scenario

SPEED = "60"
DELAY, ATTEMPTS = 1, 60


class Boto3:
    """boto3, which is botocore with sessions."""

    def __init__(self, url):
        self.url, self.clients = url, {}

    def of(self, service):
        if service not in self.clients:
            session = boto3.session.Session("simulated", "simulated", region_name="us-east-1")
            self.clients[service] = session.client(service, endpoint_url=self.url, config=Config(retries={"total_max_attempts": 1}))
        return self.clients[service]

    def call(self, service, operation, /, **sent):
        return getattr(self.of(service), xform_name(operation))(**sent)

    def pages(self, service, operation, result, /, **sent):
        pages = self.of(service).get_paginator(xform_name(operation)).paginate(**sent, PaginationConfig={"PageSize": 1})
        return [item for page in pages for item in page[result]]

    def wait(self, service, waiter, /, **sent):
        self.of(service).get_waiter(waiter).wait(**sent, WaiterConfig={"Delay": DELAY, "MaxAttempts": ATTEMPTS})

    def refused(self, service, operation, /, **sent):
        try:
            self.call(service, operation, **sent)
        except botocore.exceptions.ClientError as error:
            return error.response["Error"]["Code"]
        return None


# The CLI's names of services, where they are others.
COMMANDS = {"codedeploy": "deploy"}


class Hurried:
    """The clock of the CLI's waiters, ten times as fast: so is the simulator's."""

    @staticmethod
    def sleep(seconds):
        time.sleep(seconds / 10)


class Cli:
    """The AWS CLI, run in this process: starting Python for every call would take longer than the calls."""

    def __init__(self, url):
        self.url = url
        # Its waiters wait 6 or 15 seconds between two looks, and take no other number.
        botocore.waiter.time = Hurried

    def run(self, service, *words):
        words = (COMMANDS.get(service, service), *words)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = create_clidriver().main([*words, "--endpoint-url", self.url, "--region", "us-east-1", "--output", "json"])
        return code, out.getvalue(), err.getvalue()

    def said(self, service, operation, sent, *more):
        code, out, err = self.run(service, xform_name(operation, "-"), *self.words(sent), *more)
        if code:
            raise SystemExit(f"aws {service} {operation} ended with {code}: {err.strip()}")
        return json.loads(out) if out.strip() else {}

    @staticmethod
    def words(sent):
        return ("--cli-input-json", json.dumps(sent)) if sent else ()

    def call(self, service, operation, /, **sent):
        return self.said(service, operation, sent)

    def pages(self, service, operation, result, /, **sent):
        # An API parameter of that very name keeps the CLI from asking for more than one page.
        more = () if service == "elbv2" else ("--page-size", "1")
        return self.said(service, operation, sent, *more)[result]

    def wait(self, service, waiter, /, **sent):
        code, _, err = self.run(service, "wait", waiter.replace("_", "-"), *self.words(sent))
        if code:
            raise SystemExit(f"aws {service} wait {waiter} ended with {code}: {err.strip()}")

    def refused(self, service, operation, /, **sent):
        code, _, err = self.run(service, xform_name(operation, "-"), *self.words(sent))
        found = re.search(r"An error occurred \((\w+)\)", err)
        return found[1] if code and found else None


def converse(checks, binary, root, name, has):
    """The whole scenario with one client, judged."""
    with tempfile.TemporaryDirectory() as folder, Simulator(binary, folder, SPEED) as simulator, Proxy(simulator.url) as proxy:
        try:
            Scenario(CLIENTS[name](proxy.url), simulator, checks, name).run()
        except (SystemExit, Exception) as fault:  # noqa: BLE001 - what was seen until then is looked at all the same
            checks.hold(f"{name}: comes to its end", False, f"{type(fault).__name__}: {fault}")
        asked = proxy.answered()
        missing = sorted(f"{service} {operation}" for service, names in has.items() for operation in names if (service, operation) not in asked)
        checks.equal(f"{name}: every operation the simulator has was answered", missing, [])
        unexplained, _ = accepted.sort(proxy.findings())
        checks.equal(f"{name}: the judge finds nothing in {len(proxy.calls)} calls", unexplained, {})
        checks.equal(f"{name}: the simulator finds nothing in its answers", simulator.state()["journal"]["findings"], 0)
        checks.equal(f"{name}: no answer has a member that the page leaves out", coverage.unlisted(root, proxy.calls), [])


CLIENTS = {"boto3": Boto3, "awscli": Cli}


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    binary = str(Path(sys.argv[1]).resolve())
    root = Path(sys.argv[2] if len(sys.argv) > 2 else ".").resolve()
    checks = Checks()
    with tempfile.TemporaryDirectory() as home:
        # The CLI runs in here and must not see anybody's profile.
        for name in set(os.environ) - {"AWS_DATA_PATH", "SNAPSHOTS"}:
            del os.environ[name]
        os.environ.update(scrubbed(home))
        with tempfile.TemporaryDirectory() as folder, Simulator(binary, folder) as simulator:
            has = {service: probe.operations(service, simulator.url) for service in coverage.SOURCES}
        compare_or_write(checks, "the page of operations and members is true", coverage.PAGE, coverage.page(root, has))
        # Both mostly wait. The CLI writes to the standard output of its process, so each has one.
        running = multiprocessing.get_context("spawn")
        answers = running.SimpleQueue()
        processes = [running.Process(target=apart, args=(answers, binary, root, name, has)) for name in CLIENTS]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
            checks.equal("a client's process ends well", process.exitcode, 0)
            if process.exitcode == 0:
                checks.add(*answers.get())
    return checks.end()


def apart(answers, *given):
    """One client in a process of its own."""
    checks = Checks()
    converse(checks, *given)
    answers.put((checks.passed, checks.failed))


if __name__ == "__main__":
    sys.exit(main())
