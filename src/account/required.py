"""What a call cannot do without, by botocore's model. AWS's SDKs look before they send, but not all of them do."""

from __future__ import annotations

from typing import Any

from botocore.model import ListShape, Shape, StructureShape
from moto.core.utils import get_service_model

from .service import Call, Refusal


def check(call: Call, code: str) -> None:
    """Raises Refusal with that code for a call that lacks a parameter, at whatever depth."""
    shape = get_service_model(call.service).operation_model(call.action).input_shape
    lacking = _lacking(shape, call.parameters, "") if shape else None
    if lacking:
        raise Refusal(
            code,
            f"1 validation error detected: Value null at '{lacking}' failed to satisfy constraint: Member must not be "
            "null",
        )


def _lacking(shape: Shape, value: Any, at: str) -> str | None:
    """The path of the first member that is needed and not there."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        for name in shape.required_members:
            if value.get(name) is None:
                return f"{at}{name}"
        inner = ((shape.members[name], one, f"{at}{name}.") for name, one in value.items() if name in shape.members)
    elif isinstance(shape, ListShape) and isinstance(value, list):
        inner = ((shape.member, one, f"{at}{position + 1}.") for position, one in enumerate(value))
    else:
        return None
    return next((found for found in (_lacking(*each) for each in inner) if found), None)
