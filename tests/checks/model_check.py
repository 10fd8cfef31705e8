#!/usr/bin/env python3
"""Runs the stages through every story with the judge between them and the simulator.

What a stage sends and what the simulator answers is held against the API models that botocore ships. There is no
finding but those somebody accepted with a reason (oracle/accepted.json), every operation the adapters can send was
seen with an answer, and every story of the simulator is told. With the built tests (`cargo test --test it`) as a third
argument these too run through the judge.

It is not for what the stages conclude: their exit codes are looked at only so that a story that ends otherwise is not
taken for seen.

Usage: model_check.py WHARFIE-SIMULATE-ECS [REPOSITORY [TESTS]]
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import Checks, Simulator, Stages
from oracle import accepted, coverage, patterns, sent
from oracle.proxy import Proxy

WORKERS = 4
TESTS_SECONDS = 1800
# Tests that talk to nobody: they have run already.
NO_ENDPOINT = ("architecture", "docs", "drift", "render_taskdef", "report", "shell", "write_appspec", "write_imagedefs")
REPOSITORY = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web"
ROLE = "arn:aws:iam::123456789012:role/deployer"
# Story -> what deploy-service ends with, and the options without which it would not end soon.
STORIES = {
    "alarm": (6, ()),
    "approval": (0, ()),
    "approved": (0, ()),
    "bad-command": (6, ()),
    "bad-image": (6, ()),
    "crash-loop": (6, ()),
    "hang": (6, ("--timeout", "5s", "--on-timeout", "rollback")),
    "health-check": (6, ()),
    "hook-failure": (0, ()),
    "hook-silent": (0, ()),
    "host-retired": (0, ()),
    "late": (0, ()),
    "load": (0, ()),
    "no-capacity": (6, ()),
    "no-listener": (6, ("--timeout", "5s", "--on-timeout", "rollback")),
    "no-rollback": (6, ()),
    "no-route": (6, ()),
    "oom": (6, ()),
    "quota": (6, ()),
    "secret-denied": (6, ()),
    "slow": (0, ()),
    "slow-answer": (6, ()),
    "spot-interruption": (0, ()),
    "steady": (0, ()),
    "stopped": (0, ()),
    "superseded": (9, ()),
    "task-killed": (0, ()),
    "volume": (6, ()),
    "wrong-port": (6, ()),
    "wrong-processor": (6, ()),
}
# The same for the service that CodeDeploy deploys to, for the stories that are others there; and whether scaling is held
# still: load fails a deployment without that.
BLUE_GREEN = (
    ("alarm", 6, "auto"),
    ("approval", 10, "auto"),
    ("hook-failure", 6, "auto"),
    ("load", 0, "auto"),
    ("load", 6, "never"),
    ("steady", 0, "auto"),
    ("stopped", 6, "auto"),
    ("superseded", 9, "auto"),
)


class Scene:
    """A simulator, the judge before it, and the stages that talk to it."""

    def __init__(self, run, name, folder, speed="60", options=(), spoil=None):
        self.run, self.name, self.folder = run, name, Path(folder)
        self.simulator = Simulator(run.simulator, folder, speed, options)
        self.proxy = Proxy(self.simulator.url, spoil=spoil)

    def __enter__(self):
        self.simulator.__enter__()
        self.proxy.__enter__()
        return self

    def __exit__(self, *fault):
        self.proxy.__exit__(*fault)
        self.simulator.__exit__(*fault)

    def stage(self, stage, *arguments, code=0, **environment):
        """Runs a stage; it must end with the code."""
        ended = self.run.stages.run(stage, arguments, self.folder, AWS_ENDPOINT_URL=self.proxy.url, **environment)
        said = "" if ended.code == code else str(ended)
        self.run.checks.hold(f"{self.name}: {stage} ends with {code}", ended.code == code, f"{said} in {self.folder}")
        return ended

    def taskdef(self, change=None, name="taskdef.json"):
        """Writes the example's task definition, with an image that is there, and gives its path."""
        document = json.loads((self.run.root / "examples/web-service/taskdef.json").read_text(encoding="utf-8"))
        document["containerDefinitions"][0]["image"] = f"{REPOSITORY}:latest"
        (change or (lambda _: None))(document)
        path = self.folder / name
        path.write_text(json.dumps(document), encoding="utf-8")
        return path


