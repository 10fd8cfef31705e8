#!/usr/bin/env python3
"""Has the AWS CLI, a public client, deploy to the simulator.

It registers a task definition, updates a service, waits and describes, and
compares what the client was told with what the simulator says of itself; then
the same for a deployment that is rolled back, and for a service that CodeDeploy
deploys to. No request may be refused for its
form, and no answer may break the API's model.

It is not for the stages: they have tests of their own, against the same
simulator.

Usage: awscli_roundtrip.py WHARFIE-SIMULATE-ECS [REPOSITORY]
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import CALL_SECONDS, Checks, Simulator

ACCOUNT = "123456789012"
CLUSTER, SERVICE, FAMILY = "demo", "web", "web"
BLUE_GREEN = "web-codedeploy"
APPSPEC = """version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          ContainerName: {}
          ContainerPort: {}
"""
# Virtual seconds per second: a rollout of minutes still runs at the first look of the waiter, and is over at the next,
# 15 s later.
SPEED = "20"
WAIT_SECONDS = 300


class Client:
    """The AWS CLI, with no more environment than the simulator hands out."""

    def __init__(self, environment, folder):
        self.environment = {
            "PATH": os.defpath,
            "HOME": folder,
            "LC_ALL": "C.UTF-8",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            **environment,
        }

    def run(self, *arguments, seconds=CALL_SECONDS):
        return subprocess.run(
            [sys.executable, "-m", "awscli", *arguments, "--output", "json"],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
        )

    def call(self, *arguments, seconds=CALL_SECONDS):
        """The answer of a call that must succeed."""
        done = self.run(*arguments, seconds=seconds)
        if done.returncode != 0:
            raise SystemExit(f"aws {' '.join(arguments)} failed: {done.stderr.strip()}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def service(self):
        answer = self.call("ecs", "describe-services", "--cluster", CLUSTER, "--services", SERVICE)
        return answer["services"][0]

    def wait(self):
        return self.run("ecs", "wait", "services-stable", "--cluster", CLUSTER, "--services", SERVICE, seconds=WAIT_SECONDS)

    def update(self, definition):
        answer = self.call("ecs", "update-service", "--cluster", CLUSTER, "--service", SERVICE, "--task-definition", definition)
        return answer["service"]

    def deployment(self, revision):
        """The service deployment towards a service revision, described."""
        listed = self.call("ecs", "list-service-deployments", "--cluster", CLUSTER, "--service", SERVICE)
        arns = [entry["serviceDeploymentArn"] for entry in listed["serviceDeployments"] if entry["targetServiceRevisionArn"].endswith(f"/{revision}")]
        if len(arns) != 1:
            raise SystemExit(f"{len(arns)} service deployments towards revision {revision}")
        answer = self.call("ecs", "describe-service-deployments", "--service-deployment-arns", *arns)
        return answer["serviceDeployments"][0]

    def tasks(self, status):
        listed = self.call("ecs", "list-tasks", "--cluster", CLUSTER, "--service-name", SERVICE, "--desired-status", status)
        if not listed["taskArns"]:
            return []
        return self.call("ecs", "describe-tasks", "--cluster", CLUSTER, "--tasks", *listed["taskArns"])["tasks"]


def missing(sent, answered, path=""):
    """The members of what was sent that the answer has not, or has differently."""
    if isinstance(sent, dict) and isinstance(answered, dict):
        for name, value in sent.items():
            here = f"{path}.{name}" if path else name
            yield from missing(value, answered[name], here) if name in answered else [here]
    elif isinstance(sent, list) and isinstance(answered, list) and len(sent) == len(answered):
        for index, (one, other) in enumerate(zip(sent, answered)):
            yield from missing(one, other, f"{path}[{index}]")
    elif sent != answered:
        yield path


def primary(service):
    return next(entry for entry in service["deployments"] if entry["status"] == "PRIMARY")


def tail(arn_or_id):
    return arn_or_id.rsplit("/", 1)[-1]


def check_start(checks, simulator, client):
    endpoint = simulator.environment.get("AWS_ENDPOINT_URL", "")
    checks.hold("it listens on loopback alone", endpoint.startswith("http://127.0.0.1:"), endpoint)
    identity = client.call("sts", "get-caller-identity")
    checks.equal("the account is the one of the examples", identity["Account"], ACCOUNT)
    service = client.service()
    checks.equal("the service is active", service["status"], "ACTIVE")
    checks.equal("it runs what is desired", (service["runningCount"], service["desiredCount"]), (2, 2))
    checks.equal("it runs the first revision", tail(service["taskDefinition"]), f"{FAMILY}:1")
    checks.equal("waiting for a steady service ends at once", client.wait().returncode, 0)


def check_register(checks, client, document, revision):
    answer = client.call("ecs", "register-task-definition", "--cli-input-json", json.dumps(document))
    arn = answer["taskDefinition"]["taskDefinitionArn"]
    checks.equal("registering gives the next revision", tail(arn), f"{FAMILY}:{revision}")
    read = client.call("ecs", "describe-task-definition", "--task-definition", arn, "--include", "TAGS")
    sent = {name: value for name, value in document.items() if name != "tags"}
    checks.equal("everything that was registered is described", list(missing(sent, read["taskDefinition"])), [])
    checks.equal("its tags stand beside it", read["tags"], document["tags"])
    return arn


def pushed_image(client):
    """An image the registry has: its tag, for a commit, and its digest."""
    images = client.call("ecr", "describe-images", "--repository-name", FAMILY)["imageDetails"]
    return next((tag, image["imageDigest"]) for image in images for tag in image["imageTags"] if len(tag) == 40)


def check_deployed(checks, simulator, client, definition, digest):
    began = time.monotonic()
    service = client.update(definition)
    started = primary(service)
    checks.equal("the update starts a deployment of it", started["taskDefinition"], definition)
    checks.equal("which is in progress", started["rolloutState"], "IN_PROGRESS")
    checks.equal("beside the one that runs", len(service["deployments"]), 2)
    waited = client.wait()
    checks.equal("waiting ends well", waited.returncode, 0)
    checks.hold("and it did wait", time.monotonic() - began > 5, f"{time.monotonic() - began:.1f} s")

    service = client.service()
    checks.equal("one deployment is left, the one that was started", [entry["id"] for entry in service["deployments"]], [started["id"]])
    checks.equal("it is completed", primary(service)["rolloutState"], "COMPLETED")
    checks.equal("the service has the new revision", service["taskDefinition"], definition)
    newest = service["events"][0]["message"]
    checks.hold("the last event says so", "has reached a steady state" in newest, newest)
    deployment = client.deployment(tail(started["id"]))
    checks.equal("the service deployment was successful", deployment["status"], "SUCCESSFUL")
    revisions = client.call("ecs", "describe-service-revisions", "--service-revision-arns", deployment["targetServiceRevision"]["arn"])
    revision = revisions["serviceRevisions"][0]
    checks.equal("its revision runs the definition", revision["taskDefinition"], definition)
    digests = [image.get("imageDigest") for image in revision["containerImages"] if image["containerName"] == "web"]
    checks.equal("and the digest the registry has", digests, [digest])
    tasks = client.tasks("RUNNING")
    checks.equal("two tasks run", len(tasks), 2)
    checks.equal("all of the new revision", {task["taskDefinitionArn"] for task in tasks}, {definition})
    checks.equal("started by the deployment", {task["startedBy"] for task in tasks}, {started["id"]})
    check_state(checks, simulator, client)


def check_rolled_back(checks, simulator, client, definition, before):
    simulator.control("story", {"service": SERVICE, "story": "crash-loop"})
    started = primary(client.update(definition))
    # The waiter is content with any steady service: that is why the stages do not ask it.
    checks.equal("waiting ends, though the deployment failed", client.wait().returncode, 0)
    service = client.service()
    checks.equal("the service has its old revision again", service["taskDefinition"], before)
    deployment = client.deployment(tail(started["id"]))
    checks.equal("the service deployment was rolled back", deployment["status"], "ROLLBACK_SUCCESSFUL")
    checks.equal("by the circuit breaker", deployment["deploymentCircuitBreaker"]["status"], "TRIGGERED")
    # Others may have been stopped by the rollback before they could fail.
    crashed = [
        task
        for task in client.tasks("STOPPED")
        if task["taskDefinitionArn"] == definition and any(container["name"] == "web" and container.get("exitCode") == 1 for container in task["containers"])
    ]
    checks.hold("its container ended with exit code 1", crashed, "no such task")
    task = tail(crashed[0]["taskArn"]) if crashed else "none"
    logs = client.call("logs", "get-log-events", "--log-group-name", "/ecs/web", "--log-stream-name", f"web/web/{task}")
    checks.hold("and left lines of log", len(logs["events"]) > 0)
    check_state(checks, simulator, client)


def check_state(checks, simulator, client):
    """What the client is told is what the simulator says of itself."""
    service = client.service()
    state = simulator.state()
    cluster = next(entry for entry in state["ecs"]["clusters"] if entry["name"] == CLUSTER)
    inside = next(entry for entry in cluster["services"] if entry["name"] == SERVICE)
    checks.equal("the state says the same of the service", summary(inside), summary(service))
    running = {task["id"] for task in cluster["tasks"] if task["lastStatus"] == "RUNNING" and task["taskDefinition"] == inside["taskDefinition"]}
    checks.equal("and of its tasks", running, {tail(task["taskArn"]) for task in client.tasks("RUNNING")})
    resource = f"service/{CLUSTER}/{SERVICE}"
    targets = client.call("application-autoscaling", "describe-scalable-targets", "--service-namespace", "ecs", "--resource-ids", resource)
    target = targets["ScalableTargets"][0]
    kept = state["application-autoscaling"][resource]
    checks.equal("and of its scaling", (kept["min"], kept["max"]), (target["MinCapacity"], target["MaxCapacity"]))


def summary(service):
    """What both ways of asking say of a service."""
    return {
        "taskDefinition": tail(service["taskDefinition"]),
        "counts": [service[name] for name in ("desiredCount", "runningCount", "pendingCount")],
        "deployments": [(entry["id"], entry["rolloutState"]) for entry in service["deployments"]],
    }


def check_codedeploy(checks, simulator, client, document, folder):
    """`aws ecs deploy`, the CLI's own way to deploy through CodeDeploy, with its waiter; and once where it fails."""
    group = ("--application-name", f"AppECS-{CLUSTER}-{BLUE_GREEN}", "--current-deployment-group-name", f"DgpECS-{CLUSTER}-{BLUE_GREEN}")
    quick = {
        "terminateBlueInstancesOnDeploymentSuccess": {"action": "TERMINATE", "terminationWaitTimeInMinutes": 0},
        "deploymentReadyOption": {"actionOnTimeout": "CONTINUE_DEPLOYMENT", "waitTimeInMinutes": 0},
    }
    client.call("deploy", "update-deployment-group", *group, "--deployment-config-name", "CodeDeployDefault.ECSAllAtOnce", "--blue-green-deployment-configuration", json.dumps(quick))
    definition, appspec = Path(folder) / "definition.json", Path(folder) / "appspec.yaml"
    container = document["containerDefinitions"][0]
    definition.write_text(json.dumps({name: value for name, value in document.items() if name != "tags"} | {"family": BLUE_GREEN}), encoding="utf-8")
    appspec.write_text(APPSPEC.format(container["name"], container["portMappings"][0]["containerPort"]), encoding="utf-8")
    arguments = ("ecs", "deploy", "--cluster", CLUSTER, "--service", BLUE_GREEN, "--task-definition", str(definition), "--codedeploy-appspec", str(appspec))
    done = client.run(*arguments, seconds=WAIT_SECONDS)
    checks.hold("aws ecs deploy deploys", done.returncode == 0 and "Successfully deployed" in done.stdout, done.stdout + done.stderr)
    deployment = client.call("deploy", "list-deployments")["deployments"][0]
    waited = client.run("deploy", "wait", "deployment-successful", "--deployment-id", deployment, seconds=WAIT_SECONDS)
    checks.equal("aws deploy wait is content", waited.returncode, 0)
    info = client.call("deploy", "get-deployment", "--deployment-id", deployment)["deploymentInfo"]
    inside = simulator.state()["codedeploy"]["deployments"][-1]
    checks.equal("both say the same of the deployment", (info["deploymentId"], info["status"]), (inside["id"], inside["status"]))
    service = client.call("ecs", "describe-services", "--cluster", CLUSTER, "--services", BLUE_GREEN)["services"][0]
    checks.equal("the service runs the new revision", tail(service["taskDefinition"]), f"{BLUE_GREEN}:2")
    checks.equal("in the task set of the deployment", [(entry["status"], entry["externalId"]) for entry in service["taskSets"]], [("PRIMARY", deployment)])

    simulator.story(BLUE_GREEN, "alarm")
    done = client.run(*arguments, seconds=WAIT_SECONDS)
    checks.hold("aws ecs deploy says when a deployment is stopped", done.returncode != 0 and "failure state" in done.stderr, done.stdout + done.stderr)
    stopped = client.call("deploy", "list-deployments", "--include-only-statuses", "Stopped")["deployments"][0]
    info = client.call("deploy", "get-deployment", "--deployment-id", stopped)["deploymentInfo"]
    checks.equal("by the alarm", info["errorInformation"]["code"], "ALARM_ACTIVE")
    waited = client.run("deploy", "wait", "deployment-successful", "--deployment-id", info["rollbackInfo"]["rollbackDeploymentId"], seconds=WAIT_SECONDS)
    checks.equal("its rollback deployment ends well", waited.returncode, 0)
    service = client.call("ecs", "describe-services", "--cluster", CLUSTER, "--services", BLUE_GREEN)["services"][0]
    checks.equal("and the service runs what it ran", tail(service["taskDefinition"]), f"{BLUE_GREEN}:2")


