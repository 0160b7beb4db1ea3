"""What is told of EKS's security groups, interfaces, instances and log groups: as they are by now."""

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
@refuses("logs", "DescribeLogGroups")
def see(_: Call) -> None:
    """Brings all clusters to the present before others look."""
    advance_all()
