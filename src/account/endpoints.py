"""The addresses that EKS may give to clusters: servers of this machine that stand for clusters' API servers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Endpoints:
    authority: str
    """The PEM of the CA that signs for them."""
    addresses: tuple[str, ...]
    """`https://127.0.0.1:PORT`, each for one cluster."""
    told: bool = False
    """Whether the account is told when a cluster answers there; else that is so when the address takes connections."""


class _Holder:
    endpoints = Endpoints("", ())


_holder = _Holder()


def load(file: Path) -> None:
    """Reads `{"authority": PEM, "endpoints": [URL, ...], "told"?: bool}`. Raises OSError, ValueError or KeyError for a bad file."""
    read = json.loads(file.read_text())
    _holder.endpoints = Endpoints(read["authority"], tuple(read["endpoints"]), read.get("told", False))


def endpoints() -> Endpoints:
    """What was read at the start; nothing if no file was given."""
    return _holder.endpoints
