"""AWS's wire formats, from botocore's models by moto's own routers, parsers and serializers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from botocore.exceptions import UnknownServiceError
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import NotFound, get_service_router
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model

from .service import Refusal

MODELS = {"monitoring": "cloudwatch", "email": "ses", "states": "stepfunctions", "eventbridge": "events"}
"""botocore's name of a service, where it is not the one in signatures."""


@dataclass(frozen=True)
class Understood:
    """A request read by the service's model."""

    operation: OperationModel
    protocol: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What goes back over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes
    code: str = ""
    message: str = ""


def model_name(service: str, request: Request) -> str:
    """botocore's name of the service that a request is for. Both generations of load balancers sign alike."""
    if service == "elasticloadbalancing":
        return "elb" if request.values.get("Version") == "2012-06-01" else "elbv2"
    return MODELS.get(service, service)


def understand(service: str, request: Request) -> Understood | None:
    """Reads a request; None for a service or an operation that botocore does not know."""
    name = model_name(service, request)
    try:
        model = get_service_model(name)
        operation, in_path = get_service_router(name).match(request)
        protocol = determine_request_protocol(model, request.content_type)
    except (UnknownServiceError, NotFound, NotImplementedError):
        return None
    parser = PROTOCOL_PARSERS[protocol](operation)
    parameters = parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": in_path,
        }
    )
    return Understood(operation, protocol, parameters)


def success(understood: Understood, output: dict[str, Any]) -> Answer:
    """A service's output in its wire format."""
    return _serialized(understood, output)


def failure(understood: Understood, refusal: Refusal) -> Answer:
    """An error in the service's wire format, with the status that goes with it."""
    answer = _serialized(understood, refusal)
    status = refusal.status if refusal.status != 400 else answer.status
    return Answer(status, answer.headers, answer.body, refusal.code, refusal.message)


def _serialized(understood: Understood, result: dict[str, Any] | Refusal) -> Answer:
    request_id = str(uuid4())
    service = understood.operation.service_model.service_name
    serializer = get_serializer_class(service, understood.protocol)(
        understood.operation, context=SerializationContext(request_id)
    )
    made = serializer.serialize(result)
    body = made["body"]
    headers = {name: str(value) for name, value in made["headers"].items()}
    headers["x-amzn-RequestId"] = request_id
    return Answer(made["status_code"], headers, body.encode() if isinstance(body, str) else body)
