#!/usr/bin/env python3
"""Puts the answers AWS itself publishes as examples through the stages.

The examples ship with the AWS CLI (Apache License 2.0, copyright Amazon.com, Inc. or its affiliates) and are read from
there; none is copied into this repository. Each goes through the judge, which must find nothing but AWS's own slips;
task definitions go through render-taskdef, which must lose no member; services, deployments, revisions, tasks, targets
and groups are served to the stages by a canned endpoint, and what the stages conclude is compared with
snapshots/examples.txt.

Usage: example_answers.py WHARFIE-SIMULATE-ECS
"""

import json
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import awscli
from botocore import xform_name

from bench import Checks, Stages, compare_or_write, settled
from canned import Canned, epochs
from oracle import models
from oracle.judge import judge_values
from oracle.models import Meant

EXAMPLES = Path(awscli.__file__).parent / "examples"
SNAPSHOT = Path(__file__).parent / "snapshots/examples.txt"
WORKERS = 6
OUTPUT = re.compile(r"^Output::[ ]*\n\s*\n((?:[ \t]+.*\n|\s*\n)+)", re.M)
SERVICES = ("ecs", "application-autoscaling", "autoscaling", "codedeploy", "ecr")
# The folders of examples that are not called as their service.
FOLDERS = {"codedeploy": "deploy"}
# Members of a described task definition that a client cannot send (API shapes `TaskDefinition`,
# `RegisterTaskDefinitionRequest`).
READ_ONLY = {"compatibilities", "registeredAt", "registeredBy", "requiresAttributes", "revision", "status", "taskDefinitionArn"}
# What is wrong in the examples themselves.
SLIPS = {
    "autoscaling terminate-instance-in-auto-scaling-group 1: autoscaling TerminateInstanceInAutoScalingGroup answer Activities: unknown member",
    "codedeploy get-application-revision 1: codedeploy GetApplicationRevision answer revisionInfo.deploymentGroups: wrong type",
    "codedeploy get-deployment-group 1: codedeploy GetDeploymentGroup answer deploymentGroupInfo.autoScalingGroups[]: wrong type",
    "ecs update-service 2: ecs UpdateService answer service.deployments[].taskkDefinition: unknown member",
    "ecs update-service 5: ecs UpdateService answer service.deployments[].taskkDefinition: unknown member",
}


def examples(service):
    """Every example answer that is JSON, as (command, number, answer)."""
    for path in sorted((EXAMPLES / FOLDERS.get(service, service)).glob("*.rst")):
        for number, found in enumerate(OUTPUT.finditer(path.read_text(encoding="utf-8") + "\n"), 1):
            try:
                answer = json.loads(found[1])
            except ValueError:
                # Some are shortened by hand, and some are not JSON at all.
                continue
            # Lists are what `--query` made of an answer.
            if isinstance(answer, dict):
                yield path.stem, number, answer


def operations(service):
    return {xform_name(name, "-"): name for name in models.service(service).operation_names}


def check_judge(checks):
    """AWS's own answers have no finding, or the judge is wrong."""
    for service in SERVICES:
        names, found, count = operations(service), set(), 0
        for command, number, answer in examples(service):
            if command not in names:
                continue
            model = models.operation(service, names[command])
            values = answer if service == "autoscaling" else epochs(answer, model.output_shape)
            meant = Meant(service, model.name, "query" if service == "autoscaling" else "json", model)
            count += 1
            # Invented names and ARNs, and what was cut out to be short, are no faults of form.
            found |= {
                f"{service} {command} {number}: {finding.key()}"
                for finding in judge_values(meant, "answer", values)
                if finding.problem in ("unknown member", "wrong type", "not in the enum")
            }
        expected = {slip for slip in SLIPS if slip.startswith(f"{service} ")}
        checks.equal(f"the judge finds AWS's own slips in {count} examples of {service}, and nothing else", sorted(found), sorted(expected))


