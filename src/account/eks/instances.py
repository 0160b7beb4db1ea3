"""The instances of node groups: launched, running after a while, replaced one after the other, ended."""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import EC2ClientError

from .. import clock
from ..agenda import later
from ..service import Refusal
from . import surroundings, updates
from .launch_templates import template_of
from .store import Cluster, NodeGroup, Step, Store
from .times import BOOT, NODE

IMAGE = "ami-12c6146b"
"""An image that moto has from the start; whatever EKS would take, nothing runs on it."""
GRACE = 60
"""AWS's seconds that a node is given to be emptied."""


def launch(store: Store, cluster: Cluster, group: NodeGroup) -> str:
    """Launches one more instance of a group, in the subnet that has fewest of them; gives its id."""
    backend = surroundings.ec2(store)
    about = group.about
    template = template_of(store, _by_id(about["launchTemplate"])) if "launchTemplate" in about else None
    data = template.data if template else {}
    kinds = about.get("instanceTypes") or [data.get("InstanceType") or "t3.medium"]
    options: dict[str, Any] = {
        "instance_type": kinds[0],
        "is_instance_type_default": False,
        "subnet_id": _emptiest(store, group),
        "security_group_ids": data.get("SecurityGroupIds")
        or [cluster.about["resourcesVpcConfig"]["clusterSecurityGroupId"]],
        "nics": [{"DeviceIndex": 0, "DeleteOnTermination": True}],
        # As the subnet says.
        "associate_public_ip": None,
        "region_name": store.region,
        "tags": {kind: _tags(cluster, group, data, kind) for kind in ("instance", "volume")},
        "block_device_mappings": data.get("BlockDeviceMappings") or [_disk(about.get("diskSize", 20))],
        "metadata_options": data.get("MetadataOptions") or {},
    }
    if about["capacityType"] == "SPOT":
        options["instance_market_options"] = {"MarketType": "spot"}
    made = backend.run_instances(data.get("ImageId") or IMAGE, 1, None, [], **options).instances[0]
    if template:
        made.add_tags(
            {"aws:ec2launchtemplate:id": template.template.id, "aws:ec2launchtemplate:version": str(template.number)}
        )
    if "_ARM_" in about["amiType"]:
        made.architecture = "arm64"
    made._state.name, made._state.code = "pending", 0
    group.instances.append(made.id)
    group.plan([Step(clock.now() + clock.taken(BOOT), "run", made.id)])
    return str(made.id)


def scale(store: Store, cluster: Cluster, group: NodeGroup) -> None:
    """Brings a group to its desired size."""
    leaving = {step.instance for step in group.steps if step.what == "end"}
    staying = [one for one in group.instances if one not in leaving]
    wanted = group.about["scalingConfig"]["desiredSize"]
    for _ in range(wanted - len(staying)):
        launch(store, cluster, group)
    end(group, staying[wanted:])


def end(group: NodeGroup, ids: list[str]) -> None:
    """Ends instances after they were given time to be emptied."""
    at = clock.now() + clock.scaled(GRACE)
    group.plan([Step(at, "end", one) for one in ids])


def replace(group: NodeGroup) -> float:
    """Replaces all instances, as many at a time as the group says; gives the real seconds that it takes."""
    size = len(group.instances)
    config = group.about["updateConfig"]
    share = -(-size * config.get("maxUnavailablePercentage", 0) // 100)
    at_once = max(1, config.get("maxUnavailable") or share)
    start, each = clock.now(), clock.taken(NODE)
    for position, old in enumerate(list(group.instances)):
        turn = position // at_once
        group.plan([Step(start + turn * each, "launch"), Step(start + (turn + 0.75) * each, "end", old)])
    return float(max(1, -(-size // at_once)) * each)


def carry_out(store: Store, cluster: Cluster, group: NodeGroup) -> None:
    """Does what is due with a group's instances, and launches others for those that somebody else has ended, as its
    Auto Scaling group does. A group that cannot launch any is DEGRADED."""
    try:
        while group.steps and group.steps[0].at <= clock.now():
            _take(store, cluster, group, group.steps.pop(0))
        if group.status == "ACTIVE" and all(step.what == "run" for step in group.steps):
            group.instances = [one for one in group.instances if _state(store, one) in ("pending", "running")]
            scale(store, cluster, group)
    except (Refusal, EC2ClientError) as error:
        group.enter("DEGRADED")
        code = "Ec2LaunchTemplateNotFound" if isinstance(error, Refusal) else "AsgInstanceLaunchFailures"
        group.about["health"]["issues"] = [updates.issue(Refusal(code, error.message), group.instances)]


def _take(store: Store, cluster: Cluster, group: NodeGroup, step: Step) -> None:
    if step.what == "launch":
        launch(store, cluster, group)
        return
    backend, state = surroundings.ec2(store), _state(store, step.instance)
    if step.what == "run" and state == "pending":
        instance = backend.get_instance(step.instance)
        instance._state.name, instance._state.code = "running", 16
    elif step.what == "end":
        group.instances = [one for one in group.instances if one != step.instance]
        if state in ("pending", "running", "stopped"):
            # It keeps its interface until it is terminated.
            instance = backend.get_instance(step.instance)
            instance._state.name, instance._state.code = "shutting-down", 32
            seconds = clock.TIMES.get("ec2.TerminateInstances", 0)
            later("ec2.terminated", seconds, store.account, store.region, step.instance)


def _state(store: Store, id: str) -> str:
    try:
        return str(surroundings.ec2(store).get_instance(id).state)
    except EC2ClientError:
        return "gone"


def _by_id(template: dict[str, str]) -> dict[str, str]:
    return {"id": template["id"], "version": template["version"]}


def _emptiest(store: Store, group: NodeGroup) -> str:
    backend = surroundings.ec2(store)
    used = [backend.get_instance(one).subnet_id for one in group.instances if _state(store, one) != "gone"]
    return str(min(group.about["subnets"], key=used.count))


def _tags(cluster: Cluster, group: NodeGroup, template: dict[str, Any], kind: str) -> dict[str, str]:
    """The template's tags for what is launched, and EKS's own."""
    specified = [one for one in template.get("TagSpecifications") or [] if one.get("ResourceType") == kind]
    tags = {tag["Key"]: tag["Value"] for one in specified for tag in one.get("Tags") or []}
    name = group.about["nodegroupName"]
    tags.update({"eks:cluster-name": cluster.name, "eks:nodegroup-name": name})
    if kind == "instance":
        tags.update(
            {
                f"kubernetes.io/cluster/{cluster.name}": "owned",
                "k8s.io/cluster-autoscaler/enabled": "true",
                f"k8s.io/cluster-autoscaler/{cluster.name}": "owned",
                "aws:autoscaling:groupName": group.about["resources"]["autoScalingGroups"][0]["name"],
            }
        )
    return tags


def _disk(size: int) -> dict[str, Any]:
    return {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": size, "VolumeType": "gp3", "DeleteOnTermination": True}}
