"""The account's process: what it brings back, what it makes at its first start, and its server."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from . import endpoints, persistence
from .beginning import begin
from .calls import Calls
from .control import Control
from .events import EVENTS
from .front import Front


class _Handler(MotoRequestHandler):
    """Keeps connections open, and leaves the log of calls to the account."""

    protocol_version = "HTTP/1.1"
    # An answer is sent at once, not held back to fill a packet.
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        if type == "error":
            super().log(type, message, *args)


def serve(port: int, folder: Path, addresses: Path | None) -> None:
    """Serves the account that a folder holds, on 127.0.0.1. Never returns."""
    folder.mkdir(parents=True, exist_ok=True)
    if addresses:
        endpoints.load(addresses)
    lock = threading.RLock()
    file = folder / "account.pickle"
    saver = persistence.Saver(file, lock)
    if not persistence.load(file):
        begin(folder)
        saver.wait(saver.changed())
    calls = Calls(folder / "calls.jsonl")
    front = Front(lock, saver, calls, Control(lock, saver, calls))
    threading.Thread(target=EVENTS.run, daemon=True, name="events").start()
    make_server("127.0.0.1", port, front, threaded=True, request_handler=_Handler).serve_forever()
