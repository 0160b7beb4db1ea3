"""What a service of the account is, and what it is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from moto.core.exceptions import ServiceException


class Refusal(ServiceException):
    """An error as AWS answers it: its code, its words, and the HTTP status that goes with it."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(code, message)
        self.status = status

    def __reduce__(self) -> tuple[type[Refusal], tuple[str, str, int]]:
        return Refusal, (self.code, self.message, self.status)


@dataclass(frozen=True)
class Caller:
    """Who signed a call."""

    arn: str
    """As GetCallerIdentity tells it: a user's ARN, or that of a role's session."""
    principal: str
    """The ARN of the IAM user or role behind it."""
    account: str
    session: str = ""
    """The name of a role's session; empty for users."""
    tags: tuple[tuple[str, str], ...] = ()
    """The tags of a role's session, as EKS Pod Identity sets them."""


@dataclass(frozen=True)
class Call:
    """One call of AWS's API."""

    service: str
    """The name in the signature's scope: `ec2`, `eks`."""
    action: str
    account: str
    region: str
    caller: Caller
    parameters: dict[str, Any] = field(default_factory=dict)
    """By the names of botocore's model."""
    late: Refusal | None = None
    """The error in which what this call makes is to end after its time. Only for actions in the service's `late`."""


class Service(Protocol):
    """A service that is answered here and not by moto."""

    name: str
    late: frozenset[str]
    """The actions whose creations can fail after their time (`Call.late`)."""

    def answer(self, call: Call) -> dict[str, Any]:
        """The output by the names of botocore's model, times as datetime. Raises Refusal."""


@dataclass(frozen=True)
class User:
    """Somebody whom a cluster lets in."""

    username: str
    uid: str
    groups: tuple[str, ...]


class Authenticator(Protocol):
    """Says who an AWS caller is in a cluster."""

    def user(self, cluster: str, region: str, caller: Caller) -> User:
        """Raises Refusal, with the reason, for a caller whom the cluster does not let in."""