class Conclusions:
    """Runs stages against examples and writes down how they end."""

    def __init__(self, checks, stages):
        self.checks, self.stages = checks, stages
        # They mostly wait between two looks.
        self.pool, self.waiting = ThreadPoolExecutor(WORKERS), []

    def conclude(self, *run):
        """One run of a stage, to be added to the page: title, stage, arguments, answers and, if need be, files."""
        self.waiting.append(self.pool.submit(self.carry_out, *run))

    def lines(self):
        """The page, once all runs are over."""
        with self.pool:
            return [line for done in self.waiting for line in done.result()]

    def carry_out(self, title, stage, arguments, answers, files=None):
        """A panic or a bug's exit code is a failure whatever the page says."""
        with tempfile.TemporaryDirectory() as folder, Canned(answers) as canned:
            for name, document in (files or {}).items():
                (Path(folder) / name).write_text(json.dumps(document), encoding="utf-8")
            ended = self.stages.run(stage, arguments, folder, AWS_ENDPOINT_URL=canned.url)
            self.checks.hold(f"{title}: {stage} does not break", not ended.panicked(), str(ended))
            self.checks.equal(f"{title}: the endpoint does not break", canned.faults, [])
            self.checks.hold(f"{title}: every answer could be read", "cannot be read" not in str(ended.events), str(ended))
            text = settled("\n".join(said(event) for event in ended.events if said(event))).replace(folder, "[FOLDER]")
        lines = [line for line in text.splitlines() if "neither a load balancer nor a health check" not in line and "add a `healthCheck`" not in line]
        return [f"## {title}: {stage}", "", f"exit {ended.code}", *lines, ""]


# Events of a deployment that belong to how it went, which is not what is asked here.
ON_THE_WAY = ("progress", "guard", "linked", "status", "tasks-started")


def said(event):
    """What an event concludes, as lines; nothing for those that tell of the way."""
    kind = event["event"]
    if kind in ("warned", "noted", "failed"):
        words = [event["text"], *([event["hint"]] if event.get("hint") else [])]
    elif kind == "planned":
        words = [event["subject"], *event["lines"]]
    elif kind == "found":
        words = [f"{event['name']}: {event['value']}"]
    elif kind == "blamed":
        words = [f"{event['kind']} x{event['count']}: {event['cause']}", event["advice"], *event["details"]]
    elif kind == "happened" and event["kind"] not in ON_THE_WAY:
        words = [f"{event['kind']}: {event['text']}"]
    else:
        return ""
    return f"{kind}: " + "\n    ".join(str(word) for word in words if word)


def definition(arn, containers=("web",), network="awsvpc"):
    """An answer of DescribeTaskDefinition, for examples that only name one."""
    family, _, revision = arn.rsplit("/", 1)[-1].partition(":")
    return {
        "taskDefinition": {
            "taskDefinitionArn": f"arn:aws:ecs:us-east-1:123456789012:task-definition/{family}:{revision or 1}",
            "family": family,
            "revision": int(revision or 1),
            "status": "ACTIVE",
            "networkMode": network,
            "requiresCompatibilities": ["FARGATE"] if network == "awsvpc" else ["EC2"],
            "cpu": "256",
            "memory": "512",
            "containerDefinitions": [{"name": name, "image": "nginx", "essential": True, "portMappings": [{"containerPort": 80}]} for name in containers],
        },
        "tags": [],
    }