class Run:
    """All scenes, and what was said in them."""

    def __init__(self, simulator, root):
        self.simulator, self.root = str(Path(simulator).resolve()), Path(root).resolve()
        self.stages, self.checks = Stages(simulator), Checks()
        self.calls = []

    def scene(self, play):
        """Plays one scene in a world of its own."""
        name, act, options = play
        with tempfile.TemporaryDirectory() as folder:
            with Scene(self, name, folder, **options) as scene:
                began = time.monotonic()
                act(scene)
                self.calls += scene.proxy.calls
            print(f"   {name}: {time.monotonic() - began:.1f} s, {len(scene.proxy.calls)} calls", flush=True)


def story(name):
    code, options = STORIES[name]

    def act(scene):
        scene.simulator.story("web", name)
        scene.stage("deploy-service", "--cluster", "demo", "--service", "web", "--task-definition", scene.taskdef(), *options, code=code)

    return act


APPSPEC = """version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo: {ContainerName: web, ContainerPort: 80}
Hooks:
  - BeforeAllowTraffic: check-release
"""


def served_at_80(document):
    """A definition for the service behind CodeDeploy."""
    document["family"] = "web-codedeploy"
    document["containerDefinitions"][0]["portMappings"] = [{"containerPort": 80, "protocol": "tcp"}]


def blue_green(name, code, held):
    def act(scene):
        scene.simulator.story("web-codedeploy", name)
        appspec = scene.folder / "appspec.yaml"
        appspec.write_text(APPSPEC, encoding="utf-8")
        service = ("--cluster", "demo", "--service", "web-codedeploy", "--task-definition", scene.taskdef(served_at_80))
        scene.stage("deploy-service", *service, "--codedeploy-appspec", appspec, "--suspend-scaling", held, code=code)

    return act


def register(scene):
    scene.stage("register-taskdef", "--task-definition", scene.taskdef(), "--dry-run", "true", "--exit-code", "true", code=11)
    scene.stage("register-taskdef", "--task-definition", scene.taskdef())
    scene.stage("register-taskdef", "--task-definition", scene.taskdef())
    scene.stage("register-taskdef", "--task-definition", scene.taskdef(), "--force", "true", "--tags", "team=shop", "--against", "web:1")
    for path in sorted((scene.run.root / "tests/fixtures/taskdefs").glob("fargate-*.json")):
        scene.stage("register-taskdef", "--task-definition", path)
    scene.stage("register-taskdef", "--task-definition", scene.taskdef(), "--against", "web:99", code=4)
    scene.stage("fetch-taskdef", "--task-definition-family", "web", "--output", scene.folder / "fetched.json")
    scene.stage("fetch-taskdef", "--task-definition-arn", "web:99", code=4)


def scaling(scene):
    both = ("--cluster", "demo", "--service", "web", "--auto-scaling-group", "demo-asg")
    scene.stage("suspend-scaling", *both, "--dry-run", "true")
    scene.stage("suspend-scaling", *both, "--owner", "one")
    scene.stage("resume-scaling", *both, "--owner", "one")
    scene.stage("suspend-scaling", *both, "--owner", "two", "--lease-seconds", "60", "--processes", "AZRebalance", "--directions", "scale-in")
    scene.simulator.advance(3600)
    time.sleep(1)
    scene.stage("resume-scaling", "--stale", "true", code=0)
    scene.stage("suspend-scaling", "--cluster", "demo", "--service", "nobody", code=4)


def pipeline(scene):
    commit = "8b2d4e6f1a3c5079b8d7e6f5a4c3b2d1e0f9a8c7"
    scene.stage(
        "run-pipeline",
        *("--task-definition", scene.taskdef(), "--container-name", "web", "--repository", REPOSITORY, "--commit", commit),
        *("--cluster", "demo", "--service", "web", "--suspend-scaling", "always", "--output-directory", scene.folder / "out"),
    )


