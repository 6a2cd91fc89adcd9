"""Steps between major versions as pure functions: an upcaster makes the next version of an event, a
downcaster the one before. Each class has at most one of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from shuniu_contracts.fields import Event

Old = TypeVar("Old", bound=Event)
New = TypeVar("New", bound=Event)

_UP: dict[type[Event], Callable[[Any], Event]] = {}
_DOWN: dict[type[Event], Callable[[Any], Event]] = {}


def step(old: type[Old], new: type[New], *, up: Callable[[Old], New], down: Callable[[New], Old]) -> None:
    """Declare how an event class steps to its next major version and back."""
    _UP[old] = up
    _DOWN[new] = down


def upcaster(event: type[Event]) -> Callable[[Any], Event] | None:
    """The step up from a class; None where it is the newest."""
    return _UP.get(event)


def downcaster(event: type[Event]) -> Callable[[Any], Event] | None:
    """The step down from a class; None where it is the oldest."""
    return _DOWN.get(event)


def upcast(event: Event) -> Event:
    """The same fact in its newest version."""
    while (up := _UP.get(type(event))) is not None:
        event = up(event)
    return event
