#!/usr/bin/env python3
"""Runs the stages against moto, an emulator that is not ours, for what it does well, and asks moto and the simulator
the same questions.

Where both answer alike two strangers agree. Where they do not, docs/local-endpoints.md says who is right and by which
source; a difference that is not on the page, or is no more, is a failure.

Usage: moto_check.py WHARFIE-SIMULATE-ECS [REPOSITORY]
"""

import json
import logging
import os
import re
import sys
import tempfile
from pathlib import Path

import boto3
import botocore.exceptions
from botocore.config import Config
from botocore.parsers import ResponseParserError
from moto.server import ThreadedMotoServer

from bench import Checks, Simulator, Stages, scrubbed
from oracle.proxy import Proxy
from questions import QUESTIONS

CLUSTER, SERVICE, GROUP = "demo", "web", "demo-asg"
RESOURCE = {"ServiceNamespace": "ecs", "ResourceId": "service/demo/web", "ScalableDimension": "ecs:service:DesiredCount"}
ROW = re.compile(r"^\| (?!what \||-)(.+?) \| (.+?) \| (.+?) \| (.+?) \|$", re.M)
MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:" + "1" * 64, "size": 2},
        "layers": [],
    }
)


class Endpoint:
    """boto3 pointed at an endpoint: `of(service)` is a client that never tries again and checks nothing itself."""

    def __init__(self, url):
        self.url, self.clients = url, {}

    def of(self, service):
        if service not in self.clients:
            session = boto3.session.Session("simulated", "simulated", region_name="us-east-1")
            config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
            self.clients[service] = session.client(service, endpoint_url=self.url, config=config)
        return self.clients[service]


def furnish(moto):
    """What the simulator's world has from the beginning, made in moto."""
    ecs, groups = moto.of("ecs"), moto.of("autoscaling")
    ecs.create_cluster(clusterName=CLUSTER)
    container = {"name": "web", "image": "nginx", "memory": 128, "portMappings": [{"containerPort": 80}]}
    for family in (SERVICE, "web-codedeploy"):
        ecs.register_task_definition(
            family=family, networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512", containerDefinitions=[container]
        )
    subnets = [entry["SubnetId"] for entry in moto.of("ec2").describe_subnets()["Subnets"]][:2]
    guards = [entry["GroupId"] for entry in moto.of("ec2").describe_security_groups()["SecurityGroups"]][:1]
    network = {"awsvpcConfiguration": {"subnets": subnets, "securityGroups": guards}}
    for name, controller in ((SERVICE, "ECS"), ("web-codedeploy", "CODE_DEPLOY")):
        ecs.create_service(
            cluster=CLUSTER,
            serviceName=name,
            taskDefinition=name,
            desiredCount=2,
            launchType="FARGATE",
            networkConfiguration=network,
            deploymentController={"type": controller},
        )
    moto.of("application-autoscaling").register_scalable_target(**RESOURCE, MinCapacity=1, MaxCapacity=10)
    image = moto.of("ec2").describe_images()["Images"][0]["ImageId"]
    groups.create_launch_configuration(LaunchConfigurationName="demo", ImageId=image, InstanceType="t3.micro")
    groups.create_auto_scaling_group(
        AutoScalingGroupName=GROUP, LaunchConfigurationName="demo", MinSize=0, MaxSize=1, AvailabilityZones=["us-east-1a"]
    )
    moto.of("ecr").create_repository(repositoryName="web", imageTagMutability="IMMUTABLE")
    moto.of("logs").create_log_group(logGroupName="/ecs/web")


class Bench:
    """The stages against one endpoint, with the judge before it: what they send must be right whoever answers."""

    def __init__(self, checks, stages, url, folder):
        self.checks, self.stages, self.folder = checks, stages, Path(folder)
        self.proxy = Proxy(url)

    def stage(self, stage, *arguments, code=0, **environment):
        ended = self.stages.run(stage, arguments, self.folder, AWS_ENDPOINT_URL=self.proxy.url, **environment)
        self.checks.hold(f"moto: {stage} ends with {code}", ended.code == code, str(ended))
        return ended