def options(scene):
    """What the options of deploy-service send."""
    web = ("--cluster", "demo", "--service", "web")
    scene.stage("deploy-service", *web, "--task-definition", scene.taskdef(), "--dry-run", "true", "--exit-code", "true", code=11)
    scene.stage("deploy-service", *web, "--force-new-deployment", "true", "--wait", "false", "--propagate-tags", "SERVICE", "--enable-ecs-managed-tags", "true")
    scene.stage("deploy-service", *web, "--task-definition", scene.taskdef(), "--if-running", "stop")
    scene.stage("deploy-service", *web, "--desired-count", "3", "--role-arn", ROLE)
    scene.stage("deploy-service", *web, "--force-new-deployment", "true", "--suspend-scaling", "always")
    scene.stage("deploy-service", "--cluster", "nowhere", "--service", "web", "--force-new-deployment", "true", code=4)
    scene.stage("deploy-service", "--cluster", "demo", "--service", "nobody", "--force-new-deployment", "true", code=4)


def native(scene):
    scene.stage("deploy-service", "--cluster", "demo", "--service", "web-native", "--force-new-deployment", "true", "--wait-until", "traffic")


def paused(scene):
    """A deployment that waits for an answer, the answer, and what is known of a service afterwards."""
    scene.simulator.story("web-native", "approval")
    service = ("--cluster", "demo", "--service", "web-native")
    scene.stage("deploy-service", *service, "--force-new-deployment", "true", code=10)
    scene.stage("continue-deployment", *service, "--action", "continue")
    scene.stage("diagnose-service", "--cluster", "demo", "--service", "web")


def one_off(scene):
    like = ("--cluster", "demo", "--like-service", "web", "--task-definition-arn")
    scene.stage("run-task", *like, "web:1")
    scene.stage("run-task", *like, "web:1", "--wait", "false")
    scene.stage("run-task", *like, "web:99", code=4)


def images(scene):
    """What resolve-image asks of a registry."""
    scene.stage("resolve-image", "--repository", REPOSITORY, "--tag", "latest")
    scene.stage("resolve-image", "--repository", REPOSITORY, "--tag", "latest", "--max-severity", "medium")
    scene.stage("resolve-image", "--repository", REPOSITORY, "--tag", "latest", "--platform", "linux/amd64")
    scene.stage("resolve-image", "--repository", REPOSITORY, "--tag", "latest", "--platform", "linux/arm64", code=4)
    scene.stage("resolve-image", "--repository", REPOSITORY, "--tag", "nothing", code=4)


def faults(scene):
    for operation, kind in (
        ("DescribeServices", "throttle"),
        ("UpdateService", "drop-after"),
        ("ListServiceDeployments", "error"),
        ("DescribeServiceDeployments", "slow"),
        ("DescribeTaskDefinition", "drop-before"),
    ):
        scene.simulator.fault(operation, kind)
    scene.stage("deploy-service", "--cluster", "demo", "--service", "web", "--task-definition", scene.taskdef())


def plays(run):
    """All scenes: name, act, options. The longest first."""
    told = {path.stem for path in (run.root / "src/sim/ecs/stories").glob("*.json")}
    run.checks.equal("every story of the simulator is told, and no other", sorted(STORIES), sorted(told))
    yield "the options of deploy-service", options, {}
    yield "faults", faults, {}
    for name in sorted(set(STORIES) & told, key=lambda name: name not in ("slow", "superseded", "no-capacity", "hang")):
        yield f"story {name}", story(name), {"speed": "200"} if name == "slow" else {}
    for name, code, held in BLUE_GREEN:
        yield f"story {name} with CodeDeploy, scaling held still {held}", blue_green(name, code, held), {}
    yield "a blue/green service", native, {"speed": "200"}
    yield "a paused deployment", paused, {"speed": "200"}
    yield "the pipeline", pipeline, {}
    yield "registering", register, {}
    yield "running a task", one_off, {}
    yield "resolving", images, {}
    yield "holding scaling still", scaling, {"speed": "1"}


