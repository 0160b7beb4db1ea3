"""IAM's judgement: whether the statements of policies allow an action on a resource."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

Statement = Mapping[str, Any]
Context = Mapping[str, "tuple[str, ...]"]
"""The values of condition keys, by the key in lower case."""


@dataclass(frozen=True)
class Question:
    """May this be done?"""

    action: str
    """`ec2:RunInstances`"""
    resource: str
    """An ARN, or `*` for actions that know no resources."""
    context: Context


def verdict(statements: Iterable[Statement], question: Question) -> str:
    """`allowed`, `denied` (a statement says so) or `unmentioned`."""
    allowed = False
    for statement in statements:
        if not _applies(statement, question):
            continue
        if statement.get("Effect") == "Deny":
            return "denied"
        allowed = True
    return "allowed" if allowed else "unmentioned"


def statements_in(document: str) -> list[Statement]:
    """The statements of a policy document; none of a text that is no policy."""
    try:
        found = json.loads(document).get("Statement", [])
    except (ValueError, AttributeError):
        return []
    return found if isinstance(found, list) else [found]


def _applies(statement: Statement, question: Question) -> bool:
    if "NotAction" in statement:
        action = not _any_matches(statement["NotAction"], question.action, str.lower)
    else:
        action = _any_matches(statement.get("Action", []), question.action, str.lower)
    if not action:
        return False
    if "NotResource" in statement:
        resource = not _any_matches(_filled(statement["NotResource"], question), question.resource)
    else:
        resource = _any_matches(_filled(statement.get("Resource", []), question), question.resource)
    return resource and all(
        _holds(operator, key, _texts(wanted), question)
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in values]


def _any_matches(patterns: Any, value: str, form: Callable[[str], str] = str) -> bool:
    return any(_like(form(value), form(pattern)) for pattern in _texts(patterns))


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in text), re.S)


def _like(value: str, pattern: str) -> bool:
    return _pattern(pattern).fullmatch(value) is not None


def _filled(patterns: Any, question: Question) -> list[str]:
    """Patterns with IAM's variables (`${aws:PrincipalTag/team}`) in their values; one without a value matches nothing."""

    def value(match: re.Match[str]) -> str:
        known = question.context.get(match.group(1).lower())
        return known[0] if known else "\0"

    return [re.sub(r"\$\{([^}]+)\}", value, one) for one in _texts(patterns)]


def _number(test: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def compare(value: str, wanted: str) -> bool:
        try:
            return test(float(value), float(wanted))
        except ValueError:
            return False

    return compare


def _date(test: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def seconds(text: str) -> float:
        if text.isdigit():
            return float(text)
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc).timestamp()

    def compare(value: str, wanted: str) -> bool:
        try:
            return test(seconds(value), seconds(wanted))
        except ValueError:
            return False

    return compare


def _within(value: str, wanted: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "stringequals": lambda value, wanted: value == wanted,
    "stringequalsignorecase": lambda value, wanted: value.lower() == wanted.lower(),
    "stringlike": _like,
    "arnequals": _like,
    "arnlike": _like,
    "bool": lambda value, wanted: value.lower() == wanted.lower(),
    "ipaddress": _within,
    "numericequals": _number(lambda a, b: a == b),
    "numericlessthan": _number(lambda a, b: a < b),
    "numericlessthanequals": _number(lambda a, b: a <= b),
    "numericgreaterthan": _number(lambda a, b: a > b),
    "numericgreaterthanequals": _number(lambda a, b: a >= b),
    "dateequals": _date(lambda a, b: a == b),
    "datelessthan": _date(lambda a, b: a < b),
    "datelessthanequals": _date(lambda a, b: a <= b),
    "dategreaterthan": _date(lambda a, b: a > b),
    "dategreaterthanequals": _date(lambda a, b: a >= b),
}

_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "notipaddress": "ipaddress",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
}


def _holds(operator: str, key: str, wanted: list[str], question: Question) -> bool:
    name = operator.lower()
    quantifier = ""
    if ":" in name:
        quantifier, name = name.split(":", 1)
    if_exists = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    values = question.context.get(key.lower())
    if name == "null":
        return (values is None) == (wanted == ["true"])
    if values is None:
        # A key that is not there fails a condition, but for those that want it not to be something.
        return if_exists or quantifier == "forallvalues" or (name in _NEGATED and quantifier != "foranyvalue")
    compare = _COMPARISONS.get(_NEGATED.get(name, name))
    if compare is None:
        return False
    patterns = _filled(wanted, question)
    one = [any(compare(value, pattern) for pattern in patterns) != (name in _NEGATED) for value in values]
    return all(one) if quantifier == "forallvalues" else any(one)
