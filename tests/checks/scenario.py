"""One conversation with every service of the simulator, for clients that are not ours: see `clients.py`.

It is written against four verbs, so that botocore and the AWS CLI can both be the client:

- `call(service, operation, **input)` gives the answer
- `pages(service, operation, result, **input)` gives what a paginator collects, one item a page
- `wait(service, waiter, **input)` returns when the client's own waiter is content
- `refused(service, operation, **input)` gives the code of the error it must be

It is not for what stages do.
"""

import hashlib
import json
import time
import urllib.request

from scenario_codedeploy import CodeDeployPart

CLUSTER = "demo"
RESOURCE = {"ServiceNamespace": "ecs", "ResourceId": "service/demo/web", "ScalableDimension": "ecs:service:DesiredCount"}
COMMIT = "8b2d4e6f1a3c5079b8d7e6f5a4c3b2d1e0f9a8c7"
IMAGE = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/web:{COMMIT}"
DEFINITION = {
    "family": "shop",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
    "containerDefinitions": [
        {
            "name": "web",
            "image": IMAGE,
            "essential": True,
            "portMappings": [{"containerPort": 80, "protocol": "tcp"}],
            "environment": [{"name": "MODE", "value": "clients"}],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "shop"},
            },
        }
    ],
    "tags": [{"key": "team", "value": "shop"}],
}
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"], "securityGroups": ["sg-0c3d4e5f607182930"], "assignPublicIp": "DISABLED"}}
PAUSE = {"targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"], "timeoutConfiguration": {"timeoutInMinutes": 60, "action": "ROLLBACK"}}


def tail(arn):
    return arn.rsplit("/", 1)[-1]


