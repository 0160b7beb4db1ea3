"""EKS Pod Identity: which role the pods of a service account work as."""

from __future__ import annotations

from typing import Any

from .. import clock
from ..service import Call
from . import surroundings
from .pages import page
from .refusals import in_use, invalid, not_found
from .store import Cluster, Store, unique

SERVICE = "pods.eks.amazonaws.com"
SUMMARY = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId", "ownerArn")
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def create_pod_identity_association(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    cluster = store.living(asked["clusterName"])
    check_free(cluster, asked["namespace"], [asked])
    check_role(asked["roleArn"], store.account)
    return {"association": make(store, cluster, asked)}


def describe_pod_identity_association(store: Store, call: Call) -> dict[str, Any]:
    return {"association": _find(store, call)}


def list_pod_identity_associations(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    found = [
        {field: one[field] for field in SUMMARY if field in one}
        for one in store.cluster(asked["clusterName"]).associations.values()
        if asked.get("namespace") in (None, one["namespace"])
        and asked.get("serviceAccount") in (None, one["serviceAccount"])
    ]
    return page("associations", found, asked)


def update_pod_identity_association(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    one = _find(store, call)
    if asked.get("roleArn"):
        check_role(asked["roleArn"], store.account)
        one["roleArn"] = asked["roleArn"]
    if asked.get("disableSessionTags") is not None:
        one["disableSessionTags"] = asked["disableSessionTags"]
    if "targetRoleArn" in asked:
        _chain(store, one, asked["targetRoleArn"])
    if asked.get("policy"):
        one["policy"] = asked["policy"]
    one["modifiedAt"] = clock.moment(clock.now())
    return {"association": one}


def delete_pod_identity_association(store: Store, call: Call) -> dict[str, Any]:
    one = _find(store, call)
    cluster = store.cluster(call.parameters["clusterName"])
    del cluster.associations[one["associationId"]]
    for addon in cluster.addons.values():
        owned = addon.about.get("podIdentityAssociations") or []
        if one["associationArn"] in owned:
            owned.remove(one["associationArn"])
    return {"association": one}


def make(store: Store, cluster: Cluster, asked: dict[str, Any], owner: str | None = None) -> dict[str, Any]:
    """Makes an association, a user's or, with an owner, an add-on's."""
    id = f"a-{unique(17, ALPHABET)}"
    now = clock.moment(clock.now())
    one = {
        "clusterName": cluster.name,
        "namespace": asked["namespace"],
        "serviceAccount": asked["serviceAccount"],
        "roleArn": asked["roleArn"],
        "associationArn": store.arn("podidentityassociation", cluster.name, id),
        "associationId": id,
        "tags": dict(asked.get("tags") or {}),
        "createdAt": now,
        "modifiedAt": now,
        "disableSessionTags": bool(asked.get("disableSessionTags")),
    }
    if owner:
        one["ownerArn"] = owner
    if asked.get("policy"):
        one["policy"] = asked["policy"]
    _chain(store, one, asked.get("targetRoleArn"))
    cluster.associations[id] = one
    return one


def drop_owned(cluster: Cluster, owner: str) -> None:
    """Takes an add-on's associations away."""
    for id in [id for id, one in cluster.associations.items() if one.get("ownerArn") == owner]:
        del cluster.associations[id]


def association_of(cluster: Cluster, namespace: str, service_account: str) -> dict[str, Any] | None:
    """The association of a service account."""
    wanted = (namespace, service_account)
    return next(
        (one for one in cluster.associations.values() if (one["namespace"], one["serviceAccount"]) == wanted), None
    )


def check_free(cluster: Cluster, namespace: str, wanted: list[dict[str, Any]], besides: str | None = None) -> None:
    """Raises Refusal if a service account has an association, but for those of one owner."""
    for one in wanted:
        other = association_of(cluster, namespace, one["serviceAccount"])
        if other and (besides is None or other.get("ownerArn") != besides):
            raise in_use(f"Association already exists: {other['associationId']}")


def check_role(arn: str, account: str | None = None) -> None:
    """Raises Refusal for a role that is not there, is another account's, or does not trust Pod Identity."""
    role = surroundings.role_of(arn)
    if not role or (account and role.account_id != account):
        raise invalid("Role provided in the request does not exist.")
    if not surroundings.trusts(role, SERVICE, "sts:AssumeRole", "sts:TagSession"):
        raise invalid("Trust policy of the role provided is invalid")


def _chain(store: Store, one: dict[str, Any], target: str | None) -> None:
    """Notes the role, of another account mostly, that the association's own takes on in turn."""
    if not target:
        one.pop("targetRoleArn", None)
        one.pop("externalId", None)
        return
    one["targetRoleArn"] = target
    one["externalId"] = "/".join(
        (store.region, store.account, one["clusterName"], one["namespace"], one["serviceAccount"])
    )


def _find(store: Store, call: Call) -> dict[str, Any]:
    id = call.parameters["associationId"]
    one = store.cluster(call.parameters["clusterName"]).associations.get(id)
    if not one:
        raise not_found(f"No association found with associationId: {id}")
    return one
