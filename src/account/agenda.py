"""What will happen in the account by itself: a gateway that becomes available, a database that is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import clock
from .state import state

Task = Callable[..., None]

_tasks: dict[str, Task] = {}


def task(name: str) -> Callable[[Task], Task]:
    """Gives a function the name by which it can be put on the agenda, as that outlives the process."""

    def mark(function: Task) -> Task:
        _tasks[name] = function
        return function

    return mark


def later(name: str, aws_seconds: float, *arguments: Any) -> None:
    """Has a task done when so many of AWS's seconds have passed. The arguments must be picklable."""
    due(clock.now() + clock.scaled(aws_seconds), name, *arguments)


def due(at: float, name: str, *arguments: Any) -> None:
    """Has a task done at a real time. The arguments must be picklable."""
    state().agenda.append((at, name, arguments))
    clock.wake(at)


def run_due() -> None:
    """Does what has come due, in the order of time. To be called under the account's lock, before anybody looks."""
    agenda = state().agenda
    now = clock.now()
    for entry in sorted((one for one in agenda if one[0] <= now), key=lambda one: one[0]):
        agenda.remove(entry)
        _tasks[entry[1]](*entry[2])
