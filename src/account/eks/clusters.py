"""Clusters: how they are made, told of and deleted."""

from __future__ import annotations

import base64
import ipaddress
import re
import socket
from typing import Any
from urllib.parse import urlsplit

from .. import clock
from ..endpoints import endpoints
from ..service import Call, Refusal
from . import access, surroundings, updates
from .pages import page
from .refusals import bad_request, in_use, invalid
from .store import Cluster, Store, stores, unique
from .versions import Version, check_policy, creatable

LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
PRIVATE = [
    ipaddress.IPv4Network(text)
    for text in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
]
"""Ranges that nobody comes from over the public endpoint."""
AUTO_MODE = (
    "For EKS Auto Mode, please ensure that all required configs, including computeConfig, kubernetesNetworkConfig, and "
    "blockStorage are all either fully enabled or fully disabled."
)


def create_cluster(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    name, network = asked["name"], asked["resourcesVpcConfig"]
    _check_name(name)
    if name in store.clusters:
        raise in_use(f"Cluster already exists with name: {name}")
    version = creatable(asked.get("version"))
    check_policy(version.name, asked.get("upgradePolicy") or {})
    _check_role(asked["roleArn"])
    subnets = surroundings.control_plane_subnets(store, network.get("subnetIds") or [])
    groups = network.get("securityGroupIds") or []
    surroundings.check_groups(store, groups, subnets[0].vpc_id)
    check_endpoint_access(network)
    check_encryption(store, asked.get("encryptionConfig") or [])
    check_auto_mode(asked)
    access_config = _access_config(asked.get("accessConfig") or {})
    revealed = _revealed(store)

    own = surroundings.make_security_group(store, name, subnets[0].vpc_id)
    cluster = Cluster(
        {
            **_described(store, asked, version),
            "resourcesVpcConfig": _network(network, own, subnets[0].vpc_id),
            "accessConfig": access_config,
        },
        late=call.late,
        revealed=revealed,
        self_managed=asked.get("bootstrapSelfManagedAddons", True),
        interfaces=surroundings.make_interfaces(store, name, subnets, [own, *groups]),
    )
    store.clusters[name] = cluster
    surroundings.make_log_group(store, cluster)
    if cluster.takes_entries and access_config["bootstrapClusterCreatorAdminPermissions"]:
        access.admit_creator(store, cluster, call.caller.principal)
    cluster.enter("CREATING", clock.taken("eks.CreateCluster"))
    return {"cluster": told(cluster)}


def _described(store: Store, asked: dict[str, Any], version: Version) -> dict[str, Any]:
    """A new cluster as it is described, but for its network and access."""
    vpc = surroundings.subnets_of(store, asked["resourcesVpcConfig"]["subnetIds"])[0].vpc_id
    return {
        "name": asked["name"],
        "arn": store.arn("cluster", asked["name"]),
        "createdAt": clock.moment(clock.now()),
        "version": version.name,
        "roleArn": asked["roleArn"],
        "kubernetesNetworkConfig": {
            "serviceIpv4Cidr": surroundings.service_range(store, vpc),
            "ipFamily": "ipv4",
            "elasticLoadBalancing": {"enabled": False},
            **(asked.get("kubernetesNetworkConfig") or {}),
        },
        "logging": logging_of({}, asked.get("logging") or {}),
        "status": "CREATING",
        "certificateAuthority": {},
        "platformVersion": version.platform,
        "tags": dict(asked.get("tags") or {}),
        "encryptionConfig": asked.get("encryptionConfig") or [],
        "health": {"issues": []},
        "upgradePolicy": {"supportType": "EXTENDED", **(asked.get("upgradePolicy") or {})},
        "computeConfig": {"enabled": False, **(asked.get("computeConfig") or {})},
        "storageConfig": asked.get("storageConfig") or {"blockStorage": {"enabled": False}},
        "controlPlaneScalingConfig": {"tier": "standard", **(asked.get("controlPlaneScalingConfig") or {})},
        "deletionProtection": bool(asked.get("deletionProtection")),
        **{field: asked[field] for field in ("zonalShiftConfig", "remoteNetworkConfig") if asked.get(field)},
    }


def _network(asked: dict[str, Any], security_group: str, vpc: str) -> dict[str, Any]:
    return {
        "subnetIds": asked["subnetIds"],
        "securityGroupIds": asked.get("securityGroupIds") or [],
        "clusterSecurityGroupId": security_group,
        "vpcId": vpc,
        "endpointPublicAccess": asked.get("endpointPublicAccess", True),
        "endpointPrivateAccess": asked.get("endpointPrivateAccess", False),
        "publicAccessCidrs": asked.get("publicAccessCidrs") or ["0.0.0.0/0"],
    }


def _access_config(asked: dict[str, Any]) -> dict[str, Any]:
    config = {"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True, **asked}
    if config["authenticationMode"] == "CONFIG_MAP" and not config["bootstrapClusterCreatorAdminPermissions"]:
        raise invalid(
            "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP"
        )
    return config


def describe_cluster(store: Store, call: Call) -> dict[str, Any]:
    return {"cluster": told(store.cluster(call.parameters["name"]))}


def list_clusters(store: Store, call: Call) -> dict[str, Any]:
    return page("clusters", sorted(store.clusters), call.parameters)


def delete_cluster(store: Store, call: Call) -> dict[str, Any]:
    cluster = store.cluster(call.parameters["name"])
    name = cluster.name
    if cluster.node_groups:
        raise in_use("Cluster has nodegroups attached")
    if cluster.about["deletionProtection"]:
        # The code is documented, the words are not.
        raise bad_request(f"Cluster {name} has deletion protection enabled; disable it before deletion")
    update = updates.under_way(cluster)
    if update:
        raise in_use(f"Cannot delete because cluster {name} currently has update {update.about['id']} in progress")
    if cluster.status == "CREATING":
        raise in_use(f"Cannot delete because cluster {name} currently has an update in progress")
    if cluster.status != "DELETING":
        cluster.late = call.late
        cluster.enter("DELETING", clock.taken("eks.DeleteCluster"))
    return {"cluster": told(cluster)}


def told(cluster: Cluster) -> dict[str, Any]:
    """A cluster as it is described. Whether its creator was let in is never told."""
    mode = cluster.about["accessConfig"]["authenticationMode"]
    return {**cluster.about, "accessConfig": {"authenticationMode": mode}}


def is_reachable(cluster: Cluster) -> bool:
    """Whether a cluster's API server can be asked: as it was told, or if its endpoint takes TCP connections."""
    if endpoints().told:
        return cluster.is_served
    at = urlsplit(cluster.endpoint)
    try:
        with socket.create_connection((at.hostname or "", at.port or 443), timeout=0.2):
            return True
    except OSError:
        return False


def logging_of(before: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Which logs are on and which off, after a request that names some of them. Raises Refusal."""
    on = {log for setup in before.get("clusterLogging", []) if setup["enabled"] for log in setup["types"]}
    for setup in asked.get("clusterLogging") or []:
        for log in setup.get("types") or []:
            if log not in LOGS:
                raise invalid(f"Invalid log type: {log}")
        on = (on | set(setup.get("types") or [])) if setup.get("enabled") else (on - set(setup.get("types") or []))
    setups = [
        {"types": [log for log in LOGS if (log in on) == enabled], "enabled": enabled} for enabled in (True, False)
    ]
    return {"clusterLogging": [setup for setup in setups if setup["types"]]}


def check_endpoint_access(network: dict[str, Any]) -> None:
    """Raises Refusal for an endpoint that nobody would reach, and for ranges that are none or are private."""
    if not network.get("endpointPublicAccess", True) and not network.get("endpointPrivateAccess", False):
        raise invalid("Private and public endpoint access cannot be false")
    for cidr in network.get("publicAccessCidrs") or []:
        try:
            block = ipaddress.ip_network(cidr)
        except ValueError:
            raise invalid(f"The following CIDRs are invalid in publicAccessCidrs: [{cidr}]") from None
        if any(block.version == 4 and block.subnet_of(private) for private in PRIVATE):
            raise invalid(f"The following CIDRs are not allowed in publicAccessCidrs: [{cidr}]")


def check_encryption(store: Store, config: list[dict[str, Any]]) -> None:
    """Raises Refusal for an encryption that EKS does not offer, or a key that is not there. The words are not AWS's."""
    from moto.kms.models import kms_backends

    for one in config:
        arn = (one.get("provider") or {}).get("keyArn") or ""
        if one.get("resources") != ["secrets"]:
            raise invalid("Encryption config resources must be [secrets]")
        region = (arn.split(":") + [""] * 4)[3]
        if region != store.region or arn.split("/")[-1] not in kms_backends[arn.split(":")[4]][region].keys:
            raise invalid(f"KMS key not found: {arn}")


def check_auto_mode(asked: dict[str, Any]) -> None:
    """Raises Refusal unless the three parts of Auto Mode are all on or all off."""
    parts = {
        bool((asked.get("computeConfig") or {}).get("enabled")),
        bool(((asked.get("kubernetesNetworkConfig") or {}).get("elasticLoadBalancing") or {}).get("enabled")),
        bool(((asked.get("storageConfig") or {}).get("blockStorage") or {}).get("enabled")),
    }
    if len(parts) > 1:
        raise invalid(AUTO_MODE)


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[0-9A-Za-z][A-Za-z0-9\-_]{0,99}", name):
        raise invalid(
            "The name can contain only alphanumeric characters (case-sensitive), hyphens and underscores. It must "
            "start with an alphanumeric character and can't be longer than 100 characters."
        )


def _check_role(arn: str) -> None:
    role = surroundings.role_of(arn)
    if not role or not surroundings.trusts(role, "eks.amazonaws.com", "sts:AssumeRole"):
        raise invalid(
            f"Role with arn: {arn}, could not be assumed because it does not exist or the trusted entity is not correct"
        )
    if not surroundings.may(role, "ec2:DescribeSubnets"):
        raise invalid(
            "The provided role doesn't have the Amazon EKS Managed Policies associated with it. Please ensure the "
            "following policy is attached: arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
        )


def _revealed(store: Store) -> dict[str, Any]:
    """An address that no cluster has, and what goes with it. Raises Refusal if there is none left."""
    offered = endpoints()
    taken = {cluster.endpoint for one in stores() for cluster in one.clusters.values()}
    free = next((address for address in offered.addresses if address not in taken), None)
    if not free:
        raise Refusal(
            "ResourceLimitExceededException",
            f"Cluster limit of {len(offered.addresses)} exceeded for account {store.account}.",
            400,
        )
    issuer = f"https://oidc.eks.{store.region}.amazonaws.com/id/{unique(32).upper()}"
    return {
        "endpoint": free,
        "certificateAuthority": {"data": base64.b64encode(offered.authority.encode()).decode()},
        "identity": {"oidc": {"issuer": issuer}},
    }
