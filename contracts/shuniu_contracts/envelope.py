"""The CloudEvents 1.0 envelope: to and from Kafka headers (binary mode) and JSON (structured mode)."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from shuniu_contracts.errors import MalformedEnvelope

Headers = Sequence[tuple[str, bytes | None]]
"""Kafka allows a header without a value; none of ours is."""

BINARY = "application/json"
STRUCTURED = "application/cloudevents+json"
SYSTEM = "system"
"""The actor of what no person caused."""

_BINARY = BINARY.encode()
_SOURCE = re.compile(r"/stacks/(\d{1,12})/([a-z][a-z0-9_]*)")
_TYPE = re.compile(r"cn\.shuniu\.([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)\.v([1-9]\d*)")
_DIVISION_DIGITS = 12
_NEVER_EMPTY = ("ce_id", "ce_subject", "ce_actorid", "ce_correlationid")
_SEQUENCE_DIGITS = 20
_OPTIONAL = ("causationid", "traceparent")


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of every event: who, what about, in which order, when, where, why."""

    id: str
    source: str
    type: str
    subject: str
    sequence: int
    epoch: int
    time: datetime.datetime
    dataschema: str
    division: str
    actor_id: str
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None

    @property
    def stack(self) -> str:
        """The stack that wrote it."""
        return self.source.split("/")[2]

    @property
    def service(self) -> str:
        """The service that wrote it."""
        return self.source.split("/")[3]

    @property
    def aggregate(self) -> str:
        """What kind of thing it is about."""
        return self.type.split(".")[3]

    @property
    def fact(self) -> str:
        """What happened, a past participle."""
        return self.type.split(".")[4]

    @property
    def major(self) -> int:
        """Major version the message was rendered in."""
        return int(self.type.rsplit(".v", 1)[1])

    @property
    def order(self) -> tuple[int, int]:
        """What orders the events of one subject: epoch, then sequence."""
        return self.epoch, self.sequence

    def to_headers(self) -> list[tuple[str, bytes]]:
        """The Kafka headers of binary mode."""
        headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", self.id.encode()),
            ("ce_source", self.source.encode()),
            ("ce_type", self.type.encode()),
            ("ce_subject", self.subject.encode()),
            ("ce_sequence", b"%020d" % self.sequence),
            ("ce_epoch", b"%d" % self.epoch),
            ("ce_time", _instant(self.time).encode()),
            ("ce_dataschema", self.dataschema.encode()),
            ("ce_division", self.division.encode()),
            ("ce_actorid", self.actor_id.encode()),
            ("ce_correlationid", self.correlation_id.encode()),
        ]
        if self.causation_id is not None:
            headers.append(("ce_causationid", self.causation_id.encode()))
        if self.traceparent is not None:
            headers.append(("ce_traceparent", self.traceparent.encode()))
        headers.append(("content-type", b"application/json"))
        return headers

    @classmethod
    def from_headers(cls, headers: Headers) -> Envelope:
        """Read the headers of binary mode; raises `MalformedEnvelope` naming the header at fault."""
        return from_given(given(headers))


def given(headers: Headers) -> dict[str, bytes]:
    """The headers that have a value, by name; of one that is repeated the last."""
    return {name: value for name, value in headers if value is not None}


def content_type(headers: Mapping[str, bytes]) -> str:
    """The media type of a message without parameters; binary mode's where no header says otherwise."""
    value = headers.get("content-type", _BINARY)
    return BINARY if value == _BINARY else value.decode("latin-1").partition(";")[0].strip().lower()


def to_structured(envelope: Envelope, data: bytes) -> bytes:
    """One JSON document with envelope and data: `application/cloudevents+json`."""
    document: dict[str, Any] = {
        name.removeprefix("ce_"): value.decode()
        for name, value in envelope.to_headers()
        if name.startswith("ce_")
    }
    document["epoch"] = envelope.epoch
    document["datacontenttype"] = BINARY
    document["data"] = msgspec.Raw(data)
    return msgspec.json.encode(document)


