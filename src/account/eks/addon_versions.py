"""The add-ons that EKS offers, and their versions by version of Kubernetes.

What src/aws/versions.json has of an add-on is offered, and beside it some that were EKS's choice at one time: AWS's table
changes every few weeks, and old builds stay in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

from ..facts import TABLE
from ..service import Call
from .pages import page
from .refusals import invalid, not_found
from .store import Store
from .versions import VERSIONS, minor


@dataclass(frozen=True)
class Release:
    """A version of an add-on, and the Kubernetes versions it is for: first, last."""

    version: str
    first: str
    last: str

    def suits(self, kubernetes: str) -> bool:
        return minor(self.first) <= minor(kubernetes) <= minor(self.last)


@dataclass(frozen=True)
class Offer:
    """An add-on."""

    kind: str
    releases: tuple[Release, ...]
    """Oldest first. EKS's choice is the newest that was made for a Kubernetes version in particular."""
    namespace: str = "kube-system"
    identities: Mapping[str, str] = field(default_factory=dict)
    """The service accounts that may have a role, each with the managed policy that AWS advises."""
    on_every_node: bool = False
    """Whether it runs by DaemonSets alone, and so is healthy without a node."""
    owner: str = "aws"

    def choice(self, kubernetes: str) -> Release | None:
        """What EKS installs if no version is asked for."""
        suitable = [release for release in self.releases if release.suits(kubernetes)]
        return max(suitable, key=lambda release: (minor(release.first), release.version), default=None)


FIRST, LAST = list(VERSIONS)[0], list(VERSIONS)[-1]


def _offered(addon: str, *others: Release) -> tuple[Release, ...]:
    """The releases of the table, each from the first version that has it to three after the last, and others."""
    by_version: dict[str, list[str]] = {}
    for kubernetes, row in TABLE["kubernetes"].items():
        by_version.setdefault(row["addons"][addon], []).append(kubernetes)
    names = list(VERSIONS)
    latest = {one: names[min(names.index(of[-1]) + 3, len(names) - 1)] for one, of in by_version.items()}
    known = tuple(Release(one, of[0], latest[one]) for one, of in by_version.items())
    return (*(one for one in others if one.version not in by_version), *known)


def _any(*versions: str) -> tuple[Release, ...]:
    return tuple(Release(version, FIRST, LAST) for version in versions)


_POLICY = "arn:aws:iam::aws:policy/"

ADDONS: dict[str, Offer] = {
    "vpc-cni": Offer(
        "networking",
        _offered(
            "vpc-cni",
            Release("v1.18.3-eksbuild.1", "1.30", "1.33"),
            Release("v1.18.5-eksbuild.1", "1.31", "1.34"),
            Release("v1.19.2-eksbuild.1", "1.30", "1.34"),
            Release("v1.19.5-eksbuild.1", "1.32", "1.34"),
            Release("v1.20.1-eksbuild.1", "1.33", "1.35"),
            Release("v1.20.4-eksbuild.1", "1.34", "1.36"),
            Release("v1.21.1-eksbuild.1", "1.35", "1.36"),
        ),
        identities={"aws-node": f"{_POLICY}AmazonEKS_CNI_Policy"},
        on_every_node=True,
    ),
    "coredns": Offer(
        "networking",
        _offered(
            "coredns",
            Release("v1.11.1-eksbuild.8", "1.30", "1.32"),
            Release("v1.11.3-eksbuild.1", "1.31", "1.34"),
            Release("v1.11.4-eksbuild.2", "1.32", "1.34"),
            Release("v1.12.1-eksbuild.2", "1.33", "1.35"),
            Release("v1.12.3-eksbuild.1", "1.34", "1.36"),
            Release("v1.13.1-eksbuild.1", "1.35", "1.36"),
        ),
    ),
    "kube-proxy": Offer(
        "networking",
        _offered(
            "kube-proxy",
            Release("v1.30.0-eksbuild.3", "1.30", "1.33"),
            Release("v1.31.2-eksbuild.3", "1.31", "1.34"),
            Release("v1.32.0-eksbuild.2", "1.32", "1.35"),
            Release("v1.33.0-eksbuild.2", "1.33", "1.36"),
            Release("v1.34.0-eksbuild.2", "1.34", "1.36"),
            Release("v1.35.0-eksbuild.2", "1.35", "1.36"),
            Release("v1.36.0-eksbuild.2", "1.36", "1.36"),
        ),
        on_every_node=True,
    ),
    "aws-ebs-csi-driver": Offer(
        "storage",
        _offered(
            "aws-ebs-csi-driver",
            Release("v1.36.0-eksbuild.1", "1.30", "1.34"),
            Release("v1.37.0-eksbuild.1", "1.31", "1.34"),
            Release("v1.38.1-eksbuild.1", "1.30", "1.36"),
            Release("v1.44.0-eksbuild.1", "1.32", "1.36"),
            Release("v1.48.0-eksbuild.1", "1.34", "1.36"),
        ),
        identities={"ebs-csi-controller-sa": f"{_POLICY}service-role/AmazonEBSCSIDriverPolicy"},
    ),
    "eks-pod-identity-agent": Offer(
        "security",
        _offered(
            "eks-pod-identity-agent",
            Release("v1.3.2-eksbuild.2", "1.30", "1.34"),
            Release("v1.3.4-eksbuild.1", "1.31", "1.35"),
            Release("v1.3.5-eksbuild.2", "1.30", "1.36"),
            Release("v1.3.8-eksbuild.2", "1.32", "1.36"),
            Release("v1.3.10-eksbuild.1", "1.35", "1.36"),
        ),
        on_every_node=True,
    ),
    "amazon-cloudwatch-observability": Offer(
        "observability",
        _offered(
            "amazon-cloudwatch-observability",
            Release("v2.3.0-eksbuild.1", "1.30", "1.34"),
            Release("v2.6.0-eksbuild.1", "1.31", "1.34"),
            Release("v4.4.0-eksbuild.1", "1.32", "1.36"),
        ),
        namespace="amazon-cloudwatch",
        identities={"cloudwatch-agent": f"{_POLICY}CloudWatchAgentServerPolicy"},
    ),
    "aws-efs-csi-driver": Offer(
        "storage",
        _any("v2.1.0-eksbuild.1"),
        identities={"efs-csi-controller-sa": f"{_POLICY}service-role/AmazonEFSCSIDriverPolicy"},
    ),
    "aws-mountpoint-s3-csi-driver": Offer("storage", _any("v1.11.0-eksbuild.1"), identities={"s3-csi-driver-sa": ""}),
    "snapshot-controller": Offer("storage", _offered("snapshot-controller", *_any("v8.2.0-eksbuild.1"))),
    "metrics-server": Offer("observability", _any("v0.7.2-eksbuild.3", "v0.8.0-eksbuild.1"), owner="community"),
    "kube-state-metrics": Offer(
        "observability", _any("v2.15.0-eksbuild.4"), namespace="kube-state-metrics", owner="community"
    ),
    "prometheus-node-exporter": Offer(
        "observability",
        _any("v1.9.1-eksbuild.2"),
        namespace="prometheus-node-exporter",
        on_every_node=True,
        owner="community",
    ),
    "cert-manager": Offer("security", _any("v1.17.2-eksbuild.1"), namespace="cert-manager", owner="community"),
    "external-dns": Offer(
        "networking",
        _any("v0.17.0-eksbuild.1", "v0.19.0-eksbuild.2"),
        namespace="external-dns",
        identities={"external-dns": f"{_POLICY}AmazonRoute53FullAccess"},
        owner="community",
    ),
    "eks-node-monitoring-agent": Offer("observability", _any("v1.2.0-eksbuild.1"), on_every_node=True),
    "aws-guardduty-agent": Offer(
        "security", _any("v1.10.0-eksbuild.2"), namespace="amazon-guardduty", on_every_node=True
    ),
    "adot": Offer(
        "observability",
        _any("v0.117.0-eksbuild.1"),
        namespace="opentelemetry-operator-system",
        identities={"adot-collector": ""},
    ),
}


