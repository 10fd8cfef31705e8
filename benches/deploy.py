#!/usr/bin/env python3
"""Measures `deploy-service` as a whole process against the simulator: CPU, memory, looks and calls.

    python3 benches/deploy.py [--binaries DIR] [--runs N] [--services N]

Builds the `dist` profile, unless a folder with the binaries is given. Three things are measured:

- register and update: a file is registered and deployed, and not waited for (`--wait false`);
- a rollout of five minutes, followed in real time: the simulator runs at speed 1, so that there are as many looks as there
  are against AWS. It takes five minutes;
- many services at once, with the request rates of ECS kept in real time: calls, calls that were throttled, memory.

CPU is user and system time of the process; memory is the largest resident size the kernel tells of it. Calls are counted in the
simulator's journal, from the first call on.
"""
import argparse
import collections
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:8b2d4e6f1a3c5079b8d7e6f5a4c3b2d1e0f9a8c7"
LOOKS = ("DescribeServiceDeployments",)


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
        return [json.loads(line) for line in self.ask("journal").splitlines()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def deploy(binaries, simulator, folder, *options):
    """Runs it; gives exit code, wall and CPU seconds, and MB."""
    command = [str(binaries / "wharfie-deploy-service"), "--cluster", "demo", *options]
    began = time.monotonic()
    # As a child of a small program of its own, whose memory is not counted in.
    measure = ("import os, resource, subprocess, sys, json\n"
               "code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=open('log', 'w'))\n"
               "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
               "print(json.dumps([code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))\n")
    environment = {**simulator.environment, "HOME": folder, "PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-I", "-S", "-c", measure, *command], cwd=folder, env=environment, text=True,
                          stdout=subprocess.PIPE, check=True)
    code, cpu, memory = json.loads(done.stdout)
    if code != 0:
        sys.exit(f"{' '.join(command)} ended with {code}:\n{pathlib.Path(folder, 'log').read_text()}")
    return time.monotonic() - began, cpu, memory


def counted(calls):
    names = collections.Counter(call["operation"] for call in calls)
    throttled = sum(call.get("error") == "ThrottlingException" for call in calls)
    return names, throttled


def after_the_update(calls):
    last = max(index for index, call in enumerate(calls) if call["operation"] == "UpdateService")
    return calls[:last + 1], calls[last + 1:]


def register_and_update(binaries, runs):
    cpus, memories = [], []
    for run in range(runs):
        with Simulator(binaries) as simulator, tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "web.json").write_text(json.dumps(definition()))
            _, cpu, memory = deploy(binaries, simulator, folder, "--service", "web", "--task-definition", "web.json", "--wait", "false")
            cpus.append(cpu * 1000)
            memories.append(memory)
            before, _ = after_the_update(simulator.calls())
    print(f"register and update, not waited for: {statistics.median(cpus):.1f} ms CPU (median of {runs}, "
          f"{min(cpus):.1f} to {max(cpus):.1f}), {max(memories):.1f} MB, {len(before)} calls")


def rollout(binaries):
    with Simulator(binaries, "--speed", "1") as simulator, tempfile.TemporaryDirectory() as folder:
        # Tasks that take four times as long as usual make a rollout of about five minutes.
        simulator.ask("story", {"service": "web", "story": {"name": "five-minutes", "tasks": {"fate": "run"}, "slowness": 4}})
        pathlib.Path(folder, "web.json").write_text(json.dumps(definition()))
        wall, cpu, memory = deploy(binaries, simulator, folder, "--service", "web", "--task-definition", "web.json")
        before, after = after_the_update(simulator.calls())
        names, _ = counted(after)
        looks = sum(names[name] for name in LOOKS)
        print(f"a rollout of {wall:.0f} s, followed: {cpu * 1000:.1f} ms CPU, {memory:.1f} MB, {len(before)} calls before it is "
              f"followed, then {len(after)} in about {looks} looks ({len(after) / max(looks, 1):.2f} a look)")


def many(binaries, services):
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "seed.json").write_text(json.dumps(seed(services)))
        with Simulator(binaries, "--speed", "1", "--seed", f"{folder}/seed.json") as simulator:
            names = ",".join(f"s{number}" for number in range(services))
            wall, cpu, memory = deploy(binaries, simulator, folder, "--service", names, "--task-definition-arn", "web:2")
            calls = simulator.calls()
            before, after = after_the_update(calls)
            _, throttled = counted(calls)
            print(f"{services} services in {wall:.0f} s: {cpu * 1000:.0f} ms CPU, {memory:.1f} MB, {len(before)} calls before they are "
                  f"followed, then {len(after)}; throttled: {throttled}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=pathlib.Path, help="folder with the binaries, instead of building them")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--services", type=int, default=100)
    given = parser.parse_args()
    binaries = given.binaries
    if binaries is None:
        build = ["cargo", "build", "--locked", "--profile", "dist", "--bin", "wharfie-deploy-service", "--bin", "wharfie-simulate-ecs"]
        subprocess.run(build, cwd=ROOT, check=True)
        binaries = TARGET / "dist"
    binaries = binaries.resolve()
    register_and_update(binaries, given.runs)
    many(binaries, given.services)
    rollout(binaries)


if __name__ == "__main__":
    main()
