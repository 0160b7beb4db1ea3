"""Access entries: which roles and users of IAM a cluster lets in."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from .. import clock
from ..service import Call, Refusal
from . import surroundings
from .access_policies import CLUSTER_ADMIN, association
from .pages import page
from .refusals import bad_request, in_use, invalid, not_found
from .store import Cluster, Entry, Store

NODES = {
    "EC2": ("system:node:{{EC2PrivateDNSName}}", ["system:nodes"]),
    "EC2_LINUX": ("system:node:{{EC2PrivateDNSName}}", ["system:nodes"]),
    "EC2_WINDOWS": ("system:node:{{EC2PrivateDNSName}}", ["eks:kube-proxy-windows", "system:nodes"]),
    "FARGATE_LINUX": ("system:node:{{SessionName}}", ["system:bootstrappers", "system:node-proxier", "system:nodes"]),
    "HYBRID_LINUX": ("system:node:{{SessionName}}", ["system:nodes"]),
    "HYPERPOD_LINUX": ("system:node:{{SessionName}}", ["system:nodes"]),
}
"""The types of entries for nodes, whose user name and groups EKS gives."""
RESERVED = ("system:", "eks:", "aws:", "amazon:", "iam:")
INVALID_PRINCIPAL = "The specified principalArn is invalid: invalid principal."


def create_access_entry(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    cluster = entering(store, asked["clusterName"])
    principal, kind = asked["principalArn"], asked.get("type") or "STANDARD"
    _check_principal(principal)
    _check_type(kind, principal)
    _check_identity(kind, asked)
    if principal in cluster.entries:
        raise in_use("The specified access entry resource is already in use on this cluster.")
    id = surroundings.principal_id(principal)
    if not id:
        raise invalid(INVALID_PRINCIPAL)
    return {"accessEntry": _make(store, cluster, principal, id, kind, asked).about}


def describe_access_entry(store: Store, call: Call) -> dict[str, Any]:
    return {"accessEntry": find(store, call).about}


def list_access_entries(store: Store, call: Call) -> dict[str, Any]:
    policy = call.parameters.get("associatedPolicyArn")
    entries = entering(store, call.parameters["clusterName"]).entries
    found = [principal for principal, entry in entries.items() if not policy or policy in entry.policies]
    return page("accessEntries", found, call.parameters)


def update_access_entry(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    entry = find(store, call)
    kind = entry.about["type"]
    _check_identity(kind, asked)
    if asked.get("kubernetesGroups") is not None:
        entry.about["kubernetesGroups"] = asked["kubernetesGroups"]
    if asked.get("username"):
        entry.about["username"] = asked["username"]
    entry.about["modifiedAt"] = clock.moment(clock.now())
    return {"accessEntry": entry.about}


def delete_access_entry(store: Store, call: Call) -> dict[str, Any]:
    find(store, call)
    del store.cluster(call.parameters["clusterName"]).entries[call.parameters["principalArn"]]
    return {}


def entering(store: Store, name: str) -> Cluster:
    """A living cluster that lets people in by entries. Raises Refusal."""
    cluster = store.living(name)
    if not cluster.takes_entries:
        raise bad_request(
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this "
            "operation."
        )
    return cluster


def find(store: Store, call: Call) -> Entry:
    """The entry that a call is about. Raises Refusal."""
    entry = entering(store, call.parameters["clusterName"]).entries.get(call.parameters["principalArn"])
    if not entry:
        raise not_found(
            "The specified principalArn could not be found. You can view your available access entries with "
            "'list-access-entries'."
        )
    return entry


def admit_creator(store: Store, cluster: Cluster, principal: str) -> None:
    """The entry of whoever makes a cluster, as its administrator."""
    entry = _make(store, cluster, principal, surroundings.principal_id(principal) or "", "STANDARD", {})
    entry.policies[CLUSTER_ADMIN] = association(CLUSTER_ADMIN, {"type": "cluster"})


def admit_nodes(store: Store, cluster: Cluster, role: str, ami: str) -> None:
    """The entry of a node group's role, unless there is one."""
    if role not in cluster.entries:
        kind = "EC2_WINDOWS" if ami.startswith("WINDOWS") else "EC2_LINUX"
        entry = _make(store, cluster, role, surroundings.principal_id(role) or "", kind, {})
        entry.for_nodes = True


def _make(store: Store, cluster: Cluster, principal: str, id: str, kind: str, asked: dict[str, Any]) -> Entry:
    what, name = principal.split(":")[5].split("/")[0], principal.split("/")[-1]
    account = principal.split(":")[4]
    username, groups = NODES.get(kind) or (
        asked.get("username") or _username(principal),
        asked.get("kubernetesGroups") or [],
    )
    now = clock.moment(clock.now())
    about = {
        "clusterName": cluster.name,
        "principalArn": principal,
        "kubernetesGroups": list(groups),
        "accessEntryArn": store.arn("access-entry", cluster.name, what, account, name, str(uuid4())),
        "createdAt": now,
        "modifiedAt": now,
        "tags": dict(asked.get("tags") or {}),
        "username": username,
        "type": kind,
    }
    cluster.entries[principal] = Entry(about, id)
    return cluster.entries[principal]


def _username(principal: str) -> str:
    if ":role/" not in principal:
        return principal
    return f"arn:aws:sts::{principal.split(':')[4]}:assumed-role/{principal.split('/')[-1]}/{{{{SessionName}}}}"


def _check_principal(arn: str) -> None:
    if not re.fullmatch(r"arn:aws[\w-]*:iam::\d{12}:(role|user)/.+", arn):
        raise invalid(INVALID_PRINCIPAL)
    if ":role/aws-service-role/" in arn:
        raise invalid(
            "The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role"
        )


def _check_type(kind: str, principal: str) -> None:
    if kind not in ("STANDARD", *NODES):
        raise invalid(f"The specified type {kind} is invalid: it must be one of {', '.join(('STANDARD', *NODES))}")
    if kind in NODES and ":role/" not in principal:
        raise invalid(f"The principalArn of an access entry of type {kind} must be an IAM role.")


def _check_identity(kind: str, asked: dict[str, Any]) -> None:
    groups, username = asked.get("kubernetesGroups"), asked.get("username")
    if kind in NODES and (groups or username):
        raise invalid(f"The kubernetesGroups and username cannot be specified for an access entry of type {kind}.")
    for group in groups or []:
        if group.startswith("system:"):
            raise invalid(f"The kubernetes group name {group} is invalid, it cannot start with system:")
    for reserved in RESERVED:
        if (username or "").startswith(reserved):
            raise _reserved(reserved)


def _reserved(prefix: str) -> Refusal:
    return invalid(f"The username must not begin with {prefix}")