def check_one_off(checks, simulator, client):
    """`aws ecs run-task` and its waiter, for a task that ends well, one that does not, and one that never comes to be."""
    service = client.service()
    network = json.dumps(service["networkConfiguration"])
    run = ("ecs", "run-task", "--cluster", CLUSTER, "--task-definition", FAMILY, "--launch-type", "FARGATE", "--network-configuration", network)

    def ended(*more):
        arn = client.call(*run, *more)["tasks"][0]["taskArn"]
        waited = client.run("ecs", "wait", "tasks-stopped", "--cluster", CLUSTER, "--tasks", arn, seconds=WAIT_SECONDS)
        checks.equal("waiting for a task ends", waited.returncode, 0)
        return client.call("ecs", "describe-tasks", "--cluster", CLUSTER, "--tasks", arn)["tasks"][0]

    token = ("--client-token", "migration-1", "--started-by", "pipeline-7")
    overrides = json.dumps({"containerOverrides": [{"name": "web", "command": ["migrate"]}]})
    first = ended(*token, "--overrides", overrides)
    checks.equal("a task of no service ends by itself", (first["stopCode"], first["containers"][0]["exitCode"]), ("EssentialContainerExited", 0))
    checks.equal("with what was overridden", first["overrides"]["containerOverrides"][0]["command"], ["migrate"])
    again = client.call(*run, *token, "--overrides", overrides)["tasks"][0]["taskArn"]
    checks.equal("the same token gives the same task", again, first["taskArn"])
    done = client.run(*run, *token)
    checks.hold("and is refused for anything else", "(ConflictException)" in done.stderr, done.stderr)

    simulator.control("story", {"family": FAMILY, "story": "crash-loop"})
    failed = ended()
    checks.equal("a failed one carries its exit code", failed["containers"][0]["exitCode"], 1)
    simulator.control("story", {"family": FAMILY, "story": "no-capacity"})
    answer = client.call(*run)
    checks.equal("without capacity there is no task", (answer["tasks"], answer["failures"][0]["reason"]), ([], "RESOURCE:FARGATE"))
    simulator.control("story", {"family": FAMILY, "story": "steady"})


