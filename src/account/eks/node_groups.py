"""Managed node groups."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from moto.ec2.models.launch_templates import LaunchTemplateVersion

from .. import clock
from ..service import Call
from . import access, instances, updates
from . import node_checks as checks
from .launch_templates import check_template, template_of
from .launch_templates import told as template_told
from .pages import page
from .refusals import bad_request, in_use, invalid, not_found
from .store import Cluster, NodeGroup, Store
from .times import NODE
from .versions import minor

DEFAULT_TYPE = "t3.medium"


def create_nodegroup(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    cluster = store.quiet(asked["clusterName"])
    name = asked["nodegroupName"]
    checks.check_name(name)
    if name in cluster.node_groups:
        raise in_use(f"NodeGroup already exists with name {name} and cluster name {cluster.name}")
    about = _described(store, cluster, asked)
    group = NodeGroup(about, late=call.late)
    cluster.node_groups[name] = group
    if cluster.takes_entries:
        access.admit_nodes(store, cluster, about["nodeRole"], about["amiType"])
    instances.scale(store, cluster, group)
    group.enter("CREATING", clock.taken("eks.CreateNodegroup"))
    return {"nodegroup": about}


def _described(store: Store, cluster: Cluster, asked: dict[str, Any]) -> dict[str, Any]:
    """A new node group as it is described. Raises Refusal for what EKS does not take."""
    version = checks.node_version(cluster, asked.get("version"))
    checks.check_role(asked["nodeRole"])
    checks.check_subnets(store, cluster, asked["subnets"])
    template = template_of(store, asked["launchTemplate"]) if asked.get("launchTemplate") else None
    if template:
        check_template(template, asked)
    machines = _machines(template, asked)
    scaling = {"minSize": 1, "maxSize": 2, "desiredSize": 2, **(asked.get("scalingConfig") or {})}
    checks.check_scaling(scaling)
    checks.check_taints(asked.get("taints") or [])
    checks.check_labels(asked.get("labels") or {})
    id, now, name = str(uuid4()), clock.moment(clock.now()), asked["nodegroupName"]
    return {
        "nodegroupName": name,
        "nodegroupArn": store.arn("nodegroup", cluster.name, name, id),
        "clusterName": cluster.name,
        "version": version,
        "releaseVersion": asked.get("releaseVersion") or checks.release_of(version),
        "createdAt": now,
        "modifiedAt": now,
        "status": "CREATING",
        "capacityType": asked.get("capacityType") or "ON_DEMAND",
        "scalingConfig": scaling,
        "subnets": asked["subnets"],
        "nodeRole": asked["nodeRole"],
        "labels": dict(asked.get("labels") or {}),
        "taints": asked.get("taints") or [],
        "resources": {"autoScalingGroups": [{"name": f"eks-{name}-{id}"}]},
        "health": {"issues": []},
        "updateConfig": asked.get("updateConfig") or {"maxUnavailable": 1},
        "tags": dict(asked.get("tags") or {}),
        **machines,
        **{field: asked[field] for field in ("remoteAccess", "nodeRepairConfig") if asked.get(field)},
    }


def _machines(template: LaunchTemplateVersion | None, asked: dict[str, Any]) -> dict[str, Any]:
    """What a group's instances are made of. Raises Refusal."""
    types = asked.get("instanceTypes") or []
    in_template = template.instance_type if template else ""
    image = template.image_id if template else ""
    ami = asked.get("amiType") or checks.ami_of(image, types or [in_template])
    checks.check_types(ami, types or [in_template or DEFAULT_TYPE])
    machines: dict[str, Any] = {"amiType": ami}
    if template:
        machines["launchTemplate"] = template_told(template)
    else:
        machines["diskSize"] = asked.get("diskSize") or 20
    if types or not in_template:
        machines["instanceTypes"] = types or [DEFAULT_TYPE]
    return machines


def describe_nodegroup(store: Store, call: Call) -> dict[str, Any]:
    return {"nodegroup": _group(store, call)[1].about}


def list_nodegroups(store: Store, call: Call) -> dict[str, Any]:
    return page("nodegroups", list(store.cluster(call.parameters["clusterName"]).node_groups), call.parameters)


