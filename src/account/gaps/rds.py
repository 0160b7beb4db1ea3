"""RDS: Aurora's clusters and instances, and their states with times."""

from __future__ import annotations

from typing import Any

from moto.logs.models import logs_backends
from moto.rds.models import DBCluster, RDSBackend, rds_backends

from ..agenda import later, task
from ..clock import TIMES
from ..service import Call, Refusal
from . import rds_rules as rules_of
from .rules import extends, fails_late, follows, late_failure, refuses

TIMES.update(
    {
        "rds.CreateDBCluster": 120,
        "rds.CreateDBInstance": 420,
        "rds.DeleteDBCluster": 90,
        "rds.DeleteDBInstance": 240,
        "rds.ModifyDBCluster": 30,
        "rds.ModifyDBInstance": 30,
        "rds.RestoreDBClusterFromSnapshot": 120,
        "rds.RestoreDBClusterToPointInTime": 120,
    }
)

CHANGES = {
    "CloudwatchLogsExportConfiguration": 60,
    "DBInstanceClass": 420,
    "EnableIAMDatabaseAuthentication": 60,
    "EnablePerformanceInsights": 60,
    "EngineVersion": 600,
    "ManageMasterUserPassword": 60,
    "MasterUserSecretKmsKeyId": 60,
    "MonitoringInterval": 60,
    "MonitoringRoleArn": 60,
    "Port": 120,
    "PubliclyAccessible": 60,
}
"""AWS's seconds for a change of an argument, where it takes more than most."""

fails_late("rds", "CreateDBCluster", "CreateDBInstance")


def backend_of(call: Call) -> Any:
    """moto's RDS of a call's account and region."""
    return rds_backends[call.account][call.region]


def cluster_of(call: Call, name: str = "DBClusterIdentifier") -> Any:
    """The cluster that a call names, by its identifier or its ARN; None if there is none."""
    return backend_of(call).clusters.get(str(call.parameters.get(name, "")).rsplit(":", 1)[-1].lower())


def not_found(name: Any) -> Refusal:
    return Refusal("DBClusterNotFoundFault", f"DBCluster {name} not found.", 404)


# States


def _plain(owner: type) -> None:
    """A status is what was set; moto's clusters are available as soon as somebody has looked."""
    owner.status = property(  # type: ignore[attr-defined]
        lambda one: one.__dict__.get("_status"), lambda one, value: one.__dict__.__setitem__("_status", value)
    )


_plain(DBCluster)


def _begins(kind: str, one: Any, name: str, action: str) -> None:
    """Lets a cluster or an instance be `creating` until its time has passed."""
    one.status = "creating"
    failure = late_failure()
    end = "failed" if failure else "available"
    later("rds.made", TIMES[f"rds.{action}"], kind, one.account_id, one.region, name, end)


@task("rds.made")
def made(kind: str, account: str, region: str, name: str, status: str) -> None:
    one = _all(kind, account, region).get(name)
    if one is not None and one.status in ("creating", "modifying", "upgrading"):
        one.status = status


def _all(kind: str, account: str, region: str) -> Any:
    backend = rds_backends[account][region]
    return backend.clusters if kind == "cluster" else backend.databases


@extends(RDSBackend, "create_db_cluster")
def cluster_begins(original: Any, rds: Any, kwargs: Any) -> Any:
    cluster = original(rds, kwargs)
    rds.cluster_snapshots = _without_automated(rds.cluster_snapshots, cluster.db_cluster_identifier)
    _as_aurora(cluster, kwargs)
    _begins("cluster", cluster, cluster.db_cluster_identifier, "CreateDBCluster")
    return cluster


def _as_aurora(cluster: Any, asked: Any) -> None:
    """What AWS tells of an Aurora cluster and moto does not, or otherwise."""
    if not cluster.engine.startswith("aurora"):
        return
    cluster.storage_type = asked.get("storage_type") or "aurora"
    cluster.allocated_storage = 1
    if cluster.storage_encrypted and not asked.get("kms_key_id"):
        cluster.kms_key_id = cluster.backend._validate_kms_key("alias/aws/rds")
    cluster.engine_lifecycle_support = "open-source-rds-extended-support"
    cluster.database_insights_mode = "standard"
    cluster.engine_version = rules_of.exact(asked.get("engine_version"))
    cluster.parameter_group = asked.get("db_cluster_parameter_group_name") or (
        f"default.{cluster.engine}{rules_of.major(cluster.engine_version)}"
    )


