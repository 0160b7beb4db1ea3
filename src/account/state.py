"""What the account remembers beside moto's backends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

Part = TypeVar("Part")


class State:
    """Everything of ours that survives the process. It is pickled together with moto's backends."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, str, str], Any] = {}
        self.faults: list[dict[str, Any]] = []
        self.agenda: list[tuple[float, str, tuple[Any, ...]]] = []
        """What is to happen by itself: real time, task, arguments."""
        self.wakes: list[float] = []
        """Real times at which states change."""

    def of(self, account: str, region: str, service: str, factory: Callable[[], Part]) -> Part:
        """A service's own part in an account and region; made by `factory` if there is none. It must be picklable."""
        key = (account, region, service)
        if key not in self._parts:
            self._parts[key] = factory()
        return cast(Part, self._parts[key])

    def all(self, service: str) -> list[tuple[str, str, Any]]:
        """A service's parts in all accounts and regions: account, region, part."""
        return [(account, region, part) for (account, region, name), part in self._parts.items() if name == service]


class _Holder:
    state = State()


_holder = _Holder()


def state() -> State:
    """The account's memory."""
    return _holder.state


def restore(saved: State) -> None:
    """Puts a saved memory in place of the present one."""
    _holder.state = saved
