"""How a gap in moto is filled: by a rule for an action.

- `refuses`: what is looked at before moto is asked, and raises Refusal where AWS does;
- `answers`: what is answered instead of moto;
- `follows`: what happens in the account after moto has carried the action out.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Callable, TypeVar

from ..service import Call
from ..services import SERVICES

Check = Callable[[Call], None]
Reply = Callable[[Call], "dict[str, Any] | None"]
Rule = TypeVar("Rule", bound=Callable[[Call], Any])

_before: dict[tuple[str, str], list[Check]] = defaultdict(list)
_instead: dict[tuple[str, str], Reply] = {}
_after: dict[tuple[str, str], list[Check]] = defaultdict(list)
_late: set[tuple[str, str]] = set()


def refuses(service: str, *actions: str) -> Callable[[Rule], Rule]:
    """Marks a function that raises Refusal before moto carries out one of the actions."""

    def mark(rule: Rule) -> Rule:
        for action in actions:
            _before[(service, action)].append(rule)
        return rule

    return mark


def answers(service: str, *actions: str) -> Callable[[Rule], Rule]:
    """Marks a function that answers in moto's place; what it answers None to is moto's after all."""

    def mark(rule: Rule) -> Rule:
        for action in actions:
            _instead[(service, action)] = rule
        return rule

    return mark


def follows(service: str, *actions: str) -> Callable[[Rule], Rule]:
    """Marks a function that is called after moto has carried out one of the actions."""

    def mark(rule: Rule) -> Rule:
        for action in actions:
            _after[(service, action)].append(rule)
        return rule

    return mark


def fails_late(service: str, *actions: str) -> None:
    """Notes that what these actions make can fail after its time (`Call.late`)."""
    _late.update((service, action) for action in actions)


def before(call: Call) -> None:
    """Raises the Refusal that AWS has for a call and moto has not."""
    for rule in _before.get((call.service, call.action), ()):
        rule(call)


def answer(call: Call) -> dict[str, Any] | None:
    """The answer to a call, if it is not moto's."""
    rule = _instead.get((call.service, call.action))
    return rule(call) if rule else None


def after(call: Call) -> None:
    """What follows on a call that moto has carried out."""
    for rule in _after.get((call.service, call.action), ()):
        rule(call)


def can_fail_late(call: Call) -> bool:
    """Whether what a call makes can fail after its time."""
    if call.service in SERVICES:
        return call.action in SERVICES[call.service].late
    return (call.service, call.action) in _late
