"""Bytes in, typed events out, and back: decoding upcasts, encoding is strict, rendering serves each major."""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from shuniu_contracts.casting import downcaster, upcast, upcaster
from shuniu_contracts.catalogue import EVENT_TYPES, STREAMS, EventType, event_type
from shuniu_contracts.envelope import (
    BINARY,
    STRUCTURED,
    UNREADABLE,
    Envelope,
    Headers,
    content_type,
    from_given,
    from_structured,
    given,
)
from shuniu_contracts.errors import (
    EventTooLarge,
    InvalidEvent,
    MalformedEnvelope,
    MalformedEvent,
    UnknownMajor,
)
from shuniu_contracts.fields import Event
from shuniu_contracts.strict import strict_decoder

_TYPE = re.compile(r"cn\.shuniu\.([a-z0-9_]+)\.([a-z0-9_]+)\.([a-z0-9_]+)\.v(\d+)")
_ENCODER = msgspec.json.Encoder()


class Message(NamedTuple):
    """An event as it came; `data` is None for a type this package does not know, which is to be skipped."""

    envelope: Envelope
    data: Event | None


class _Reader:
    """Decoder of one event type, kept because making one costs more than using it."""

    __slots__ = ("decoder", "entry", "steps", "strict")

    def __init__(self, entry: EventType) -> None:
        self.entry = entry
        self.decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(entry.event)
        self.strict = strict_decoder(entry.event)
        self.steps = upcaster(entry.event) is not None

    def read(self, data: bytes) -> Event:
        return upcast(self.decoder.decode(data)) if self.steps else self.decoder.decode(data)


_READERS: dict[str, _Reader] = {}


def _reader(type_: str) -> _Reader | None:
    found = _READERS.get(type_)
    if found is None and type_ in EVENT_TYPES:
        found = _READERS[type_] = _Reader(EVENT_TYPES[type_])
    return found


def decode(headers: Headers, value: bytes | None) -> Message:
    """A Kafka record's headers and value as envelope and event, upcast to the newest type.

    Takes binary and structured mode. Raises `MalformedEnvelope`, `MalformedEvent` and, for a known stream in
    a major version that this package does not know, `UnknownMajor`.
    """
    found = given(headers)
    media = content_type(found)
    if media == BINARY:
        envelope = from_given(found)
    elif media == STRUCTURED:
        envelope, value = from_structured(value or b"")
    else:
        raise MalformedEnvelope("content-type", f"{media!r} is neither {BINARY} nor {STRUCTURED}")
    return Message(envelope, decode_data(envelope.type, value))


def decode_data(type_: str, data: bytes | None) -> Event | None:
    """The data of an event of a `ce_type`, upcast; None for an unknown type. Raises as `decode` does."""
    reader = _reader(type_)
    if reader is None:
        _refuse_unknown_major(type_)
        return None
    if data is None:
        raise MalformedEvent(type_, "has no data: streams are never compacted and carry no tombstones")
    try:
        return reader.read(data)
    except UNREADABLE as error:
        raise MalformedEvent(type_, str(error)) from None


def _refuse_unknown_major(type_: str) -> None:
    found = _TYPE.fullmatch(type_)
    if found is None:
        raise MalformedEvent(type_, "is no type of Shuniu")
    service, aggregate, _, major = found.groups()
    known = STREAMS.get((service, aggregate))
    if known is not None:
        numbers = tuple(version.number for version in known.versions)
        if int(major) not in numbers:
            raise UnknownMajor(type_, int(major), numbers)


def encode(event: Event) -> bytes:
    """The data of an event as JSON.

    Raises `InvalidEvent` where a value breaks the newest schema (building a Struct checks nothing) or the
    class is not the newest, and `EventTooLarge` beyond the catalogue's limit.
    """
    entry = event_type(type(event))
    if not entry.is_newest:
        raise InvalidEvent(entry.type, f"version {entry.stream.newest} is the one to write")
    return _write(entry, event)


def _write(entry: EventType, event: Event) -> bytes:
    reader = _reader(entry.type)
    assert reader is not None
    try:
        data = _ENCODER.encode(event)
        # Reading back what was written is the cheapest complete check: it runs in C, constraints included.
        reader.strict.decode(data)
    except (msgspec.ValidationError, msgspec.EncodeError, TypeError, OverflowError, UnicodeError) as error:
        raise InvalidEvent(entry.type, str(error)) from None
    if len(data) > entry.max_bytes:
        raise EventTooLarge(entry.type, len(data), entry.max_bytes)
    return data


class Rendered(NamedTuple):
    """An event as it goes out on one major version of its stream."""

    type: str
    dataschema: str
    data: bytes


def render(type_written: str, data: bytes, major: int) -> Rendered:
    """What the log keeps, made ready for one live major; the same bytes object where the major is the same.

    Raises `KeyError` for a type that is in no catalogue, `MalformedEvent` for data that does not fit it and
    `UnknownMajor` where no step leads to `major`.
    """
    entry = EVENT_TYPES[type_written]
    if entry.major == major:
        return Rendered(type_written, entry.dataschema, data)
    reader = _reader(type_written)
    assert reader is not None
    try:
        event = reader.decoder.decode(data)
    except UNREADABLE as error:
        raise MalformedEvent(type_written, str(error)) from None
    while (at := event_type(type(event))).major != major:
        step = upcaster(at.event) if at.major < major else downcaster(at.event)
        if step is None:
            raise UnknownMajor(type_written, major, tuple(v.number for v in entry.stream.versions))
        event = step(event)
    return Rendered(at.type, at.dataschema, _write(at, event))