class Scenario(CodeDeployPart):
    """The conversation. `client` has the four verbs, `simulator` the controls, `checks` counts; `name` says who talks."""

    def __init__(self, client, simulator, checks, name):
        self.client, self.simulator, self.checks, self.name = client, simulator, checks, name

    def equal(self, text, found, expected):
        self.checks.equal(f"{self.name}: {text}", found, expected)

    def cluster(self):
        return self.simulator.state()["ecs"]["clusters"][0]

    def inside(self, service):
        """The simulator's own account of a service."""
        return next((entry for entry in self.cluster()["services"] if entry["name"] == service), None)

    def service(self, name):
        return self.client.call("ecs", "DescribeServices", cluster=CLUSTER, services=[name], include=["TAGS"])["services"][0]

    def run(self):
        for part in (
            self.identity,
            self.definitions,
            self.clusters,
            self.services,
            self.deployments,
            self.pause,
            self.tasks,
            self.tags,
            self.codedeploy,
            self.scaling,
            self.groups,
            self.registry,
            self.logs,
            self.targets,
            self.alarms,
            self.ends,
        ):
            began = time.monotonic()
            part()
            print(f"   {self.name}: {part.__name__} took {time.monotonic() - began:.1f} s", flush=True)

    def identity(self):
        call = self.client.call
        self.equal("who calls", call("sts", "GetCallerIdentity")["Account"], "123456789012")
        role = "arn:aws:iam::123456789012:role/deployer"
        taken = call("sts", "AssumeRole", RoleArn=role, RoleSessionName="clients")
        self.equal("a role is assumed", tail(taken["AssumedRoleUser"]["Arn"]), "clients")
        taken = call("sts", "AssumeRoleWithWebIdentity", RoleArn=role, RoleSessionName="web", WebIdentityToken="token-of-a-test")
        self.equal("and with a web identity", tail(taken["AssumedRoleUser"]["Arn"]), "web")

    def definitions(self):
        call, pages = self.client.call, self.client.pages
        made = [call("ecs", "RegisterTaskDefinition", **DEFINITION)["taskDefinition"] for _ in range(3)]
        self.arns = [entry["taskDefinitionArn"] for entry in made]
        read = call("ecs", "DescribeTaskDefinition", taskDefinition="shop", include=["TAGS"])
        self.equal("the newest revision is described", read["taskDefinition"]["taskDefinitionArn"], self.arns[2])
        sent, kept = DEFINITION["containerDefinitions"][0], read["taskDefinition"]["containerDefinitions"][0]
        self.equal("with its container as it was sent", {name: kept.get(name) for name in sent if name != "portMappings"}, {name: sent[name] for name in sent if name != "portMappings"})
        self.equal("and its port", kept["portMappings"][0]["containerPort"], 80)
        self.equal("and its tags", read["tags"], DEFINITION["tags"])
        gone = call("ecs", "DeregisterTaskDefinition", taskDefinition="shop:1")["taskDefinition"]["status"]
        self.equal("a revision is deregistered", gone, "INACTIVE")
        self.equal("page by page, active revisions", pages("ecs", "ListTaskDefinitions", "taskDefinitionArns", familyPrefix="shop"), self.arns[1:])
        newest = pages("ecs", "ListTaskDefinitions", "taskDefinitionArns", familyPrefix="shop", sort="DESC")
        self.equal("the newest first", newest, self.arns[:0:-1])
        families = pages("ecs", "ListTaskDefinitionFamilies", "families", status="ACTIVE")
        self.equal("page by page, families", families, [entry["family"] for entry in self.simulator.state()["ecs"]["families"]])
        self.equal("a definition that is not there", self.client.refused("ecs", "DescribeTaskDefinition", taskDefinition="shop:9"), "ClientException")

    def clusters(self):
        found = self.client.pages("ecs", "ListClusters", "clusterArns")
        self.equal("page by page, clusters", [tail(arn) for arn in found], [CLUSTER])
        described = self.client.call("ecs", "DescribeClusters", clusters=[CLUSTER, "nowhere"])
        self.equal("a cluster is described", described["clusters"][0]["activeServicesCount"], len(self.cluster()["services"]))
        self.equal("and one that is not there is missing", [entry["reason"] for entry in described["failures"]], ["MISSING"])

    def services(self):
        call = self.client.call
        made = call(
            "ecs",
            "CreateService",
            cluster=CLUSTER,
            serviceName="shop",
            taskDefinition="shop:2",
            desiredCount=2,
            launchType="FARGATE",
            networkConfiguration=NETWORK,
            deploymentConfiguration={"maximumPercent": 200, "minimumHealthyPercent": 100, "deploymentCircuitBreaker": {"enable": True, "rollback": True}},
            tags=[{"key": "team", "value": "shop"}],
        )["service"]
        self.equal("a service begins with nothing running", (made["desiredCount"], made["runningCount"]), (2, 0))
        self.client.wait("ecs", "services_stable", cluster=CLUSTER, services=["shop"])
        service, inside = self.service("shop"), self.inside("shop")
        self.equal("the waiter waits until it is steady", (service["runningCount"], inside["runningCount"]), (2, 2))
        self.equal("its tags are there", service["tags"], [{"key": "team", "value": "shop"}])
        listed = self.client.pages("ecs", "ListServices", "serviceArns", cluster=CLUSTER)
        self.equal("page by page, services", sorted(map(tail, listed)), sorted(entry["name"] for entry in self.cluster()["services"]))

    def deployments(self):
        call = self.client.call
        started = call("ecs", "UpdateService", cluster=CLUSTER, service="shop", taskDefinition="shop:3")["service"]["deployments"]
        self.equal("an update has two deployments", len(started), 2)
        self.client.wait("ecs", "services_stable", cluster=CLUSTER, services=["shop"])
        self.equal("after the wait there is one", [entry["taskDefinition"] for entry in self.service("shop")["deployments"]], [self.arns[2]])
        listed = call("ecs", "ListServiceDeployments", cluster=CLUSTER, service="shop")["serviceDeployments"]
        described = call("ecs", "DescribeServiceDeployments", serviceDeploymentArns=[entry["serviceDeploymentArn"] for entry in listed])
        statuses = {tail(entry["serviceDeploymentArn"]): entry["status"] for entry in described["serviceDeployments"]}
        self.equal("every service deployment is described", statuses, {entry["id"]: entry["status"] for entry in self.inside("shop")["serviceDeployments"]})
        newest = next(entry for entry in described["serviceDeployments"] if entry["serviceDeploymentArn"] == listed[0]["serviceDeploymentArn"])
        revision = call("ecs", "DescribeServiceRevisions", serviceRevisionArns=[newest["targetServiceRevision"]["arn"]])["serviceRevisions"][0]
        self.equal("its revision has the definition", revision["taskDefinition"], self.arns[2])
        self.equal("and the image by digest", revision["containerImages"][0]["imageDigest"], self.pushed())

    def pushed(self):
        images = self.simulator.state()["ecr"]["web"]
        return next(digest for digest, tags in images.items() if COMMIT in tags)

    def running_deployment(self, service):
        """The ARN of the service deployment that goes on, once the list shows it."""
        for _ in range(100):
            listed = self.client.call("ecs", "ListServiceDeployments", cluster=CLUSTER, service=service, status=["IN_PROGRESS", "PENDING"])
            if listed["serviceDeployments"]:
                return listed["serviceDeployments"][0]["serviceDeploymentArn"]
            time.sleep(0.1)
        raise SystemExit(f"no deployment of {service} is going on")

    def pause(self):
        call = self.client.call
        call("ecs", "UpdateService", cluster=CLUSTER, service="web-native", forceNewDeployment=True, deploymentConfiguration={"lifecycleHooks": [PAUSE]})
        arn = self.running_deployment("web-native")
        hook = self.hook(arn)
        self.equal("a deployment pauses", hook["status"], "AWAITING_ACTION")
        call("ecs", "ContinueServiceDeployment", serviceDeploymentArn=arn, hookId=hook["hookId"], action="CONTINUE")
        self.equal("and goes on when told to", self.hook(arn, waiting=False)["status"], "SUCCEEDED")
        call("ecs", "StopServiceDeployment", serviceDeploymentArn=arn, stopType="ROLLBACK")
        self.client.wait("ecs", "services_stable", cluster=CLUSTER, services=["web-native"])
        stopped = next(entry for entry in self.inside("web-native")["serviceDeployments"] if entry["id"] == tail(arn))
        described = call("ecs", "DescribeServiceDeployments", serviceDeploymentArns=[arn])["serviceDeployments"][0]["status"]
        self.equal("a deployment that is stopped rolls back", (described, stopped["status"]), ("ROLLBACK_SUCCESSFUL",) * 2)

    def hook(self, arn, waiting=True):
        for _ in range(200):
            entry = self.client.call("ecs", "DescribeServiceDeployments", serviceDeploymentArns=[arn])["serviceDeployments"][0]
            found = entry.get("lifecycleHookDetails") or [{}]
            if (found[0].get("status") == "AWAITING_ACTION") == waiting and found[0]:
                return found[0]
            self.simulator.advance(5)
        raise SystemExit(f"no hook that is {'' if waiting else 'not '}waiting: {entry}")

    def tasks(self):
        call, pages = self.client.call, self.client.pages
        running = pages("ecs", "ListTasks", "taskArns", cluster=CLUSTER, serviceName="shop")
        inside = {task["id"] for task in self.cluster()["tasks"] if task["lastStatus"] == "RUNNING" and task["taskDefinition"] == self.arns[2]}
        self.equal("page by page, tasks", set(map(tail, running)), inside)
        # A task of no service ends by itself, soon; this one is to be waited for.
        self.simulator.control("story", {"story": {"name": "job", "tasks": {"fate": "exit", "after": 100000, "code": 0}}})
        started = call("ecs", "RunTask", cluster=CLUSTER, taskDefinition="shop:3", launchType="FARGATE", networkConfiguration=NETWORK, count=1)["tasks"]
        self.simulator.control("story", {"story": "steady"})
        arn = started[0]["taskArn"]
        self.client.wait("ecs", "tasks_running", cluster=CLUSTER, tasks=[arn])
        task = call("ecs", "DescribeTasks", cluster=CLUSTER, tasks=[arn])["tasks"][0]
        self.equal("the waiter waits until a task runs", (task["lastStatus"], task["containers"][0]["name"]), ("RUNNING", "web"))
        call("ecs", "StopTask", cluster=CLUSTER, task=arn, reason="that will do")
        self.client.wait("ecs", "tasks_stopped", cluster=CLUSTER, tasks=[arn])
        task = call("ecs", "DescribeTasks", cluster=CLUSTER, tasks=[arn])["tasks"][0]
        self.equal("and until it is stopped", (task["lastStatus"], task["stopCode"]), ("STOPPED", "UserInitiated"))

    def tags(self):
        call, arn = self.client.call, self.service("shop")["serviceArn"]
        call("ecs", "TagResource", resourceArn=arn, tags=[{"key": "stage", "value": "test"}])
        call("ecs", "UntagResource", resourceArn=arn, tagKeys=["team"])
        self.equal("tags are set and taken", call("ecs", "ListTagsForResource", resourceArn=arn)["tags"], [{"key": "stage", "value": "test"}])

    def scaling(self):
        call, pages, service = self.client.call, self.client.pages, "application-autoscaling"
        flags = {"DynamicScalingInSuspended": True, "DynamicScalingOutSuspended": False, "ScheduledScalingSuspended": True}
        arn = call(service, "RegisterScalableTarget", **RESOURCE, SuspendedState=flags)["ScalableTargetARN"]
        found = pages(service, "DescribeScalableTargets", "ScalableTargets", ServiceNamespace="ecs")
        inside = self.simulator.state()[service]
        self.equal("page by page, scalable targets", {entry["ResourceId"]: entry["SuspendedState"] for entry in found}, {name: entry["suspended"] for name, entry in inside.items()})
        self.equal("the flags are as they were sent", inside[RESOURCE["ResourceId"]]["suspended"], flags)
        call(service, "TagResource", ResourceARN=arn, Tags={"lease": "one", "team": "shop"})
        call(service, "UntagResource", ResourceARN=arn, TagKeys=["team"])
        self.equal("a target's tags", call(service, "ListTagsForResource", ResourceARN=arn)["Tags"], self.simulator.state()[service][RESOURCE["ResourceId"]]["tags"])
        self.equal("DescribeScalingPolicies is empty", pages(service, "DescribeScalingPolicies", "ScalingPolicies", ServiceNamespace="ecs"), [])
        action = {**RESOURCE, "ScheduledActionName": "nights"}
        call(service, "PutScheduledAction", **action, Schedule="cron(0 20 * * ? *)", ScalableTargetAction={"MinCapacity": 1})
        found = pages(service, "DescribeScheduledActions", "ScheduledActions", ServiceNamespace="ecs")
        self.equal("a scheduled action", [(entry["ScheduledActionName"], entry["ScalableTargetAction"]) for entry in found], [("nights", {"MinCapacity": 1})])
        call(service, "DeleteScheduledAction", **action)
        self.equal("and taken away", pages(service, "DescribeScheduledActions", "ScheduledActions", ServiceNamespace="ecs"), [])
        activities = pages(service, "DescribeScalingActivities", "ScalingActivities", ServiceNamespace="ecs")
        self.equal("nothing scaled", [entry["StatusCode"] for entry in activities if entry["StatusCode"] != "Successful"], [])
        call(service, "DeregisterScalableTarget", **RESOURCE)
        self.equal("a target that was taken away", RESOURCE["ResourceId"] in self.simulator.state()[service], False)
        self.equal("cannot be taken twice", self.client.refused(service, "DeregisterScalableTarget", **RESOURCE), "ObjectNotFoundException")

    def groups(self):
        call, pages, name = self.client.call, self.client.pages, "demo-asg"
        call("autoscaling", "SuspendProcesses", AutoScalingGroupName=name, ScalingProcesses=["AZRebalance", "AlarmNotification"])
        call("autoscaling", "ResumeProcesses", AutoScalingGroupName=name, ScalingProcesses=["AlarmNotification"])
        tag = {"ResourceId": name, "ResourceType": "auto-scaling-group", "Key": "lease"}
        call("autoscaling", "CreateOrUpdateTags", Tags=[{**tag, "Value": "one", "PropagateAtLaunch": False}])
        group = pages("autoscaling", "DescribeAutoScalingGroups", "AutoScalingGroups")[0]
        inside = self.simulator.state()["autoscaling"][name]
        self.equal("suspended processes", [entry["ProcessName"] for entry in group["SuspendedProcesses"]], inside["suspended"])
        self.equal("tags of a group", {entry["Key"]: entry["Value"] for entry in group["Tags"]}, inside["tags"])
        found = pages("autoscaling", "DescribeTags", "Tags", Filters=[{"Name": "key", "Values": ["lease"]}])
        self.equal("tags are found by key", [entry["ResourceId"] for entry in found], [name])
        call("autoscaling", "DeleteTags", Tags=[tag])
        self.equal("and taken away", self.simulator.state()["autoscaling"][name]["tags"], {})
        for action, sizes in [("nights", {"MinSize": 0, "DesiredCapacity": 0}), ("days", {"MinSize": 1, "MaxSize": 3})]:
            call("autoscaling", "PutScheduledUpdateGroupAction", AutoScalingGroupName=name, ScheduledActionName=action,
                 Recurrence="0 22 * * *" if action == "nights" else "0 6 * * *", TimeZone="Etc/UTC", **sizes)
        found = pages("autoscaling", "DescribeScheduledActions", "ScheduledUpdateGroupActions", AutoScalingGroupName=name)
        kept = {entry["ScheduledActionName"]: (entry["Recurrence"], entry.get("MinSize"), entry.get("MaxSize")) for entry in found}
        self.equal("scheduled actions of a group", kept, {"nights": ("0 22 * * *", 0, None), "days": ("0 6 * * *", 1, 3)})
        for action in kept:
            call("autoscaling", "DeleteScheduledAction", AutoScalingGroupName=name, ScheduledActionName=action)
        found = pages("autoscaling", "DescribeScheduledActions", "ScheduledUpdateGroupActions", AutoScalingGroupName=name)
        self.equal("and no more", found, [])

    def registry(self):
        call, pages = self.client.call, self.client.pages
        self.equal("page by page, repositories", [entry["repositoryName"] for entry in pages("ecr", "DescribeRepositories", "repositories")], ["web"])
        image = call("ecr", "BatchGetImage", repositoryName="web", imageIds=[{"imageTag": COMMIT}])["images"][0]
        self.equal("a digest is that of the manifest", "sha256:" + hashlib.sha256(image["imageManifest"].encode()).hexdigest(), image["imageId"]["imageDigest"])
        config = json.loads(image["imageManifest"])["config"]["digest"]
        url = call("ecr", "GetDownloadUrlForLayer", repositoryName="web", layerDigest=config)["downloadUrl"]
        # Never through a proxy: it leads to loopback.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as layer:
            self.equal("a layer's address leads to its bytes", "sha256:" + hashlib.sha256(layer.read()).hexdigest(), config)
        call("ecr", "PutImage", repositoryName="web", imageManifest=image["imageManifest"], imageTag="live")
        inside = self.simulator.state()["ecr"]["web"]
        listed = pages("ecr", "ListImages", "imageIds", repositoryName="web")
        pairs = {(entry["imageDigest"], entry.get("imageTag")) for entry in listed}
        self.equal("page by page, tags", pairs, {(digest, tag) for digest, tags in inside.items() for tag in tags})
        details = pages("ecr", "DescribeImages", "imageDetails", repositoryName="web")
        self.equal("page by page, images", {entry["imageDigest"]: entry["imageTags"] for entry in details}, inside)
        self.client.wait("ecr", "image_scan_complete", repositoryName="web", imageId={"imageTag": COMMIT})
        found = call("ecr", "DescribeImageScanFindings", repositoryName="web", imageId={"imageTag": COMMIT})
        self.equal("findings of a scan", found["imageScanFindings"]["findingSeverityCounts"], {"LOW": 2})
        self.equal("a token is given", len(call("ecr", "GetAuthorizationToken")["authorizationData"]), 1)
        again = self.client.refused("ecr", "PutImage", repositoryName="web", imageManifest=image["imageManifest"], imageTag=COMMIT)
        self.equal("the same image under the same tag", again, "ImageAlreadyExistsException")

    def logs(self):
        call, pages, where = self.client.call, self.client.pages, {"logGroupName": "/clients", "logStreamName": "one/two"}
        call("logs", "CreateLogGroup", logGroupName="/clients")
        call("logs", "CreateLogStream", **where)
        now = int(time.time() * 1000)
        call("logs", "PutLogEvents", **where, logEvents=[{"timestamp": now + number, "message": f"line {number}"} for number in range(3)])
        self.simulator.advance(10)
        lines = [entry["message"] for entry in call("logs", "GetLogEvents", **where, startFromHead=True)["events"]]
        self.equal("lines are read", lines, ["line 0", "line 1", "line 2"])
        found = pages("logs", "FilterLogEvents", "events", logGroupName="/clients", filterPattern='"line 1"')
        self.equal("page by page, lines that match", [entry["message"] for entry in found], ["line 1"])
        groups = pages("logs", "DescribeLogGroups", "logGroups")
        self.equal("page by page, groups", sorted(entry["logGroupName"] for entry in groups), sorted(self.simulator.state()["logs"]))
        streams = pages("logs", "DescribeLogStreams", "logStreams", logGroupName="/clients")
        self.equal("page by page, streams", [entry["logStreamName"] for entry in streams], ["one/two"])

    def targets(self):
        call, pages, service = self.client.call, self.client.pages, "elbv2"
        groups = pages(service, "DescribeTargetGroups", "TargetGroups")
        inside = self.simulator.state()[service]
        self.equal("page by page, target groups", sorted(entry["TargetGroupArn"] for entry in groups), sorted(inside))
        arn = next(entry["TargetGroupArn"] for entry in groups if entry["TargetGroupName"] == "web")
        found = call(service, "DescribeTargetHealth", TargetGroupArn=arn)["TargetHealthDescriptions"]
        self.equal("targets are healthy", [entry["TargetHealth"]["State"] for entry in found], [entry["state"] for entry in inside[arn]])
        tasks = call("ecs", "DescribeTasks", cluster=CLUSTER, tasks=call("ecs", "ListTasks", cluster=CLUSTER, serviceName="web")["taskArns"])["tasks"]
        addresses = {interface["privateIpv4Address"] for task in tasks for container in task["containers"] for interface in container["networkInterfaces"]}
        self.equal("a target is the address of a task", {entry["Target"]["Id"] for entry in found}, addresses)
        one = call(service, "DescribeTargetHealth", TargetGroupArn=arn, Targets=[{"Id": "10.255.255.1", "Port": 80}])["TargetHealthDescriptions"]
        self.equal("a stranger is no target", one[0]["TargetHealth"]["Reason"], "Target.NotRegistered")
        self.equal("a group nobody has", self.client.refused(service, "DescribeTargetGroups", Names=["nobody"]), "TargetGroupNotFound")

    def alarms(self):
        call, service = self.client.call, "cloudwatch"
        self.simulator.control("story", {"service": "web", "story": "alarm"})
        found = self.client.pages(service, "DescribeAlarms", "MetricAlarms")
        self.equal("page by page, alarms", {entry["AlarmName"]: entry["StateValue"] for entry in found}, {"web-errors": "OK"})
        call(service, "SetAlarmState", AlarmName="web-errors", StateValue="ALARM", StateReason="a rehearsal")
        alarm = call(service, "DescribeAlarms", AlarmNames=["web-errors"], AlarmTypes=["MetricAlarm", "CompositeAlarm"])["MetricAlarms"][0]
        self.equal("an alarm is set", (alarm["StateValue"], alarm["StateReason"]), ("ALARM", "a rehearsal"))
        self.equal("as the simulator has it", self.simulator.state()[service], {"web-errors": "ALARM"})
        refused = self.client.refused(service, "SetAlarmState", AlarmName="nobody", StateValue="OK", StateReason="none")
        # The query protocol's code goes before the model's.
        self.equal("an alarm nobody has", refused in ("ResourceNotFound", "ResourceNotFoundException"), True)
        self.simulator.control("story", {"service": "web", "story": "steady"})

    def ends(self):
        self.client.call("ecs", "DeleteService", cluster=CLUSTER, service="shop", force=True)
        self.client.wait("ecs", "services_inactive", cluster=CLUSTER, services=["shop"])
        self.equal("the waiter waits until a service is gone", self.service("shop")["status"], "INACTIVE")
