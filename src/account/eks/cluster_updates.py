"""Changes of clusters: configuration, one sort at a time, and version, one step at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Callable

from .. import clock
from ..service import Call, Refusal
from . import surroundings, updates
from .clusters import check_auto_mode, check_encryption, check_endpoint_access, logging_of
from .refusals import bad_request, in_use, invalid
from .store import Cluster, Store, Upgrade
from .versions import SKEW, VERSIONS, check_policy, minor, offered

MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
AUTO_MODE = ("computeConfig", "kubernetesNetworkConfig", "storageConfig")
WAY_BACK = timedelta(days=7)
"""For so long EKS goes back to the version before."""

Change = tuple[str, dict[str, Any], dict[str, Any]]
"""The type of an update, its parameters, and what becomes of the cluster's fields."""


def update_cluster_config(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    cluster = _idle(store, asked["name"])
    sorts = [sort for field, sort in _SORTS.items() if asked.get(field) is not None]
    if not sorts:
        raise invalid("The type for cluster update was not provided.")
    if len(set(sorts)) > 1:
        raise invalid("Only one type of update can be allowed.")
    kind, params, changes = sorts[0](store, cluster, asked)
    begun = updates.begin(cluster, kind, params, changes, seconds=clock.taken(f"eks.{kind}"), late=call.late)
    return begun


def associate_encryption_config(store: Store, call: Call) -> dict[str, Any]:
    config = call.parameters["encryptionConfig"]
    cluster = _idle(store, call.parameters["clusterName"])
    if cluster.about["encryptionConfig"]:
        raise invalid("Encryption is already enabled on this cluster")
    check_encryption(store, config)
    return updates.begin(
        cluster,
        "AssociateEncryptionConfig",
        {"EncryptionConfig": config},
        {"encryptionConfig": config},
        seconds=clock.taken("eks.AssociateEncryptionConfig"),
        late=call.late,
    )


def update_cluster_version(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    cluster = _idle(store, asked["name"])
    to = asked["version"]
    if to not in VERSIONS or VERSIONS[to] not in offered(clock.today()):
        raise invalid(f"unsupported Kubernetes version {to}")
    if minor(to) == minor(cluster.version) - 1:
        _check_way_back(cluster, to, bool(asked.get("force")))
        return _change_version(cluster, "VersionRollback", to, late=call.late)
    if minor(to) != minor(cluster.version) + 1:
        raise _no_such_step(cluster, to)
    behind = [name for name, group in cluster.node_groups.items() if minor(group.about["version"]) < minor(to) - SKEW]
    if behind:
        raise bad_request(
            f"Nodegroups {', '.join(behind)} must be updated to match cluster version {cluster.version} before "
            "updating cluster version"
        )
    return _change_version(cluster, "VersionUpdate", to, late=call.late)


def upgrade_by_age(cluster: Cluster) -> None:
    """Moves a cluster on whose support has ended, as EKS does some time after that day."""
    version = VERSIONS[cluster.version]
    extends = cluster.about["upgradePolicy"]["supportType"] == "EXTENDED"
    following = next((one for one in VERSIONS.values() if one.minor == version.minor + 1), None)
    if following and clock.today() > (version.extended if extends else version.standard):
        _change_version(cluster, "VersionUpdate", following.name, forced=clock.today() > version.extended)


def _change_version(
    cluster: Cluster, kind: str, to: str, *, late: Refusal | None = None, forced: bool = False
) -> dict[str, Any]:
    platform = VERSIONS[to].platform
    if not late:
        back = kind == "VersionRollback"
        cluster.upgraded = None if back else Upgrade(cluster.version, clock.today(), forced)
    return updates.begin(
        cluster,
        kind,
        {"Version": to, "PlatformVersion": platform},
        {"version": to, "platformVersion": platform},
        seconds=clock.taken("eks.UpdateClusterVersion"),
        late=late,
    )


def _check_way_back(cluster: Cluster, to: str, force: bool) -> None:
    """Raises Refusal unless the cluster has come from that version less than a week ago, on its owner's order."""
    last = cluster.upgraded
    if not last or last.origin != to or last.forced or clock.today() - last.on > WAY_BACK:
        raise _no_such_step(cluster, to)
    extended = VERSIONS[to].support(clock.today()) == "EXTENDED_SUPPORT"
    if extended and cluster.about["upgradePolicy"]["supportType"] != "EXTENDED":
        raise bad_request(
            f"Version {to} is in extended support: the upgrade policy must be EXTENDED to roll back to it"
        )
    ahead = [name for name, group in cluster.node_groups.items() if minor(group.about["version"]) > minor(to)]
    if ahead and not force:
        raise bad_request(f"Nodegroups {', '.join(ahead)} must be rolled back to {to} before the cluster")


def _no_such_step(cluster: Cluster, to: str) -> Refusal:
    return invalid(f"Unsupported Kubernetes minor version update from {cluster.version} to {to}")


def _idle(store: Store, name: str) -> Cluster:
    cluster = store.living(name)
    if updates.under_way(cluster):
        raise in_use(f"Cannot update cluster {name} because it currently has an update in progress")
    return cluster


def _network(store: Store, cluster: Cluster, asked: dict[str, Any]) -> Change:
    changes = {field: value for field, value in asked["resourcesVpcConfig"].items() if value is not None}
    now = cluster.about["resourcesVpcConfig"]
    if "subnetIds" in changes or "securityGroupIds" in changes:
        return _placement(store, cluster, changes)
    check_endpoint_access({**now, **changes})
    if all(_same(now[field], value) for field, value in changes.items()):
        raise invalid(
            "Cluster is already at the desired configuration with endpointPrivateAccess: "
            f"{str(now['endpointPrivateAccess']).lower()} , endpointPublicAccess: "
            f"{str(now['endpointPublicAccess']).lower()}, and Public Endpoint Restrictions: "
            f"[{', '.join(now['publicAccessCidrs'])}]"
        )
    params = {field[0].upper() + field[1:]: value for field, value in changes.items()}
    return "EndpointAccessUpdate", params, {"resourcesVpcConfig": changes}


def _placement(store: Store, cluster: Cluster, changes: dict[str, Any]) -> Change:
    if set(changes) - {"subnetIds", "securityGroupIds"}:
        raise invalid("Only one type of update can be allowed.")
    now = cluster.about["resourcesVpcConfig"]
    wanted = {**now, **changes}
    subnets = surroundings.control_plane_subnets(store, wanted["subnetIds"])
    if subnets[0].vpc_id != now["vpcId"]:
        raise invalid("Subnets specified must belong to the same VPC")
    surroundings.check_groups(store, wanted["securityGroupIds"], now["vpcId"])
    surroundings.drop_interfaces(store, cluster.interfaces)
    groups = [now["clusterSecurityGroupId"], *wanted["securityGroupIds"]]
    cluster.interfaces = surroundings.make_interfaces(store, cluster.name, subnets, groups)
    params = {"Subnets": changes.get("subnetIds"), "SecurityGroups": changes.get("securityGroupIds")}
    return "VpcConfigUpdate", params, {"resourcesVpcConfig": changes}


def _logging(_: Store, cluster: Cluster, asked: dict[str, Any]) -> Change:
    wanted = logging_of(cluster.about["logging"], asked["logging"])
    if wanted == cluster.about["logging"]:
        raise invalid("No changes needed for the logging config provided")
    return "LoggingUpdate", {"ClusterLogging": asked["logging"]}, {"logging": wanted}


def _access(_: Store, cluster: Cluster, asked: dict[str, Any]) -> Change:
    now, wanted = cluster.about["accessConfig"]["authenticationMode"], asked["accessConfig"].get("authenticationMode")
    # A ConfigMap is given up in two steps, and never comes back.
    if wanted not in MODES or MODES.index(wanted) != MODES.index(now) + 1:
        raise invalid(f"Unsupported authentication mode update from {now} to {wanted}")
    return "AccessConfigUpdate", {"AuthenticationMode": wanted}, {"accessConfig": {"authenticationMode": wanted}}


def _support(_: Store, cluster: Cluster, asked: dict[str, Any]) -> Change:
    check_policy(cluster.version, asked["upgradePolicy"])
    return "UpgradePolicyUpdate", {"UpgradePolicy": asked["upgradePolicy"]}, {"upgradePolicy": asked["upgradePolicy"]}


def _auto_mode(_: Store, cluster: Cluster, asked: dict[str, Any]) -> Change:
    changes = {field: asked[field] for field in AUTO_MODE if asked.get(field) is not None}
    check_auto_mode(changes)
    return "AutoModeUpdate", {field[0].upper() + field[1:]: value for field, value in changes.items()}, changes


def _whole(field: str, kind: str) -> Callable[[Store, Cluster, dict[str, Any]], Change]:
    """A field that is simply replaced."""
    param = field[0].upper() + field[1:]

    def change(_: Store, cluster: Cluster, asked: dict[str, Any]) -> Change:
        return kind, {param: asked[field]}, {field: asked[field]}

    return change


_SORTS: dict[str, Callable[[Store, Cluster, dict[str, Any]], Change]] = {
    "resourcesVpcConfig": _network,
    "logging": _logging,
    "accessConfig": _access,
    "upgradePolicy": _support,
    "zonalShiftConfig": _whole("zonalShiftConfig", "ZonalShiftConfigUpdate"),
    "deletionProtection": _whole("deletionProtection", "DeletionProtectionUpdate"),
    "remoteNetworkConfig": _whole("remoteNetworkConfig", "RemoteNetworkConfigUpdate"),
    "controlPlaneScalingConfig": _whole("controlPlaneScalingConfig", "ControlPlaneScalingConfigUpdate"),
    **{field: _auto_mode for field in AUTO_MODE},
}


def _same(one: Any, other: Any) -> bool:
    return sorted(one) == sorted(other) if isinstance(one, list) else bool(one == other)
