"""What a service is to the chassis: name, routes, reactions, timers, policy, permissions, migrations."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

import typer
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from shuniu_contracts import Event
from sqlalchemy import MetaData

from chassis.installation import installed as installed
from chassis.installation import points
from chassis.received import Received
from chassis.unit_of_work import UnitOfWork

E = TypeVar("E", bound=Event)
ReactionFunction = Callable[[Sequence[Received[Any]], UnitOfWork], Awaitable[None]]
TimerFunction = Callable[[UnitOfWork, "DueTimer"], Awaitable[None]]
MovedFunction = Callable[[UnitOfWork, "DueTimer", date], Awaitable[None]]


@dataclass(frozen=True)
class Reaction:
    """A handler of some event types; called with events of one type, in each subject's order."""

    types: tuple[type[Event], ...]
    function: ReactionFunction

    @property
    def name(self) -> str:
        """The function's dotted name, for logs."""
        return f"{self.function.__module__}.{self.function.__qualname__}"


def reaction(
    *types: type[E],
) -> Callable[[Callable[[Sequence[Received[E]], UnitOfWork], Awaitable[None]]], Reaction]:
    """Declare an async function as the reaction to these event types."""

    def declare(function: Callable[[Sequence[Received[E]], UnitOfWork], Awaitable[None]]) -> Reaction:
        return Reaction(types, function)

    return declare


@dataclass(frozen=True)
class Consumer:
    """A consumer group of the service: its reactions and which streams it must read.

    `needs="history"`: every event of a subject in order, without gaps. `needs="latest"`: a projection that
    takes the newest event of a subject only and allows jumps. `others` leaves out what this stack publishes
    itself, for replicas of what other stacks keep.
    """

    name: str
    reactions: tuple[Reaction, ...]
    needs: Literal["history", "latest"] = "history"
    others: bool = False


@dataclass(frozen=True)
class DueTimer:
    """A timer that fell due. The function locks the aggregate, then calls `take`; False means cancelled."""

    id: str
    kind: str
    subject: str
    division: str
    payload: dict[str, Any]
    take: Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Timer:
    """A kind of timer and the function that fires it."""

    kind: str
    function: TimerFunction
    moved: MovedFunction | None = None
    """what happens when the calendar's data moves such a timer to the given day, by the same protocol as
    firing: the function locks the aggregate, then calls `take`; False means cancelled or moved meanwhile"""


def timer(kind: str, *, moved: MovedFunction | None = None) -> Callable[[TimerFunction], Timer]:
    """Declare an async function as what happens when a timer of `kind` falls due."""
    return lambda function: Timer(kind, function, moved)


@dataclass(frozen=True)
class Service:
    """The definition of one service, composed in its `app.py`."""

    name: str
    metadata: MetaData
    migrations: Path
    policy: type[BaseModel]
    routers: Callable[[], Iterable[APIRouter]] = tuple
    """called by a process that serves them, and by no other: to make many is a large part of a start"""
    consumers: tuple[Consumer, ...] = ()
    timers: tuple[Timer, ...] = ()
    roles: dict[str, set[str]] = field(default_factory=dict)
    """role -> permission patterns of this service's routes"""
    commands: typer.Typer | None = None
    """sub-commands the service adds to `shuniu`"""
    mount: Callable[[FastAPI, Any], None] | None = None
    """called once with the API application and the runtime, for what is no router (the console's pages)"""
    background: Callable[[Any], Awaitable[None]] | None = None
    """a task of the api role, given the runtime, cancelled at shutdown (an import job's worker)"""


def discover(name: str) -> Service:
    """The installed service `name`; raises LookupError that lists those there are."""
    found = points()
    if name not in found:
        raise LookupError(f"no service '{name}' is installed; there are: {', '.join(sorted(found))}")
    service = found[name].load()
    if not isinstance(service, Service):
        raise LookupError(f"'{name}' is no chassis service")
    return service
