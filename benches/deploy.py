#!/usr/bin/env python3
"""Measures `deploy-service` as a whole process against the simulator, and holds it against what it must reach.

    python3 benches/deploy.py [--binaries DIR] [--runs N] [--rollouts N] [--services N] [--pipelines N]

Builds the `dist` profile as it is released, linked statically where that is possible, unless a folder with the binaries is
given. Five things are measured, in about twelve minutes, because the simulator runs at the speed of real time, so that there
are as many looks as there are against AWS:

- register and update: a file is registered and deployed, and not waited for (`--wait false`);
- many services at once in one run, with the request rates of ECS kept;
- many pipelines at once, each a process of its own, in one account whose request rates are kept: how long after the end of its
  deployment each of them ends;
- rollouts of five minutes, followed, a few at once, each in an account of its own;
- the end of 200 deployments in virtual time, which is a test that prints what it found.

CPU is user and system time of the process; memory is the largest resident size the kernel tells of it. Calls are counted in the
simulator's journal. What is more than it may be is marked, and the exit code is 1 then.
"""
import argparse
import collections
import json
import os
import pathlib
import platform
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:8b2d4e6f1a3c5079b8d7e6f5a4c3b2d1e0f9a8c7"
TEST = "the_end_is_noticed_after_a_second_and_a_half_in_the_mean_and_five_at_most"
# Calls of one look follow each other at once; between two looks there is a second at least.
PAUSE = 0.5


def definition(family="web"):
    return {
        "family": family, "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
        "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
        "containerDefinitions": [{
            "name": "web", "image": IMAGE, "essential": True, "portMappings": [{"containerPort": 80, "protocol": "tcp"}],
            "logConfiguration": {"logDriver": "awslogs", "options": {
                "awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"}},
        }],
    }


def seed(services):
    return {
        "rules": {"throttling": "real"},
        "clusters": ["demo"],
        "logGroups": ["/ecs/web"],
        "repositories": [{"repositoryName": "web", "images": [{"imageTags": [IMAGE.rsplit(":", 1)[1]]}]}],
        "taskDefinitions": [definition(), definition()],
        "services": [{
            "cluster": "demo", "serviceName": f"s{number}", "taskDefinition": "web:1", "desiredCount": 2, "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0123456789abcdef0"]}},
            "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
        } for number in range(services)],
    }


class Simulator:
    """A running `wharfie-simulate-ecs`."""

    def __init__(self, binaries, *options):
        self.process = subprocess.Popen([binaries / "wharfie-simulate-ecs", *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True, env={})
        self.environment = {}
        for line in self.process.stdout:
            if line == "ready\n":
                break
            name, value = line.rstrip("\n").split("=", 1)
            self.environment[name] = value

    def ask(self, path, form=None):
        body = None if form is None else json.dumps(form).encode()
        with urllib.request.urlopen(f"{self.environment['AWS_ENDPOINT_URL']}/_sim/{path}", body) as answer:
            return answer.read().decode()

    def calls(self):
        """The journal, with times in seconds."""
        calls = [json.loads(line) for line in self.ask("journal").splitlines()]
        return [call | {"at": datetime.fromisoformat(call["time"]).timestamp()} for call in calls]

    def ends(self, service):
        """When the newest deployment of a service was over."""
        form = json.dumps({"cluster": "demo", "service": service}).encode()
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListServiceDeployments",
            "Authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/ecs/aws4_request, SignedHeaders=host, Signature=0",
        }
        request = urllib.request.Request(self.environment["AWS_ENDPOINT_URL"], form, headers)
        with urllib.request.urlopen(request) as answer:
            newest, *_ = json.load(answer)["serviceDeployments"]
        return newest["finishedAt"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def deploy(binaries, simulator, folder, *options):
    """Runs it; gives wall and CPU seconds, MB, and when it ended."""
    command = [str(binaries / "wharfie-deploy-service"), "--cluster", "demo", *options]
    began = time.monotonic()
    # As a child of a small program of its own, whose memory is not counted in.
    measure = ("import os, resource, subprocess, sys, json, time\n"
               "code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=open('log', 'w'))\n"
               "ended = time.time()\n"
               "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
               "print(json.dumps([code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, ended]))\n")
    environment = {**simulator.environment, "HOME": folder, "RUNNER_TEMP": folder, "PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-I", "-S", "-c", measure, *command], cwd=folder, env=environment, text=True,
                          stdout=subprocess.PIPE, check=True)
    code, cpu, memory, ended = json.loads(done.stdout)
    if code != 0:
        sys.exit(f"{' '.join(command)} ended with {code}:\n{pathlib.Path(folder, 'log').read_text()}")
    return time.monotonic() - began, cpu, memory, ended


