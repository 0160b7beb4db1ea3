"""What a call asks of IAM: the actions, the ARNs of the resources they touch, and the values of condition keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.secretsmanager.models import secretsmanager_backends

from . import clock
from .policies import Question
from .service import Call

Tags = Mapping[str, str]

PASSED_TO = {"ec2": "ec2.amazonaws.com", "eks": "eks.amazonaws.com", "rds": "monitoring.rds.amazonaws.com"}


def questions(call: Call, principal: Tags) -> list[Question]:
    """All that must be allowed for a call; `principal` are the tags of who calls."""
    general = _general(call, principal)
    parts = _BY_SERVICE.get(call.service, _named)(call)
    return [Question(action, resource, {**general, **own}) for action, resource, own in parts]


def _general(call: Call, principal: Tags) -> dict[str, tuple[str, ...]]:
    context = {
        "aws:requestedregion": (call.region,),
        "aws:principalarn": (call.caller.principal,),
        "aws:principalaccount": (call.caller.account,),
        "aws:securetransport": ("false",),
        "aws:sourceip": ("127.0.0.1",),
        "aws:currenttime": (clock.moment(clock.now()).isoformat(),),
    }
    if ":user/" in call.caller.principal:
        context["aws:username"] = (call.caller.principal.rsplit("/", 1)[-1],)
    for key, value in principal.items():
        context[f"aws:principaltag/{key.lower()}"] = (value,)
    return context


def _request_tags(tags: Tags) -> dict[str, tuple[str, ...]]:
    if not tags:
        return {}
    return {"aws:tagkeys": tuple(tags), **{f"aws:requesttag/{key.lower()}": (value,) for key, value in tags.items()}}


def _resource_tags(tags: Tags, service: str) -> dict[str, tuple[str, ...]]:
    context: dict[str, tuple[str, ...]] = {}
    for key, value in tags.items():
        context[f"aws:resourcetag/{key.lower()}"] = (value,)
        context[f"{service}:resourcetag/{key.lower()}"] = (value,)
    return context


def tag_map(tags: Any) -> dict[str, str]:
    """Tags in any of the shapes that services and moto give them."""
    if isinstance(tags, dict):
        return {str(key): str(value["Value"] if isinstance(value, dict) else value) for key, value in tags.items()}
    return {tag.get("Key", tag.get("TagKey", "")): tag.get("Value", tag.get("TagValue", "")) for tag in tags or []}


def _tags_asked(parameters: Mapping[str, Any]) -> dict[str, str]:
    return tag_map(parameters.get("Tags") or parameters.get("tags"))


# EC2: what is there is told by its id, what a call makes by its kind.

_KINDS = {
    "ami": "image",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "i": "instance",
    "igw": "internet-gateway",
    "lt": "launch-template",
    "nat": "natgateway",
    "rtb": "route-table",
    "sg": "security-group",
    "snap": "snapshot",
    "subnet": "subnet",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}
_MADE = {
    "AllocateAddress": ("elastic-ip",),
    "CreateFleet": ("fleet", "instance", "volume", "network-interface"),
    "CreateInternetGateway": ("internet-gateway",),
    "CreateLaunchTemplate": ("launch-template",),
    "CreateNatGateway": ("natgateway",),
    "CreateNetworkInterface": ("network-interface",),
    "CreateRouteTable": ("route-table",),
    "CreateSecurityGroup": ("security-group",),
    "CreateSnapshot": ("snapshot",),
    "CreateSubnet": ("subnet",),
    "CreateVolume": ("volume",),
    "CreateVpc": ("vpc",),
    "RunInstances": ("instance", "volume", "network-interface"),
}
_UNOWNED = {"image", "snapshot"}
"""Kinds whose ARNs name no account."""


def _of_ec2(call: Call) -> Iterator[Any]:
    action = f"ec2:{call.action}"
    if call.action.startswith("Describe"):
        yield action, "*", {}
        return
    asked = {one.get("ResourceType", ""): _tags_asked(one) for one in call.parameters.get("TagSpecifications", [])}
    everything = _tags_asked(call.parameters)
    parts = [
        *_existing(call),
        *((_ec2_arn(call, kind, "*"), _request_tags(asked.get(kind, {}))) for kind in _MADE.get(call.action, ())),
    ]
    for resource, context in parts:
        yield action, resource, {**context, **_request_tags(everything)} if call.action == "CreateTags" else context
    if not parts:
        yield action, "*", {}
    for kind, tags in asked.items():
        if tags:
            own = {**_request_tags(tags), "ec2:createaction": (call.action,)}
            yield "ec2:CreateTags", _ec2_arn(call, kind, "*"), own
    if call.action == "CreateFleet":
        yield from (("ec2:RunInstances", resource, own) for resource, own in parts if ":fleet/" not in resource)
    profile = call.parameters.get("IamInstanceProfile")
    if profile:
        yield from _passing(call, _profile_role(call, profile), "ec2.amazonaws.com")


def _existing(call: Call) -> list[tuple[str, dict[str, tuple[str, ...]]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    backend = ec2_backends[call.account][call.region]
    for text in _texts(call.parameters):
        match = re.fullmatch(r"([a-z]+)-[0-9a-f]{8,17}", text)
        kind = _KINDS.get(match.group(1)) if match else None
        if kind:
            found[_ec2_arn(call, kind, text)] = _resource_tags(dict(backend.tags.get(text, {})), "ec2")
    for template in _values(call.parameters, "LaunchTemplateName"):
        known = backend.launch_template_name_to_ids.get(template)
        if known and call.action != "CreateLaunchTemplate":
            arn = _ec2_arn(call, "launch-template", known)
            found[arn] = _resource_tags(dict(backend.tags.get(known, {})), "ec2")
    return list(found.items())


def _ec2_arn(call: Call, kind: str, name: str) -> str:
    return f"arn:aws:ec2:{call.region}:{'' if kind in _UNOWNED else call.account}:{kind}/{name}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _values(value: Any, name: str) -> Iterator[str]:
    """What stands under a name, however deep."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key == name and isinstance(one, str):
                yield one
            else:
                yield from _values(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from _values(one, name)


# IAM


def _of_iam(call: Call) -> Iterator[Any]:
    action, given = f"iam:{call.action}", call.parameters
    iam = iam_backends[call.account]["aws"]
    context = _request_tags(_tags_asked(given))
    if "InstanceProfileName" in given:
        name = given["InstanceProfileName"]
        profile = next((one for one in iam.instance_profiles.values() if one.name == name), None)
        path = profile.path if profile else given.get("Path", "/")
        if profile:
            context.update(_resource_tags(tag_map(profile.tags), "iam"))
        yield action, f"arn:aws:iam::{call.account}:instance-profile{path}{name}", context
        if call.action == "AddRoleToInstanceProfile":
            yield from _passing(call, _role_arn(call, given["RoleName"]), "ec2.amazonaws.com")
    elif "RoleName" in given:
        yield action, _role_arn(call, given["RoleName"], given.get("Path", "/")), context
    elif "UserName" in given:
        yield action, f"arn:aws:iam::{call.account}:user/{given['UserName']}", context
    elif "PolicyArn" in given:
        yield action, given["PolicyArn"], context
    else:
        yield action, "*", context


def _role_arn(call: Call, name: str, path: str = "/") -> str:
    known = next((role for role in iam_backends[call.account]["aws"].roles.values() if role.name == name), None)
    return str(known.arn) if known else f"arn:aws:iam::{call.account}:role{path}{name}"


def _profile_role(call: Call, profile: Mapping[str, str]) -> str:
    name = profile.get("Name") or profile.get("Arn", "").rsplit("/", 1)[-1]
    known = iam_backends[call.account]["aws"].instance_profiles.values()
    roles = next((one.roles for one in known if one.name == name), [])
    return str(roles[0].arn) if roles else ""


def _passing(call: Call, role: str, service: str) -> Iterator[Any]:
    if role:
        yield "iam:PassRole", role, {"iam:passedtoservice": (service,)}


# The other services: the resource that a call names.


def _named(call: Call) -> Iterator[Any]:
    """One resource, told by a parameter that is an ARN, by the service's own form, or by nothing."""
    yield f"{call.service}:{call.action}", _arn(call), _request_tags(_tags_asked(call.parameters))
    for name in ("roleArn", "nodeRole", "RoleArn", "MonitoringRoleArn", "ExecutionRoleArn"):
        role = call.parameters.get(name)
        if isinstance(role, str) and call.service != "sts":
            service = "ec2.amazonaws.com" if name == "nodeRole" else PASSED_TO.get(call.service)
            service = "pods.eks.amazonaws.com" if "PodIdentity" in call.action else service
            yield from _passing(call, role, service or f"{call.service}.amazonaws.com")


_FORMS: dict[str, tuple[tuple[str, str], ...]] = {
    "dlm": (("PolicyId", "policy/{}"),),
    "ecr": (("repositoryName", "repository/{}"),),
    "eks": (("clusterName", "cluster/{}"), ("name", "cluster/{}")),
    "eks-auth": (("clusterName", "cluster/{}"),),
    "events": (("Rule", "rule/{}"), ("Name", "rule/{}")),
    "kms": (("KeyId", "key/{}"),),
    "logs": (("logGroupName", "log-group:{}:log-stream:{logStreamName}"),),
    "rds": (
        ("DBInstanceIdentifier", "db:{}"),
        ("DBClusterIdentifier", "cluster:{}"),
        ("DBSubnetGroupName", "subgrp:{}"),
        ("DBClusterParameterGroupName", "cluster-pg:{}"),
    ),
    "sns": (("Name", "{}"),),
    "ssm": (("Name", "parameter/{}"),),
}


def _arn(call: Call) -> str:
    service = {"eks-auth": "eks"}.get(call.service, call.service)
    for parameter, form in _FORMS.get(call.service, ()):
        value = call.parameters.get(parameter)
        if isinstance(value, str):
            if value.startswith("arn:"):
                return value
            # A public parameter is nobody's.
            owner = "" if call.service == "ssm" and value.startswith("/aws/") else call.account
            name = form.format(value.lstrip("/") if service == "ssm" else value, logStreamName=_stream(call))
            return f"arn:aws:{service}:{call.region}:{owner}:{name}"
    return next((text for text in _texts(call.parameters) if text.startswith("arn:")), "*")


def _stream(call: Call) -> str:
    return str(call.parameters.get("logStreamName", ""))


def _of_sqs(call: Call) -> Iterator[Any]:
    name = call.parameters.get("QueueName") or str(call.parameters.get("QueueUrl", "")).rsplit("/", 1)[-1]
    resource = f"arn:aws:sqs:{call.region}:{call.account}:{name}" if name else "*"
    yield f"sqs:{call.action}", resource, _request_tags(_tags_asked(call.parameters))


def _of_route53(call: Call) -> Iterator[Any]:
    zone = call.parameters.get("HostedZoneId") or call.parameters.get("Id") or call.parameters.get("ResourceId")
    if call.action == "CreateHostedZone" or not zone:
        yield f"route53:{call.action}", "*", {}
        return
    key = "route53:changeresourcerecordsets"
    changes = call.parameters.get("ChangeBatch", {}).get("Changes", [])
    sets = [change.get("ResourceRecordSet", {}) for change in changes]
    context = {
        f"{key}normalizedrecordnames": tuple(str(one.get("Name", "")).lower().rstrip(".") for one in sets),
        f"{key}recordtypes": tuple(str(one.get("Type", "")) for one in sets),
        f"{key}actions": tuple(str(change.get("Action", "")) for change in changes),
    }
    yield (
        f"route53:{call.action}",
        f"arn:aws:route53:::hostedzone/{zone.rsplit('/', 1)[-1]}",
        context if changes else {},
    )


def _of_secretsmanager(call: Call) -> Iterator[Any]:
    action = f"secretsmanager:{call.action}"
    name = call.parameters.get("SecretId")
    backend = secretsmanager_backends[call.account][call.region]
    secret = backend.secrets.get(name) if name else None
    if secret is None:
        made = f"arn:aws:secretsmanager:{call.region}:{call.account}:secret:{call.parameters.get('Name', '*')}-??????"
        yield action, name if name and name.startswith("arn:") else made if not name else "*", {}
        return
    yield action, secret.arn, {}
    key = secret.kms_key_id
    if call.action == "GetSecretValue" and key and not key.endswith("alias/aws/secretsmanager"):
        arn = key if key.startswith("arn:") else f"arn:aws:kms:{call.region}:{call.account}:key/{key}"
        yield "kms:Decrypt", arn, {"kms:viaservice": (f"secretsmanager.{call.region}.amazonaws.com",)}


_BY_SERVICE: dict[str, Callable[[Call], Iterator[Any]]] = {
    "ec2": _of_ec2,
    "iam": _of_iam,
    "route53": _of_route53,
    "secretsmanager": _of_secretsmanager,
    "sqs": _of_sqs,
}
