"""What EC2 tells of EKS's security groups, interfaces and instances: as they are by now."""

from __future__ import annotations

from ..eks.lifecycle import advance_all
from ..service import Call
from .rules import refuses


@refuses(
    "ec2",
    "DeleteNetworkInterface",
    "DeleteSecurityGroup",
    "DeleteSubnet",
    "DeleteVpc",
    "DescribeInstanceStatus",
    "DescribeInstances",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "TerminateInstances",
)
def see(_: Call) -> None:
    """Brings all clusters to the present before EC2 looks."""
    advance_all()