_storage = DBCluster.default_allocated_storage
# Aurora's storage grows by itself, whichever kind it is.
DBCluster.default_allocated_storage = staticmethod(  # type: ignore[method-assign]
    lambda engine, storage_type: 1 if engine.startswith("aurora") else _storage(engine, storage_type)
)

_told_scaling = DBCluster.scaling_configuration_info.fget  # type: ignore[attr-defined]
# Only a cluster of Serverless v1 has one.
DBCluster.scaling_configuration_info = property(  # type: ignore[assignment]
    lambda cluster: _told_scaling(cluster) if cluster.engine_mode == "serverless" else None
)


@extends(RDSBackend, "create_db_instance")
def instance_begins(original: Any, rds: Any, kwargs: Any) -> Any:
    instance = original(rds, kwargs)
    cluster = getattr(instance, "cluster", None)
    instance.network_type = "IPV4"
    instance.ca_certificate_identifier = kwargs.get("ca_certificate_identifier") or "rds-ca-rsa2048-g1"
    instance.performance_insights_enabled = False
    _insights(instance, kwargs)
    if cluster is not None:
        group = rds.subnet_groups.get(cluster.db_subnet_group_name)
        instance.db_subnet_group = group
        instance.port = cluster.port
        zones = sorted(one["SubnetAvailabilityZone"]["Name"] for one in group.subnets) if group else []
        if zones and not kwargs.get("availability_zone"):
            instance.availability_zone = zones[0]
    _begins("instance", instance, instance.db_instance_identifier, "CreateDBInstance")
    return instance


def _insights(instance: Any, asked: Any) -> None:
    """Performance Insights, as an instance was asked to have them."""
    if asked.get("enable_performance_insights") is not None:
        instance.performance_insights_enabled = bool(asked["enable_performance_insights"])
    if not getattr(instance, "performance_insights_enabled", False):
        return
    key = asked.get("performance_insights_kms_key_id") or getattr(instance, "performance_insights_kms_key_id", None)
    instance.performance_insights_kms_key_id = key or instance.kms_key_id
    instance.performance_insights_retention_period = int(asked.get("performance_insights_retention_period") or 7)


# Creation


def refuse_new(call: Call) -> None:
    """Refuses a new cluster, however it is made, of which the name is wrong or taken, or the subnet group."""
    rules_of.refuse_identifier("DBClusterIdentifier", str(call.parameters.get("DBClusterIdentifier", "")), 63)
    if cluster_of(call):
        raise Refusal("DBClusterAlreadyExistsFault", "DB Cluster already exists")
    rules_of.refuse_subnet_group(call)


@refuses("rds", "CreateDBCluster")
def cluster_is_asked_wrongly(call: Call) -> None:
    given = call.parameters
    refuse_new(call)
    rules_of.refuse_backups(given.get("BackupRetentionPeriod"))
    rules_of.refuse_user(given.get("MasterUsername"))
    if given.get("Engine") == rules_of.AURORA:
        rules_of.refuse_version(given.get("EngineVersion"))
        rules_of.refuse_parameter_group(call, rules_of.exact(given.get("EngineVersion")))
        rules_of.refuse_capacity(given.get("ServerlessV2ScalingConfiguration"))


@refuses("rds", "CreateDBInstance")
def instance_is_asked_wrongly(call: Call) -> None:
    given = call.parameters
    rules_of.refuse_identifier("DBInstanceIdentifier", str(given.get("DBInstanceIdentifier", "")), 63)
    name = given.get("DBClusterIdentifier")
    if not name:
        return
    cluster = cluster_of(call)
    # Whether RDS takes one for a cluster that is still being made is not documented; the stricter reading.
    if cluster is None or cluster.status == "creating":
        raise not_found(name)
    if cluster.status == "deleting":
        words = f"DBCluster {name} is not in available state; it is deleting."
        raise Refusal("InvalidDBClusterStateFault", words)
    if given.get("Engine") != cluster.engine:
        raise Refusal(
            "InvalidParameterCombination",
            f"The engine name requested for your DB instance ({given.get('Engine')}) doesn't match "
            f"the engine name of your DB cluster ({cluster.engine}).",
        )
    rules_of.refuse_zone(call, cluster)
    rules_of.refuse_class(call, cluster)
    rules_of.refuse_monitoring(call)


