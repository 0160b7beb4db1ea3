"""The errors of EKS's API, each with the HTTP status that its model gives it."""

from __future__ import annotations

from ..service import Refusal


def not_found(message: str) -> Refusal:
    """What is named is not there."""
    return Refusal("ResourceNotFoundException", message, 404)


def in_use(message: str) -> Refusal:
    """What is named is there already, is busy, or is needed by something else."""
    return Refusal("ResourceInUseException", message, 409)


def invalid(message: str) -> Refusal:
    """A parameter that EKS does not take."""
    return Refusal("InvalidParameterException", message, 400)


def bad_request(message: str) -> Refusal:
    """A request that does not go with the state of things."""
    return Refusal("InvalidRequestException", message, 400)
