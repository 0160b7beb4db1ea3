"""Whether a caller may make a call, by IAM's policies."""

from __future__ import annotations

from .service import Call


def check(call: Call) -> None:
    """Raises Refusal, in the words of the service, for what no policy of the caller allows."""
