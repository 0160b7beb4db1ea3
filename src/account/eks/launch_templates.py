"""The launch templates of node groups: which one is meant, and what it may and may not say."""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.launch_templates import LaunchTemplateVersion

from . import surroundings
from .refusals import bad_request, invalid
from .store import Store

KEPT_BY_EKS = ("IamInstanceProfile", "HibernationOptions", "InstanceMarketOptions")
"""What a node group's template must leave to EKS, by EKS's user guide on launch templates."""


def template_of(store: Store, asked: dict[str, Any]) -> LaunchTemplateVersion:
    """The version of a launch template that is asked for by id or name. Raises Refusal."""
    id, name = asked.get("id") or "", asked.get("name") or ""
    if bool(id) == bool(name):
        raise invalid("Either provide launch template ID or launch template name in the request.")
    backend = surroundings.ec2(store)
    try:
        template = backend.get_launch_template(id) if id else backend.get_launch_template_by_name(name)
    except EC2ClientError:
        raise bad_request(f"Launch template {id or name} is not found.") from None
    number = asked.get("version") or str(template.default_version_number)
    found = next((one for one in template.versions if str(one.number) == number), None)
    if number in ("$Latest", "$Default"):
        found = template.get_version(number)
    if not found:
        raise bad_request(f"Launch template version {number} is not found for {template.id}.")
    return found


def check_template(version: LaunchTemplateVersion, asked: dict[str, Any]) -> None:
    """Raises Refusal for what may be said only in the template, only beside it, or not at all."""
    data = version.data
    if data.get("InstanceType") and asked.get("instanceTypes"):
        raise bad_request("Cannot specify instance types in launch template and API request")
    if asked.get("diskSize"):
        raise invalid("Disk size must be specified within the launch template.")
    if asked.get("remoteAccess"):
        raise invalid("Remote access configuration cannot be specified with a launch template.")
    for field in KEPT_BY_EKS:
        if data.get(field):
            raise bad_request(f"Launch template {version.template.id} should not specify {field}.")
    if any("SubnetId" in interface for interface in data.get("NetworkInterfaces") or []):
        raise bad_request(
            f"Launch template {version.template.id} should not specify a subnet in its network interfaces."
        )
    if data.get("ImageId") and asked.get("amiType") not in (None, "CUSTOM"):
        raise bad_request(
            "You cannot specify an AMI Type other than CUSTOM, when specifying an image id in your launch template."
        )
    if data.get("ImageId") and (asked.get("version") or asked.get("releaseVersion")):
        raise bad_request(
            "You cannot specify kubernetes version or release version when the launch template has an image id."
        )


def told(version: LaunchTemplateVersion) -> dict[str, str]:
    """A template as a node group tells of it: always by a number."""
    return {"name": version.template.name, "id": version.template.id, "version": str(version.number)}