def offer(name: str) -> Offer:
    """Raises Refusal for an add-on that EKS does not have."""
    if name not in ADDONS:
        raise invalid("Addon specified is not supported")
    return ADDONS[name]


def suitable(name: str, asked: str | None, kubernetes: str) -> str:
    """An add-on's version for one of Kubernetes: that which is asked for, or EKS's choice. Raises Refusal."""
    offered = offer(name)
    if asked:
        if not any(release.version == asked and release.suits(kubernetes) for release in offered.releases):
            raise invalid("Addon version specified is not supported")
        return asked
    choice = offered.choice(kubernetes)
    if not choice:
        raise invalid(f"Addon {name} specified is not supported in {kubernetes} kubernetes version")
    return choice.version


def describe_addon_versions(_: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    names = [asked["addonName"]] if asked.get("addonName") else list(ADDONS)
    told = [_told(name, offer(name), asked.get("kubernetesVersion")) for name in names]
    kinds, owners = asked.get("types") or [], asked.get("owners") or []
    told = [one for one in told if one["addonVersions"]]
    told = [one for one in told if (not kinds or one["type"] in kinds) and (not owners or one["owner"] in owners)]
    return page("addons", told, asked)


def describe_addon_configuration(_: Store, call: Call) -> dict[str, Any]:
    name, version = call.parameters["addonName"], call.parameters["addonVersion"]
    offered = offer(name)
    if not any(release.version == version for release in offered.releases):
        raise not_found(f"No addon version found for addon name: {name} and addon version: {version}")
    return {
        "addonName": name,
        "addonVersion": version,
        "configurationSchema": '{"$schema":"http://json-schema.org/draft-06/schema#","type":"object"}',
        "podIdentityConfiguration": [
            {"serviceAccount": account, "recommendedManagedPolicies": [policy] if policy else []}
            for account, policy in offered.identities.items()
        ],
    }


def _told(name: str, offered: Offer, kubernetes: str | None) -> dict[str, Any]:
    releases = [one for one in reversed(offered.releases) if not kubernetes or one.suits(kubernetes)]
    return {
        "addonName": name,
        "type": offered.kind,
        "owner": offered.owner,
        "publisher": "eks",
        "defaultNamespace": offered.namespace,
        "addonVersions": [
            {
                "addonVersion": release.version,
                "architecture": ["amd64", "arm64"],
                "computeTypes": ["ec2", "auto"],
                "compatibilities": [
                    {
                        "clusterVersion": version,
                        "platformVersions": ["*"],
                        "defaultVersion": release == offered.choice(version),
                    }
                    for version in VERSIONS
                    if release.suits(version) and kubernetes in (None, version)
                ],
                "requiresConfiguration": False,
                "requiresIamPermissions": bool(offered.identities),
            }
            for release in releases
        ],
    }
