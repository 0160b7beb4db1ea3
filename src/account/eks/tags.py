"""Tags of clusters and of all that belongs to them, by ARN."""

from __future__ import annotations

from typing import Any

from ..service import Call
from .refusals import invalid, not_found
from .store import Store

MOST = 50


def tag_resource(store: Store, call: Call) -> dict[str, Any]:
    tags = _tags(store, call)
    added = call.parameters["tags"]
    if any(name.lower().startswith("aws:") for name in added):
        raise invalid("Tag keys starting with 'aws:' are reserved for internal use")
    if len({**tags, **added}) > MOST:
        raise invalid(f"The number of tags exceeds the limit of {MOST}")
    tags.update(added)
    return {}


def untag_resource(store: Store, call: Call) -> dict[str, Any]:
    tags = _tags(store, call)
    for name in call.parameters["tagKeys"]:
        tags.pop(name, None)
    return {}


def list_tags_for_resource(store: Store, call: Call) -> dict[str, Any]:
    return {"tags": _tags(store, call)}


def _tags(store: Store, call: Call) -> dict[str, str]:
    arn = call.parameters["resourceArn"]
    if not arn.startswith("arn:aws:eks:"):
        raise invalid(f"Invalid resource ARN: {arn}")
    for cluster in store.clusters.values():
        for known, tags in cluster.all_tags():
            if known == arn:
                return tags
    raise not_found(f"Resource not found for ARN: {arn}")
