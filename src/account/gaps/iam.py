"""IAM: what holds roles and policies, and what cannot be named or tagged so."""

from __future__ import annotations

import re

from moto.iam.models import iam_backends

from ..service import Call, Refusal
from .rules import refuses

MOST_TAGS = 50
MOST_POLICIES = 10


def _conflict(words: str) -> Refusal:
    return Refusal("DeleteConflict", words, 409)


@refuses("iam", "DeleteRole")
def role_in_use(call: Call) -> None:
    iam, name = iam_backends[call.account]["aws"], call.parameters.get("RoleName")
    role = next((one for one in iam.roles.values() if one.name == name), None)
    if role is None:
        return
    if any(role in profile.roles for profile in iam.instance_profiles.values()):
        raise _conflict("Cannot delete entity, must remove roles from instance profile first.")
    if role.managed_policies:
        raise _conflict("Cannot delete entity, must detach all policies first.")
    if role.policies:
        raise _conflict("Cannot delete entity, must delete policies first.")


@refuses("iam", "DeletePolicy")
def policy_in_use(call: Call) -> None:
    policy = iam_backends[call.account]["aws"].managed_policies.get(call.parameters.get("PolicyArn", ""))
    if policy and policy.attachment_count:
        raise _conflict("Cannot delete a policy attached to entities.")


@refuses("iam", "DeleteInstanceProfile")
def profile_has_roles(call: Call) -> None:
    name = call.parameters.get("InstanceProfileName")
    for profile in iam_backends[call.account]["aws"].instance_profiles.values():
        if profile.name == name and profile.roles:
            raise _conflict("Cannot delete entity, must remove roles from instance profile first.")


@refuses("iam", "CreateRole", "CreatePolicy", "CreateInstanceProfile", "CreateUser")
def tags_are_few(call: Call) -> None:
    tags = call.parameters.get("Tags", [])
    if len(tags) > MOST_TAGS:
        raise Refusal("LimitExceeded", f"The number of tags has reached the maximum limit of {MOST_TAGS}.", 409)


@refuses("iam", "CreateRole")
def name_is_one(call: Call) -> None:
    name = str(call.parameters.get("RoleName", ""))
    shown = f"1 validation error detected: Value '{name}' at 'roleName' failed to satisfy constraint: "
    if len(name) > 64:
        raise Refusal("ValidationError", f"{shown}Member must have length less than or equal to 64")
    if not re.fullmatch(r"[\w+=,.@-]+", name):
        raise Refusal("ValidationError", f"{shown}Member must satisfy regular expression pattern: [\\w+=,.@-]+")


@refuses("iam", "AttachRolePolicy")
def policies_are_few(call: Call) -> None:
    iam, name = iam_backends[call.account]["aws"], call.parameters.get("RoleName")
    role = next((one for one in iam.roles.values() if one.name == name), None)
    attached = role.managed_policies if role else {}
    if len(attached) >= MOST_POLICIES and call.parameters.get("PolicyArn") not in attached:
        raise Refusal("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {MOST_POLICIES}", 409)


@refuses("iam", "CreateServiceLinkedRole")
def service_has_its_role(call: Call) -> None:
    service = str(call.parameters.get("AWSServiceName", ""))
    suffix = call.parameters.get("CustomSuffix")
    path = f"/aws-service-role/{service}/"
    for role in iam_backends[call.account]["aws"].roles.values():
        if role.path == path and role.name.endswith(f"_{suffix}" if suffix else ""):
            raise Refusal(
                "InvalidInput",
                f"Service role name {role.name} has been taken in this account, please try a different suffix.",
            )
