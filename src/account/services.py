"""The services that are answered here instead of by moto, by the name in a signature's scope."""

from __future__ import annotations

from .service import Authenticator, Service

SERVICES: dict[str, Service] = {}

AUTHENTICATORS: list[Authenticator] = []
"""Who knows the clusters' users: EKS, as far as there is one."""