def slowed(slowness):
    """A story in which each step of a task's start takes so many times as long as usual."""
    return {"name": "slowed", "tasks": {"fate": "run"}, "slowness": slowness}


def looks(calls):
    """The calls after the last update, look by look."""
    last = max(index for index, call in enumerate(calls) if call["operation"] == "UpdateService")
    found, before = [], None
    for call in calls[last + 1:]:
        if before is None or call["at"] - before > PAUSE:
            found.append(collections.Counter())
        found[-1][call["operation"]] += 1
        before = call["at"]
    return last + 1, found


def throttled(calls):
    return sum(call.get("error") == "ThrottlingException" for call in calls)


class Page:
    """What was measured, each figure beside what it may be at most."""

    def __init__(self):
        self.missed = False

    def about(self, text):
        print(f"\n{text}", flush=True)

    def figure(self, name, value, unit="", most=None, more=""):
        missed = most is not None and value > most
        self.missed |= missed
        limit = "" if most is None else f"at most {most:g}"
        print(f"  {name:<44} {value:8.4g} {unit:<3} {limit:<13} {'MISSED ' if missed else ''}{more}", flush=True)


def spread(values):
    return f"median of {len(values)}, {min(values):.1f} to {max(values):.1f}"


def register_and_update(binaries, runs, page):
    cpus, memories = [], []
    for _ in range(runs):
        with Simulator(binaries) as simulator, tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "web.json").write_text(json.dumps(definition()))
            _, cpu, memory, _ = deploy(binaries, simulator, folder, "--service", "web", "--task-definition", "web.json", "--wait", "false")
            cpus.append(cpu * 1000)
            memories.append(memory)
            before, _ = looks(simulator.calls())
    page.about("a file registered and deployed, not waited for")
    page.figure("CPU", statistics.median(cpus), "ms", 20, spread(cpus))
    page.figure("memory, the most", max(memories), "MB", 30)
    page.figure("calls", before, "", 8)


def rollout(binaries):
    with Simulator(binaries, "--speed", "1") as simulator, tempfile.TemporaryDirectory() as folder:
        # Tasks that take 3.25 times as long as usual make a rollout of five minutes.
        simulator.ask("story", {"service": "web", "story": slowed(3)})
        pathlib.Path(folder, "web.json").write_text(json.dumps(definition()))
        used = deploy(binaries, simulator, folder, "--service", "web", "--task-definition", "web.json")
        return used, looks(simulator.calls())


def rollouts(binaries, number, page):
    with ThreadPoolExecutor(number) as pool:
        seen = list(pool.map(lambda _: rollout(binaries), range(number)))
    walls, cpus, memories, _ = zip(*(used for used, _ in seen))
    before, found = seen[0][1]
    calls = sum(look.total() for look in found)
    page.about(f"a rollout of {statistics.median(walls):.0f} s, registered and followed")
    page.figure("CPU", statistics.median(cpus) * 1000, "ms", 60, spread([cpu * 1000 for cpu in cpus]))
    page.figure("memory, the most", max(memories), "MB", 30)
    page.figure("calls before the first look", before, "", 8)
    page.figure("calls a look", calls / len(found), "", 2, f"{calls} in {len(found)} looks")


