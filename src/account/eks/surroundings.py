"""What EKS looks at and changes in the rest of the account: roles, subnets, security groups, interfaces, logs."""

from __future__ import annotations

import ipaddress
from typing import Any, Callable, Iterator, Mapping, Sequence

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.subnets import Subnet
from moto.iam.models import Role, iam_backends
from moto.logs.models import logs_backends

from ..policies import Question, statements_in, verdict
from .refusals import invalid
from .store import Cluster, Store, unique


def ec2(store: Store) -> EC2Backend:
    """EC2 in the same account and region."""
    return ec2_backends[store.account][store.region]


def role_of(arn: str) -> Role | None:
    """A role by its ARN, in whatever account."""
    parts = arn.split(":")
    if len(parts) != 6 or not parts[5].startswith("role/"):
        return None
    return next((role for role in iam_backends[parts[4]]["aws"].roles.values() if role.arn == arn), None)


def principal_id(arn: str) -> str | None:
    """The unique id of a role or user; None if there is none of that ARN."""
    role = role_of(arn)
    if role:
        return str(role.id)
    account = arn.split(":")[4]
    user = next((user for user in iam_backends[account]["aws"].users.values() if user.arn == arn), None)
    return str(user.id) if user else None


def trusts(role: Role, service: str, *actions: str, context: Mapping[str, str] | None = None) -> bool:
    """Whether a role's trust policy lets a service of AWS do all of the actions with it: under the conditions that
    these keys fulfil, or under any if there are none yet."""
    return _lets(role, actions, context, lambda principal: service in _listed(principal.get("Service")))


def trusts_role(role: Role, other: Role, context: Mapping[str, str]) -> bool:
    """Whether a role's trust policy lets another role take it on."""
    names = {"*", other.arn, other.account_id, f"arn:aws:iam::{other.account_id}:root"}
    return _lets(
        role, ("sts:AssumeRole",), context, lambda principal: not names.isdisjoint(_listed(principal.get("AWS")))
    )


def may(role: Role, action: str) -> bool:
    """Whether any of a role's policies allows an action on whatever resource."""
    managed = [version for policy in role.managed_policies.values() for version in policy.versions]
    documents = [*role.policies.values(), *(version.document for version in managed if version.is_default)]
    allowing = [one for text in documents for one in statements_in(text) if one.get("Effect") == "Allow"]
    anywhere = [{**one, "Resource": "*", "Condition": {}} for one in allowing]
    return verdict(anywhere, Question(action, "*", {})) == "allowed"


def _lets(
    role: Role, actions: Sequence[str], context: Mapping[str, str] | None, meant: Callable[[dict[str, Any]], bool]
) -> bool:
    statements = []
    for statement in statements_in(role.assume_role_policy_document):
        principal = statement.get("Principal")
        if isinstance(principal, dict) and meant(principal):
            condition = {} if context is None else statement.get("Condition", {})
            statements.append({**statement, "Resource": "*", "Condition": condition})
    known = {name.lower(): (value,) for name, value in (context or {}).items()}
    return all(verdict(statements, Question(action, "*", known)) == "allowed" for action in actions)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def subnets_of(store: Store, ids: list[str]) -> list[Subnet]:
    """Subnets by their ids. Raises Refusal for one that is not there."""
    known = {subnet.id: subnet for subnet in _all_subnets(store)}
    for one in ids:
        if one not in known:
            raise invalid(f"The subnet ID '{one}' does not exist")
    return [known[one] for one in ids]


def _all_subnets(store: Store) -> Iterator[Subnet]:
    for in_zone in ec2(store).subnets.values():
        yield from in_zone.values()


def control_plane_subnets(store: Store, ids: list[str]) -> list[Subnet]:
    """The subnets of a control plane. Raises Refusal unless they lie in two zones of one VPC."""
    if not ids:
        raise invalid("subnetIds can't be empty")
    subnets = subnets_of(store, ids)
    if len({subnet.vpc_id for subnet in subnets}) > 1:
        raise invalid("Subnets specified must belong to the same VPC")
    if len({subnet.availability_zone for subnet in subnets}) < 2:
        raise invalid("Subnets specified must be in at least two different AZs")
    return subnets


def check_groups(store: Store, ids: list[str], vpc: str) -> None:
    """Raises Refusal for a security group that is not in the VPC."""
    for one in ids:
        group = ec2(store).get_security_group_from_id(one)
        if group is None:
            raise invalid(f"The security group '{one}' does not exist")
        if group.vpc_id != vpc:
            raise invalid(f"Security group(s) [{one}] are not in the same VPC {vpc}")


def service_range(store: Store, vpc: str) -> str:
    """The range that EKS gives to services: the one of two that is not the VPC's."""
    own = ipaddress.ip_network(ec2(store).vpcs[vpc].cidr_block)
    return "172.20.0.0/16" if own.overlaps(ipaddress.ip_network("10.0.0.0/8")) else "10.100.0.0/16"


def make_security_group(store: Store, name: str, vpc: str) -> str:
    """The security group that EKS makes for a cluster and its nodes: open among themselves and to the outside."""
    full = f"eks-cluster-sg-{name}-{unique(9, '123456789')}"
    backend = ec2(store)
    group = backend.create_security_group(
        full,
        "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any "
        "managed workloads.",
        vpc_id=vpc,
        tags={"Name": full, "aws:eks:cluster-name": name, f"kubernetes.io/cluster/{name}": "owned"},
    )
    backend.authorize_security_group_ingress(
        group.id, "-1", "-1", "-1", [], source_groups=[{"GroupId": group.id, "UserId": store.account}]
    )
    return str(group.id)


def make_interfaces(store: Store, name: str, subnets: list[Subnet], groups: list[str]) -> list[str]:
    """The control plane's own interfaces, one in each subnet."""
    made = []
    for subnet in subnets:
        interface = ec2(store).create_network_interface(
            subnet,
            "",
            group_ids=groups,
            description=f"Amazon EKS {name}",
            tags={"cluster.k8s.amazonaws.com/name": name},
        )
        interface.requester_managed = True
        interface.status = "in-use"
        made.append(str(interface.id))
    return made


def drop_interfaces(store: Store, ids: list[str]) -> None:
    """Gives back interfaces."""
    for one in ids:
        ec2(store).enis.pop(one, None)


def drop_security_group(store: Store, cluster: Cluster) -> None:
    """Takes a cluster's security group along, unless somebody else's interface or rule names it: then it stays, and
    holds its VPC."""
    own = cluster.about["resourcesVpcConfig"]["clusterSecurityGroupId"]
    backend = ec2(store)
    vpc = cluster.about["resourcesVpcConfig"]["vpcId"]
    groups = backend.groups.get(vpc, {})
    named = any(
        rule.source_group and rule.source_group.get("GroupId") == own
        for group in groups.values()
        if group.id != own
        for rule in [*group.ingress_rules, *group.egress_rules]
    )
    used = any(own in [group.id for group in interface.group_set] for interface in backend.enis.values())
    if not named and not used:
        groups.pop(own, None)


def make_log_group(store: Store, cluster: Cluster) -> None:
    """The group of a control plane's logs: EKS makes it as long as there is something to write."""
    if not any(setup.get("enabled") for setup in cluster.about["logging"]["clusterLogging"]):
        return
    backend = logs_backends[store.account][store.region]
    name = f"/aws/eks/{cluster.name}/cluster"
    if name not in backend.groups:
        backend.create_log_group(name, {})
