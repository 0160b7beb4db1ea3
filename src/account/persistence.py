"""The account on disk: what was answered is there before the answer is sent."""

from __future__ import annotations

import copyreg
import io
import logging
import os
import pickle
import threading
from pathlib import Path
from typing import Any

from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from moto.backends import get_backend
from moto.core.base_backend import AccountSpecificBackend, BackendDict
from moto.iam.models import AWSManagedPolicy, IAMBackend

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


_unkept: set[str] = set()
"""Services of moto's that cannot be saved."""


def dump() -> bytes:
    """The account in one piece. A service of moto's that cannot be saved is left out, and named in the log."""
    try:
        return _pickled(_backends())
    except Exception as error:
        for service, accounts in _backends().items():
            try:
                _pickled({service: accounts})
            except Exception:
                _unkept.add(service)
                logging.warning("%s is not kept: %s", service, error)
        return _pickled(_backends())


def load(file: Path) -> bool:
    """Brings a saved account back; False if there is none. Raises Unreadable."""
    if not file.exists():
        return False
    try:
        with file.open("rb") as opened:
            version, backends, saved = pickle.load(opened)
    except Exception as error:
        raise Unreadable(f"{file}: {error}: remove it to begin with an empty account") from error
    if version != FORMAT:
        raise Unreadable(f"{file}: written by another version: remove it to begin with an empty account")
    for service, accounts in backends.items():
        for account, regions in accounts.items():
            for region, backend in regions.items():
                get_backend(service)[account][region] = backend
    _fresh.clear()
    restore(saved)
    return True


def _backends() -> dict[str, dict[str, dict[str, Any]]]:
    """moto's backends that are in use, by service, account and region."""
    used = [one for one in BackendDict._instances if one.service_name not in _unkept]
    return {one.service_name: {account: dict(regions) for account, regions in one.items()} for one in used}


def _pickled(backends: dict[str, dict[str, dict[str, Any]]]) -> bytes:
    out = io.BytesIO()
    pickler = pickle.Pickler(out, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCED
    pickler.dump((FORMAT, backends, state()))
    return out.getvalue()


# moto's registries of backends are one each in a process: they are saved by their names.


def _reduced_service(whole: BackendDict[Any]) -> Any:
    return get_backend, (whole.service_name,)


def _reduced_account(part: AccountSpecificBackend[Any]) -> Any:
    return _account, (part.service_name, part.account_id)


def _account(service: str, account: str) -> Any:
    return get_backend(service)[account]


# AWS's own policies are a thousand documents that never change: only how often they are attached is saved.

_fresh: dict[tuple[str, str], IAMBackend] = {}
"""IAM as it is at first, while a file is read."""


def _iam(region: str, account: str) -> IAMBackend:
    if (region, account) not in _fresh:
        _fresh[(region, account)] = IAMBackend(region, account)
    return _fresh[(region, account)]


def _reduced_iam(iam: IAMBackend) -> Any:
    content = {name: value for name, value in iam.__dict__.items() if name != "aws_managed_policies"}
    content["managed_policies"] = {
        arn: policy for arn, policy in iam.managed_policies.items() if not isinstance(policy, AWSManagedPolicy)
    }
    return _iam, (iam.region_name, iam.account_id), content, None, None, _fill_iam


def _fill_iam(iam: IAMBackend, content: dict[str, Any]) -> None:
    own = content.pop("managed_policies")
    iam.__dict__.update(content)
    iam.managed_policies.update(own)


def _reduced_policy(policy: AWSManagedPolicy) -> Any:
    return _policy, (policy.partition, policy.account_id, policy.arn, policy.attachment_count)


def _policy(region: str, account: str, arn: str, attached: int) -> Any:
    policy = _iam(region, account).managed_policies[arn]
    policy.attachment_count = attached
    return policy


def _reduced_lock(lock: Any) -> Any:
    return (threading.RLock if isinstance(lock, type(threading.RLock())) else threading.Lock), ()


# The keys of KMS are objects of OpenSSL.


def _reduced_key(key: RSAPrivateKey | EllipticCurvePrivateKey) -> Any:
    form = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return _key, (key.private_bytes(*form),)


def _key(content: bytes) -> Any:
    return serialization.load_der_private_key(content, None)


_REDUCED = {
    **copyreg.dispatch_table,
    BackendDict: _reduced_service,
    AccountSpecificBackend: _reduced_account,
    IAMBackend: _reduced_iam,
    AWSManagedPolicy: _reduced_policy,
    type(threading.Lock()): _reduced_lock,
    type(threading.RLock()): _reduced_lock,
    openssl.rsa.RSAPrivateKey: _reduced_key,
    openssl.ec.ECPrivateKey: _reduced_key,
}
