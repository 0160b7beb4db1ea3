"""EC2's network: what holds what, and gateways that take their time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends
from moto.rds.models import rds_backends

from ..agenda import later, task
from ..clock import TIMES
from ..service import Call, Refusal
from .rules import extends, fails_late, follows, late_failure, refuses

TIMES.update({"ec2.CreateNatGateway": 90, "ec2.DeleteNatGateway": 60})

SHOWN_AFTERWARDS = 3600
"""AWS's seconds for which what was deleted is still told of."""


def backend_of(call: Call) -> Any:
    """moto's EC2 of a call's account and region."""
    return ec2_backends[call.account][call.region]


def depends(what: str, name: str) -> Refusal:
    """The error for what something else stands on."""
    return Refusal("DependencyViolation", f"The {what} '{name}' has dependencies and cannot be deleted.")


@refuses("ec2", "DeleteSubnet")
def subnet_holds_interfaces(call: Call) -> None:
    subnet = call.parameters.get("SubnetId")
    if any(one.subnet.id == subnet for one in backend_of(call).enis.values()):
        raise depends("subnet", str(subnet))


@follows("ec2", "DeleteSubnet")
def associations_go_with_subnet(call: Call) -> None:
    subnet = call.parameters["SubnetId"]
    for table in backend_of(call).route_tables.values():
        for association in [key for key, value in table._associations.items() if value == subnet]:
            del table._associations[association]


@refuses("ec2", "DeleteVpc")
def vpc_holds(call: Call) -> None:
    ec2, vpc = backend_of(call), call.parameters.get("VpcId")
    gateways = [*ec2.internet_gateways.values(), *ec2.egress_only_internet_gateways.values()]
    attached = any(getattr(gateway.vpc, "id", None) == vpc for gateway in gateways if hasattr(gateway, "vpc"))
    groups = any(group.name != "default" for group in ec2.groups.get(vpc, {}).values())
    tables = any(table.vpc_id == vpc and not table.main_association_id for table in ec2.route_tables.values())
    endpoints = any(one.vpc_id == vpc and one.state != "deleted" for one in ec2.vpc_end_points.values())
    if attached or groups or tables or endpoints:
        raise depends("vpc", str(vpc))


@refuses("ec2", "DeleteRouteTable")
def main_table_stays(call: Call) -> None:
    table = backend_of(call).route_tables.get(call.parameters.get("RouteTableId"))
    if table and table.main_association_id:
        raise depends("routeTable", table.id)


@refuses("ec2", "AssociateRouteTable")
def subnet_has_one_table(call: Call) -> None:
    asked, subnet = call.parameters.get("RouteTableId"), call.parameters.get("SubnetId")
    for table in backend_of(call).route_tables.values():
        if subnet and table.id != asked and subnet in table._associations.values():
            raise Refusal(
                "Resource.AlreadyAssociated",
                f"the specified association for route table {asked} conflicts with an existing association",
            )


@refuses("ec2", "AttachInternetGateway")
def vpc_has_one_gateway(call: Call) -> None:
    vpc = call.parameters.get("VpcId")
    if any(gateway.vpc and gateway.vpc.id == vpc for gateway in backend_of(call).internet_gateways.values()):
        words = f"resource {vpc} is already associated with an internet gateway"
        raise Refusal("Resource.AlreadyAssociated", words)


@refuses("ec2", "DetachInternetGateway")
def gateway_carries_addresses(call: Call) -> None:
    vpc = call.parameters.get("VpcId")
    if vpc in _mapped(backend_of(call)):
        raise Refusal(
            "DependencyViolation",
            f"Network {vpc} has some mapped public address(es). "
            "Please unmap those public address(es) before detaching the gateway.",
        )


def _mapped(ec2: Any) -> Iterator[str]:
    """The VPCs in which an interface has a public address: its own, or one that is allocated."""
    for interface in ec2.enis.values():
        running = interface.instance is None or interface.instance.state in ("pending", "running", "shutting-down")
        if interface.public_ip and running:
            yield interface.subnet.vpc_id
    for address in ec2.addresses:
        if address.eni:
            yield address.eni.subnet.vpc_id


