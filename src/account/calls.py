"""The log of all calls: in memory, and a line each in a file that outlives the process."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

READS = ("Describe", "List", "Get", "Head", "Lookup", "Search", "BatchGet", "Check", "Simulate", "Test")


def reads(action: str) -> bool:
    """Whether an action only looks."""
    return action.startswith(READS)


@dataclass(frozen=True)
class Logged:
    """One call, as it went."""

    n: int
    time: int
    """Milliseconds since the epoch."""
    service: str
    action: str
    caller: str
    region: str
    status: int
    code: str
    message: str
    reads: bool
    resource: str
    """What it was about, as far as one of its parameters names it."""


class Calls:
    """All calls of an account, oldest first."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        self._all = [Logged(**json.loads(line)) for line in _whole_lines(file)]
        self._counts: Counter[tuple[str, str, str, str]] = Counter()
        self._errors: Counter[tuple[str, str, str, str]] = Counter()
        for one in self._all:
            self._count(one)
        self._file = file.open("a", buffering=1)

    def add(self, **call: Any) -> None:
        """Logs a call; its number is given here."""
        with self._lock:
            logged = Logged(n=len(self._all) + 1, **call)
            self._all.append(logged)
            self._count(logged)
            self._file.write(json.dumps(asdict(logged)) + "\n")

    def after(self, n: int) -> dict[str, Any]:
        """The calls after the one with a number, and the last one's number."""
        with self._lock:
            return {"last": len(self._all), "calls": [asdict(one) for one in self._all[n:]]}

    def counts(self) -> list[dict[str, Any]]:
        """How often who called what, and how many of these calls were refused."""
        with self._lock:
            return [
                {
                    **dict(zip(("service", "action", "caller", "region"), key, strict=True)),
                    "calls": calls,
                    "errors": self._errors[key],
                }
                for key, calls in sorted(self._counts.items())
            ]

    def _count(self, one: Logged) -> None:
        key = (one.service, one.action, one.caller, one.region)
        self._counts[key] += 1
        if one.code:
            self._errors[key] += 1


def _whole_lines(file: Path) -> list[str]:
    """The lines of the file; one that was being written when the process ended is cut off."""
    if not file.exists():
        return []
    text = file.read_bytes()
    end = text.rfind(b"\n") + 1
    if end < len(text):
        with file.open("r+b") as opened:
            opened.truncate(end)
    return text[:end].decode().splitlines()


def about(parameters: dict[str, Any]) -> str:
    """A short hint of what a call is about: the first of its parameters that is a name, an id or an ARN; in a cluster with the next one."""
    named = list(_named(parameters))
    if len(named) > 1 and named[0][0] == "clusterName":
        return f"{named[0][1]}/{named[1][1]}"
    if named:
        return named[0][1]
    return next((value for value in parameters.values() if isinstance(value, str)), "")[:200]


def _named(parameters: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in parameters.items():
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, str) and name.lower().endswith(("name", "id", "ids", "identifier", "arn", "names", "url")):
            yield name, value