def check_refusals(checks, client):
    answer = client.call("ecs", "describe-services", "--cluster", CLUSTER, "--services", "nobody")
    checks.equal("a service that is not there is missing", [entry["reason"] for entry in answer["failures"]], ["MISSING"])
    for name, code, arguments in (
        ("an unknown cluster", "ClusterNotFoundException", ("ecs", "describe-services", "--cluster", "nowhere", "--services", SERVICE)),
        ("an unknown definition", "ClientException", ("ecs", "update-service", "--cluster", CLUSTER, "--service", SERVICE, "--task-definition", "nothing:1")),
        ("an unknown service", "ServiceNotFoundException", ("ecs", "update-service", "--cluster", CLUSTER, "--service", "nobody", "--desired-count", "1")),
    ):
        done = client.run(*arguments)
        checks.hold(f"{name} is refused by its code", done.returncode != 0 and f"({code})" in done.stderr, done.stderr.strip())


def check_journal(checks, simulator):
    journal = simulator.journal()
    operations = {entry["operation"] for entry in journal}
    expected = {"RegisterTaskDefinition", "UpdateService", "DescribeServices", "DescribeServiceDeployments", "RunTask", "DescribeTasks"}
    checks.equal("the journal has the calls", expected - operations, set())
    findings = [entry for entry in journal if entry.get("finding")]
    checks.equal("no answer broke the API's model", findings, [])
    checks.hold("no value of an environment variable is in it", "Hello from wharfie" not in json.dumps(journal))


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    binary = str(Path(sys.argv[1]).resolve())
    root = Path(sys.argv[2] if len(sys.argv) > 2 else ".").resolve()
    document = json.loads((root / "examples/web-service/taskdef.json").read_text(encoding="utf-8"))
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        simulator = Simulator(binary, folder, SPEED)
        try:
            client = Client(simulator.environment, folder)
            check_start(checks, simulator, client)
            web = document["containerDefinitions"][0]
            tag, digest = pushed_image(client)
            web["image"] = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/{FAMILY}:{tag}"
            good = check_register(checks, client, document, 2)
            check_deployed(checks, simulator, client, good, digest)
            web["command"] = ["python", "broken.py"]
            bad = check_register(checks, client, document, 3)
            check_rolled_back(checks, simulator, client, bad, good)
            check_codedeploy(checks, simulator, client, document, folder)
            check_one_off(checks, simulator, client)
            check_refusals(checks, client)
            check_journal(checks, simulator)
        finally:
            code = simulator.stop()
        checks.equal("SIGTERM ends it", code, 143)
        if checks.failed:
            print(simulator.said())
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
