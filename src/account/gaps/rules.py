"""How a gap in moto is filled: by a rule for an action.

- `refuses`: what is looked at before moto is asked, and raises Refusal where AWS does;
- `answers`: what is answered instead of moto;
- `follows`: what happens in the account after moto has carried the action out;
- `extends`: a method of moto's own that is wrapped, where services of ours use it, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from ..service import Call, Refusal
from ..services import SERVICES

Check = Callable[[Call], None]
Reply = Callable[[Call], "dict[str, Any] | None"]
Rule = TypeVar("Rule", bound=Callable[[Call], Any])

_before: dict[tuple[str, str], list[Check]] = defaultdict(list)
_instead: dict[tuple[str, str], Reply] = {}
_after: dict[tuple[str, str], list[Check]] = defaultdict(list)
_late: set[tuple[str, str]] = set()
_current: list[Call] = []


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


def extends(owner: type, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Puts a function in the place of a method of moto's; it gets the method itself before its arguments."""

    def mark(wrapper: Callable[..., Any]) -> Callable[..., Any]:
        original = getattr(owner, name)

        @wraps(original)
        def method(*arguments: Any, **named: Any) -> Any:
            return wrapper(original, *arguments, **named)

        setattr(owner, name, method)
        return wrapper

    return mark


def fails_late(service: str, *actions: str) -> None:
    """Notes that what these actions make can fail after its time (`Call.late`)."""
    _late.update((service, action) for action in actions)


@contextmanager
def carrying_out(call: Call) -> Iterator[None]:
    """While moto carries a call out, what is changed in moto can ask for it."""
    _current.append(call)
    try:
        yield
    finally:
        _current.pop()


def late_failure() -> Refusal | None:
    """The error in which what is being made is to end after its time."""
    return _current[-1].late if _current else None


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