@follows("rds", "CreateDBCluster", "ModifyDBCluster")
def logs_are_kept(call: Call) -> None:
    """The log group that a cluster's exported logs go to is made by RDS."""
    cluster = cluster_of(call)
    for kind in cluster.enabled_cloudwatch_logs_exports if cluster else []:
        logs = logs_backends[call.account][call.region]
        name = f"/aws/rds/cluster/{cluster.db_cluster_identifier}/{kind}"
        if name not in logs.groups:
            logs.create_log_group(name, {})


# Changes


@refuses("rds", "ModifyDBCluster")
def cluster_is_changed_wrongly(call: Call) -> None:
    cluster = cluster_of(call)
    if cluster is None:
        raise not_found(call.parameters.get("DBClusterIdentifier"))
    if cluster.status in ("creating", "deleting"):
        words = f"DBCluster {cluster.db_cluster_identifier} is not in available state; it is {cluster.status}."
        raise Refusal("InvalidDBClusterStateFault", words)
    rules_of.refuse_backups(call.parameters.get("BackupRetentionPeriod"))
    if cluster.engine == rules_of.AURORA:
        wanted = rules_of.refuse_upgrade(call, cluster)
        rules_of.refuse_parameter_group(call, wanted or cluster.engine_version)
        rules_of.refuse_capacity(call.parameters.get("ServerlessV2ScalingConfiguration"))


@extends(RDSBackend, "modify_db_cluster")
def cluster_changes(original: Any, rds: Any, kwargs: Any) -> Any:
    held = rds.clusters[kwargs["db_cluster_identifier"]].engine_version
    told = original(rds, kwargs)
    cluster = rds.clusters[told.db_cluster_identifier]
    asked = kwargs.get("engine_version")
    # A major alone is content with any of its minors.
    cluster.engine_version = held if asked in (None, str(rules_of.major(held))) else rules_of.exact(asked)
    return told


@refuses("rds", "ModifyDBInstance")
def instance_is_changed_wrongly(call: Call) -> None:
    instance = backend_of(call).databases.get(call.parameters.get("DBInstanceIdentifier"))
    cluster = getattr(instance, "cluster", None)
    if cluster is not None:
        rules_of.refuse_class(call, cluster)
        rules_of.refuse_monitoring(call)


@extends(RDSBackend, "modify_db_instance")
def instance_changes(original: Any, rds: Any, db_instance_identifier: str, db_kwargs: Any) -> Any:
    instance = original(rds, db_instance_identifier, db_kwargs)
    _insights(instance, db_kwargs)
    return instance


@follows("rds", "ModifyDBCluster", "ModifyDBInstance")
def change_takes_time(call: Call) -> None:
    kind = "cluster" if call.action == "ModifyDBCluster" else "instance"
    named = call.parameters["DBClusterIdentifier" if kind == "cluster" else "DBInstanceIdentifier"]
    one = _all(kind, call.account, call.region).get(str(named).rsplit(":", 1)[-1].lower())
    if one is None or one.status != "available":
        return
    changed = set(call.parameters) - {"DBClusterIdentifier", "DBInstanceIdentifier", "ApplyImmediately"}
    if not changed:
        return
    seconds = max(CHANGES.get(name, TIMES[f"rds.{call.action}"]) for name in changed)
    one.status = "modifying"
    later("rds.made", seconds, kind, call.account, call.region, one.resource_id, "available")


# Deletion


