"""Who an AWS caller is in a cluster, by its access entries."""

from __future__ import annotations

from ..service import Caller, Refusal, User
from . import surroundings
from .access_policies import PREFIX
from .lifecycle import advance
from .store import Cluster, Entry, stores


class ClusterUsers:
    """Lets callers into clusters, with the groups that their access entries give them."""

    def user(self, cluster: str, region: str, caller: Caller) -> User:
        """The Kubernetes user that a caller is. An access policy is a group: `eks.amazonaws.com/POLICY`, and
        `eks.amazonaws.com/POLICY/NAMESPACE` for each namespace of its scope. Raises Refusal."""
        entry = _entry(_cluster(cluster, region, caller), caller)
        username = entry.about["username"].replace("{{SessionName}}", caller.session.replace("@", "-"))
        username = username.replace("{{SessionNameRaw}}", caller.session).replace("{{AccountID}}", caller.account)
        groups = [*entry.about["kubernetesGroups"], *_policy_groups(entry)]
        return User(username, f"aws-iam-authenticator:{caller.account}:{entry.principal_id}", tuple(groups))


def _cluster(name: str, region: str, caller: Caller) -> Cluster:
    """The cluster of that name: the region's of the caller's account first, but callers of other accounts come in too,
    and a token may be signed for another region."""
    for store in sorted(stores(), key=lambda one: (one.region != region, one.account != caller.account)):
        advance(store)
        if name in store.clusters:
            return store.clusters[name]
    raise Refusal("ResourceNotFoundException", f"there is no cluster {name}", 404)


def _entry(cluster: Cluster, caller: Caller) -> Entry:
    entry = cluster.entries.get(caller.principal) if cluster.takes_entries else None
    if not entry:
        raise Refusal(
            "AccessDeniedException", f"cluster {cluster.name} has no access entry for {caller.principal}", 403
        )
    if entry.principal_id and surroundings.principal_id(caller.principal) != entry.principal_id:
        raise Refusal(
            "AccessDeniedException",
            f"the access entry for {caller.principal} is for one that was deleted: make the entry anew",
            403,
        )
    return entry


def _policy_groups(entry: Entry) -> list[str]:
    groups = []
    for policy, made in entry.policies.items():
        name = f"eks.amazonaws.com/{policy.removeprefix(PREFIX)}"
        namespaces = made["accessScope"]["namespaces"]
        groups += [f"{name}/{namespace}" for namespace in namespaces] or [name]
    return groups