def many(binaries, services, page):
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "seed.json").write_text(json.dumps(seed(services)))
        with Simulator(binaries, "--speed", "1", "--seed", f"{folder}/seed.json") as simulator:
            names = ",".join(f"s{number}" for number in range(services))
            wall, cpu, memory, _ = deploy(binaries, simulator, folder, "--service", names, "--task-definition-arn", "web:2")
            calls = simulator.calls()
    before, found = looks(calls)
    regular = [look["DescribeServices"] + look["DescribeServiceDeployments"] for look in found]
    page.about(f"{services} services in one run of {wall:.0f} s")
    page.figure("CPU", cpu * 1000, "ms")
    page.figure("memory", memory, "MB", 60)
    page.figure("calls before the first look", before)
    page.figure("calls a look, without what changed, the most", max(regular), "", -(-services // 10) + -(-services // 20),
                f"{statistics.mean(regular):.1f} in the mean of {len(found)} looks")
    page.figure("calls for what changed, all looks", sum(look.total() for look in found) - sum(regular))
    page.figure("calls throttled", throttled(calls), "", 0)


def pipelines(binaries, number, page):
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "seed.json").write_text(json.dumps(seed(number)))
        with Simulator(binaries, "--speed", "1", "--seed", f"{folder}/seed.json") as simulator:
            def pipeline(order):
                service, slowness, wait = order
                simulator.ask("story", {"service": service, "story": slowed(slowness)})
                time.sleep(wait)
                own = pathlib.Path(folder, service)
                own.mkdir()
                _, _, _, ended = deploy(binaries, simulator, own, "--service", service, "--task-definition-arn", "web:2")
                return ended - simulator.ends(service)

            orders = [(f"s{index}", chance.uniform(0.5, 2), chance.uniform(0, 5)) for index in range(number)]
            with ThreadPoolExecutor(number) as pool:
                late = list(pool.map(pipeline, orders))
            calls = simulator.calls()
    page.about(f"{number} pipelines at once in one account")
    page.figure("calls throttled", throttled(calls), "", 0, f"of {len(calls)}")
    page.figure("the end noticed, mean", statistics.mean(late), "s", 1.5)
    page.figure("the end noticed, the latest", max(late), "s", 5)


def virtual(page):
    command = ["cargo", "test", "--locked", "--no-default-features", "--lib", TEST, "--", "--nocapture"]
    done = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True)
    mean, latest = map(float, re.search(r"noticed after ([\d.]+) s in the mean, ([\d.]+) s at most", done.stdout).groups())
    page.about("200 deployments made up by chance, in virtual time")
    page.figure("the end noticed, mean", mean, "s", 1.5)
    page.figure("the end noticed, the latest", latest, "s", 5)


def build():
    """The folder of the binaries as a release has them."""
    command = ["cargo", "build", "--locked", "--profile", "dist", "--bin", "wharfie-deploy-service", "--bin", "wharfie-simulate-ecs"]
    if platform.system() == "Linux":
        triple = f"{platform.machine()}-unknown-linux-musl"
        subprocess.run([*command, "--target", triple], cwd=ROOT, check=True)
        return TARGET / triple / "dist"
    subprocess.run(command, cwd=ROOT, check=True)
    return TARGET / "dist"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=pathlib.Path, help="folder with the binaries, instead of building them")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--rollouts", type=int, default=5)
    parser.add_argument("--services", type=int, default=100)
    parser.add_argument("--pipelines", type=int, default=20)
    given = parser.parse_args()
    binaries = (given.binaries or build()).resolve()
    page = Page()
    register_and_update(binaries, given.runs, page)
    virtual(page)
    many(binaries, given.services, page)
    pipelines(binaries, given.pipelines, page)
    rollouts(binaries, given.rollouts, page)
    if page.missed:
        sys.exit("more than it may be")


if __name__ == "__main__":
    main()
