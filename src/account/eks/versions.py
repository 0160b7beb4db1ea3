"""The Kubernetes versions of EKS: when they came and when their support ends.

Dates and sources: src/aws/versions.json.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timezone
from typing import Any

from .. import clock
from ..facts import TABLE
from ..service import Call
from .pages import page
from .refusals import invalid
from .store import Store

SKEW = 3
"""A kubelet may be so many minor versions older than the control plane."""


@dataclass(frozen=True)
class Version:
    name: str
    patch: int
    platform: str
    released: date
    standard: date
    """The day on which standard support ends."""
    extended: date
    """The day on which extended support ends: from it on, no cluster of this version is made."""

    @property
    def minor(self) -> int:
        return minor(self.name)

    def support(self, today: date) -> str:
        """STANDARD_SUPPORT, EXTENDED_SUPPORT or UNSUPPORTED. Extended support is billed from the day itself."""
        if today < self.standard:
            return "STANDARD_SUPPORT"
        return "EXTENDED_SUPPORT" if today < self.extended else "UNSUPPORTED"


def _version(name: str, days: dict[str, str]) -> Version:
    released, standard, extended = (date.fromisoformat(days[key]) for key in ("released", "standardEnds", "extendedEnds"))
    # Any patch and platform will do: nothing hangs on them.
    return Version(name, 5, "eks.20", released, standard, extended)


_BEFORE = Version("1.30", 14, "eks.58", date(2024, 5, 23), date(2025, 7, 23), date(2026, 7, 23))
"""The last version that the package never knew, from which clusters may have come."""

VERSIONS = {one.name: one for one in (_BEFORE, *(_version(*row) for row in TABLE["kubernetes"].items()))}


def minor(version: str) -> int:
    """31 for `1.31`."""
    return int(version.split(".")[1])


def offered(today: date) -> list[Version]:
    """What clusters can be made of on a day, oldest first."""
    return [one for one in VERSIONS.values() if one.released <= today and one.support(today) != "UNSUPPORTED"]


def creatable(asked: str | None) -> Version:
    """The version of a new cluster; the newest if none is asked for. Raises Refusal for one that EKS does not make."""
    today = clock.today()
    if asked is None:
        return offered(today)[-1]
    version = VERSIONS.get(asked)
    if version not in offered(today):
        raise invalid(f"unsupported Kubernetes version {asked}")
    return version


def check_policy(version: str, policy: dict[str, Any]) -> None:
    """Raises Refusal for a cluster that is to do without the extended support that its version needs. The words are not
    AWS's."""
    if policy.get("supportType") == "STANDARD" and VERSIONS[version].support(clock.today()) == "EXTENDED_SUPPORT":
        raise invalid(
            f"Kubernetes version {version} is in extended support, which the upgrade policy STANDARD rules out"
        )


def describe_cluster_versions(_: Store, call: Call) -> dict[str, Any]:
    asked = call.parameters
    today = clock.today()
    known = [one for one in reversed(VERSIONS.values()) if one.released <= today]
    if asked.get("defaultOnly"):
        known = offered(today)[-1:]
    elif asked.get("clusterVersions"):
        known = [one for one in known if one.name in asked["clusterVersions"]]
    elif not asked.get("includeAll"):
        known = [one for one in known if one.support(today) != "UNSUPPORTED"]
    wanted = asked.get("versionStatus") or (asked.get("status") or "").replace("-", "_").upper()
    if wanted:
        known = [one for one in known if one.support(today) == wanted]
    return page("clusterVersions", [_told(one, today) for one in known], asked)


def _told(version: Version, today: date) -> dict[str, Any]:
    support = version.support(today)
    return {
        "clusterVersion": version.name,
        "clusterType": "eks",
        "defaultPlatformVersion": version.platform,
        "defaultVersion": version == offered(today)[-1],
        "releaseDate": _midnight(version.released),
        "endOfStandardSupportDate": _midnight(version.standard),
        "endOfExtendedSupportDate": _midnight(version.extended),
        "status": support.lower().replace("_", "-"),
        "versionStatus": support,
        "kubernetesPatchVersion": f"{version.name}.{version.patch}",
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.utc)
