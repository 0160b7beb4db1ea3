"""EC2's instances and the templates of them."""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import OperationNotPermitted4
from moto.ec2.models import ec2_backends
from moto.ec2.models.instances import Instance
from moto.ec2.models.launch_templates import LaunchTemplate

from ..agenda import later, task
from ..clock import TIMES
from ..service import Call
from .ec2_network import SHOWN_AFTERWARDS, backend_of
from .rules import answers, extends

# From the call to a node that kubelet has made known; from the call to `terminated`, with the interface given back.
TIMES.update({"ec2.RunInstances": 40, "ec2.TerminateInstances": 45})

_SHUTTING_DOWN = (32, "shutting-down")


@answers("ec2", "TerminateInstances")
def terminate(call: Call) -> dict[str, Any]:
    """An instance shuts down first, and keeps its interface until it is terminated."""
    found = backend_of(call).get_multi_instances_by_id(call.parameters.get("InstanceIds", []))
    for instance in found:
        if instance.disable_api_termination is True:
            raise OperationNotPermitted4(instance.id)
    told = []
    for instance in found:
        state = instance._state
        before = {"Code": state.code, "Name": state.name}
        if state.name not in ("shutting-down", "terminated"):
            state.code, state.name = _SHUTTING_DOWN
            later("ec2.terminated", TIMES["ec2.TerminateInstances"], call.account, call.region, instance.id)
        now = {"Code": state.code, "Name": state.name}
        told.append({"InstanceId": instance.id, "PreviousState": before, "CurrentState": now})
    return {"TerminatingInstances": told}


@task("ec2.terminated")
def terminated(account: str, region: str, name: str) -> None:
    for instance in ec2_backends[account][region].get_multi_instances_by_id([name]):
        instance.terminate()


@extends(Instance, "terminate")
def interfaces_go_with_instance(original: Any, instance: Any) -> Any:
    before = original(instance)
    ec2 = instance.ec2_backend
    for name in [key for key, one in ec2.enis.items() if one.instance is instance]:
        del ec2.enis[name]
    later("ec2.instance-forgotten", SHOWN_AFTERWARDS, ec2.account_id, ec2.region_name, instance.id)
    return before


@task("ec2.instance-forgotten")
def instance_forgotten(account: str, region: str, name: str) -> None:
    reservations = ec2_backends[account][region].reservations
    for key, reservation in list(reservations.items()):
        reservation.instances = [one for one in reservation.instances if one.id != name]
        if not reservation.instances:
            del reservations[key]


@extends(LaunchTemplate, "__init__")
def template_tags_are_its_own(original: Any, template: Any, ec2: Any, name: str, data: Any, *rest: Any) -> None:
    """moto takes the tags of the template itself into its data, where AWS has only those of what is launched."""
    kept = [one for one in data.get("TagSpecifications", []) if one["ResourceType"] != "launch-template"]
    data = {key: value for key, value in data.items() if key != "TagSpecifications"}
    original(template, ec2, name, {**data, "TagSpecifications": kept} if kept else data, *rest)


# moto remembers the tags that a template had at first; AWS tells those that it has.
LaunchTemplate.tags = property(lambda template: template.get_tags(), lambda template, tags: None)
