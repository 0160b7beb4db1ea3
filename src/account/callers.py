"""Who calls: access keys, and the users and sessions that they were issued to."""

from __future__ import annotations

from datetime import datetime, timezone

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.sts.models import AssumedRole, sts_backends

from .service import Caller, Refusal

ADMINISTRATOR = Caller(
    arn=f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:user/admin",
    principal=f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:user/admin",
    account=DEFAULT_ACCOUNT_ID,
)
"""Whoever signs with a key that nobody issued."""


def session_of(key: str) -> AssumedRole | None:
    """The role's session that an access key was issued to."""
    for account in list(sts_backends.values()):
        for backend in list(account.values()):
            found = backend.get_assumed_role_from_access_key(key)
            if found:
                return found
    return None


def secret_of(key: str) -> str | None:
    """The secret that was issued with an access key."""
    session = session_of(key)
    if session:
        return session.secret_access_key
    for account in list(iam_backends.values()):
        for backend in list(account.values()):
            if key in backend.access_keys:
                return backend.access_keys[key].secret_access_key
    return None


def caller_of(key: str) -> Caller:
    """Whom an access key was issued to. Raises Refusal for a session that has ended."""
    session = session_of(key)
    if session:
        if session.expiration.replace(tzinfo=timezone.utc) < datetime.now(timezone.utc):
            raise Refusal("ExpiredToken", "The security token included in the request is expired", 403)
        tags = tuple(getattr(session, "tags", {}).items())
        return Caller(session.arn, session.role_arn, session.account_id, session.session_name, tags)
    for account, regions in list(iam_backends.items()):
        for backend in list(regions.values()):
            user = backend.get_user_from_access_key_id(key) if key in backend.access_keys else None
            if user:
                return Caller(user.arn, user.arn, account)
    return ADMINISTRATOR
