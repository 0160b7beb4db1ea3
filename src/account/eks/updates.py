"""Updates: changes of clusters, node groups and add-ons that take time, and how they end."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from .. import clock
from ..service import Call, Refusal
from .pages import page
from .refusals import bad_request, in_use, not_found
from .store import Cluster, NodeGroup, Resource, Store, Update


def begin(
    cluster: Cluster,
    kind: str,
    params: dict[str, Any],
    changes: dict[str, Any],
    *,
    seconds: float,
    late: Refusal | None = None,
    node_group: str | None = None,
    addon: str | None = None,
) -> dict[str, Any]:
    """Begins an update of a cluster, or of its node group or add-on, which is UPDATING for so many real seconds."""
    id = str(uuid4())
    about = {
        "id": id,
        "status": "InProgress",
        "type": kind,
        "params": [{"type": name, "value": _text(value)} for name, value in params.items() if value is not None],
        "createdAt": clock.moment(clock.now()),
        "errors": [],
    }
    update = Update(about, late=late, changes=changes, node_group=node_group, addon=addon)
    update.enter("InProgress", seconds)
    changed = _changed(cluster, update)
    if changed:
        changed.enter("UPDATING")
    cluster.updates[id] = update
    return {"update": dict(about)}


def finish(cluster: Cluster, update: Update) -> None:
    """Ends an update whose time has come: what was to change has changed, or nothing has."""
    changed = _changed(cluster, update)
    if update.late:
        update.about["errors"] = [error(update.late, [update.addon or update.node_group or cluster.name])]
    update.enter("Failed" if update.late else "Successful")
    if not changed or changed.status != "UPDATING":
        return
    if not update.late:
        merge(changed.about, update.changes)
    changed.enter("UPDATE_FAILED" if update.late and update.addon else "ACTIVE")
    if "modifiedAt" in changed.about:
        changed.about["modifiedAt"] = clock.moment(clock.now())


def error(refusal: Refusal, resources: list[str]) -> dict[str, Any]:
    """A failure as an update tells it."""
    return {"errorCode": issue_code(refusal), "errorMessage": refusal.message, "resourceIds": resources}


def issue(refusal: Refusal, resources: list[str]) -> dict[str, Any]:
    """A failure as the health of a resource tells it."""
    return {"code": issue_code(refusal), "message": refusal.message, "resourceIds": resources}


def issue_code(refusal: Refusal) -> str:
    """Issues are named like errors, without the ending: `AccessDenied`."""
    return str(refusal.code).removesuffix("Exception")


WHOLE = ("labels", "updateConfig")
"""Objects that an update replaces as a whole."""


def merge(into: dict[str, Any], changes: dict[str, Any]) -> None:
    """Changes fields, those of objects one by one; None takes a field away."""
    for name, value in changes.items():
        if value is None:
            into.pop(name, None)
        elif isinstance(value, dict) and isinstance(into.get(name), dict) and name not in WHOLE:
            merge(into[name], value)
        else:
            into[name] = value


def under_way(cluster: Cluster) -> Update | None:
    """The update of the cluster itself that goes on."""
    return next(
        (
            one
            for one in cluster.updates.values()
            if one.status == "InProgress" and not one.node_group and not one.addon
        ),
        None,
    )


def describe_update(store: Store, call: Call) -> dict[str, Any]:
    found = _of(store, call).get(call.parameters["updateId"])
    if not found:
        raise not_found(f"No update found for ID: {call.parameters['updateId']}")
    return {"update": found.about}


def list_updates(store: Store, call: Call) -> dict[str, Any]:
    return page("updateIds", list(_of(store, call)), call.parameters)


def cancel_update(store: Store, call: Call) -> dict[str, Any]:
    """Only the roll-back of Auto Mode's nodes can be cancelled, and there are none here."""
    describe_update(store, call)
    raise bad_request(f"Update {call.parameters['updateId']} cannot be cancelled")


def check_still(what: NodeGroup | Resource, name: str) -> None:
    """Raises Refusal for a node group or an add-on that is being made, changed or deleted."""
    if what.status in ("ACTIVE", "DEGRADED", "CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED"):
        return
    if isinstance(what, NodeGroup):
        raise in_use("Nodegroup cannot be updated as it is currently not in Active State")
    raise in_use(f"Addon {name} cannot be updated as it is currently in {what.status} state")


def _of(store: Store, call: Call) -> dict[str, Update]:
    """The updates that are asked for: of a cluster itself, or of one of its node groups or add-ons."""
    asked = call.parameters
    cluster = store.cluster(asked["name"])
    group, addon = asked.get("nodegroupName"), asked.get("addonName")
    if group and group not in cluster.node_groups:
        raise not_found(f"No node group found for name: {group}.")
    if addon and addon not in cluster.addons:
        raise not_found(f"No addon: {addon} found in cluster: {cluster.name}")
    return {id: one for id, one in cluster.updates.items() if (one.node_group, one.addon) == (group, addon)}


def _changed(cluster: Cluster, update: Update) -> Resource | None:
    if update.node_group:
        return cluster.node_groups.get(update.node_group)
    return cluster.addons.get(update.addon) if update.addon else cluster


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
