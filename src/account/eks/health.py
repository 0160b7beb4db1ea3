"""Whether nodes can join a cluster and add-ons can run in it, as far as the account can tell: by what is installed and
by who may do what."""

from __future__ import annotations

from ..service import Refusal
from . import surroundings
from .addon_versions import ADDONS
from .store import Cluster, NodeGroup, Resource

NEEDED = ("ec2:DescribeInstances", "ecr:BatchGetImage")
"""What a node does as its role before it can join: it looks who it is, and pulls images (AmazonEKSWorkerNodePolicy and
AmazonEC2ContainerRegistryPullOnly)."""


def hinders_nodes(cluster: Cluster, group: NodeGroup) -> str | None:
    """Why a group's nodes do not become ready; None if they do. They need a network: vpc-cni that may do its work, and
    kube-proxy, by which it finds the API server."""
    if group.about["scalingConfig"]["desiredSize"] == 0:
        return None
    role = surroundings.role_of(group.about["nodeRole"])
    if not role or not all(surroundings.may(role, action) for action in NEEDED):
        return "Instances failed to join the kubernetes cluster"
    running = {name for name, addon in cluster.addons.items() if addon.status not in ("CREATING", "CREATE_FAILED")}
    needed = [] if cluster.self_managed else ["vpc-cni", "kube-proxy"]
    missing = next((name for name in needed if name not in running), None)
    if missing:
        return _unhealthy(f"add-on {missing} is missing")
    if surroundings.may(role, "ec2:AssignPrivateIpAddresses"):
        return None
    cni = cluster.addons.get("vpc-cni")
    if "vpc-cni" in running and cni and cni.about.get("serviceAccountRoleArn"):
        return None
    if not _has_identity(cluster, "kube-system", "aws-node"):
        return _unhealthy("vpc-cni has no permissions")
    return None if "eks-pod-identity-agent" in running else _unhealthy("add-on eks-pod-identity-agent is missing")


def hinders_addon(cluster: Cluster, name: str, addon: Resource) -> Refusal | None:
    """Why an add-on does not run; None if it does. Pods of a Deployment need a node, those whose role comes by Pod
    Identity need the agent that hands it out."""
    if ADDONS[name].on_every_node:
        return None
    nodes = any(
        group.status in ("ACTIVE", "UPDATING", "DEGRADED") and group.about["scalingConfig"]["desiredSize"] > 0
        for group in cluster.node_groups.values()
    )
    if not nodes and not cluster.about["computeConfig"].get("enabled"):
        return Refusal(
            "InsufficientNumberOfReplicas",
            "The add-on is unhealthy because it doesn't have the desired number of replicas.",
        )
    if addon.about.get("podIdentityAssociations") and "eks-pod-identity-agent" not in cluster.addons:
        return Refusal(
            "InsufficientNumberOfReplicas",
            "The add-on is unhealthy because its pods get no credentials: add-on eks-pod-identity-agent is missing.",
        )
    return None


def let_go(cluster: Cluster, group: NodeGroup) -> None:
    """Takes a node role's entry away, which EKS has made, unless another group works as this role."""
    role = group.about["nodeRole"]
    if not any(other.about["nodeRole"] == role for other in cluster.node_groups.values()):
        entry = cluster.entries.get(role)
        if entry and entry.for_nodes:
            del cluster.entries[role]


def _unhealthy(why: str) -> str:
    return f"Unhealthy nodes in the kubernetes cluster (container runtime network not ready: {why})"


def _has_identity(cluster: Cluster, namespace: str, service_account: str) -> bool:
    return any(
        (one["namespace"], one["serviceAccount"]) == (namespace, service_account)
        for one in cluster.associations.values()
    )
