"""What a new account has: an administrator, and the role that Crossplane's provider works as."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

ROLE = "crossplane"
SESSION = "provider-aws"
ADMINISTRATION = "arn:aws:iam::aws:policy/AdministratorAccess"
FOR_EVER = int(timedelta(days=36500).total_seconds())


def begin(folder: Path) -> None:
    """Makes the user `admin` and the role `crossplane`, and writes their keys to the folder's `credentials`."""
    iam = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    iam.create_user("us-east-1", "admin")
    iam.attach_user_policy(ADMINISTRATION, "admin")
    key = iam.create_access_key("admin")
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = iam.create_role(
        role_name=ROLE,
        assume_role_policy_document=json.dumps(trust),
        path="/",
        permissions_boundary=None,
        description="As whom Crossplane's provider works",
        tags=[],
        max_session_duration="3600",
    )
    iam.attach_role_policy(ADMINISTRATION, ROLE)
    session = sts_backends[DEFAULT_ACCOUNT_ID]["aws"].assume_role(
        region_name="us-east-1",
        role_session_name=SESSION,
        role_arn=role.arn,
        policy="",
        duration=FOR_EVER,
        external_id="",
    )
    _write(
        folder / "credentials",
        f"""[default]
aws_access_key_id = {key.access_key_id}
aws_secret_access_key = {key.secret_access_key}

[crossplane]
aws_access_key_id = {session.access_key_id}
aws_secret_access_key = {session.secret_access_key}
aws_session_token = {session.session_token}
""",
    )


def _write(file: Path, text: str) -> None:
    """Writes a file that only its owner reads, whole or not at all."""
    aside = file.with_suffix(".part")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text)
    os.replace(aside, file)
