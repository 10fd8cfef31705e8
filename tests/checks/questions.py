"""Questions that moto and the simulator are both asked, see `moto_check.py`: each says in few words what came of it.
Both have a cluster `demo` with the services `web` and `web-codedeploy`, a scalable target of `web`, a group `demo-asg`, a
repository `web` whose tags are immutable, and a log group `/ecs/web`.

An error is told by its code there; a question only words what an answer says.
"""

import hashlib
import json
from datetime import datetime, timezone

RESOURCE = {"ServiceNamespace": "ecs", "ResourceId": "service/demo/web", "ScalableDimension": "ecs:service:DesiredCount"}
FLAGS = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
DEFINITION = {"family": "asked", "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 128}]}
MANIFEST = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:" + "2" * 64, "size": 2},
    "layers": [],
}


def revisions(endpoint):
    found = [endpoint.of("ecs").register_task_definition(**DEFINITION)["taskDefinition"]["revision"] for _ in range(2)]
    return "numbered from 1" if found == [1, 2] else str(found)


def order(endpoint):
    found = endpoint.of("ecs").list_task_definitions(familyPrefix="asked", sort="DESC")["taskDefinitionArns"]
    numbers = [int(arn.rpartition(":")[2]) for arn in found]
    return "newest first" if numbers == sorted(numbers, reverse=True) else "oldest first"


def described(endpoint):
    found = endpoint.of("ecs").describe_task_definition(taskDefinition="asked")["taskDefinition"]
    return "there" if "registeredAt" in found else "absent"


def unknown_member(endpoint):
    endpoint.of("ecs").meta.events.register_first("before-call.ecs.DescribeServices", misspell)
    try:
        endpoint.of("ecs").describe_services(cluster="demo", services=["web"])
    finally:
        endpoint.of("ecs").meta.events.unregister("before-call.ecs.DescribeServices", misspell)
    return "accepted"


def misspell(params, **_):
    params["body"] = json.dumps({**json.loads(params["body"]), "servces": []}).encode()


def missing_service(endpoint):
    failure = endpoint.of("ecs").describe_services(cluster="demo", services=["nobody"])["failures"][0]
    return f"{failure['reason']}, ARN with the cluster" if "/demo/" in failure["arn"] else f"{failure['reason']}, ARN without the cluster"


def running(endpoint):
    service = endpoint.of("ecs").describe_services(cluster="demo", services=["web"])["services"][0]
    return f"{service['runningCount']} of {service['desiredCount']}"


def tasks(endpoint):
    return f"{len(endpoint.of('ecs').list_tasks(cluster='demo', serviceName='web')['taskArns'])} tasks"


def deployments(endpoint):
    found = endpoint.of("ecs").list_service_deployments(cluster="demo", service="web")["serviceDeployments"]
    return "listed" if found else "none"


def updated(endpoint):
    before = {entry["id"] for entry in endpoint.of("ecs").describe_services(cluster="demo", services=["web"])["services"][0]["deployments"]}
    service = endpoint.of("ecs").update_service(cluster="demo", service="web", taskDefinition="web:1", forceNewDeployment=True)["service"]
    fresh = [entry for entry in service["deployments"] if entry["id"] not in before]
    return f"{len(service['deployments'])} deployments, {len(fresh)} of them new"


def update_reference(endpoint):
    service = endpoint.of("ecs").update_service(cluster="demo", service="web", taskDefinition="web:1")["service"]
    return "an ARN" if service["taskDefinition"].startswith("arn:") else "the text that was sent"


def update_unknown(endpoint):
    endpoint.of("ecs").update_service(cluster="demo", service="web", taskDefinition="web:99")
    return "accepted"


def update_code_deploy(endpoint):
    endpoint.of("ecs").update_service(cluster="demo", service="web-codedeploy", taskDefinition="web:1")
    return "accepted"


def unknown_definition(endpoint):
    endpoint.of("ecs").describe_task_definition(taskDefinition="nothing:1")
    return "found"


def unknown_cluster(endpoint):
    endpoint.of("ecs").describe_services(cluster="nowhere", services=["web"])
    return "answered"


def flags_at_first(endpoint):
    target = endpoint.of("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=["service/demo/web"])["ScalableTargets"][0]
    return said(target.get("SuspendedState"))


def flags_in_part(endpoint):
    scaling = endpoint.of("application-autoscaling")
    for flag in FLAGS[1:]:
        scaling.register_scalable_target(**RESOURCE, SuspendedState={flag: True})
    return flags_at_first(endpoint)


def flags_in_full(endpoint):
    state = {FLAGS[0]: True, FLAGS[1]: False, FLAGS[2]: True}
    endpoint.of("application-autoscaling").register_scalable_target(**RESOURCE, SuspendedState=state)
    return flags_at_first(endpoint)


def said(state):
    return "absent" if state is None else ", ".join(f"{flag.removesuffix('Suspended')} {'yes' if state[flag] else 'no'}" for flag in FLAGS if flag in state)


def target_tags(endpoint):
    scaling = endpoint.of("application-autoscaling")
    arn = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=["service/demo/web"])["ScalableTargets"][0]["ScalableTargetARN"]
    scaling.tag_resource(ResourceARN=arn, Tags={"lease": "one"})
    return str(scaling.list_tags_for_resource(ResourceARN=arn)["Tags"].get("lease"))


def no_capacities(endpoint):
    endpoint.of("application-autoscaling").register_scalable_target(**{**RESOURCE, "ResourceId": "service/demo/other"})
    return "accepted"


