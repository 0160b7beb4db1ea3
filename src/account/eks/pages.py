"""Lists that are answered in pages."""

from __future__ import annotations

from typing import Any, Sequence

from .refusals import invalid

MOST = 100


def page(name: str, items: Sequence[Any], asked: dict[str, Any]) -> dict[str, Any]:
    """One page of a list under a name, and the token of the next one if there is more. Raises Refusal."""
    most = asked.get("maxResults") or MOST
    if not 1 <= most <= MOST:
        raise invalid(f"maxResults must be between 1 and {MOST}")
    token = asked.get("nextToken") or "0"
    if not token.isdecimal() or int(token) > len(items):
        raise invalid("The nextToken parameter is invalid")
    start, end = int(token), int(token) + most
    rest = {"nextToken": str(end)} if end < len(items) else {}
    return {name: list(items[start:end]), **rest}
