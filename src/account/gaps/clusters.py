"""What EKS does of its own accord about what somebody else does to a cluster's things."""

from __future__ import annotations

from ..agenda import later
from ..eks.store import ADVANCE
from ..service import Call, Refusal
from .ec2_network import backend_of
from .rules import follows, refuses

NOTICED_AFTER = 20
"""AWS's seconds."""


# Before, since nothing follows on what is not moto's own answer; it refuses nothing.
@refuses("ec2", "TerminateInstances")
def instance_is_replaced(_: Call) -> None:
    """A node group's Auto Scaling group launches another."""
    later(ADVANCE, NOTICED_AFTER)


@follows("logs", "DeleteLogGroup")
def log_group_comes_back(_: Call) -> None:
    """A control plane's next line of log makes its group anew."""
    later(ADVANCE, NOTICED_AFTER)


@refuses("ec2", "DeleteNetworkInterface")
def interface_is_managed(call: Call) -> None:
    interface = backend_of(call).enis.get(call.parameters.get("NetworkInterfaceId"))
    if interface and interface.requester_managed:
        words = f"Network interface '{interface.id}' is currently in use."
        raise Refusal("InvalidNetworkInterface.InUse", words)
