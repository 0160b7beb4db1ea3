"""Data Lifecycle Manager: policies by which snapshots are made. They are kept and told of; nothing is snapshotted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Callable

from . import clock, required
from .eks.store import unique
from .eks.surroundings import role_of, trusts
from .service import Call, Refusal
from .state import state

NAME = r"[0-9A-Za-z _-]{0,500}"
SUMMARY = ("PolicyId", "Description", "State", "Tags", "PolicyType", "DefaultPolicy")
KINDS = ("EBS_SNAPSHOT_MANAGEMENT", "IMAGE_MANAGEMENT", "EVENT_BASED_POLICY")
INTERVALS = (1, 2, 3, 4, 6, 8, 12, 24)
"""The hours between snapshots that a schedule without a cron expression may have."""
MOST_POLICIES = 100


@dataclass
class Store:
    """The policies of a region of an account, by id."""

    policies: dict[str, dict[str, Any]] = field(default_factory=dict)


class Dlm:
    """Answers DLM's API."""

    name = "dlm"
    late: frozenset[str] = frozenset()

    def answer(self, call: Call) -> dict[str, Any]:
        """The output of an action. Raises Refusal."""
        required.check(call, "InvalidRequestException")
        operation = _OPERATIONS.get(call.action)
        if not operation:
            raise Refusal("NotImplemented", f"dlm:{call.action} is not played", 501)
        return operation(state().of(call.account, call.region, "dlm", Store), call)


