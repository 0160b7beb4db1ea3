"""Whether a caller may make a call, by the identity policies of its user or role."""

from __future__ import annotations

from typing import Any

from moto.iam.models import iam_backends

from . import resources
from .callers import ADMINISTRATOR
from .policies import Question, Statement, statements_in, verdict
from .service import Call, Caller, Refusal

ALWAYS = {"sts:GetCallerIdentity", "sts:GetSessionToken"}
"""What nobody has to be allowed."""

ADMINISTRATION = "arn:aws:iam::aws:policy/AdministratorAccess"

# A service's own name of the error; the others say AccessDeniedException.
_CODES = {
    "ec2": "UnauthorizedOperation",
    "iam": "AccessDenied",
    "sts": "AccessDenied",
    "rds": "AccessDenied",
    "route53": "AccessDenied",
    "s3": "AccessDenied",
    "autoscaling": "AccessDenied",
    "elasticloadbalancing": "AccessDenied",
    "sns": "AuthorizationError",
}


def check(call: Call) -> None:
    """Raises Refusal, in the words of the service, for what no policy of the caller allows."""
    caller = call.caller
    if caller is ADMINISTRATOR or f"{call.service}:{call.action}" in ALWAYS:
        return
    identity = _identity(caller)
    if identity is None or ADMINISTRATION in identity.managed_policies:
        return
    statements = _statements(identity, caller)
    for question in resources.questions(call, _tags(identity, caller)):
        found = verdict(statements, question)
        if found != "allowed":
            raise _refusal(call, question, found)


def _identity(caller: Caller) -> Any:
    """The IAM role or user of a caller. None for an account's root, and for roles that were assumed without being made."""
    iam = iam_backends[caller.account]["aws"]
    kind, _, path = caller.principal.rpartition(":")[2].partition("/")
    name = path.rsplit("/", 1)[-1]
    if kind == "role":
        return next((role for role in iam.roles.values() if role.name == name), None)
    return iam.users.get(name)


def _statements(identity: Any, caller: Caller) -> list[Statement]:
    holders = [identity]
    if ":user/" in caller.principal:
        holders += iam_backends[caller.account]["aws"].get_groups_for_user(identity.name)
    documents: list[str] = []
    for holder in holders:
        documents += holder.policies.values()
        documents += (_document(policy) for policy in holder.managed_policies.values())
    return [statement for document in documents for statement in statements_in(document)]


def _document(policy: Any) -> str:
    return next((version.document for version in policy.versions if version.is_default), "{}")


def _tags(identity: Any, caller: Caller) -> dict[str, str]:
    return {**resources.tag_map(getattr(identity, "tags", None)), **dict(caller.tags)}


def _refusal(call: Call, question: Question, found: str) -> Refusal:
    why = (
        "with an explicit deny in an identity-based policy"
        if found == "denied"
        else f"because no identity-based policy allows the {question.action} action"
    )
    where = f" on resource: {question.resource}" if question.resource != "*" else ""
    words = f"User: {call.caller.arn} is not authorized to perform: {question.action}{where} {why}"
    code = _CODES.get(call.service, "AccessDeniedException")
    if code == "UnauthorizedOperation":
        words = f"You are not authorized to perform this operation. {words}"
    return Refusal(code, words, 403 if code != "AccessDeniedException" or call.service in _FORBIDDING else 400)


_FORBIDDING = {"eks", "eks-auth"}
"""REST services answer 403; those of JSON 400."""
