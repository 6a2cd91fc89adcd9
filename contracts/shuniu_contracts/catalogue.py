"""The catalogue: one place that says of every stream and event type who owns it, who may read it, which
versions live, and in a sentence what it means. Everything generated is generated from here."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from shuniu_contracts.fields import Event, Privacy
from shuniu_contracts.topics import DIRECTIVES, topic, topic_pattern

E = TypeVar("E", bound=Event)

SERVICES = ("registry", "grants", "partybuild", "notify", "console")
GAPLESS = "gapless from 1 within a subject and epoch"


@dataclass(frozen=True)
class Major:
    """One major version of a stream: when it came, since when it is deprecated, and the day it goes away."""

    number: int
    since: datetime.date
    deprecated: datetime.date | None = None
    sunset: datetime.date | None = None
    minor: int = 0
    """Raised when the state gains a field: every fact of the stream takes the step."""
    partitions: int | None = None
    """Of its topic, where they are not the stream's: a topic cannot grow, its next major can be larger."""

    def is_live(self, on: datetime.date) -> bool:
        """Whether producers still render events for it on that day."""
        return self.sunset is None or on < self.sunset


@dataclass(frozen=True)
class Stream:
    """All events of one aggregate of one service, in one topic a major version."""

    service: str
    aggregate: str
    versions: tuple[Major, ...]
    consumers: tuple[str, ...]
    en: str
    zh: str
    partitions: int = 6
    retention_ms: int = -1
    max_bytes: int = 64 * 1024
    directive: bool = False
    stands_still: bool = True
    """Whether deadlines of its records about an organisation stop while the organisation must stand still."""
    reassignable: bool = True
    """Whether somebody else can come to answer for one of its matters (`MatterState.owner`) by a fact of its
    own; not where nobody answers for one alone, or a hand-over has rules of the stream's own."""
    key: str = "subject"
    sequence: str = GAPLESS
    facts: dict[tuple[str, int], EventType] = field(default_factory=dict, compare=False, repr=False)

    @property
    def owner(self) -> str:
        """The service that alone writes it."""
        return self.service

    @functools.cached_property
    def name(self) -> str:
        """`<service>.<aggregate>`."""
        return f"{self.service}.{self.aggregate}"

    @property
    def newest(self) -> int:
        """The major version services construct and write."""
        return self.versions[-1].number

    @property
    def majors(self) -> tuple[int, ...]:
        """Major versions that are live today, ascending."""
        return self.live_majors(datetime.datetime.now(datetime.UTC).date())

    def live_majors(self, on: datetime.date) -> tuple[int, ...]:
        """Major versions the relay renders on that day, ascending."""
        return tuple(version.number for version in self.versions if version.is_live(on))

    def partitions_of(self, major: int) -> int:
        """How many partitions the topic of a major version has."""
        return self.version(major).partitions or self.partitions

    def topic(self, stack: str, major: int) -> str:
        """The topic a stack's events of this stream go to."""
        return topic(stack, self.service, DIRECTIVES if self.directive else self.aggregate, major)

    def pattern(self, stack: str, major: int) -> str:
        """The subscription of a stack: its subtree for a stream, itself and its ancestors for directives."""
        return topic_pattern(stack, self.service, DIRECTIVES if self.directive else self.aggregate, major)

    def fact(
        self,
        name: str,
        *,
        en: str,
        zh: str,
        major: int = 1,
        minor: int = 0,
        since: datetime.date | None = None,
    ) -> Callable[[type[E]], type[E]]:
        """Class decorator: enters an event class in the catalogue as one fact of this stream.

        `minor` is raised when the fact itself gains a field; the stream's own is added to it.
        """

        def enter(event: type[E]) -> type[E]:
            version = self.version(major)
            entry = EventType(self, name, major, version.minor + minor, since or version.since, en, zh, event)
            if entry.type in EVENT_TYPES:
                raise ValueError(f"{entry.type} is in the catalogue twice: give one of them another name")
            self.facts[name, major] = entry
            EVENT_TYPES[entry.type] = entry
            _BY_CLASS[event] = entry
            return event

        return enter

    def version(self, major: int) -> Major:
        """One of its major versions; raises `ValueError` for one it has not."""
        for version in self.versions:
            if version.number == major:
                return version
        raise ValueError(f"{self.name} has no major version {major}: add it to the stream first")


