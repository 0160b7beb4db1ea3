"""Starts the account: `python -m account --port P --state DIR --time F`."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from . import clock, lean


def main() -> None:
    """Serves until it is ended."""
    options = _options()
    clock.configure(options.time, options.date)
    clock.be_patient(options.patience)
    lean.prepare()
    from .server import serve

    try:
        serve(options.port, options.state, options.endpoints)
    except KeyboardInterrupt:
        sys.exit(0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="account", description="An AWS account on one port of this machine.")
    parser.add_argument("--port", type=int, required=True, help="the port on 127.0.0.1")
    parser.add_argument("--state", type=Path, required=True, help="the folder that the account is kept in")
    parser.add_argument("--time", type=float, default=0.01, help="how many real seconds one of AWS's takes")
    parser.add_argument("--date", type=date.fromisoformat, help="the day that AWS believes it is (today)")
    parser.add_argument(
        "--patience", type=float, default=600, help="real seconds that AWS waits for what others do, as for nodes to join"
    )
    parser.add_argument("--endpoints", type=Path, help="a file with the addresses that clusters may get")
    return parser.parse_args()


if __name__ == "__main__":
    main()
