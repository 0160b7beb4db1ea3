"""What time does to clusters and what belongs to them. Each state knows when it ends, and is on the account's agenda
then; what waits for something else is looked at whenever EKS is asked, too."""

from __future__ import annotations

from .. import clock
from ..agenda import task
from ..service import Refusal
from . import health, instances, pod_identity, surroundings, updates
from .cluster_updates import upgrade_by_age
from .clusters import is_reachable
from .store import ADVANCE, Cluster, NodeGroup, Resource, Store, stores

AGAIN = 0.25
"""Real seconds after which what waits for something else is looked at once more."""


@task(ADVANCE)
def advance_all() -> None:
    """Brings all clusters everywhere to the present."""
    for store in stores():
        advance(store)


def advance(store: Store) -> None:
    """Brings a region's clusters to the present."""
    for cluster in list(store.clusters.values()):
        for update in cluster.updates.values():
            if update.is_due():
                updates.finish(cluster, update)
        for name, group in list(cluster.node_groups.items()):
            instances.carry_out(store, cluster, group)
            if group.is_due():
                _advance_group(cluster, name, group)
        for name, addon in list(cluster.addons.items()):
            if addon.is_due() or addon.status == "DEGRADED":
                _advance_addon(cluster, name, addon)
        if cluster.is_due():
            _advance_cluster(store, cluster)
        elif cluster.status == "ACTIVE":
            # Its logs bring a group back that somebody has deleted.
            surroundings.make_log_group(store, cluster)
            upgrade_by_age(cluster)


def _advance_cluster(store: Store, cluster: Cluster) -> None:
    if cluster.late:
        _fail(cluster, "FAILED" if cluster.status == "CREATING" else "ACTIVE", cluster.late, cluster.name)
    elif cluster.status == "DELETING":
        surroundings.drop_interfaces(store, cluster.interfaces)
        surroundings.drop_security_group(store, cluster)
        # The last logs bring their group back.
        surroundings.make_log_group(store, cluster)
        del store.clusters[cluster.name]
    elif is_reachable(cluster):
        cluster.about.update(cluster.revealed)
        cluster.enter("ACTIVE")
    else:
        cluster.look_again(AGAIN)


def _advance_group(cluster: Cluster, name: str, group: NodeGroup) -> None:
    if group.late:
        _fail(group, "CREATE_FAILED" if group.status == "CREATING" else "DELETE_FAILED", group.late, *group.instances)
    elif group.status == "DELETING":
        del cluster.node_groups[name]
        health.let_go(cluster, group)
    else:
        missing = health.hinders_nodes(cluster, group)
        if not missing:
            group.enter("ACTIVE")
        elif group.due is not None and clock.now() > group.due + clock.patience():
            _fail(group, "CREATE_FAILED", Refusal("NodeCreationFailure", missing), *group.instances)
        else:
            group.look_again(AGAIN)


def _advance_addon(cluster: Cluster, name: str, addon: Resource) -> None:
    if addon.late and addon.status in ("CREATING", "DELETING"):
        _fail(addon, "CREATE_FAILED" if addon.status == "CREATING" else "DELETE_FAILED", addon.late, name)
    elif addon.status == "DELETING":
        del cluster.addons[name]
        pod_identity.drop_owned(cluster, addon.about["addonArn"])
    else:
        missing = health.hinders_addon(cluster, name, addon)
        addon.enter("DEGRADED" if missing else "ACTIVE")
        addon.about["health"]["issues"] = [updates.issue(missing, [])] if missing else []


def _fail(resource: Resource, status: str, why: Refusal, *resources: str) -> None:
    resource.late = None
    resource.enter(status)
    resource.about["health"]["issues"] = [updates.issue(why, list(resources))]