@refuses("ec2", "ReleaseAddress")
def address_in_use(call: Call) -> None:
    for address in backend_of(call).addresses:
        if address.allocation_id == call.parameters.get("AllocationId") and address.association_id:
            raise Refusal("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")


@refuses("ec2", "DeleteNetworkInterface")
def interface_in_use(call: Call) -> None:
    interface = backend_of(call).enis.get(call.parameters.get("NetworkInterfaceId"))
    if interface and (interface.attachment_id or interface.instance):
        words = f"Network interface '{interface.id}' is currently in use."
        raise Refusal("InvalidNetworkInterface.InUse", words)


@refuses("ec2", "DeleteSecurityGroup")
def group_in_use(call: Call) -> None:
    ec2 = backend_of(call)
    group = ec2.get_security_group_from_id(call.parameters.get("GroupId", ""))
    if group is None:
        return
    if group.name == "default":
        words = f'the specified group: "{group.id}" name: "default" cannot be deleted by a user'
        raise Refusal("CannotDelete", words)
    databases = rds_backends[call.account][call.region].clusters.values()
    if (
        any(group.id in {one.id for one in interface._group_set} for interface in ec2.enis.values())
        or any(group.id in (cluster.vpc_security_group_ids or []) for cluster in databases)
        or any(_names(other, group.id) for groups in ec2.groups.values() for other in groups.values())
    ):
        raise Refusal("DependencyViolation", f"resource {group.id} has a dependent object")


def _names(other: Any, group: str) -> bool:
    """Whether a rule of another group names a group."""
    rules = [*other.ingress_rules, *other.egress_rules]
    return other.id != group and any((rule.source_group or {}).get("GroupId") == group for rule in rules)


fails_late("ec2", "CreateNatGateway")


@extends(EC2Backend, "create_nat_gateway")
def nat_gateway_begins(original: Any, ec2: Any, *arguments: Any, **named: Any) -> Any:
    made = original(ec2, *arguments, **named)
    made.state = "pending"
    failure = late_failure()
    why = (failure.code, failure.message) if failure else None
    later("ec2.nat-gateway-made", TIMES["ec2.CreateNatGateway"], ec2.account_id, ec2.region_name, made.id, why)
    return made


@task("ec2.nat-gateway-made")
def nat_gateway_made(account: str, region: str, name: str, failure: tuple[str, str] | None) -> None:
    gateway = ec2_backends[account][region].nat_gateways.get(name)
    if gateway is None or gateway.state != "pending":
        return
    gateway.state = "failed" if failure else "available"
    if failure:
        gateway.failure_code, gateway.failure_message = failure
        _unmap(ec2_backends[account][region], gateway)


@extends(EC2Backend, "delete_nat_gateway")
def nat_gateway_ends(original: Any, ec2: Any, nat_gateway_id: str) -> Any:
    gateway = ec2.nat_gateways.get(nat_gateway_id)
    if gateway is None or gateway.state == "deleted":
        raise Refusal("NatGatewayNotFound", f"The Nat Gateway {nat_gateway_id} was not found")
    gateway.state = "deleting"
    later("ec2.nat-gateway-gone", TIMES["ec2.DeleteNatGateway"], ec2.account_id, ec2.region_name, nat_gateway_id)
    return gateway


@task("ec2.nat-gateway-gone")
def nat_gateway_gone(account: str, region: str, name: str) -> None:
    ec2 = ec2_backends[account][region]
    gateway = ec2.nat_gateways.get(name)
    if gateway is None:
        return
    gateway.state = "deleted"
    _unmap(ec2, gateway)
    later("ec2.nat-gateway-forgotten", SHOWN_AFTERWARDS, account, region, name)


@task("ec2.nat-gateway-forgotten")
def nat_gateway_forgotten(account: str, region: str, name: str) -> None:
    ec2_backends[account][region].nat_gateways.pop(name, None)


def _unmap(ec2: Any, gateway: Any) -> None:
    """Gives a gateway's address and interface back."""
    for address in ec2.addresses:
        if address.eni is gateway._eni:
            ec2.disassociate_address(association_id=address.association_id)
    ec2.enis.pop(gateway._eni.id, None)
