"""EKS: AWS's API of it, and nothing of Kubernetes. What stands behind a cluster's endpoint is not known here."""

from __future__ import annotations

from typing import Any

from botocore import xform_name

from .. import required
from ..service import Call, Refusal
from . import (
    access,
    access_policies,
    addon_versions,
    addons,
    cluster_updates,
    clusters,
    node_groups,
    pod_identity,
    tags,
    updates,
    versions,
)
from .lifecycle import advance
from .store import Operation, store_of

MODULES = (
    access,
    access_policies,
    addon_versions,
    addons,
    cluster_updates,
    clusters,
    node_groups,
    pod_identity,
    tags,
    updates,
    versions,
)


class Eks:
    """Answers EKS's API. The function for an action has its name: `create_cluster` for CreateCluster."""

    name = "eks"
    late = frozenset(
        {
            "AssociateEncryptionConfig",
            "CreateAddon",
            "CreateCluster",
            "CreateNodegroup",
            "DeleteAddon",
            "DeleteCluster",
            "DeleteNodegroup",
            "UpdateAddon",
            "UpdateClusterConfig",
            "UpdateClusterVersion",
            "UpdateNodegroupConfig",
            "UpdateNodegroupVersion",
        }
    )

    def answer(self, call: Call) -> dict[str, Any]:
        """The output of an action. Raises Refusal."""
        required.check(call, "InvalidParameterException")
        operation = _operation(call.action)
        store = store_of(call.account, call.region)
        advance(store)
        return operation(store, call)


def _operation(action: str) -> Operation:
    name = xform_name(action)
    for module in MODULES:
        found: Operation | None = getattr(module, name, None)
        if found:
            return found
    raise Refusal("NotImplemented", f"eks:{action} is not played", 501)
