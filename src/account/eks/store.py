"""What there is of EKS in one region of an account, and how it is found."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Callable, Iterator

from .. import clock
from ..agenda import due
from ..service import Call, Refusal
from ..state import state
from .refusals import bad_request, in_use, not_found

ADVANCE = "eks.advance"
"""The task that brings clusters to the present (see lifecycle.py)."""


@dataclass
class Resource:
    """Something with a state: what AWS tells of it, and when that state ends."""

    about: dict[str, Any]
    """By the names of botocore's model, as it is described."""
    due: float | None = None
    """The real time at which the state that it is in ends."""
    late: Refusal | None = None
    """The error in which that state ends instead."""
    looked: float = 0.0
    """When, in real time, what waits for something else is to be looked at once more."""

    @property
    def status(self) -> str:
        return str(self.about["status"])

    def enter(self, status: str, seconds: float | None = None) -> None:
        """Takes a state; one of so many real seconds if these are given."""
        self.about["status"] = status
        self.due = None
        if seconds is not None:
            self.due = clock.now() + seconds
            due(self.due, ADVANCE)

    def look_again(self, seconds: float) -> None:
        """Has itself looked at after so many real seconds; once, however often that is asked for."""
        if clock.now() >= self.looked:
            self.looked = clock.now() + seconds
            due(self.looked, ADVANCE)

    def is_due(self) -> bool:
        """Whether the state that it is in has had its time."""
        return self.due is not None and clock.now() >= self.due


@dataclass
class Step:
    """One thing that is still to be done with a node group's instances."""

    at: float
    what: str
    """`launch`, `run` or `end`."""
    instance: str = ""


@dataclass
class NodeGroup(Resource):
    instances: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def plan(self, steps: list[Step]) -> None:
        """Adds steps, each at its time."""
        self.steps = sorted([*self.steps, *steps], key=lambda step: step.at)
        for step in steps:
            due(step.at, ADVANCE)


@dataclass
class Update(Resource):
    """A change that takes time; what is to be is told when it has succeeded."""

    changes: dict[str, Any] = field(default_factory=dict)
    """What becomes of the changed resource's fields."""
    node_group: str | None = None
    addon: str | None = None


@dataclass
class Entry:
    """An access entry."""

    about: dict[str, Any]
    principal_id: str
    """The unique id of the role or user: one made anew under the same name is somebody else."""
    policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The associated policies as they are listed, by ARN."""
    for_nodes: bool = False
    """Whether EKS has made it for the nodes of a group; it goes with the last one then."""


@dataclass
class Upgrade:
    """The last change of a cluster's version."""

    origin: str
    on: date
    forced: bool
    """Whether EKS did it because extended support had ended: no way back then."""


@dataclass
class Cluster(Resource):
    revealed: dict[str, Any] = field(default_factory=dict)
    """What is told of it only once it is ACTIVE."""
    interfaces: list[str] = field(default_factory=list)
    self_managed: bool = True
    """Whether EKS has put coredns, kube-proxy and vpc-cni into it at its creation."""
    is_served: bool = False
    """Whether its API server is ready, as far as that was told."""
    node_groups: dict[str, NodeGroup] = field(default_factory=dict)
    addons: dict[str, Resource] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    associations: dict[str, dict[str, Any]] = field(default_factory=dict)
    updates: dict[str, Update] = field(default_factory=dict)
    upgraded: Upgrade | None = None

    @property
    def name(self) -> str:
        return str(self.about["name"])

    @property
    def version(self) -> str:
        return str(self.about["version"])

    @property
    def endpoint(self) -> str:
        """Its address, told or not."""
        return str(self.about.get("endpoint") or self.revealed["endpoint"])

    @property
    def takes_entries(self) -> bool:
        return str(self.about["accessConfig"]["authenticationMode"]) != "CONFIG_MAP"

    def all_tags(self) -> Iterator[tuple[str, dict[str, str]]]:
        """The ARN and the tags of the cluster and of all that belongs to it."""
        yield self.about["arn"], self.about["tags"]
        for group in self.node_groups.values():
            yield group.about["nodegroupArn"], group.about["tags"]
        for addon in self.addons.values():
            yield addon.about["addonArn"], addon.about["tags"]
        for entry in self.entries.values():
            yield entry.about["accessEntryArn"], entry.about["tags"]
        for association in self.associations.values():
            yield association["associationArn"], association["tags"]


@dataclass
class Store:
    """All clusters of a region of an account."""

    account: str
    region: str
    clusters: dict[str, Cluster] = field(default_factory=dict)

    def arn(self, kind: str, *parts: str) -> str:
        return f"arn:aws:eks:{self.region}:{self.account}:{kind}/{'/'.join(parts)}"

    def cluster(self, name: str) -> Cluster:
        """A cluster in whatever state."""
        if name not in self.clusters:
            raise not_found(f"No cluster found for name: {name}.")
        return self.clusters[name]

    def living(self, name: str) -> Cluster:
        """A cluster that is neither being made nor going. While one is CREATING, EKS says the same as when there is
        none, as was seen for add-ons; for all that belongs to a cluster it is taken to be so."""
        cluster = self.cluster(name)
        if cluster.status in ("CREATING", "FAILED"):
            raise not_found(f"No cluster found for name: {name}.")
        if cluster.status == "DELETING":
            raise bad_request(f"Cluster {name} is not in ACTIVE state; it is DELETING.")
        return cluster

    def quiet(self, name: str) -> Cluster:
        """A living cluster that is not being updated: no node group or add-on is made or changed meanwhile."""
        cluster = self.living(name)
        if cluster.status == "UPDATING":
            raise in_use(f"Cluster {name} currently has an update in progress")
        return cluster


Operation = Callable[[Store, Call], dict[str, Any]]


def store_of(account: str, region: str) -> Store:
    """What a region of an account has of EKS."""
    return state().of(account, region, "eks", lambda: Store(account, region))


def stores() -> list[Store]:
    """All there is of EKS anywhere."""
    return [store for _, _, store in state().all("eks")]


def unique(length: int, alphabet: str = "0123456789abcdef") -> str:
    """A random id."""
    return "".join(secrets.choice(alphabet) for _ in range(length))
