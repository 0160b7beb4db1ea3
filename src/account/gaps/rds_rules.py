"""What RDS refuses of Aurora's clusters and instances, and its versions of Aurora PostgreSQL by date."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from moto.ec2.models import ec2_backends
from moto.rds.models import rds_backends

from .. import clock
from ..service import Call, Refusal

AURORA = "aurora-postgresql"
SERVERLESS = "db.serverless"
INTERVALS = (0, 1, 5, 10, 15, 30, 60)

_VERSIONS = Path(__file__).parents[2] / "aws" / "versions.json"
_MINORS: dict[str, tuple[int, ...]] = {
    "14": (9, 10, 11, 12, 13, 15, 17, 18, 19, 20),
    "15": (4, 5, 6, 7, 8, 10, 12, 13, 14, 15),
    "16": (1, 2, 3, 4, 6, 8, 9, 10, 11),
    "17": (4, 5, 6, 7),
}
"""The minor versions by major, from the release notes of Aurora PostgreSQL."""


@lru_cache(maxsize=1)
def _dated() -> dict[str, str]:
    """The versions that the project's table names, each with the day from which RDS refuses it (empty: none)."""
    if not _VERSIONS.exists():
        return {}
    table = json.loads(_VERSIONS.read_text()).get("auroraPostgresql", {})
    return {version: row.get("refusedFrom", "") for version, row in table.items()}


def order(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor or 0)


def versions() -> list[str]:
    """The versions of Aurora PostgreSQL that RDS makes clusters of today, oldest first."""
    known = {f"{major}.{minor}" for major, minors in _MINORS.items() for minor in minors} | set(_dated())
    today = clock.today()
    refused = {version for version, day in _dated().items() if day and date.fromisoformat(day) <= today}
    return sorted(known - refused, key=order)


def exact(version: str | None) -> str:
    """What a version comes down to: a major alone is its newest minor, none at all the newest of all."""
    known = versions()
    if not version:
        return known[-1]
    if "." in version:
        return version
    return next((one for one in reversed(known) if one.startswith(f"{version}.")), version)


def major(version: str) -> int:
    return order(version)[0]


def refuse_version(version: str | None) -> None:
    """Refuses a version that RDS makes no clusters of."""
    if version and exact(version) not in versions():
        raise Refusal("InvalidParameterCombination", f"Cannot find version {version} for {AURORA}")


def refuse_identifier(parameter: str, name: str, longest: int) -> None:
    """Refuses a name that RDS does not take."""
    if re.fullmatch(r"[a-zA-Z](?:-?[a-zA-Z0-9])*", name) and len(name) <= longest:
        return
    raise Refusal(
        "InvalidParameterValue",
        f"The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only "
        "ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.",
    )


def refuse_user(name: str | None) -> None:
    """Refuses a master user whose name the engine keeps to itself."""
    if name and re.fullmatch(r"admin|rdsadmin|pg_.*", name):
        words = f"MasterUsername {name} cannot be used as it is a reserved word used by the engine"
        raise Refusal("InvalidParameterValue", words)


def refuse_backups(days: int | None) -> None:
    if days is not None and not 1 <= days <= 35:
        words = f"Invalid backup retention period: {days}. It must be between 1 and 35."
        raise Refusal("InvalidParameterValue", words)


def refuse_subnet_group(call: Call) -> None:
    name = call.parameters.get("DBSubnetGroupName")
    if name and name != "default" and name.lower() not in rds_backends[call.account][call.region].subnet_groups:
        raise Refusal("DBSubnetGroupNotFoundFault", f"DB subnet group '{name}' does not exist.", 404)


def refuse_parameter_group(call: Call, version: str) -> None:
    """Refuses a cluster parameter group that is not there, or is made for another major version."""
    name = call.parameters.get("DBClusterParameterGroupName")
    if not name or name.startswith("default."):
        return
    group = rds_backends[call.account][call.region].db_cluster_parameter_groups.get(name)
    if group is None:
        raise Refusal("DBClusterParameterGroupNotFound", f"DBClusterParameterGroup not found: {name}", 404)
    needed = f"{AURORA}{major(version)}"
    if group.db_parameter_group_family != needed:
        raise Refusal(
            "InvalidParameterCombination",
            f"The parameter group {name} with DBParameterGroupFamily {group.db_parameter_group_family} can't be used for this "
            f"instance. Please use a parameter group with DBParameterGroupFamily {needed}.",
        )


