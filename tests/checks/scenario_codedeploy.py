"""The part of the conversation (`scenario.py`) that clients have with CodeDeploy: what there is, a deployment with every
wait answered, and one that is stopped and rolled back.
"""

import json
import time

APPLICATION, GROUP, SERVICE = "AppECS-demo-web-codedeploy", "DgpECS-demo-web-codedeploy", "web-codedeploy"
OURS = {"applicationName": APPLICATION, "deploymentGroupName": GROUP}
TARGET = f"demo:{SERVICE}"
LISTENER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/till/50dc6c495c0c9188/f2f7dc8efc522ab2"
TARGET_GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/till-1/6d0ecf831eec9f09"
# Everything waits: the function for an answer, the deployment for an approval.
PATIENCE = {"name": "patience", "tasks": {"fate": "run"}, "appspecHooks": {"outcome": "silent"}, "readyWait": 2880}


class CodeDeployPart:
    """To be mixed into the scenario, which brings the client, the simulator and the checks."""

    def codedeploy(self):
        self.code("ListApplications", "applications", [APPLICATION])
        self.code("ListDeploymentGroups", "deploymentGroups", [GROUP], applicationName=APPLICATION)
        found = self.deploy("GetApplication", applicationName=APPLICATION)["application"]
        self.equal("an application is for ECS", found["computePlatform"], "ECS")
        found = self.deploy("BatchGetApplications", applicationNames=[APPLICATION, "nothing"])["applicationsInfo"]
        self.equal("one that is not there is left out", [entry["applicationName"] for entry in found], [APPLICATION])
        self.configurations()
        self.groups_of_codedeploy()
        self.patient_deployment()
        self.stopped_deployment()
        self.equal("a deployment that is not there", self.client.refused("codedeploy", "GetDeployment", deploymentId="d-ABCDEFGHI"), "DeploymentDoesNotExistException")

    def deploy(self, operation, **sent):
        return self.client.call("codedeploy", operation, **sent)

    def code(self, operation, result, expected, **sent):
        self.equal(f"{operation} has them", self.deploy(operation, **sent)[result], expected)

    def configurations(self):
        halves = {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 50, "canaryInterval": 2}}
        for name in ("halves", "spare"):
            self.deploy("CreateDeploymentConfig", deploymentConfigName=name, computePlatform="ECS", trafficRoutingConfig=halves)
        self.deploy("DeleteDeploymentConfig", deploymentConfigName="spare")
        found = self.deploy("GetDeploymentConfig", deploymentConfigName="halves")["deploymentConfigInfo"]
        self.equal("a configuration is as it was made", found["trafficRoutingConfig"], halves)
        names = self.deploy("ListDeploymentConfigs")["deploymentConfigsList"]
        self.equal("and listed after the predefined ones", names[-1:], ["halves"])
        again = self.client.refused("codedeploy", "CreateDeploymentConfig", deploymentConfigName="halves", computePlatform="ECS", trafficRoutingConfig=halves)
        self.equal("it cannot be made twice", again, "DeploymentConfigAlreadyExistsException")

    def groups_of_codedeploy(self):
        info = self.deploy("GetDeploymentGroup", **OURS)["deploymentGroupInfo"]
        self.equal("the group deploys to the service", info["ecsServices"], [{"serviceName": SERVICE, "clusterName": "demo"}])
        # Long waits: a client may be slow, and virtual time goes on meanwhile.
        end = {"terminateBlueInstancesOnDeploymentSuccess": {"action": "TERMINATE", "terminationWaitTimeInMinutes": 600}}
        change = {"deploymentConfigName": "halves", "blueGreenDeploymentConfiguration": {**info["blueGreenDeploymentConfiguration"], **end}}
        self.deploy("UpdateDeploymentGroup", applicationName=APPLICATION, currentDeploymentGroupName=GROUP, **change)
        found = self.deploy("BatchGetDeploymentGroups", applicationName=APPLICATION, deploymentGroupNames=[GROUP])
        self.equal("a group is changed", found["deploymentGroupsInfo"][0]["deploymentConfigName"], "halves")
        self.client.call(
            "ecs",
            "CreateService",
            cluster="demo",
            serviceName="till",
            taskDefinition="shop:2",
            desiredCount=1,
            launchType="FARGATE",
            deploymentController={"type": "CODE_DEPLOY"},
            networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d4e5f60718"], "assignPublicIp": "DISABLED"}},
            loadBalancers=[{"targetGroupArn": TARGET_GROUP, "containerName": "web", "containerPort": 80}],
        )
        self.deploy("CreateApplication", applicationName="till", computePlatform="ECS")
        kept = {name: info[name] for name in ("serviceRoleArn", "deploymentStyle", "blueGreenDeploymentConfiguration")}
        made = self.deploy(
            "CreateDeploymentGroup",
            applicationName="till",
            deploymentGroupName="till",
            ecsServices=[{"serviceName": "till", "clusterName": "demo"}],
            loadBalancerInfo={"targetGroupPairInfoList": [{"targetGroups": [{"name": "till-1"}, {"name": "till-2"}], "prodTrafficRoute": {"listenerArns": [LISTENER]}}]},
            **kept,
        )
        self.equal("a group is made", len(made["deploymentGroupId"]), 36)

    def order(self, definition, **hooks):
        """What `CreateDeployment` is sent for a task definition."""
        service = {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": definition, "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 80}}}
        spec = {"version": 0.0, "Resources": [{"TargetService": service}], "Hooks": [{event: function} for event, function in hooks.items()]}
        return {**OURS, "revision": {"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(spec)}}}

    def deployment_inside(self, deployment):
        return next(entry for entry in self.simulator.state()["codedeploy"]["deployments"] if entry["id"] == deployment)

    def until(self, text, deployment, holds):
        for _ in range(200):
            inside = self.deployment_inside(deployment)
            if holds(inside):
                return inside
            self.simulator.advance(5)
            time.sleep(0.02)
        raise SystemExit(f"{text}: it did not come about: {inside}")

    def patient_deployment(self):
        self.simulator.story(SERVICE, PATIENCE)
        order = self.order(self.arns[2], AfterInstall="check-release")
        deployment = self.deploy("CreateDeployment", **order)["deploymentId"]
        again = self.client.refused("codedeploy", "CreateDeployment", **order)
        self.equal("a second one is refused", again, "DeploymentLimitExceededException")
        inside = self.until("the function is called", deployment, lambda inside: inside["execution"])
        self.deploy("PutLifecycleEventHookExecutionStatus", deploymentId=deployment, lifecycleEventHookExecutionId=inside["execution"], status="Succeeded")
        self.until("it waits for an approval", deployment, lambda inside: inside["status"] == "Ready")
        self.equal("and says so", self.deploy("GetDeployment", deploymentId=deployment)["deploymentInfo"]["status"], "Ready")
        self.deploy("ContinueDeployment", deploymentId=deployment, deploymentWaitType="READY_WAIT")
        self.until("all traffic moves", deployment, lambda inside: inside["greenWeight"] == 100)
        for _ in range(100):
            info = self.deploy("GetDeployment", deploymentId=deployment)["deploymentInfo"]
            if info["instanceTerminationWaitTimeStarted"]:
                break
            self.simulator.advance(5)
        self.deploy("ContinueDeployment", deploymentId=deployment, deploymentWaitType="TERMINATION_WAIT")
        self.client.wait("codedeploy", "deployment_successful", deploymentId=deployment)
        inside = self.deployment_inside(deployment)
        self.equal("the waiter waits until it is over", inside["status"], "Succeeded")
        found = self.deploy("ListDeploymentTargets", deploymentId=deployment)["targetIds"]
        self.equal("its target is the service", found, [TARGET])
        target = self.deploy("GetDeploymentTarget", deploymentId=deployment, targetId=TARGET)["deploymentTarget"]["ecsTarget"]
        self.equal("every event succeeded", {event["status"] for event in target["lifecycleEvents"]}, {"Succeeded"})
        sets = {entry["taskSetLabel"].lower(): entry["identifer"].rsplit("/", 1)[-1] for entry in target["taskSetsInfo"]}
        self.equal("its task sets", sets, inside["taskSets"])
        batch = self.deploy("BatchGetDeploymentTargets", deploymentId=deployment, targetIds=[TARGET])["deploymentTargets"]
        self.equal("one by one and in a batch", batch[0]["ecsTarget"]["lifecycleEvents"], target["lifecycleEvents"])
        service = self.service(SERVICE)
        self.equal("the service runs it", service["taskDefinition"], self.arns[2])
        self.equal("in one task set", [entry["externalId"] for entry in service["taskSets"]], [deployment])
        found = self.deploy("BatchGetDeployments", deploymentIds=[deployment, "d-ABCDEFGHI"])["deploymentsInfo"]
        self.equal("in a batch of deployments", [entry["deploymentId"] for entry in found], [deployment])

    def stopped_deployment(self):
        self.simulator.story(SERVICE, "steady")
        deployment = self.deploy("CreateDeployment", **self.order(self.arns[1]))["deploymentId"]
        self.until("it has begun", deployment, lambda inside: inside["event"] == "Install")
        stopped = self.deploy("StopDeployment", deploymentId=deployment, autoRollbackEnabled=True)
        self.equal("a stop is pending", stopped["status"], "Pending")
        self.until("it stops", deployment, lambda inside: inside["status"] == "Stopped")
        info = self.deploy("GetDeployment", deploymentId=deployment)["deploymentInfo"]
        rollback = info["rollbackInfo"]["rollbackDeploymentId"]
        self.client.wait("codedeploy", "deployment_successful", deploymentId=rollback)
        self.equal("the service runs what it ran", self.service(SERVICE)["taskDefinition"], self.arns[2])
        listed = self.deploy("ListDeployments", **OURS, includeOnlyStatuses=["Succeeded", "Stopped"], createTimeRange={"start": 0})["deployments"]
        inside = [entry["id"] for entry in self.simulator.state()["codedeploy"]["deployments"]]
        self.equal("all deployments are listed, the newest first", listed, inside[::-1])