def task_definitions(run):
    """Nothing that can be sent is lost, and what is described is not a change of itself."""
    for command, number, answer in examples("ecs"):
        described = answer.get("taskDefinition")
        if not isinstance(described, dict):
            continue
        title = f"{command} {number}"
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "in.json").write_text(json.dumps(answer), encoding="utf-8")
            ended = run.stages.run("render-taskdef", ("--task-definition", "in.json", "--output", "out.json"), folder)
            written = json.loads((Path(folder) / "out.json").read_text(encoding="utf-8")) if ended.code == 0 else str(ended)
        kept = {name: value for name, value in described.items() if name not in READ_ONLY}
        run.checks.equal(f"{title}: render-taskdef loses no member", written, kept)
        run.checks.equal(f"{title}: and keeps their order", list(written), list(kept))
        answers = {"DescribeTaskDefinition": {"taskDefinition": described, "tags": []}}
        arguments = ("--task-definition", "taskdef.json", "--dry-run", "true", "--exit-code", "true")
        run.conclude(title, "register-taskdef", arguments, answers, {"taskdef.json": answer})


def services(run):
    """Every service of an example, looked at before a deployment."""
    for command, number, answer in examples("ecs"):
        for service in answer.get("services", [answer.get("service")]):
            if not isinstance(service, dict) or "serviceName" not in service:
                continue
            answers = {
                "DescribeServices": {"services": [service], "failures": []},
                "ListServiceDeployments": {"serviceDeployments": []},
                "DescribeTaskDefinition": lambda sent, _, around=service: definition(sent["taskDefinition"], containers(around), network(around)),
            }
            cluster = service.get("clusterArn", "default").rsplit("/", 1)[-1]
            arguments = ("--cluster", cluster, "--service", service["serviceName"], "--force-new-deployment", "true", "--dry-run", "true")
            run.conclude(f"{command} {number}", "deploy-service", arguments, answers)


def containers(service):
    return [balancer["containerName"] for balancer in service.get("loadBalancers", []) if "containerName" in balancer] or ["web"]


def network(service):
    return "awsvpc" if "networkConfiguration" in service else "bridge"


def first(command, service="ecs"):
    return next(answer for name, _, answer in examples(service) if name == command)


class Deployment:
    """The deployment of the examples on service deployments and revisions, which is one and the same: before it runs,
    and after it was started."""

    def __init__(self, **change):
        self.listed = first("list-service-deployments")
        described = first("describe-service-deployments")
        self.described = {**described, "serviceDeployments": [{**described["serviceDeployments"][0], **change}]}
        self.revision = first("describe-service-revisions")
        self.id = self.revision["serviceRevisions"][0]["serviceRevisionArn"].rsplit("/", 1)[-1]
        self.definition = self.revision["serviceRevisions"][0]["taskDefinition"]
        self.started = False

    def service(self):
        entry = self.described["serviceDeployments"][0]
        identity = f"ecs-svc/{self.id if self.started else '1111111111111111111'}"
        deployment = {
            "id": identity,
            "status": "PRIMARY",
            "taskDefinition": self.definition,
            "desiredCount": 1,
            "runningCount": 1,
            "pendingCount": 0,
            "failedTasks": 0,
            "rolloutState": "COMPLETED",
            "createdAt": entry["createdAt"],
            "updatedAt": entry["updatedAt"],
        }
        return {
            "serviceName": entry["serviceArn"].rsplit("/", 1)[-1],
            "serviceArn": entry["serviceArn"],
            "clusterArn": entry["clusterArn"],
            "status": "ACTIVE",
            "desiredCount": 1,
            "runningCount": 1,
            "pendingCount": 0,
            "launchType": "FARGATE",
            "deploymentController": {"type": "ECS"},
            "deploymentConfiguration": entry["deploymentConfiguration"],
            "networkConfiguration": self.revision["serviceRevisions"][0]["networkConfiguration"],
            "taskDefinition": self.definition,
            "deployments": [deployment],
            "events": [],
        }

    def update(self, *_):
        self.started = True
        return {"service": self.service()}

    def answers(self, tasks=()):
        return {
            "DescribeServices": lambda *_: {"services": [self.service()], "failures": []},
            "UpdateService": self.update,
            "ListServiceDeployments": lambda *_: self.listed if self.started else {"serviceDeployments": []},
            "DescribeServiceDeployments": self.described,
            "DescribeServiceRevisions": self.revision,
            "DescribeTaskDefinition": lambda sent, _: definition(sent["taskDefinition"], ("web", "aws-otel-collector")),
            "ListTasks": lambda *_: {"taskArns": [task["taskArn"] for task in tasks]},
            "DescribeTasks": {"tasks": list(tasks), "failures": []},
            "GetLogEvents": {"events": []},
        }