def update_nodegroup_config(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    store.quiet(asked["clusterName"])
    cluster, group = _group(store, call)
    updates.check_still(group, asked["nodegroupName"])
    about = group.about
    scaling = {**about["scalingConfig"], **(asked.get("scalingConfig") or {})}
    checks.check_scaling(scaling)
    labels = _relabelled(about["labels"], asked.get("labels") or {})
    taints = _tainted(about["taints"], asked.get("taints") or {})
    changes: dict[str, Any] = {"scalingConfig": scaling, "labels": labels, "taints": taints}
    changes.update({field: asked[field] for field in ("updateConfig", "nodeRepairConfig") if asked.get(field)})
    begun = updates.begin(
        cluster,
        "ConfigUpdate",
        _params(asked),
        changes,
        seconds=clock.taken("eks.UpdateNodegroupConfig"),
        late=call.late,
        node_group=asked["nodegroupName"],
    )
    if not call.late:
        # Its Auto Scaling group begins at once.
        about["scalingConfig"] = scaling
        instances.scale(store, cluster, group)
    return begun


def update_nodegroup_version(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    store.quiet(asked["clusterName"])
    cluster, group = _group(store, call)
    updates.check_still(group, asked["nodegroupName"])
    about = group.about
    template = _new_template(store, group, asked)
    changes: dict[str, Any] = {"launchTemplate": template} if template else {}
    params: dict[str, Any] = {}
    if template:
        params = {"LaunchTemplateName": template["name"], "LaunchTemplateVersion": template["version"]}
    # Without a version the nodes become those of the cluster's, unless only their template changes.
    if asked.get("version") or asked.get("releaseVersion") or not template:
        version = checks.node_version(cluster, asked.get("version"))
        back = minor(version) < minor(about["version"])
        if back and minor(version) != minor(about["version"]) - 1:
            raise invalid(f"Unsupported Kubernetes minor version update from {about['version']} to {version}")
        release = asked.get("releaseVersion") or checks.release_of(version)
        changes.update({"version": version, "releaseVersion": release})
        params.update({"Version": version, "ReleaseVersion": release})
    if not call.late:
        about.update({field: value for field, value in changes.items() if field == "launchTemplate"})
    return updates.begin(
        cluster,
        "VersionUpdate",
        params,
        changes,
        seconds=clock.taken(NODE) if call.late else instances.replace(group),
        late=call.late,
        node_group=asked["nodegroupName"],
    )


def delete_nodegroup(store: Store, call: Call) -> dict[str, Any]:
    cluster, group = _group(store, call)
    if group.status == "DELETING":
        raise in_use(f"Nodegroup {call.parameters['nodegroupName']} is already being deleted")
    if group.status == "UPDATING":
        raise in_use(f"Nodegroup {call.parameters['nodegroupName']} cannot be deleted while its update is in progress")
    group.late = call.late
    group.enter("DELETING", clock.taken("eks.DeleteNodegroup"))
    if not call.late:
        group.steps = []
        instances.end(group, group.instances)
    return {"nodegroup": group.about}


def _group(store: Store, call: Call) -> tuple[Cluster, NodeGroup]:
    cluster, name = store.cluster(call.parameters["clusterName"]), call.parameters["nodegroupName"]
    if name not in cluster.node_groups:
        raise not_found(f"No node group found for name: {name}.")
    return cluster, cluster.node_groups[name]


def _relabelled(labels: dict[str, str], asked: dict[str, Any]) -> dict[str, str]:
    checks.check_labels(asked.get("addOrUpdateLabels") or {})
    left = {name: value for name, value in labels.items() if name not in (asked.get("removeLabels") or [])}
    return {**left, **(asked.get("addOrUpdateLabels") or {})}


def _tainted(taints: list[dict[str, str]], asked: dict[str, Any]) -> list[dict[str, str]]:
    added, removed = asked.get("addOrUpdateTaints") or [], asked.get("removeTaints") or []
    checks.check_taints(added)
    gone = {checks.marks(taint) for taint in [*added, *removed]}
    return [taint for taint in taints if checks.marks(taint) not in gone] + added


def _new_template(store: Store, group: NodeGroup, asked: dict[str, Any]) -> dict[str, str] | None:
    if not asked.get("launchTemplate"):
        return None
    now = group.about.get("launchTemplate")
    if not now:
        raise bad_request("The launch template cannot be added to a node group that was made without one")
    version = template_of(store, asked["launchTemplate"])
    if version.template.id != now["id"]:
        raise invalid(
            f"The launch template of a node group cannot be changed from {now['id']} to {version.template.id}"
        )
    check_template(version, {"instanceTypes": group.about.get("instanceTypes")})
    return template_told(version)


def _params(asked: dict[str, Any]) -> dict[str, Any]:
    scaling, labels, taints = asked.get("scalingConfig") or {}, asked.get("labels") or {}, asked.get("taints") or {}
    update = asked.get("updateConfig") or {}
    numbers = {
        "MinSize": scaling.get("minSize"),
        "MaxSize": scaling.get("maxSize"),
        "DesiredSize": scaling.get("desiredSize"),
        "MaxUnavailable": update.get("maxUnavailable"),
        "MaxUnavailablePercentage": update.get("maxUnavailablePercentage"),
    }
    return {
        **{name: str(value) for name, value in numbers.items() if value is not None},
        "LabelsToAdd": labels.get("addOrUpdateLabels") or None,
        "LabelsToRemove": labels.get("removeLabels") or None,
        "TaintsToAdd": taints.get("addOrUpdateTaints") or None,
        "TaintsToRemove": taints.get("removeTaints") or None,
    }