def _create(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    if asked.get("DefaultPolicy"):
        raise _bad("Default policies are not played: give PolicyDetails")
    _check_description(asked["Description"])
    _check_role(asked["ExecutionRoleArn"])
    details = _details(asked.get("PolicyDetails"))
    if len(store.policies) >= MOST_POLICIES:
        raise Refusal("LimitExceededException", f"You have reached the limit of {MOST_POLICIES} policies", 429)
    id = f"policy-0{unique(16)}"
    now = clock.moment(clock.now())
    store.policies[id] = {
        "PolicyId": id,
        "Description": asked["Description"],
        "State": asked["State"],
        "StatusMessage": asked["State"],
        "ExecutionRoleArn": asked["ExecutionRoleArn"],
        "DateCreated": now,
        "DateModified": now,
        "PolicyDetails": details,
        "Tags": dict(asked.get("Tags") or {}),
        "PolicyArn": f"arn:aws:dlm:{call.region}:{call.account}:policy/{id}",
        "DefaultPolicy": False,
    }
    return {"PolicyId": id}


def _get(store: Store, call: Call) -> dict[str, Any]:
    return {"Policy": _policy(store, call.parameters["PolicyId"])}


def _list(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    ids, wanted = asked.get("PolicyIds"), asked.get("State")
    targets = asked.get("TargetTags") or []
    found = [policy for policy in store.policies.values() if not ids or policy["PolicyId"] in ids]
    found = [policy for policy in found if wanted in (None, policy["State"])]
    found = [policy for policy in found if all(target in _targets(policy) for target in targets)]
    told = [{**policy, "PolicyType": policy["PolicyDetails"]["PolicyType"]} for policy in found]
    return {"Policies": [{name: policy[name] for name in SUMMARY} for policy in told]}


def _update(store: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    policy = _policy(store, asked["PolicyId"])
    changes = {name: asked[name] for name in ("Description", "State", "ExecutionRoleArn") if asked.get(name)}
    _check_description(changes.get("Description", ""))
    if "ExecutionRoleArn" in changes:
        _check_role(changes["ExecutionRoleArn"])
    if asked.get("PolicyDetails"):
        changes["PolicyDetails"] = _details({**policy["PolicyDetails"], **asked["PolicyDetails"]})
    policy.update(changes, DateModified=clock.moment(clock.now()), StatusMessage=changes.get("State", policy["State"]))
    return {}


def _delete(store: Store, call: Call) -> dict[str, Any]:
    del store.policies[_policy(store, call.parameters["PolicyId"])["PolicyId"]]
    return {}


def _tag(store: Store, call: Call) -> dict[str, Any]:
    _tagged(store, call).update(call.parameters["Tags"])
    return {}


def _untag(store: Store, call: Call) -> dict[str, Any]:
    tags = _tagged(store, call)
    for name in call.parameters["TagKeys"]:
        tags.pop(name, None)
    return {}


def _tags(store: Store, call: Call) -> dict[str, Any]:
    return {"Tags": _tagged(store, call)}


_OPERATIONS: dict[str, Callable[[Store, Call], dict[str, Any]]] = {
    "CreateLifecyclePolicy": _create,
    "GetLifecyclePolicy": _get,
    "GetLifecyclePolicies": _list,
    "UpdateLifecyclePolicy": _update,
    "DeleteLifecyclePolicy": _delete,
    "TagResource": _tag,
    "UntagResource": _untag,
    "ListTagsForResource": _tags,
}


def _policy(store: Store, id: str) -> dict[str, Any]:
    if id not in store.policies:
        raise Refusal("ResourceNotFoundException", f"Unable to find policy: {id}", 404)
    return store.policies[id]


def _tagged(store: Store, call: Call) -> dict[str, str]:
    tags: dict[str, str] = _policy(store, call.parameters["ResourceArn"].split("/")[-1])["Tags"]
    return tags


def _targets(policy: dict[str, Any]) -> list[str]:
    return [f"{tag['Key']}={tag['Value']}" for tag in policy["PolicyDetails"].get("TargetTags") or []]


def _details(asked: dict[str, Any] | None) -> dict[str, Any]:
    """A policy's details with what DLM adds. Raises Refusal for what it does not take."""
    details = {"PolicyType": "EBS_SNAPSHOT_MANAGEMENT", "ResourceLocations": ["CLOUD"], **(asked or {})}
    kind = details["PolicyType"]
    if kind not in KINDS:
        raise _bad(f"Parameter PolicyType is invalid: {kind}")
    if kind == "EVENT_BASED_POLICY":
        return details
    for needed in ("ResourceTypes", "TargetTags", "Schedules"):
        if not details.get(needed):
            raise _bad(f"The following parameter(s) are required: {needed}")
    if len(details["Schedules"]) > 4:
        raise _bad("A policy has at most 4 schedules")
    for schedule in details["Schedules"]:
        _check_schedule(schedule)
    return details


def _check_schedule(schedule: dict[str, Any]) -> None:
    rule, keep = schedule.get("CreateRule") or {}, schedule.get("RetainRule") or {}
    if not schedule.get("Name"):
        raise _bad("The following parameter(s) are required: Name of a schedule")
    interval = rule.get("Interval")
    if bool(interval) == bool(rule.get("CronExpression")):
        raise _bad("A CreateRule needs either an Interval or a CronExpression")
    if interval and interval not in INTERVALS:
        raise _bad(f"Interval {interval} is invalid: it is one of {', '.join(map(str, INTERVALS))} hours")
    if interval:
        rule.setdefault("IntervalUnit", "HOURS")
    if bool(keep.get("Count")) == bool(keep.get("Interval")):
        raise _bad("A RetainRule needs either a Count or an Interval")
    if not 0 <= (keep.get("Count") or 1) <= 1000:
        raise _bad("The Count of a RetainRule is between 1 and 1000")


def _check_description(text: str) -> None:
    if not re.fullmatch(NAME, text):
        raise _bad("Parameter Description is invalid: it holds letters, digits, spaces, hyphens and underscores")


def _check_role(arn: str) -> None:
    role = role_of(arn)
    if not role or not trusts(role, "dlm.amazonaws.com", "sts:AssumeRole"):
        raise _bad("Parameter ExecutionRoleArn is invalid")


def _bad(why: str) -> Refusal:
    return Refusal("InvalidRequestException", f"Invalid request: {why}")