def deployments(run):
    """A deployment that is followed to its end, and the tasks of the examples as those of one that failed."""
    arguments = ("--cluster", "example-cluster", "--service", "example-service", "--force-new-deployment", "true", "--timeout", "60s")
    run.conclude("describe-service-deployments 1", "deploy-service", arguments, Deployment().answers())
    for status in models.service("ecs").shape_for("ServiceDeploymentStatus").enum:
        if status not in ("PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "SUCCESSFUL"):
            run.conclude(f"describe-service-deployments 1 as {status}", "deploy-service", arguments, Deployment(status=status).answers())
    for command in ("describe-tasks", "stop-task", "run-task", "start-task"):
        for name, number, answer in examples("ecs"):
            if name == command:
                failed = Deployment(status="ROLLBACK_FAILED")
                tasks = [{**task, "startedBy": f"ecs-svc/{failed.id}", "desiredStatus": "STOPPED", "lastStatus": "STOPPED"} for task in answer.get("tasks", [answer.get("task")])]
                run.conclude(f"{command} {number}, stopped", "deploy-service", arguments, failed.answers(tasks))


def scaling(run):
    tags = first("list-tags-for-resource", "application-autoscaling")
    for command, number, answer in examples("application-autoscaling"):
        if command == "describe-scalable-targets":
            answers = {
                "DescribeScalableTargets": answer,
                "ListTagsForResource": tags,
                "DescribeServices": {"services": [{"status": "ACTIVE", "desiredCount": 2, "deployments": []}], "failures": []},
            }
            for target in answer["ScalableTargets"]:
                _, cluster, service = target["ResourceId"].split("/")
                run.conclude(f"{command} {number}", "suspend-scaling", ("--cluster", cluster, "--service", service, "--dry-run", "true"), answers)
            run.conclude(f"{command} {number}", "resume-scaling", ("--stale", "true", "--dry-run", "true"), {**answers, "DescribeAutoScalingGroups": {"AutoScalingGroups": []}})
    for command, number, answer in examples("autoscaling"):
        if command == "describe-auto-scaling-groups":
            for group in answer["AutoScalingGroups"]:
                name = group["AutoScalingGroupName"]
                for stage in ("suspend-scaling", "resume-scaling"):
                    run.conclude(f"{command} {number}", stage, ("--auto-scaling-group", name, "--dry-run", "true"), {"DescribeAutoScalingGroups": answer})


def images(run):
    """The images of the examples, looked for by tag."""
    if not run.stages.has("resolve-image"):
        return
    answers = {
        "DescribeImages": first("describe-images", "ecr"),
        "BatchGetImage": first("batch-get-image", "ecr"),
        "DescribeImageScanFindings": first("describe-image-scan-findings", "ecr"),
        "DescribeRepositories": first("describe-repositories", "ecr"),
    }
    image = answers["DescribeImages"]["imageDetails"][0]
    arguments = ("--repository", f"{image['registryId']}.dkr.ecr.us-east-1.amazonaws.com/{image['repositoryName']}", "--tag", image["imageTags"][0])
    run.conclude("describe-images 1", "resolve-image", arguments, answers)


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    checks = Checks()
    check_judge(checks)
    run = Conclusions(checks, Stages(sys.argv[1]))
    for part in (task_definitions, services, deployments, scaling, images):
        part(run)
    page = "# What the stages conclude from the example answers of AWS; see example_answers.py\n\n" + "\n".join(run.lines())
    compare_or_write(checks, "the conclusions are those that were reviewed", SNAPSHOT, page)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
