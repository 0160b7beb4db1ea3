"""The services that are answered here instead of by moto, by the name in a signature's scope."""

from __future__ import annotations

from .dlm import Dlm
from .eks import Eks
from .eks.users import ClusterUsers
from .eks_auth import EksAuth
from .service import Authenticator, Service

SERVICES: dict[str, Service] = {service.name: service for service in (Dlm(), Eks(), EksAuth())}

AUTHENTICATORS: list[Authenticator] = [ClusterUsers()]
"""Who knows the clusters' users: EKS, as far as there is one."""
