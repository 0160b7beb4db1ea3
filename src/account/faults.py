"""What goes wrong at AWS because it was asked for."""

from __future__ import annotations

import json
from typing import Any

from .calls import about
from .service import Call, Refusal
from .state import state

KNOWN: dict[str, tuple[str, int]] = {
    "AddressLimitExceeded": ("The maximum number of addresses has been reached.", 400),
    "InsufficientInstanceCapacity": (
        "We currently do not have sufficient capacity in the Availability Zone you requested.",
        500,
    ),
    "InternalFailure": ("The request processing has failed due to an unknown error.", 500),
    "LimitExceeded": ("Cannot exceed quota for the account.", 409),
    "RequestLimitExceeded": ("Request limit exceeded.", 503),
    "ResourceLimitExceeded": ("Account exceeded the limit for this resource.", 400),
    "ServiceUnavailable": ("The request has failed due to a temporary failure of the server.", 503),
    "Throttling": ("Rate exceeded", 400),
    "ThrottlingException": ("Rate exceeded", 400),
    "VpcLimitExceeded": ("The maximum number of VPCs has been reached.", 400),
}
"""AWS's words and HTTP status of errors that need no message of their own."""

FIELDS = {"service": str, "action": str, "code": str, "message": str, "count": int, "when": str, "matching": str}
TIMES = ("before", "after", "late")


def put(faults: list[dict[str, Any]]) -> None:
    """Replaces all faults. Raises ValueError for one that says nothing sensible."""
    for fault in faults:
        for name, value in fault.items():
            if name not in FIELDS:
                raise ValueError(f"a fault has no {name}; it has {', '.join(FIELDS)}")
            if value is not None and not isinstance(value, FIELDS[name]):
                raise ValueError(f"{name} of a fault is to be a {FIELDS[name].__name__}, and is {json.dumps(value)}")
        if not fault.get("code"):
            raise ValueError("a fault needs a code: AccessDeniedException, ThrottlingException, ...")
        if fault.get("when") not in (None, *TIMES):
            raise ValueError(f"when of a fault is one of {', '.join(TIMES)}")
    state().faults[:] = [
        {
            "service": "*",
            "action": "*",
            "count": None,
            "when": "before",
            **{k: v for k, v in fault.items() if v is not None},
        }
        for fault in faults
    ]


def meet(call: Call) -> tuple[str, Refusal] | None:
    """The fault that a call meets, counted off: when it strikes, and the error."""
    for fault in state().faults:
        if fault["service"] not in ("*", call.service) or fault["action"] not in ("*", call.action):
            continue
        if "matching" in fault and fault["matching"] not in json.dumps(call.parameters, default=str):
            continue
        if fault["count"] is not None:
            fault["count"] -= 1
            if fault["count"] <= 0:
                state().faults.remove(fault)
        return fault["when"], _refusal(fault, call)
    return None


def _refusal(fault: dict[str, Any], call: Call) -> Refusal:
    code = fault["code"]
    if "AccessDenied" in code or "Unauthorized" in code:
        words = f"User: {call.caller.arn} is not authorized to perform: {call.service}:{call.action}"
        if code == "UnauthorizedOperation":
            words = f"You are not authorized to perform this operation. {words}"
        known = words, 403
    else:
        known = KNOWN.get(code, (f"{code} was asked for, for {about(call.parameters) or call.action}.", 400))
    return Refusal(code, fault.get("message", known[0]), known[1])
