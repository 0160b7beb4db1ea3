"""RDS: subnet groups and parameter groups, and who holds them."""

from __future__ import annotations

from ..service import Call, Refusal
from . import rds_rules as rules_of
from .rds import backend_of
from .rules import refuses


@refuses("rds", "CreateDBSubnetGroup", "ModifyDBSubnetGroup")
def subnets_cover_zones(call: Call) -> None:
    rules_of.refuse_coverage(call)


@refuses("rds", "DeleteDBSubnetGroup")
def subnet_group_in_use(call: Call) -> None:
    name = str(call.parameters.get("DBSubnetGroupName", "")).lower()
    used = [one for one in backend_of(call).clusters.values() if one.db_subnet_group_name == name]
    for cluster in used:
        members = cluster._members
        holder = members[0].db_instance_identifier if members else cluster.db_cluster_identifier
        raise Refusal(
            "InvalidDBSubnetGroupStateFault",
            f"Cannot delete the subnet group '{name}' because at least one database instance: {holder} is still using it.",
        )


@refuses("rds", "DeleteDBClusterParameterGroup", "DeleteDBParameterGroup")
def parameter_group_in_use(call: Call) -> None:
    rds, given = backend_of(call), call.parameters
    cluster_group, group = given.get("DBClusterParameterGroupName"), given.get("DBParameterGroupName")
    used = cluster_group and any(one.parameter_group == cluster_group for one in rds.clusters.values())
    used = used or (group and any(one.db_parameter_group_name == group for one in rds.databases.values()))
    if used:
        raise Refusal(
            "InvalidDBParameterGroupState",
            "One or more database instances are still members of this parameter group",
        )
