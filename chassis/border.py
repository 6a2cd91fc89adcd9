"""What comes in from the bus, before anything believes it: records become arrivals, misfits are told apart.

Pure. A record whose topic, source, type, key or division contradict each other is quarantined, one that is
no event is malformed; both are parked by their offset. A valid envelope around broken data keeps its place in
its subject's order, so that one bad message stops one subject.
"""

import asyncio
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from shuniu_contracts import (
    STREAMS,
    STRUCTURED,
    Envelope,
    Event,
    TopicName,
    UnknownMajor,
    decode,
    parse_topic,
)
from shuniu_contracts.envelope import content_type, from_given, from_structured, given

from chassis.model import is_within

_TOKENS = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:~-]{0,127},[0-9A-Za-z][0-9A-Za-z._:~-]{0,127}")
"""Two ids that fit an index row and have no character that a database refuses, nor a comma."""
_UNREADABLE = (ValueError, RecursionError)
"""What a stranger's bytes may raise: a ContractError, endless digits, or brackets nested too deep."""
_MAX_SEQUENCE = 2**63 - 1
_MAX_EPOCH = 2**31 - 1
_AT_ONCE = 50


class Record(Protocol):
    """The parts of a Kafka record that matter here; aiokafka's and a stored message's alike."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...
    @property
    def value(self) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record kept in `held` or `parked`."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    value: bytes | None


class Misfit(StrEnum):
    """Why a message is parked instead of applied."""

    FAILED = "failed"
    FOLLOWER = "follower"
    FORK = "fork"
    MALFORMED = "malformed"
    UNKNOWN_MAJOR = "unknown_major"
    QUARANTINED = "quarantined"


@dataclass(slots=True)
class Arrival:
    """A message with a sound envelope. `data` is None for an unknown type, or where `fault` says why."""

    record: Record
    envelope: Envelope
    data: Event | None
    service: str
    stack: str
    fault: tuple[Misfit, str] | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What is kept in order: the service and its subject."""
        return self.service, self.envelope.subject

    @property
    def epoch(self) -> int:
        """The source's epoch."""
        return self.envelope.epoch

    @property
    def sequence(self) -> int:
        """The place among the subject's events."""
        return self.envelope.sequence

    @property
    def id(self) -> str:
        """The event's id."""
        return self.envelope.id


@dataclass(frozen=True, slots=True)
class Refused:
    """A message to park by topic, partition and offset."""

    record: Record
    kind: Misfit
    error: str


@dataclass(slots=True)
class Sorted:
    """A batch taken apart."""

    arrivals: list[Arrival] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether every arrival has data that can be read, or none by being of an unknown type."""
        return all(arrival.fault is None for arrival in self.arrivals)

    def halves(self) -> "tuple[Sorted, Sorted] | None":
        """Two batches of half the subjects each, what is refused in the first; None for a single subject."""
        subjects = list(dict.fromkeys(arrival.key for arrival in self.arrivals))
        if len(subjects) < 2:
            return None
        first = set(subjects[: len(subjects) // 2])
        return (
            Sorted([one for one in self.arrivals if one.key in first], self.refused),
            Sorted([one for one in self.arrivals if one.key not in first]),
        )


async def sort_gradually(records: Sequence[Record]) -> Sorted:
    """`sort_records` in pieces, between which the event loop sends and receives for others."""
    found = Sorted()
    for start in range(0, len(records), _AT_ONCE):
        sort_records(records[start : start + _AT_ONCE], found)
        await asyncio.sleep(0)
    return found


def sort_records(records: Iterable[Record], found: Sorted | None = None) -> Sorted:
    """Arrivals in the order of the batch, and what is refused at the border; added to `found` if given."""
    found = Sorted() if found is None else found
    for record in records:
        entry = parse(record)
        if isinstance(entry, Arrival):
            found.arrivals.append(entry)
        else:
            found.refused.append(entry)
    return found


def parse(record: Record) -> Arrival | Refused:
    """One record as an arrival, or refused with the reason."""
    fault: tuple[Misfit, str] | None = None
    data: Event | None = None
    try:
        envelope, data = decode(record.headers, record.value)
    except _UNREADABLE as error:
        known = _envelope_of(record)
        if known is None:
            return Refused(record, Misfit.MALFORMED, str(error))
        envelope = known
        kind = Misfit.UNKNOWN_MAJOR if isinstance(error, UnknownMajor) else Misfit.MALFORMED
        fault = (kind, str(error))
    place, major, reason = _place(record.topic, envelope.source, envelope.type, envelope.division)
    if place is None:
        return Refused(record, Misfit.QUARANTINED, reason)
    contradiction = _disagreement(record, envelope)
    if contradiction is not None:
        return Refused(record, Misfit.QUARANTINED, contradiction)
    if fault is None and major != place.major:
        text = f"{envelope.type} is on {record.topic}: a type's major is its stream's"
        fault, data = (Misfit.UNKNOWN_MAJOR, text), None
    return Arrival(record, envelope, data, place.service, place.stack, fault)


def _disagreement(record: Record, envelope: Envelope) -> str | None:
    """What contradicts what, or None; keeps out, too, what no index or integer column could hold."""
    subject = envelope.subject
    if record.key != subject.encode():
        return f"the key {record.key!r} is not the subject {subject!r}"
    if not _TOKENS.fullmatch(f"{subject},{envelope.id}"):
        return "subject and id are to be 1 to 128 letters, digits and ._:~-"
    if envelope.sequence > _MAX_SEQUENCE or envelope.epoch > _MAX_EPOCH:
        return f"sequence {envelope.sequence} or epoch {envelope.epoch} is out of range"
    return None


@lru_cache(maxsize=4096)
def _place(topic: str, source: str, type_: str, division: str) -> tuple[TopicName | None, int, str]:
    """The topic's parts where source, type and division agree with them, else what does not; and the type's
    major. Cached, since a topic holds few of each."""
    try:
        name = parse_topic(topic)
        number = int(type_.rpartition(".v")[2])
    except ValueError as error:
        return None, 0, str(error)
    if source != f"/stacks/{name.stack}/{name.service}":
        return None, 0, f"source {source} does not write {topic}"
    _, _, service, aggregate, _, _ = type_.split(".")
    described = STREAMS.get((service, aggregate))
    directive = described is not None and described.directive
    expected = "directives" if directive else aggregate
    if service != name.service or expected != name.aggregate:
        return None, 0, f"type {type_} does not belong on {topic}"
    if not is_within(division, name.stack):
        return None, 0, f"division {division} is not of stack {name.stack}"
    return name, number, ""


def _envelope_of(record: Record) -> Envelope | None:
    headers = given(record.headers)
    try:
        if content_type(headers) == STRUCTURED:
            return from_structured(record.value or b"")[0]
        return from_given(headers)
    except _UNREADABLE:
        return None


def pack_headers(headers: Iterable[tuple[str, bytes | None]]) -> str:
    """Headers as a JSON text that PostgreSQL accepts whatever bytes a stranger put into them."""
    return json.dumps([[_escape(name), None if value is None else _escape(value.decode("latin-1"))]
                       for name, value in headers])  # fmt: skip


def unpack_headers(text: str) -> tuple[tuple[str, bytes | None], ...]:
    """What `pack_headers` was given."""
    return tuple(
        (_unescape(name), None if value is None else _unescape(value).encode("latin-1"))
        for name, value in json.loads(text)
    )


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\x00", "\\0")


def _unescape(text: str) -> str:
    return re.sub(r"\\([\\0])", lambda found: "\x00" if found[1] == "0" else "\\", text)