_DOCUMENT = msgspec.json.Decoder(dict[str, msgspec.Raw])
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that are no JSON or do not fit; the last, for values nested too deeply."""


def from_structured(value: bytes) -> tuple[Envelope, bytes]:
    """Envelope and data of a structured message; raises `MalformedEnvelope` naming the attribute."""
    try:
        document = _DOCUMENT.decode(value)
    except UNREADABLE as error:
        raise MalformedEnvelope("content-type", f"says {STRUCTURED}, but: {error}") from None
    data = document.pop("data", None)
    if data is None:
        raise MalformedEnvelope("data", "is missing")
    try:
        return from_given({f"ce_{name}": _text(name, raw) for name, raw in document.items()}), bytes(data)
    except MalformedEnvelope as error:
        raise MalformedEnvelope(error.header.removeprefix("ce_"), error.reason) from None


def _text(name: str, raw: msgspec.Raw) -> bytes:
    try:
        value = msgspec.json.decode(raw)
    except UNREADABLE as error:
        raise MalformedEnvelope(name, str(error)) from None
    return value.encode() if isinstance(value, str) else bytes(raw)


def from_given(found: Mapping[str, bytes]) -> Envelope:
    """The envelope in the headers by name; raises `MalformedEnvelope` naming the header at fault."""
    try:
        if found["ce_specversion"] != b"1.0":
            raise MalformedEnvelope("ce_specversion", "only 1.0 is known")
        sequence, epoch, division = found["ce_sequence"], found["ce_epoch"], found["ce_division"]
        causation, trace = found.get("ce_causationid"), found.get("ce_traceparent")
        envelope = Envelope(
            id=found["ce_id"].decode(),
            source=found["ce_source"].decode(),
            type=found["ce_type"].decode(),
            subject=found["ce_subject"].decode(),
            sequence=int(sequence) if sequence.isdigit() else 0,
            epoch=int(epoch) if epoch.isdigit() else -1,
            time=_moment(found["ce_time"]),
            dataschema=found["ce_dataschema"].decode(),
            division=division.decode(),
            actor_id=found["ce_actorid"].decode(),
            correlation_id=found["ce_correlationid"].decode(),
            causation_id=causation.decode() if causation else None,
            traceparent=trace.decode() if trace else None,
        )
    except KeyError as error:
        raise MalformedEnvelope(str(error.args[0]), "is missing") from None
    except UnicodeDecodeError as error:
        raise MalformedEnvelope(_holder(found, error.object), "is not UTF-8") from None
    if envelope.sequence < 1 or len(sequence) != _SEQUENCE_DIGITS:
        raise MalformedEnvelope("ce_sequence", f"{sequence!r} is not {_SEQUENCE_DIGITS} digits, 1 or more")
    if envelope.epoch < 0:
        raise MalformedEnvelope("ce_epoch", f"{epoch!r} is not a whole number, 0 or more")
    if not division.isdigit() or len(division) > _DIVISION_DIGITS:
        raise MalformedEnvelope("ce_division", f"{division!r} is no division code")
    if not (envelope.id and envelope.subject and envelope.actor_id and envelope.correlation_id):
        raise MalformedEnvelope(next(name for name in _NEVER_EMPTY if not found[name]), "is empty")
    _agree(envelope.source, envelope.type)
    return envelope


@functools.lru_cache(maxsize=4096)
def _agree(source: str, type_: str) -> None:
    """Cached, since a topic holds few sources and types; a refusal is never cached."""
    found, named = _SOURCE.fullmatch(source), _TYPE.fullmatch(type_)
    if found is None:
        raise MalformedEnvelope("ce_source", f"{source!r} is not /stacks/<stack>/<service>")
    if named is None:
        raise MalformedEnvelope(
            "ce_type", f"{type_!r} is not cn.shuniu.<service>.<aggregate>.<fact>.v<major>"
        )
    if found[2] != named[1]:
        raise MalformedEnvelope("ce_type", f"is of {named[1]}, but ce_source is of {found[2]}")


def _holder(found: Mapping[str, bytes], value: bytes) -> str:
    return next(name for name, candidate in found.items() if candidate == value)


def _moment(value: bytes) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(value.decode())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise MalformedEnvelope("ce_time", f"{value!r} is no RFC 3339 time with an offset")
    return moment if moment.tzinfo is datetime.UTC else moment.astimezone(datetime.UTC)


def _instant(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