def processes(endpoint):
    groups = endpoint.of("autoscaling")
    groups.suspend_processes(AutoScalingGroupName="demo-asg", ScalingProcesses=["AZRebalance", "Terminate"])
    groups.resume_processes(AutoScalingGroupName="demo-asg", ScalingProcesses=["Terminate"])
    group = groups.describe_auto_scaling_groups(AutoScalingGroupNames=["demo-asg"])["AutoScalingGroups"][0]
    return ", ".join(sorted(entry["ProcessName"] for entry in group["SuspendedProcesses"]))


def unknown_process(endpoint):
    endpoint.of("autoscaling").suspend_processes(AutoScalingGroupName="demo-asg", ScalingProcesses=["Sleep"])
    return "accepted"


def unknown_group(endpoint):
    endpoint.of("autoscaling").suspend_processes(AutoScalingGroupName="nobody", ScalingProcesses=["AZRebalance"])
    return "accepted"


def group_tags(endpoint):
    groups, tag = endpoint.of("autoscaling"), {"ResourceId": "demo-asg", "ResourceType": "auto-scaling-group", "Key": "lease"}
    groups.create_or_update_tags(Tags=[{**tag, "Value": "one", "PropagateAtLaunch": False}])
    found = groups.describe_tags(Filters=[{"Name": "key", "Values": ["lease"]}])["Tags"]
    groups.delete_tags(Tags=[tag])
    return ", ".join(f"{entry['Key']}={entry['Value']}" for entry in found)


def pushed(endpoint):
    """The manifest of an image that is there under the tag `asked`."""
    ecr = endpoint.of("ecr")
    images = ecr.list_images(repositoryName="web")["imageIds"]
    if images:
        manifest = ecr.batch_get_image(repositoryName="web", imageIds=images[:1])["images"][0]["imageManifest"]
    else:
        manifest = json.dumps(MANIFEST)
    if "asked" not in {entry.get("imageTag") for entry in images}:
        ecr.put_image(repositoryName="web", imageManifest=manifest, imageTag="asked")
    return manifest


def digest(endpoint):
    manifest = pushed(endpoint)
    found = endpoint.of("ecr").describe_images(repositoryName="web", imageIds=[{"imageTag": "asked"}])["imageDetails"][0]["imageDigest"]
    return "SHA-256 of the manifest" if found == f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}" else "something else"


def same_again(endpoint):
    endpoint.of("ecr").put_image(repositoryName="web", imageManifest=pushed(endpoint), imageTag="asked")
    return "accepted"


def moved_tag(endpoint):
    manifest = json.loads(pushed(endpoint))
    other = json.dumps({**manifest, "annotations": {"other": "yes"}})
    endpoint.of("ecr").put_image(repositoryName="web", imageManifest=other, imageTag="asked")
    return "accepted"


def unknown_tag(endpoint):
    endpoint.of("ecr").describe_images(repositoryName="web", imageIds=[{"imageTag": "nothing"}])
    return "answered"


def unknown_repository(endpoint):
    endpoint.of("ecr").describe_images(repositoryName="nothing", imageIds=[{"imageTag": "x"}])
    return "answered"


def token(endpoint):
    expires = endpoint.of("ecr").get_authorization_token()["authorizationData"][0]["expiresAt"]
    return "in the future" if expires > datetime.now(timezone.utc) else "in the past"


def unknown_stream(endpoint):
    endpoint.of("logs").get_log_events(logGroupName="/ecs/web", logStreamName="nothing")
    return "answered"


def end_of_log(endpoint):
    logs, where = endpoint.of("logs"), {"logGroupName": "/ecs/web", "logStreamName": "asked"}
    logs.create_log_stream(**where)
    first = logs.get_log_events(**where, startFromHead=True)
    again = logs.get_log_events(**where, startFromHead=True, nextToken=first["nextForwardToken"])
    return "the same token again" if again["nextForwardToken"] == first["nextForwardToken"] else "another token"


def assumed(endpoint):
    taken = endpoint.of("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/deployer", RoleSessionName="asked")
    return taken["AssumedRoleUser"]["Arn"]


# In this order: some look at what others did.
QUESTIONS = {
    "revisions of a family": revisions,
    "`ListTaskDefinitions` with `sort=DESC`": order,
    "`registeredAt` of a task definition": described,
    "`DescribeTaskDefinition` of an unknown family": unknown_definition,
    "a member the API does not know": unknown_member,
    "`DescribeServices` in an unknown cluster": unknown_cluster,
    "`DescribeServices` of an unknown service": missing_service,
    "tasks that run of a new service": running,
    "`ListTasks` of a service": tasks,
    "`ListServiceDeployments`": deployments,
    "`UpdateService` with `forceNewDeployment`": updated,
    "`taskDefinition` of a service after `UpdateService`": update_reference,
    "`UpdateService` with an unknown task definition": update_unknown,
    "`UpdateService` of the task definition with controller `CODE_DEPLOY`": update_code_deploy,
    "`SuspendedState` before it was ever set": flags_at_first,
    "`SuspendedState` after two registrations with one flag each": flags_in_part,
    "`SuspendedState` after a registration with all flags": flags_in_full,
    "tags of a scalable target": target_tags,
    "`RegisterScalableTarget` of a new target without capacities": no_capacities,
    "`SuspendProcesses` and `ResumeProcesses`": processes,
    "`SuspendProcesses` of an unknown process": unknown_process,
    "`SuspendProcesses` of an unknown group": unknown_group,
    "tags of a group": group_tags,
    "digest of an image": digest,
    "`PutImage` of the same image under the same tag": same_again,
    "`PutImage` of another image under an immutable tag": moved_tag,
    "`DescribeImages` of an unknown tag": unknown_tag,
    "`DescribeImages` of an unknown repository": unknown_repository,
    "expiry of a registry token": token,
    "`GetLogEvents` of an unknown stream": unknown_stream,
    "`GetLogEvents` at the end of a stream": end_of_log,
    "`AssumeRole`": assumed,
}