def judge_the_tests(run, tests):
    """Runs the built tests with the judge before each of their simulators."""
    with Proxy() as proxy, tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", folder), "WHARFIE_TEST_PROXY": proxy.url}
        # What cargo tells its tests.
        environment |= {f"CARGO_BIN_EXE_{path.name}": str(path) for path in run.stages.folder.glob("wharfie-*") if not path.suffix}
        skipped = [word for name in NO_ENDPOINT for word in ("--skip", f"{name}::")]
        done = subprocess.run([tests, *skipped], env=environment, cwd=run.root, capture_output=True, text=True, timeout=TESTS_SECONDS)
        run.checks.hold("the tests pass with the judge in between", done.returncode == 0, done.stdout[-3000:])
        run.checks.hold("and they did go through it", len(proxy.calls) > 50, f"{len(proxy.calls)} calls")
        run.calls += proxy.calls


def broken_on_purpose(run):
    """A member name broken in a request, and one in an answer: each must be found with the real binaries."""
    for side, good, bad in (("request", b'"services"', b'"servces"'), ("answer", b'"runningCount"', b'"runingCount"')):
        with tempfile.TemporaryDirectory() as folder:
            spoil = lambda where, body: body.replace(good, bad) if where == side else body
            with Scene(run, f"a broken {side}", folder, spoil=spoil) as scene:
                web = ("--cluster", "demo", "--service", "web", "--force-new-deployment", "true", "--dry-run", "true")
                run.stages.run("deploy-service", web, folder, AWS_ENDPOINT_URL=scene.proxy.url)
                keys = [finding["key"] for finding in scene.proxy.findings()]
            name = bad.strip(b'"').decode()
            run.checks.hold(f"a member name broken on purpose in a {side} is found", any(name in key for key in keys), keys)
            run.checks.hold(f"and nobody has accepted it ({side})", accepted.sort([{"key": key, "detail": ""} for key in keys])[0], keys)


def stages_of_aws(root):
    """The stages whose binaries need the feature `aws`, by the package's own manifest."""
    bins = (root / "Cargo.toml").read_text(encoding="utf-8").split("[[bin]]")[1:]
    names = ((re.search(r'^name = "wharfie-(.+)"', part, re.M), part) for part in bins)
    # The executable of all stages is none of them.
    named = {name[1]: part for name, part in names if name}
    return {name for name, part in named.items() if re.search(r'^required-features = \[.*"aws"', part, re.M)}


def conclude(run, is_whole):
    checks = run.checks
    checks.equal("every stage that talks to AWS was run", sorted(stages_of_aws(run.root) - run.stages.ran), [])
    answered = {(call["service"], call["operation"]) for call in run.calls if call.get("status") == 200}
    wanted = sent.operations(run.root)
    checks.equal("every operation the adapters can send was seen with an answer", sorted(wanted - answered), [])
    findings = [finding for call in run.calls for finding in call["findings"]]
    unexplained, met = accepted.sort(findings)
    for key, detail in unexplained.items():
        checks.hold(key, False, detail)
    checks.equal("nothing was found but what was accepted", len(unexplained), 0)
    if is_whole:
        checks.equal("every accepted finding is still met", sorted(set(accepted.read()) - met), [])
    checks.equal("no answer has a member that the page of the simulator's members leaves out", coverage.unlisted(run.root, run.calls), [])
    checks.equal("the patterns that were picked are still the model's", patterns.stale(), [])
    print(f"   {len(run.calls)} calls of {len(answered)} operations, {len(wanted)} of them the adapters'")


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    run = Run(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ".")
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting = [pool.submit(judge_the_tests, run, str(Path(tests).resolve())) for tests in sys.argv[3:4]]
        waiting += [pool.submit(run.scene, play) for play in plays(run)]
        for done in waiting:
            done.result()
    broken_on_purpose(run)
    conclude(run, is_whole=len(sys.argv) > 3)
    return run.checks.end()


if __name__ == "__main__":
    sys.exit(main())