def check_register(bench, moto):
    document = {
        "family": "shop",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{"name": "web", "image": "nginx:1", "essential": True, "environment": [{"name": "MODE", "value": "moto"}]}],
        "tags": [{"key": "team", "value": "shop"}],
    }
    path = bench.folder / "taskdef.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    given = ("--task-definition", path)
    bench.stage("register-taskdef", *given, "--dry-run", "true", "--exit-code", "true", code=11)
    first = bench.stage("register-taskdef", *given).outputs()
    bench.checks.equal("moto: a first revision is registered", (first.get("registered"), first.get("revision")), ("true", "1"))
    again = bench.stage("register-taskdef", *given).outputs()
    bench.checks.equal("moto: an unchanged file makes no revision", (again.get("registered"), again.get("revision")), ("false", "1"))
    document["containerDefinitions"][0]["image"] = "nginx:2"
    path.write_text(json.dumps(document), encoding="utf-8")
    changed = bench.stage("register-taskdef", *given).outputs()
    bench.checks.equal("moto: a changed one does", (changed.get("registered"), changed.get("revision")), ("true", "2"))
    kept = moto.of("ecs").describe_task_definition(taskDefinition="shop:2", include=["TAGS"])
    container = kept["taskDefinition"]["containerDefinitions"][0]
    bench.checks.equal("moto: it has what was sent", {name: container[name] for name in document["containerDefinitions"][0]}, document["containerDefinitions"][0])
    bench.checks.equal("moto: with its tags", kept["tags"], document["tags"])


def check_groups(bench, moto):
    groups = moto.of("autoscaling")

    def state():
        group = groups.describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])["AutoScalingGroups"][0]
        return sorted(entry["ProcessName"] for entry in group["SuspendedProcesses"]), [entry["Key"] for entry in group["Tags"]]

    groups.suspend_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["AZRebalance"])
    before = state()
    bench.stage("suspend-scaling", "--auto-scaling-group", GROUP, "--dry-run", "true")
    bench.checks.equal("moto: a dry run changes nothing of a group", state(), before)
    bench.stage("suspend-scaling", "--auto-scaling-group", GROUP)
    bench.checks.equal("moto: a group is held still", state(), (["AZRebalance", "AlarmNotification", "ScheduledActions"], ["wharfie:suspended"]))
    bench.stage("resume-scaling", "--auto-scaling-group", GROUP)
    bench.checks.equal("moto: and is given back as it was", state(), before)


def check_targets(bench, moto):
    """moto has no tags of scalable targets, so nowhere to write down what was: nothing may be suspended then."""
    scaling = moto.of("application-autoscaling")
    before = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    bench.stage("suspend-scaling", "--cluster", CLUSTER, "--service", SERVICE, "--max-attempts", "1", code=5)
    after = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    bench.checks.equal("moto: what cannot be written down is not suspended", after, before)


def check_images(bench, moto):
    """moto's digest is not that of the manifest: a registry whose answer does not fit its digest is not believed."""
    moto.of("ecr").put_image(repositoryName="web", imageManifest=MANIFEST, imageTag="v1")
    repository = moto.of("ecr").describe_repositories(repositoryNames=["web"])["repositories"][0]["repositoryUri"]
    ended = bench.stage("resolve-image", "--repository", repository, "--tag", "v1", code=4)
    bench.checks.hold("moto: a digest that does not fit is said", "does not have the digest" in str(ended.events), str(ended))
    ended = bench.stage("resolve-image", "--repository", repository, "--tag", "v2", code=4)
    bench.checks.hold("moto: and a tag that is not there", "v2" in str(ended.named("failed")), str(ended))


def check_deploy(bench, moto):
    """moto never rolls out and knows no service deployments: nothing may be taken for a success."""
    ecs = moto.of("ecs")
    before = ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"]
    web = ("--cluster", CLUSTER, "--service", SERVICE, "--max-attempts", "1")
    bench.stage("deploy-service", *web, "--force-new-deployment", "true", "--timeout", "5s", code=5)
    after = ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"]
    bench.checks.equal("moto: a service whose deployments cannot be read is left alone", after, before)


