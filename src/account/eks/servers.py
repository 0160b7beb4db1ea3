"""For who keeps an API server for each cluster: which there are, and that one is ready."""

from __future__ import annotations

from typing import Any

from .lifecycle import advance_all
from .store import stores


def served() -> list[dict[str, Any]]:
    """All clusters of all accounts and regions, from CREATING to DELETING."""
    advance_all()
    return [
        {
            "name": cluster.name,
            "account": store.account,
            "region": store.region,
            "status": cluster.status,
            "endpoint": cluster.endpoint,
            "createdAt": cluster.about["createdAt"].isoformat(),
            "roleArn": cluster.about["roleArn"],
        }
        for store in stores()
        for cluster in store.clusters.values()
    ]


def ready(endpoint: str) -> None:
    """Notes that the API server at an address is ready. Raises ValueError if no cluster has it."""
    for store in stores():
        for cluster in store.clusters.values():
            if cluster.endpoint == endpoint:
                cluster.is_served = True
                return
    raise ValueError(f"no cluster has the endpoint {endpoint}")
