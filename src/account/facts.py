"""AWS's versions and their days, from the one table of the repository (src/aws/versions.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent.parent / "aws" / "versions.json"

TABLE: dict[str, Any] = json.loads(_FILE.read_text())
"""`kubernetes`: by version its days and the versions of add-ons; `auroraPostgresql`: by version its days."""
