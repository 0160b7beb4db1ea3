"""Access policies: what those whom a cluster lets in may do there, as far as EKS says it and not the cluster's RBAC."""

from __future__ import annotations

from typing import Any

from .. import clock
from ..service import Call
from . import access
from .pages import page
from .refusals import bad_request, invalid, not_found
from .store import Store

PREFIX = "arn:aws:eks::aws:cluster-access-policy/"
NAMES = (
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSAutoNodePolicy",
    "AmazonEKSBlockStorageClusterPolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSClusterInsightsPolicy",
    "AmazonEKSComputeClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSEventPolicy",
    "AmazonEKSHybridPolicy",
    "AmazonEKSLoadBalancingClusterPolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingClusterPolicy",
    "AmazonEKSNetworkingPolicy",
    "AmazonEKSSecretReaderPolicy",
    "AmazonEKSViewPolicy",
)
CLUSTER_ADMIN = f"{PREFIX}AmazonEKSClusterAdminPolicy"
CARRIERS = ("STANDARD", "EC2")
"""The types of entries that policies can be associated with; EC2 is that of Auto Mode's nodes."""


def list_access_policies(_: Store, call: Call) -> dict[str, Any]:
    return page("accessPolicies", [{"name": name, "arn": f"{PREFIX}{name}"} for name in NAMES], call.parameters)


def associate_access_policy(store: Store, call: Call) -> dict[str, Any]:
    """Associating again changes the scope."""
    asked = call.parameters
    entry = access.find(store, call)
    policy, scope = asked["policyArn"], asked["accessScope"]
    if not policy.startswith(PREFIX):
        raise invalid("The policyArn parameter format is not valid")
    if policy.removeprefix(PREFIX) not in NAMES:
        raise not_found(f"The specified policyArn could not be found: {policy}")
    kind = entry.about["type"]
    if kind not in CARRIERS:
        raise bad_request(f"Access policies cannot be associated with an access entry of type {kind}.")
    _check_scope(scope)
    made = association(policy, scope)
    if policy in entry.policies:
        made["associatedAt"] = entry.policies[policy]["associatedAt"]
    entry.policies[policy] = made
    return {**_of(asked), "associatedAccessPolicy": made}


def disassociate_access_policy(store: Store, call: Call) -> dict[str, Any]:
    entry = access.find(store, call)
    if entry.policies.pop(call.parameters["policyArn"], None) is None:
        raise not_found("The specified associated policy could not be found.")
    return {}


def list_associated_access_policies(store: Store, call: Call) -> dict[str, Any]:
    policies = list(access.find(store, call).policies.values())
    return {**_of(call.parameters), **page("associatedAccessPolicies", policies, call.parameters)}


def association(policy: str, scope: dict[str, Any]) -> dict[str, Any]:
    """A policy's association as it is listed."""
    now = clock.moment(clock.now())
    return {
        "policyArn": policy,
        "accessScope": {"type": scope["type"], "namespaces": list(scope.get("namespaces") or [])},
        "associatedAt": now,
        "modifiedAt": now,
    }


def _of(asked: dict[str, Any]) -> dict[str, Any]:
    return {"clusterName": asked["clusterName"], "principalArn": asked["principalArn"]}


def _check_scope(scope: dict[str, Any]) -> None:
    if scope.get("type") not in ("cluster", "namespace"):
        raise invalid("The type of an access scope must be cluster or namespace.")
    if (scope["type"] == "namespace") != bool(scope.get("namespaces")):
        raise invalid("Namespaces are needed for an access scope of type namespace, and only there.")