@dataclass(frozen=True)
class EventType:
    """One version of one fact: its type string, its newest schema, the class that carries its data."""

    stream: Stream
    fact: str
    major: int
    minor: int
    since: datetime.date
    en: str
    zh: str
    event: type[Event]

    @property
    def service(self) -> str:
        """The service that writes it."""
        return self.stream.service

    @property
    def aggregate(self) -> str:
        """The aggregate it is about."""
        return self.stream.aggregate

    @functools.cached_property
    def type(self) -> str:
        """The `ce_type`."""
        return f"cn.shuniu.{self.service}.{self.aggregate}.{self.fact}.v{self.major}"

    @functools.cached_property
    def dataschema(self) -> str:
        """The `ce_dataschema` of its newest minor."""
        return f"urn:shuniu:schema:{self.service}.{self.aggregate}.{self.fact}:{self.major}.{self.minor}"

    @property
    def max_bytes(self) -> int:
        """Largest encoded data, in bytes."""
        return self.stream.max_bytes

    @property
    def is_newest(self) -> bool:
        """Whether services construct this major version."""
        return self.major == self.stream.newest


STREAMS: dict[tuple[str, str], Stream] = {}
EVENT_TYPES: dict[str, EventType] = {}
_BY_CLASS: dict[type[Event], EventType] = {}

_NAME = re.compile(r"[a-z][a-z0-9_]*")
FIRST = datetime.date(2026, 11, 1)
"""The day the first version of every stream was published."""


def define_stream(
    service: str,
    aggregate: str,
    *,
    en: str,
    zh: str,
    consumers: tuple[str, ...],
    versions: tuple[Major, ...] = (Major(1, FIRST),),
    partitions: int = 6,
    retention_ms: int = -1,
    max_bytes: int = 64 * 1024,
    directive: bool = False,
    stands_still: bool = True,
    reassignable: bool = True,
) -> Stream:
    """Enter a stream in the catalogue; raises `ValueError` for a bad name or one already taken."""
    if service not in SERVICES or not _NAME.fullmatch(aggregate) or aggregate == DIRECTIVES:
        raise ValueError(f"{service}.{aggregate} cannot name a stream")
    if (service, aggregate) in STREAMS:
        raise ValueError(f"{service}.{aggregate} is in the catalogue already")
    made = Stream(
        service,
        aggregate,
        versions,
        consumers,
        en,
        zh,
        partitions=partitions,
        retention_ms=retention_ms,
        max_bytes=max_bytes,
        directive=directive,
        stands_still=stands_still,
        reassignable=reassignable,
    )
    STREAMS[service, aggregate] = made
    return made


def stream(service: str, aggregate: str) -> Stream:
    """Look a stream up; raises `KeyError` naming it."""
    try:
        return STREAMS[service, aggregate]
    except KeyError:
        raise KeyError(f"no stream {service}.{aggregate} in the catalogue") from None


def event_type(event: type[Event]) -> EventType:
    """The catalogue's entry of an event class; raises `KeyError` for a class that has none."""
    try:
        return _BY_CLASS[event]
    except KeyError:
        raise KeyError(f"{event.__name__} is not in the catalogue") from None


def by_type(type_: str) -> EventType:
    """The catalogue's entry of a `ce_type`; raises `KeyError` naming it."""
    try:
        return EVENT_TYPES[type_]
    except KeyError:
        raise KeyError(f"no event type {type_} in the catalogue") from None


__all__ = [
    "EVENT_TYPES",
    "FIRST",
    "STREAMS",
    "EventType",
    "Major",
    "Privacy",
    "Stream",
    "by_type",
    "define_stream",
    "event_type",
    "stream",
]
