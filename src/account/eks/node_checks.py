"""What EKS takes of a node group, and what it refuses."""

from __future__ import annotations

import re
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPES

from . import surroundings
from .refusals import invalid
from .store import Cluster, Store
from .versions import VERSIONS, minor

EFFECTS = ("NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE")


def check_name(name: str) -> None:
    """Raises Refusal for a name that a node group cannot have."""
    if not re.fullmatch(r"[0-9A-Za-z][A-Za-z0-9\-_]{0,62}", name):
        raise invalid(
            "nodegroupName must start with a letter or digit, holds only letters, digits, hyphens and underscores, and "
            "can't be longer than 63 characters"
        )


def node_version(cluster: Cluster, asked: str | None) -> str:
    """The version of nodes: the cluster's if none is asked for. Raises Refusal."""
    version = asked or cluster.version
    if version not in VERSIONS:
        raise invalid(f"Requested Nodegroup Kubernetes version {version} is not supported")
    if minor(version) > minor(cluster.version):
        raise invalid(
            f"Nodegroup Kubernetes version {version} should be equal to or lower than cluster Kubernetes version "
            f"{cluster.version}"
        )
    return version


def release_of(version: str) -> str:
    """The newest release of EKS's image for a version of Kubernetes."""
    return f"{version}.{VERSIONS[version].patch}-20261101"


def check_role(arn: str) -> None:
    """Raises Refusal for a role that is not there or that EC2 may not take on."""
    role = surroundings.role_of(arn)
    if not role:
        raise invalid(f"The role with name {arn.split('/')[-1]} cannot be found.")
    if not surroundings.trusts(role, "ec2.amazonaws.com", "sts:AssumeRole"):
        raise invalid(
            f"Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of "
            f"nodeRole {arn}"
        )


def check_subnets(store: Store, cluster: Cluster, ids: list[str]) -> None:
    """Raises Refusal for subnets that are not in the cluster's VPC."""
    if not ids:
        raise invalid("Subnets cannot be empty")
    vpc = cluster.about["resourcesVpcConfig"]["vpcId"]
    for subnet in surroundings.subnets_of(store, ids):
        if subnet.vpc_id != vpc:
            raise invalid(f"Subnets are not associated with the cluster VPC {vpc}: [{subnet.id}]")


def ami_of(image: str, types: list[str]) -> str:
    """EKS's choice: the template's own image, or else Amazon Linux 2023 of the instances' architecture."""
    if image:
        return "CUSTOM"
    return "AL2023_ARM_64_STANDARD" if types and _architecture(types[0]) == "arm64" else "AL2023_x86_64_STANDARD"


def _architecture(kind: str) -> str:
    known: dict[str, Any] = INSTANCE_TYPES.get(kind) or {}
    supported = (known.get("ProcessorInfo") or {}).get("SupportedArchitectures") or []
    return "arm64" if "arm64" in supported else "x86_64"


def check_types(ami: str, types: list[str]) -> None:
    """Raises Refusal for types of instances that are none, or of another architecture than the image."""
    unknown = [kind for kind in types if kind not in INSTANCE_TYPES]
    if unknown:
        raise invalid(f"The following supplied instance types do not exist: [{', '.join(unknown)}]")
    wanted = "arm64" if "_ARM_" in ami else "x86_64"
    wrong = [kind for kind in types if _architecture(kind) != wanted]
    if ami != "CUSTOM" and wrong:
        raise invalid(f"[{', '.join(wrong)}] is not a valid instance type for requested amiType {ami}")


def check_scaling(scaling: dict[str, int]) -> None:
    """Raises Refusal for sizes that do not lie one above the other."""
    least, most, wanted = scaling["minSize"], scaling["maxSize"], scaling["desiredSize"]
    if most < 1:
        raise invalid("maxSize must be at least 1")
    if least > most:
        raise invalid(f"Minimum capacity {least} can't be greater than maximum size {most}")
    if wanted < least:
        raise invalid(f"desired capacity {wanted} can't be less than minimum size {least}")
    if wanted > most:
        raise invalid(f"desired capacity {wanted} can't be greater than maximum size {most}")


def check_taints(taints: list[dict[str, str]]) -> None:
    """Raises Refusal for taints that are none, or two of one key and effect."""
    if any(not taint.get("key") or taint.get("effect") not in EFFECTS for taint in taints):
        raise invalid(f"A taint needs a key and an effect out of {', '.join(EFFECTS)}")
    if len({marks(taint) for taint in taints}) < len(taints):
        raise invalid("Taints must be unique by their key and effect")


def check_labels(labels: dict[str, str]) -> None:
    """Raises Refusal for labels that are EKS's own."""
    reserved = [name for name in labels if name.startswith("eks.amazonaws.com/")]
    if reserved:
        raise invalid(
            f"Label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, eks.amazonaws.com/]: {reserved[0]}"
        )


def marks(taint: dict[str, str]) -> tuple[str | None, str | None]:
    """What tells a taint from another."""
    return taint.get("key"), taint.get("effect")