def check_endpoints(checks, stages, moto_url, simulator, folder):
    """Which endpoint a stage asks, by what it finds there: only the simulator knows the group's suspended processes."""
    group = ("--auto-scaling-group", GROUP, "--dry-run", "true")
    taskdef = Path(folder) / "taskdef.json"
    taskdef.write_text(json.dumps({"family": "only-here", "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 128}]}), encoding="utf-8")
    register = ("--task-definition", taskdef)
    nobody = "http://127.0.0.1:9"

    def asked():
        return {(entry["service"], entry["operation"]) for entry in simulator.journal()}

    ended = stages.run("register-taskdef", (*register, "--endpoint-url", simulator.url), folder)
    checks.equal("--endpoint-url is enough", ended.code, 0)
    ended = stages.run("register-taskdef", (*register, "--endpoint-url", simulator.url), folder, AWS_ENDPOINT_URL=nobody)
    checks.equal("--endpoint-url beats AWS_ENDPOINT_URL", ended.code, 0)
    ended = stages.run("register-taskdef", (*register, "--endpoint-url", simulator.url), folder, AWS_ENDPOINT_URL_ECS=nobody)
    checks.equal("and AWS_ENDPOINT_URL_ECS", ended.code, 0)
    ended = stages.run("register-taskdef", register, folder, AWS_ENDPOINT_URL_ECS=simulator.url, AWS_ENDPOINT_URL=nobody)
    checks.equal("AWS_ENDPOINT_URL_ECS beats AWS_ENDPOINT_URL", ended.code, 0)
    ended = stages.run("suspend-scaling", group, folder, AWS_ENDPOINT_URL_AUTO_SCALING=simulator.url, AWS_ENDPOINT_URL=moto_url)
    checks.equal("each service has a variable of its own", ended.code, 0)
    checks.hold("and its calls went there", ("autoscaling", "DescribeAutoScalingGroups") in asked(), asked())
    scaling = ("--cluster", CLUSTER, "--service", SERVICE, "--dry-run", "true")
    two = {"AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING": simulator.url, "AWS_ENDPOINT_URL_ECS": moto_url}
    ended = stages.run("suspend-scaling", scaling, folder, **two)
    checks.equal("two services of one stage can be in two places", ended.code, 0)
    operations = {service for service, _ in asked()}
    checks.hold("and neither was asked for the other", "application-autoscaling" in operations, operations)
    ended = stages.run("register-taskdef", (*register, "--max-attempts", "1"), folder, AWS_ENDPOINT_URL=nobody)
    checks.equal("an endpoint nobody serves is unreachable", ended.code, 5)


def outcome(question, endpoint):
    """What an endpoint makes of a question, in few words."""
    try:
        return question(endpoint)
    except botocore.exceptions.ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return f"`{error.response['Error']['Code']}`" if status < 500 else f"HTTP {status}"
    except ResponseParserError:
        return "an error page"


def check_differences(checks, root, moto, simulator):
    """The page has every difference, with both outcomes as they are, and no other."""
    page = root / "docs/local-endpoints.md"
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    listed = {row[0]: row for row in ROW.findall(text)}
    found = {}
    for what, question in QUESTIONS.items():
        one, other = outcome(question, moto), outcome(question, simulator)
        if one == other:
            checks.hold(f"moto and the simulator agree: {what}: {one}", True)
        else:
            found[what] = (one, other)
            if what not in listed:
                print(f"   they differ: | {what} | {one} | {other} |")
    checks.equal("the page of differences lists those there are", sorted(listed), sorted(found))
    for what, pair in found.items():
        if what in listed:
            checks.equal(f"the page is right on: {what}", listed[what][1:3], pair)
            checks.hold(f"and says who is right: {what}", len(listed[what][3].split()) > 3, listed[what][3])


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    stages, checks = Stages(sys.argv[1]), Checks()
    root = Path(sys.argv[2] if len(sys.argv) > 2 else ".").resolve()
    # moto breaks where it lacks something: what matters of it is what the clients see.
    logging.basicConfig(handlers=[logging.NullHandler()])
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    with tempfile.TemporaryDirectory() as folder:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(scrubbed(folder))
        server.start()
        try:
            url = "http://{}:{}".format(*server.get_host_and_port())
            moto = Endpoint(url)
            furnish(moto)
            bench = Bench(checks, stages, url, folder)
            with bench.proxy:
                check_register(bench, moto)
                check_groups(bench, moto)
                check_targets(bench, moto)
                check_images(bench, moto)
                check_deploy(bench, moto)
                wrong = [finding for finding in bench.proxy.findings() if finding["key"].split()[2] == "request"]
                checks.equal("moto: the judge finds nothing in what the stages send", wrong, [])
            with Simulator(stages.path("simulate-ecs"), folder, "1") as simulator:
                check_endpoints(checks, stages, url, simulator, folder)
            with Simulator(stages.path("simulate-ecs"), folder, "1") as simulator:
                check_differences(checks, root, moto, Endpoint(simulator.url))
        finally:
            server.stop()
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