def refuse_capacity(scaling: Mapping[str, Any] | None) -> None:
    """
    Refuses bounds that Aurora Serverless v2 does not scale in. RDS's words are known for a maximum that is too low and for a
    bound that is missing; the others are made after them.
    """
    if scaling is None:
        return
    low, high, pause = (scaling.get(name) for name in ("MinCapacity", "MaxCapacity", "SecondsUntilAutoPause"))
    if low is None or high is None:
        raise Refusal(
            "InvalidParameterValue",
            "Both MinCapacity and MaxCapacity must be specified when you initialize Serverless v2 scaling configuration.",
        )
    _refuse_bound("minimum", low, 0)
    _refuse_bound("maximum", high, 1)
    if low > high:
        raise Refusal(
            "InvalidParameterValue",
            f"Serverless v2 minimum capacity {low} isn't valid. "
            f"The minimum capacity must be less than or equal to the maximum capacity {high}.",
        )
    if pause is not None and not 300 <= pause <= 86400:
        words = f"Serverless v2 auto-pause time {pause} isn't valid. It must be between 300 and 86400 seconds."
        raise Refusal("InvalidParameterValue", words)


def _refuse_bound(which: str, value: float, least: float) -> None:
    begin = f"Serverless v2 {which} capacity {value} isn't valid. The {which} capacity must be"
    if value < least:
        raise Refusal("InvalidParameterValue", f"{begin} at least {least:.1f}.")
    if value > 256:
        raise Refusal("InvalidParameterValue", f"{begin} at most 256.0.")
    if not (value * 2).is_integer():
        raise Refusal("InvalidParameterValue", f"{begin} a multiple of 0.5.")


def refuse_class(call: Call, cluster: Any) -> None:
    """Refuses an instance class that is none, or one that its cluster is not set for."""
    size = call.parameters.get("DBInstanceClass")
    if size is None:
        return
    if not re.fullmatch(r"db\.(?:serverless|[a-z0-9]+\.[a-z0-9]+)", size):
        raise Refusal("InvalidParameterValue", f"Invalid DB Instance class: {size}")
    if size == SERVERLESS and not cluster.serverless_v2_scaling_configuration:
        raise Refusal(
            "InvalidDBClusterStateFault",
            "Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB instance.",
        )


def refuse_monitoring(call: Call) -> None:
    interval = call.parameters.get("MonitoringInterval") or 0
    if interval not in INTERVALS:
        valid = ", ".join(str(one) for one in INTERVALS)
        raise Refusal("InvalidParameterValue", f"Invalid monitoring interval: {interval}. Valid values are {valid}.")
    tier = call.parameters.get("PromotionTier")
    if tier is not None and not 0 <= tier <= 15:
        raise Refusal("InvalidParameterValue", f"Invalid promotion tier: {tier}. It must be between 0 and 15.")


def zones_of(call: Call, subnets: list[str]) -> set[str]:
    """The zones of subnets, as far as these are there."""
    ec2 = ec2_backends[call.account][call.region]
    known = {one.id: one.availability_zone for zone in ec2.subnets.values() for one in zone.values()}
    return {known[subnet] for subnet in subnets if subnet in known}


def refuse_coverage(call: Call) -> None:
    """The subnets of a group lie in two zones at least."""
    zones = zones_of(call, call.parameters.get("SubnetIds", []))
    if len(zones) == 1:
        raise Refusal(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. "
            f"Current AZ coverage: {', '.join(sorted(zones))}. Add subnets to cover at least 2 AZs.",
        )


def refuse_zone(call: Call, cluster: Any) -> None:
    """An instance lies in a zone that its cluster's subnet group has a subnet in."""
    zone = call.parameters.get("AvailabilityZone")
    group = rds_backends[call.account][call.region].subnet_groups.get(cluster.db_subnet_group_name)
    if zone and group and zone not in {one["SubnetAvailabilityZone"]["Name"] for one in group.subnets}:
        words = f"Availability zone '{zone}' is not covered by DB subnet group '{cluster.db_subnet_group_name}'."
        raise Refusal("InvalidVPCNetworkStateFault", words)


def refuse_upgrade(call: Call, cluster: Any) -> str | None:
    """Refuses a version that a cluster cannot come to; gives the one that it will have, if it changes."""
    asked = call.parameters.get("EngineVersion")
    held = cluster.engine_version
    # A major alone is content with any of its minors.
    if not asked or asked in (held, str(major(held))):
        return None
    wanted = exact(asked)
    if wanted not in versions() or order(wanted) < order(held):
        raise Refusal("InvalidParameterCombination", f"Cannot upgrade {AURORA} from {held} to {asked}")
    if major(wanted) > major(held):
        _refuse_major(call, cluster)
    return wanted


def _refuse_major(call: Call, cluster: Any) -> None:
    if not call.parameters.get("AllowMajorVersionUpgrade"):
        raise Refusal(
            "InvalidParameterCombination",
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.",
        )
    group = cluster.parameter_group
    if not group.startswith("default.") and call.parameters.get("DBClusterParameterGroupName") in (None, group):
        raise Refusal(
            "InvalidParameterCombination",
            f"The current DB cluster parameter group {group} is custom. You must explicitly specify a new DB cluster parameter "
            "group, either default or custom, for the engine version upgrade.",
        )