@refuses("rds", "DeleteDBCluster")
def cluster_is_held(call: Call) -> None:
    cluster, given = cluster_of(call), call.parameters
    if cluster is None:
        raise not_found(given.get("DBClusterIdentifier"))
    if cluster.status == "deleting":
        words = f"DBCluster {cluster.db_cluster_identifier} is already being deleted."
        raise Refusal("InvalidDBClusterStateFault", words)
    name = given.get("FinalDBSnapshotIdentifier")
    if not given.get("SkipFinalSnapshot") and not name:
        words = "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
        raise Refusal("InvalidParameterCombination", words)
    if cluster.deletion_protection:
        raise Refusal(
            "InvalidParameterCombination",
            "Cannot delete protected Cluster, please disable deletion protection and try again.",
        )
    if any(member.status != "deleting" for member in cluster._members):
        raise Refusal(
            "InvalidDBClusterStateFault",
            "Cluster cannot be deleted, it still contains DB instances in non-deleting state.",
        )
    if name:
        rules_of.refuse_identifier("FinalDBSnapshotIdentifier", name, 255)
        if name.lower() in backend_of(call).cluster_snapshots:
            raise Refusal(
                "DBClusterSnapshotAlreadyExistsFault",
                f"Cannot create the cluster snapshot because one with the identifier {name} already exists.",
            )


_every_member = DBCluster._members.fget  # type: ignore[attr-defined]
# A writer, and a cluster that may be deleted, look only at those that stay.
DBCluster.members = property(  # type: ignore[assignment]
    lambda cluster: [one for one in _every_member(cluster) if one.status != "deleting"]
)


@extends(RDSBackend, "delete_db_cluster")
def cluster_ends(original: Any, rds: Any, cluster_identifier: str, snapshot_name: str | None = None) -> Any:
    cluster = original(rds, cluster_identifier, snapshot_name)
    cluster.status = "deleting"
    rds.clusters[cluster_identifier] = cluster
    snapshot = rds.cluster_snapshots.get(snapshot_name.lower()) if snapshot_name else None
    if snapshot:
        snapshot.status = "creating"
    seconds = TIMES["rds.DeleteDBCluster"]
    later("rds.cluster-gone", seconds, rds.account_id, rds.region_name, cluster_identifier, snapshot_name)
    return cluster


@task("rds.cluster-gone")
def cluster_gone(account: str, region: str, name: str, snapshot: str | None) -> None:
    rds = rds_backends[account][region]
    if name in rds.clusters and rds.clusters[name].status == "deleting":
        del rds.clusters[name]
    if snapshot and snapshot.lower() in rds.cluster_snapshots:
        rds.cluster_snapshots[snapshot.lower()].status = "available"


@extends(RDSBackend, "delete_db_instance")
def instance_ends(original: Any, rds: Any, db_instance_identifier: str, *arguments: Any, **named: Any) -> Any:
    instance = original(rds, db_instance_identifier, *arguments, **named)
    instance.status = "deleting"
    cluster = getattr(instance, "cluster", None)
    if cluster is not None and instance.is_cluster_writer:
        # Another one becomes the writer when the writer goes.
        instance.is_cluster_writer = False
        cluster.designate_writer()
    rds.databases[db_instance_identifier] = instance
    seconds = TIMES["rds.DeleteDBInstance"]
    later("rds.instance-gone", seconds, rds.account_id, rds.region_name, db_instance_identifier)
    return instance


@task("rds.instance-gone")
def instance_gone(account: str, region: str, name: str) -> None:
    rds = rds_backends[account][region]
    if name in rds.databases and rds.databases[name].status == "deleting":
        del rds.databases[name]
    rds.database_snapshots.pop(name, None)


@refuses("rds", "DeleteDBInstance")
def instance_is_going(call: Call) -> None:
    instance = backend_of(call).databases.get(call.parameters.get("DBInstanceIdentifier"))
    if instance is not None and instance.status == "deleting":
        words = f"Instance {instance.db_instance_identifier} is already being deleted."
        raise Refusal("InvalidDBInstanceState", words)


def _without_automated(snapshots: Any, cluster: str) -> Any:
    """moto makes an automated snapshot with each cluster; AWS makes them in the night, and removes them with it."""
    automated = [
        name
        for name, one in snapshots.items()
        if one.snapshot_type == "automated" and one.db_cluster_identifier == cluster
    ]
    for name in automated:
        del snapshots[name]
    return snapshots
