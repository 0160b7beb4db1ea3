"""The account's time: the real one, and AWS's seconds brought to it by one factor."""

from __future__ import annotations

import time
from datetime import date, datetime, timezone

TIMES: dict[str, float] = {}
"""How long AWS takes, in seconds, by service and action (`eks.CreateCluster`). Services add theirs."""


class _Settings:
    factor = 0.01
    day: date | None = None
    patience = 600.0


_settings = _Settings()


def configure(factor: float | None = None, day: date | None = None) -> None:
    """Sets how many real seconds one of AWS's takes (None: as before), and the day that AWS believes it is (None: today)."""
    if factor is not None:
        _settings.factor = factor
    _settings.day = day


def be_patient(seconds: float) -> None:
    """Sets how many real seconds AWS waits for what others have to do."""
    _settings.patience = seconds


def patience() -> float:
    """How many real seconds AWS waits for what others have to do, who do not keep its time."""
    return _settings.patience


def factor() -> float:
    """How many real seconds one of AWS's takes."""
    return _settings.factor


def fixed_day() -> date | None:
    """The day that was asked for, if one was."""
    return _settings.day


def now() -> float:
    """Real seconds since the epoch."""
    return time.time()


def scaled(aws_seconds: float) -> float:
    """Real seconds for a number of AWS's."""
    return aws_seconds * _settings.factor


def taken(what: str) -> float:
    """Real seconds that AWS takes for a service's action (`eks.CreateCluster`)."""
    return scaled(TIMES.get(what, 0))


def today() -> date:
    """The day that AWS believes it is."""
    return _settings.day or datetime.now(timezone.utc).date()


def moment(seconds: float) -> datetime:
    """Seconds since the epoch as a datetime, which is what answers are made of."""
    return datetime.fromtimestamp(seconds, timezone.utc)


def wake(at: float) -> None:
    """Asks for the events' version to grow at a real time, because a state changes then."""
    from . import events

    events.EVENTS.wake(at)
