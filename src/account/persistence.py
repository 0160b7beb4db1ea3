"""The account on disk: what was answered is there before the answer is sent."""

from __future__ import annotations

import io
import os
import pickle
import threading
from pathlib import Path
from typing import Any

from moto.core.base_backend import AccountSpecificBackend, BackendDict

from .state import restore, state

FORMAT = 1
"""Grows when what is saved can no longer be read."""


class Unreadable(Exception):
    """A saved account that this version cannot read. The message says what to do."""


class Saver:
    """Writes the account to a file. Calls that change it at the same time share one writing."""

    def __init__(self, file: Path, lock: threading.RLock) -> None:
        self._file = file
        self._lock = lock
        self._turn = threading.Lock()
        self._changes = 0
        self._written = 0

    def changed(self) -> int:
        """Notes a change, under the account's lock; gives the number to wait for."""
        self._changes += 1
        return self._changes

    def wait(self, change: int) -> None:
        """Returns when that change is on disk. Whoever has the turn writes for all that wait."""
        with self._turn:
            if self._written >= change:
                return
            with self._lock:
                up_to = self._changes
                content = dump()
            aside = self._file.with_suffix(".part")
            aside.write_bytes(content)
            os.replace(aside, self._file)
            self._written = up_to


def dump() -> bytes:
    """The account in one piece."""
    out = io.BytesIO()
    _Pickler(out, pickle.HIGHEST_PROTOCOL).dump((FORMAT, _backends(), state()))
    return out.getvalue()


def load(file: Path) -> bool:
    """Brings a saved account back; False if there is none. Raises Unreadable."""
    if not file.exists():
        return False
    try:
        with file.open("rb") as opened:
            version, backends, saved = _Unpickler(opened).load()
    except Exception as error:
        raise Unreadable(f"{file}: {error}: remove it to begin with an empty account") from error
    if version != FORMAT:
        raise Unreadable(f"{file}: written by another version: remove it to begin with an empty account")
    for service, accounts in backends.items():
        whole = _by_name(service)
        for account, regions in accounts.items():
            for region, backend in regions.items():
                dict.__setitem__(whole[account], region, backend)
    restore(saved)
    return True


def _instances() -> list[BackendDict[Any]]:
    return list(BackendDict._instances)


def _backends() -> dict[str, dict[str, dict[str, Any]]]:
    return {
        whole.service_name: {account: dict(regions) for account, regions in whole.items()} for whole in _instances()
    }


def _by_name(service: str) -> BackendDict[Any]:
    from moto.backends import get_backend

    return get_backend(service)


class _Pickler(pickle.Pickler):
    """Refers to moto's registries of backends by name, as there is one of each in a process."""

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, BackendDict):
            return ("service", obj.service_name)
        if isinstance(obj, AccountSpecificBackend):
            return ("account", obj.service_name, obj.account_id)
        return None


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid: Any) -> Any:
        if pid[0] == "service":
            return _by_name(pid[1])
        return _by_name(pid[1])[pid[2]]


