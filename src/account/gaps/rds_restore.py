"""RDS: clusters from snapshots and from other clusters, and the versions that there are."""

from __future__ import annotations

from typing import Any

from moto.rds.models import RDSBackend

from ..service import Call, Refusal
from . import rds_rules as rules_of
from .rds import backend_of, cluster_of, not_found, refuse_new
from .rules import answers, extends, refuses

INHERITED = ("engine", "database_name", "master_username", "port", "storage_encrypted", "kms_key_id", "storage_type")
"""What a restored cluster has of its source, whatever it was asked to be."""


@refuses("rds", "RestoreDBClusterFromSnapshot")
def snapshot_is_there(call: Call) -> None:
    given = call.parameters
    name = str(given.get("SnapshotIdentifier", "")).rsplit(":", 1)[-1].lower()
    snapshot = backend_of(call).cluster_snapshots.get(name)
    if snapshot is None or snapshot.status != "available":
        raise Refusal("DBClusterSnapshotNotFoundFault", f"DBClusterSnapshot not found: {name}", 404)
    _restored_rightly(call, snapshot.engine_version)


@refuses("rds", "RestoreDBClusterToPointInTime")
def source_is_there(call: Call) -> None:
    given = call.parameters
    source = cluster_of(call, "SourceDBClusterIdentifier")
    if source is None or source.status == "creating":
        raise not_found(given.get("SourceDBClusterIdentifier"))
    moment, latest = given.get("RestoreToTime"), given.get("UseLatestRestorableTime")
    if bool(moment) == bool(latest):
        words = "Specify either RestoreToTime or UseLatestRestorableTime."
        raise Refusal("InvalidParameterCombination", words)
    if moment and moment.replace(tzinfo=None) < source.created.replace(tzinfo=None):
        words = f"Cannot restore to {moment.isoformat()}: it is before the earliest restorable time."
        raise Refusal("InvalidParameterValue", words)
    _restored_rightly(call, source.engine_version)


def _restored_rightly(call: Call, held: str) -> None:
    given = call.parameters
    refuse_new(call)
    rules_of.refuse_capacity(given.get("ServerlessV2ScalingConfiguration"))
    asked = given.get("EngineVersion")
    if asked and rules_of.order(rules_of.exact(asked)) < rules_of.order(held):
        raise Refusal("InvalidParameterCombination", f"Cannot upgrade {rules_of.AURORA} from {held} to {asked}")
    rules_of.refuse_parameter_group(call, rules_of.exact(asked or held))


@extends(RDSBackend, "restore_db_cluster_from_snapshot")
def restored_from_snapshot(original: Any, rds: Any, from_snapshot_id: str, overrides: Any) -> Any:
    snapshot = rds.cluster_snapshots[from_snapshot_id.rsplit(":", 1)[-1].lower()]
    return _restored(rds, snapshot.cluster, snapshot.engine_version, overrides)


@extends(RDSBackend, "restore_db_cluster_to_point_in_time")
def restored_to_point(original: Any, rds: Any, **asked: Any) -> Any:
    source = rds.clusters[asked["source_db_cluster_identifier"].rsplit(":", 1)[-1].lower()]
    return _restored(rds, source, source.engine_version, asked)


def _restored(rds: Any, source: Any, version: str, asked: Any) -> Any:
    given = {name: value for name, value in asked.items() if value is not None}
    inherited = {name: getattr(source, name) for name in INHERITED}
    settings = {**given, **inherited, "engine_version": given.get("engine_version") or version}
    if not settings.get("manage_master_user_password"):
        settings["master_user_password"] = "as-in-the-source"
    return rds.create_db_cluster(settings)


@answers("rds", "DescribeDBEngineVersions")
def engine_versions(call: Call) -> dict[str, Any] | None:
    if call.parameters.get("Engine") not in (None, rules_of.AURORA):
        return None
    asked = call.parameters.get("EngineVersion")
    found = [one for one in rules_of.versions() if not asked or one == asked or one.startswith(f"{asked}.")]
    if call.parameters.get("DefaultOnly"):
        found = found[-1:]
    return {"DBEngineVersions": [_told(one) for one in found]}


def _told(version: str) -> dict[str, Any]:
    major = rules_of.major(version)
    known = [one for one in rules_of.versions() if rules_of.order(one) > rules_of.order(version)]
    return {
        "Engine": rules_of.AURORA,
        "EngineVersion": version,
        "MajorEngineVersion": str(major),
        "DBParameterGroupFamily": f"{rules_of.AURORA}{major}",
        "DBEngineDescription": "Aurora (PostgreSQL)",
        "DBEngineVersionDescription": f"Aurora PostgreSQL (Compatible with PostgreSQL {version})",
        "ExportableLogTypes": ["instance", "postgresql"],
        "SupportsLogExportsToCloudwatchLogs": True,
        "SupportedEngineModes": ["provisioned"],
        "Status": "available",
        "ValidUpgradeTarget": [
            {
                "Engine": rules_of.AURORA,
                "EngineVersion": one,
                "Description": f"Aurora PostgreSQL (Compatible with PostgreSQL {one})",
                "AutoUpgrade": False,
                "IsMajorVersionUpgrade": rules_of.major(one) > major,
            }
            for one in known
        ],
    }
