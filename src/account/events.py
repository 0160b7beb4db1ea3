"""A number that grows whenever something in the account changes, so that controllers need not ask all the time."""

from __future__ import annotations

import heapq
import threading
import time

from .state import state


class Events:
    """The number, and the times at which it is to grow by itself."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        # Larger than any number of an earlier process.
        self._version = int(time.time() * 1000)

    @property
    def version(self) -> int:
        return self._version

    def changed(self) -> None:
        """Something has changed just now."""
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def wake(self, at: float) -> None:
        """Something will change at that real time."""
        with self._changed:
            heapq.heappush(state().wakes, at)
            self._changed.notify_all()

    def after(self, version: int, patience: float) -> int:
        """The number, as soon as it is larger than `version`, or after so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._version > version, timeout=patience)
            return self._version

    def run(self) -> None:
        """Lets the number grow when a time has come; for a thread of its own, never returns."""
        with self._changed:
            while True:
                wakes = state().wakes
                now = time.time()
                if wakes and wakes[0] <= now:
                    while wakes and wakes[0] <= now:
                        heapq.heappop(wakes)
                    self._version += 1
                    self._changed.notify_all()
                self._changed.wait(timeout=wakes[0] - now if wakes else None)


EVENTS = Events()
