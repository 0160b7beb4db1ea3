"""The public parameters of SSM that name machine images, and the images."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timezone
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ec2.models.amis import Ami

from .. import clock
from ..service import Call
from .rules import answers

_OF_EKS = re.compile(
    r"/aws/service/eks/optimized-ami/(?P<version>1\.\d+)/amazon-linux-2023/(?P<architecture>x86_64|arm64)"
    r"/(?P<variant>standard|nvidia|neuron)/(?P<release>recommended|amazon-eks-node-[\w.-]+)"
    r"(?:/(?P<field>image_id|image_name|release_version))?"
)
_OF_LINUX = re.compile(
    r"/aws/service/ami-amazon-linux-latest/al2023-ami-(?:minimal-)?kernel-(?P<kernel>[\w.]+)-(?P<architecture>x86_64|arm64)"
)
_OWNERS = {"eks": "602401143452", "linux": "137112412989"}
_RELEASE = "20260101"


@answers("ssm", "GetParameter")
def parameter(call: Call) -> dict[str, Any] | None:
    found = _public(call, str(call.parameters.get("Name", "")))
    return {"Parameter": found} if found else None


def _public(call: Call, name: str) -> dict[str, Any] | None:
    value = _value(call, name)
    if value is None:
        return None
    return {
        "Name": name,
        "Type": "String",
        "Value": value,
        "Version": 1,
        "LastModifiedDate": clock.moment(0),
        "ARN": f"arn:aws:ssm:{call.region}::parameter{name}",
        "DataType": "aws:ec2:image" if value.startswith("ami-") else "text",
    }


def _value(call: Call, name: str) -> str | None:
    eks = _OF_EKS.fullmatch(name)
    if eks:
        kind = f"{eks['architecture']}-{eks['variant']}-{eks['version']}"
        title = f"amazon-eks-node-al2023-{kind}-v{_RELEASE}"
        if eks["release"] != "recommended":
            title = eks["release"]
        if eks["field"] == "release_version":
            return f"{eks['version']}.0-{_RELEASE}"
        return title if eks["field"] == "image_name" else _image(call, "eks", title, eks["architecture"])
    linux = _OF_LINUX.fullmatch(name)
    if linux:
        return _image(call, "linux", f"al2023-ami-2023.0.{_RELEASE}.0-kernel-{linux['kernel']}", linux["architecture"])
    return None


def _image(call: Call, owner: str, name: str, architecture: str) -> str:
    """The id of an image in a region; it is there from the first time that somebody asks for it."""
    digits = hashlib.sha256(f"{call.region} {name} {architecture}".encode()).hexdigest()[:17]
    image = f"ami-{digits}"
    ec2 = ec2_backends[call.account][call.region]
    if image not in ec2.amis:
        ec2.amis[image] = Ami(
            ec2,
            image,
            name=name,
            description=f"Amazon Linux 2023, {architecture}",
            owner_id=_OWNERS[owner],
            owner_alias="amazon",
            public=True,
            virtualization_type="hvm",
            architecture=architecture,
            creation_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
            hypervisor="xen",
            root_device_type="ebs",
            root_device_name="/dev/xvda",
        )
    return image
