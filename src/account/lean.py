"""Keeps moto small: what it would read for all regions at its start is read for one region when that is asked for."""

from __future__ import annotations

import os
from typing import Any

SETTINGS = {
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_ALLOW_NONEXISTENT_REGION": "true",
    # Images come with the parameters of SSM that name them (gaps/images.py).
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
}


class _Offerings(dict[str, "list[dict[str, Any]]"]):
    """The instance types of one kind of location, by region."""

    def __init__(self, location: str, load: Any) -> None:
        super().__init__()
        self._location = location
        self._load = load

    def __missing__(self, region: str) -> list[dict[str, Any]]:
        try:
            found = self._load(f"ec2/resources/instance_type_offerings/{self._location}/{region}.json")
        except FileNotFoundError:
            found = []
        for one in found:
            one["LocationType"] = self._location
        self[region] = found
        return found

    def get(self, region: str, default: Any = None) -> Any:
        return self[region] or default


def prepare() -> None:
    """To be called before anything of moto is imported: moto reads its settings, and its tables, while it is."""
    os.environ.update(SETTINGS)
    from moto.utilities import utils

    load = utils.load_resource

    def without_offerings(file: str) -> Any:
        return [] if "instance_type_offerings" in file else load(file)

    utils.load_resource = without_offerings
    try:
        from moto.ec2.models import instance_types
    finally:
        utils.load_resource = load
    offerings = instance_types.INSTANCE_TYPE_OFFERINGS
    for location in list(offerings):
        offerings[location] = _Offerings(location, load)
