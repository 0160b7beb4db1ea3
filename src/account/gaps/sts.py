"""STS: who somebody is, and sessions with tags."""

from __future__ import annotations

from typing import Any

from moto.sts.models import sts_backends

from ..callers import ADMINISTRATOR
from ..service import Call
from .rules import answers


@answers("sts", "GetCallerIdentity")
def identity(call: Call) -> dict[str, Any] | None:
    """moto knows nobody behind keys that it did not issue; here that is the administrator."""
    if call.caller is not ADMINISTRATOR:
        return None
    return {"UserId": "AIDAADMINISTRATOR0000", "Account": call.account, "Arn": call.caller.arn}


def tag_session(account: str, access_key: str, tags: dict[str, str]) -> None:
    """Remembers the tags of a role's session, by which policies may ask (`aws:PrincipalTag/...`)."""
    session = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key)
    if session:
        session.tags = tags  # type: ignore[attr-defined]
