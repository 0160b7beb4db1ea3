"""The tokens by which AWS callers come into clusters: presigned calls of GetCallerIdentity (aws-iam-authenticator)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from .callers import caller_of, secret_of
from .service import Caller, Refusal
from .services import AUTHENTICATORS

PREFIX = "k8s-aws-v1."
OLDEST = timedelta(minutes=15)
TIMESTAMP = "%Y%m%dT%H%M%SZ"


def review(cluster: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Answers a TokenReview of a cluster's API server."""
    try:
        caller, region = bearer(asked["spec"]["token"], cluster)
        user = _known(cluster, region, caller)
        status: dict[str, Any] = {
            "authenticated": True,
            "user": {"username": user.username, "uid": user.uid, "groups": list(user.groups)},
        }
    except Refusal as refusal:
        status = {"authenticated": False, "error": refusal.message}
    return {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status}


def _known(cluster: str, region: str, caller: Caller) -> Any:
    if not AUTHENTICATORS:
        raise Refusal("ResourceNotFoundException", f"No cluster found for name: {cluster}.", 404)
    return AUTHENTICATORS[0].user(cluster, region, caller)


def bearer(token: str, cluster: str) -> tuple[Caller, str]:
    """Who made a token for a cluster, and in which region it was signed. Raises Refusal for one that is not valid."""
    url = _url(token)
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    if query.get("Action") != "GetCallerIdentity":
        raise _invalid("the token is not a presigned GetCallerIdentity")
    signed = query.get("X-Amz-SignedHeaders", "").split(";")
    if "x-k8s-aws-id" not in signed:
        raise _invalid("the token's signature does not hold the header x-k8s-aws-id")
    issued = _issued(query)
    now = datetime.now(timezone.utc)
    if not issued - timedelta(minutes=5) <= now <= issued + OLDEST:
        raise _invalid("the token has expired: it holds for 15 minutes")
    key, _, region, *_ = query.get("X-Amz-Credential", "").split("/") + [""] * 3
    secret = secret_of(key)
    if secret is None:
        raise _invalid(f"the access key {key} is not known")
    if not hmac.compare_digest(_signature(url, query, signed, secret, cluster), query.get("X-Amz-Signature", "")):
        raise _invalid(
            f"the token's signature does not match: another secret, or made for another cluster than {cluster}"
        )
    return caller_of(key), region


def _url(token: str) -> str:
    if not token.startswith(PREFIX):
        raise _invalid(f"the token does not begin with {PREFIX}")
    raw = token[len(PREFIX) :]
    try:
        return base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise _invalid("the token is not base64") from error


def _issued(query: dict[str, str]) -> datetime:
    try:
        return datetime.strptime(query["X-Amz-Date"], TIMESTAMP).replace(tzinfo=timezone.utc)
    except (KeyError, ValueError) as error:
        raise _invalid("the token does not say when it was made") from error


def _signature(url: str, query: dict[str, str], signed: list[str], secret: str, cluster: str) -> str:
    """What the signature must be (AWS Signature Version 4, in the query)."""
    parts = urlsplit(url)
    rest = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in query.items())
    known = {"host": parts.netloc, "x-k8s-aws-id": cluster}
    canonical = "\n".join(
        [
            "GET",
            parts.path or "/",
            "&".join(f"{name}={value}" for name, value in rest if name != "X-Amz-Signature"),
            *(f"{name}:{known.get(name, '')}" for name in signed),
            "",
            ";".join(signed),
            hashlib.sha256(b"").hexdigest(),
        ]
    )
    _, day, region, service, end = (query["X-Amz-Credential"].split("/") + [""] * 5)[:5]
    scope = f"{day}/{region}/{service}/{end}"
    text = "\n".join(["AWS4-HMAC-SHA256", query["X-Amz-Date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, end):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _invalid(why: str) -> Refusal:
    return Refusal("AccessDenied", why, 403)
