"""The account's own interface, under `/_account/`: for tests, controllers and people. Plain JSON, unsigned."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import date
from typing import Any

from . import clock, faults
from .calls import Calls
from .eks.servers import ready, served
from .events import EVENTS
from .persistence import Saver
from .protocol import Answer
from .state import state
from .tokens import review

Query = dict[str, str]

LONGEST_WAIT = 60.0


class Control:
    """Answers by method and path."""

    def __init__(self, lock: threading.RLock, saver: Saver, calls: Calls) -> None:
        self._lock = lock
        self._saver = saver
        self._calls = calls
        self._routes: dict[tuple[str, str], Callable[[Query, Any], Any]] = {
            ("GET", "health"): lambda query, body: {"ready": True},
            ("GET", "events"): self._events,
            ("GET", "calls"): lambda query, body: calls.after(int(query.get("after", "0"))),
            ("GET", "counts"): lambda query, body: calls.counts(),
            ("GET", "faults"): lambda query, body: state().faults,
            ("PUT", "faults"): self._put_faults,
            ("GET", "clock"): lambda query, body: _clock(),
            ("PUT", "clock"): self._put_clock,
            ("GET", "clusters"): self._clusters,
            ("PUT", "clusters"): self._put_ready,
            ("GET", "tables"): lambda query, body: {"times": clock.TIMES},
        }

    def answer(self, method: str, path: str, query: Query, body: bytes) -> Answer:
        """Carries out a request; what is wrong with it is told as `{"error": ...}`."""
        try:
            read = json.loads(body) if body else None
            if method == "POST" and path.startswith("authenticate/"):
                with self._lock:
                    return _json(200, review(path[len("authenticate/") :], read))
            route = self._routes.get((method, path))
            if not route:
                return _json(404, {"error": f"there is no {method} /_account/{path}"})
            return _json(200, route(query, read))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return _json(400, {"error": str(error)})

    def _events(self, query: Query, body: Any) -> dict[str, int]:
        patience = min(float(query.get("wait", "30")), LONGEST_WAIT)
        return {"version": EVENTS.after(int(query.get("after", "0")), patience)}

    def _put_faults(self, query: Query, body: Any) -> list[dict[str, Any]]:
        with self._lock:
            faults.put(body)
            change = self._saver.changed()
        self._saver.wait(change)
        return state().faults

    def _clusters(self, query: Query, body: Any) -> list[dict[str, Any]]:
        with self._lock:
            return served()

    def _put_ready(self, query: Query, body: Any) -> list[dict[str, Any]]:
        with self._lock:
            ready(body["ready"])
            clusters = served()
            change = self._saver.changed()
        self._saver.wait(change)
        EVENTS.changed()
        return clusters

    def _put_clock(self, query: Query, body: Any) -> dict[str, Any]:
        day = body.get("date", clock.fixed_day())
        clock.configure(body.get("time"), date.fromisoformat(day) if isinstance(day, str) else day)
        EVENTS.changed()
        return _clock()


def _clock() -> dict[str, Any]:
    day = clock.fixed_day()
    return {"time": clock.factor(), "date": day.isoformat() if day else None}


def _json(status: int, value: Any) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(value).encode())
