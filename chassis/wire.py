"""From a row of the event log to what goes on the wire: topic, partition, key, headers, value."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct
from typing import Any

import msgspec
from shuniu_contracts import render, stream

_SEED = 0x9747B28C
_MIX = 0x5BD1E995
_MASK = 0xFFFFFFFF


class _Kept(msgspec.Struct):
    """The envelope's attributes that the log keeps as JSON."""

    dataschema: str
    actorid: str
    correlationid: str
    causationid: str | None = None
    traceparent: str | None = None


_KEPT = msgspec.json.Decoder(_Kept)


class CannotRender(Exception):
    """The log's row cannot become a message of this major; its subject is blocked."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """One row of the outbox as it was read: `version` tells it from one that a replay put in its place."""

    seq: int
    major: int
    version: str


@dataclass(slots=True)
class Outgoing:
    """One message, ready to be appended to a batch of its partition."""

    pointer: Pointer
    lane: str
    """`service.aggregate.v<major>/<subject>`: what keeps its order, and the name a block of it has."""
    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def lane(aggregatetype: str, major: int, subject: str) -> str:
    """The name of one subject's events in one major; the outbox SQL builds the same."""
    return f"{aggregatetype}.v{major}/{subject}"


@lru_cache(maxsize=1024)
def topic_of(stack: str, aggregatetype: str, major: int) -> str:
    """The topic of `service.aggregate` in a major; raises KeyError for a stream not in the catalogue."""
    service, _, aggregate = aggregatetype.partition(".")
    return stream(service, aggregate).topic(stack, major)


def outgoing(source: bytes, stack: str, row: Any) -> Outgoing:
    """The message of one scanned row (columns as `outbox.SCAN` names them); raises `CannotRender`.

    The headers equal those of `Envelope.to_headers`, written out here because this runs for every event.
    """
    major: int = row["stream_major"]
    kept = _KEPT.decode(row["headers"])
    try:
        rendered = render(row["type"], row["payload"], major)
        topic = topic_of(stack, row["aggregatetype"], major)
    except Exception as error:
        raise CannotRender(f"{type(error).__name__}: {error}") from error
    as_written = rendered.type == row["type"]
    subject = row["aggregateid"]
    key = subject.encode()
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", row["id"].encode()),
        ("ce_source", source),
        ("ce_type", rendered.type.encode()),
        ("ce_subject", key),
        ("ce_sequence", b"%020d" % row["sequence"]),
        ("ce_epoch", b"%d" % row["epoch"]),
        ("ce_time", row["time"].encode()),
        ("ce_dataschema", (kept.dataschema if as_written else rendered.dataschema).encode()),
        ("ce_division", row["division"].encode()),
        ("ce_actorid", kept.actorid.encode()),
        ("ce_correlationid", kept.correlationid.encode()),
    ]
    if kept.causationid is not None:
        headers.append(("ce_causationid", kept.causationid.encode()))
    if kept.traceparent is not None:
        headers.append(("ce_traceparent", kept.traceparent.encode()))
    headers.append(("content-type", b"application/json"))
    return Outgoing(
        Pointer(row["seq"], major, row["version"]),
        lane(row["aggregatetype"], major, subject),
        topic,
        key,
        rendered.data,
        headers,
    )


@lru_cache(maxsize=64)
def _words(count: int) -> Callable[[bytes], tuple[int, ...]]:
    return Struct(f"<{count}I").unpack_from


def murmur2(data: bytes) -> int:
    """Kafka's hash of a key, equal to aiokafka's in a third of its time (it runs for every event)."""
    length = len(data)
    hash = _SEED ^ length
    for word in _words(length >> 2)(data):
        word = (word * _MIX) & _MASK
        word ^= word >> 24
        hash = ((hash * _MIX) & _MASK) ^ ((word * _MIX) & _MASK)
    if rest := length & 3:
        hash = ((hash ^ int.from_bytes(data[-rest:], "little")) * _MIX) & _MASK
    hash ^= hash >> 13
    hash = (hash * _MIX) & _MASK
    return hash ^ (hash >> 15)


@lru_cache(maxsize=65536)
def partition_of(key: bytes, partitions: int) -> int:
    """The partition that every Kafka client's default partitioner gives `key`."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions
