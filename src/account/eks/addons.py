"""Add-ons: installed, changed and removed."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import yaml

from .. import clock
from ..service import Call, Refusal
from . import pod_identity, surroundings, updates
from .addon_versions import offer, suitable
from .pages import page
from .refusals import in_use, invalid, not_found
from .store import Cluster, Resource, Store

SELF_MANAGED = ("coredns", "kube-proxy", "vpc-cni")
"""What EKS puts into a new cluster itself, unless it is told not to: the add-on of the same name finds it there."""
CONFLICT = Refusal(
    "ConfigurationConflict", "Conflicts found when trying to apply. Will not continue due to resolve conflicts mode."
)


def create_addon(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    cluster = store.quiet(asked["clusterName"])
    name = asked["addonName"]
    offered = offer(name)
    if name in cluster.addons:
        raise in_use("Addon already exists.")
    version = suitable(name, asked.get("addonVersion"), cluster.version)
    _check_configuration(asked.get("configurationValues"))
    _check_role(asked.get("serviceAccountRoleArn"))
    wanted = asked.get("podIdentityAssociations") or []
    _check_identities(name, wanted)
    pod_identity.check_free(cluster, offered.namespace, wanted)
    for one in wanted:
        pod_identity.check_role(one["roleArn"])

    now = clock.moment(clock.now())
    about = {
        "addonName": name,
        "clusterName": cluster.name,
        "status": "CREATING",
        "addonVersion": version,
        "health": {"issues": []},
        "addonArn": store.arn("addon", cluster.name, name, str(uuid4())),
        "createdAt": now,
        "modifiedAt": now,
        "tags": dict(asked.get("tags") or {}),
    }
    about.update(
        {field: asked[field] for field in ("serviceAccountRoleArn", "configurationValues") if asked.get(field)}
    )
    addon = Resource(about, late=call.late)
    found = cluster.self_managed and name in SELF_MANAGED
    if found and asked.get("resolveConflicts") != "OVERWRITE" and not addon.late:
        addon.late = CONFLICT
    addon.enter("CREATING", clock.taken("eks.CreateAddon"))
    cluster.addons[name] = addon
    _own(store, cluster, addon, wanted)
    return {"addon": about}


def describe_addon(store: Store, call: Call) -> dict[str, Any]:
    return {"addon": _addon(store, call)[1].about}


def list_addons(store: Store, call: Call) -> dict[str, Any]:
    return page("addons", list(store.cluster(call.parameters["clusterName"]).addons), call.parameters)


def update_addon(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    store.quiet(asked["clusterName"])
    cluster, addon = _addon(store, call)
    name = asked["addonName"]
    updates.check_still(addon, name)
    changes: dict[str, Any] = {}
    version = asked.get("addonVersion")
    # One that stays may be of the cluster's former version.
    if version and version != addon.about["addonVersion"]:
        changes["addonVersion"] = suitable(name, version, cluster.version)
    if asked.get("configurationValues") is not None:
        _check_configuration(asked["configurationValues"])
        changes["configurationValues"] = asked["configurationValues"] or None
    _check_role(asked.get("serviceAccountRoleArn"))
    # Without a word about it, the add-on goes on with its node's role.
    changes["serviceAccountRoleArn"] = asked.get("serviceAccountRoleArn") or None
    wanted = asked.get("podIdentityAssociations")
    if wanted is not None:
        _check_identities(name, wanted)
        pod_identity.check_free(cluster, offer(name).namespace, wanted, besides=addon.about["addonArn"])
        for one in wanted:
            pod_identity.check_role(one["roleArn"])
        if not call.late:
            pod_identity.drop_owned(cluster, addon.about["addonArn"])
            addon.about.pop("podIdentityAssociations", None)
            _own(store, cluster, addon, wanted)
    params = {
        "AddonVersion": version,
        "ServiceAccountRoleArn": asked.get("serviceAccountRoleArn"),
        "ResolveConflicts": asked.get("resolveConflicts"),
        "ConfigurationValues": asked.get("configurationValues"),
        "PodIdentityAssociations": wanted,
    }
    return updates.begin(
        cluster,
        "AddonUpdate",
        params,
        changes,
        seconds=clock.taken("eks.UpdateAddon"),
        late=call.late,
        addon=name,
    )


def delete_addon(store: Store, call: Call) -> dict[str, Any]:
    store.living(call.parameters["clusterName"])
    _, addon = _addon(store, call)
    if addon.status == "UPDATING":
        raise in_use(f"Addon {call.parameters['addonName']} cannot be deleted as it is currently in UPDATING state")
    if addon.status != "DELETING":
        addon.late = call.late
        addon.enter("DELETING", clock.taken("eks.DeleteAddon"))
    return {"addon": addon.about}


def _addon(store: Store, call: Call) -> tuple[Cluster, Resource]:
    cluster, name = store.cluster(call.parameters["clusterName"]), call.parameters["addonName"]
    if name not in cluster.addons:
        raise not_found(f"No addon: {name} found in cluster: {cluster.name}")
    return cluster, cluster.addons[name]


def _own(store: Store, cluster: Cluster, addon: Resource, wanted: list[dict[str, str]]) -> None:
    """Makes the associations of an add-on's service accounts, which belong to it."""
    namespace = offer(addon.about["addonName"]).namespace
    made = [
        pod_identity.make(
            store, cluster, {"namespace": namespace, **one, "tags": addon.about["tags"]}, owner=addon.about["addonArn"]
        )["associationArn"]
        for one in wanted
    ]
    if made:
        addon.about["podIdentityAssociations"] = made


def _check_identities(name: str, wanted: list[dict[str, str]]) -> None:
    known = offer(name).identities
    for one in wanted:
        if one["serviceAccount"] not in known:
            raise invalid(f"The service account {one['serviceAccount']} is not supported for addon {name}")


def _check_role(arn: str | None) -> None:
    if arn and not surroundings.role_of(arn):
        raise invalid(f"Role with arn {arn} does not exist")


def _check_configuration(text: str | None) -> None:
    """Raises Refusal for a configuration that is not an object, as JSON or as YAML."""
    if not text:
        return
    words = "ConfigurationValue provided in request is not supported: "
    try:
        read = json.loads(text) if text.lstrip().startswith(("{", "[")) else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise invalid(f"{words}{' '.join(str(error).split())}") from error
    if not isinstance(read, dict):
        raise invalid(f"{words}Json schema validation failed with error: [$: {json.dumps(read)[:80]} is not an object]")
