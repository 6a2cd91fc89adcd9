"""The AsyncAPI 3 document of the catalogue, with the headers, key, partitions and bindings that generators
of client code leave out."""

from __future__ import annotations

import datetime
from typing import Any

from shuniu_contracts.catalogue import EVENT_TYPES, STREAMS, EventType, Stream
from shuniu_contracts.plan import BATCH_BYTES
from shuniu_contracts.topics import DIRECTIVES

HEADERS: dict[str, tuple[str, str]] = {
    "ce_specversion": (r"^1\.0$", "CloudEvents version"),
    "ce_id": (r"^.+$", "UUIDv7, unique with ce_source"),
    "ce_source": (r"^/stacks/\d{1,12}/[a-z][a-z0-9_]*$", "/stacks/<stack>/<service>"),
    "ce_type": (r"^cn\.shuniu(\.[a-z][a-z0-9_]*){3}\.v[1-9]\d*$", "event type with its major version"),
    "ce_subject": (r"^.+$", "the aggregate's id; also the message key"),
    "ce_sequence": (r"^\d{20}$", "1, 2, 3 ... without gaps for one subject and epoch, zero-padded"),
    "ce_epoch": (r"^\d+$", "raised when the source was restored; order is (epoch, sequence)"),
    "ce_time": (r"^\d{4}-\d\d-\d\dT.+$", "when the fact was recorded, RFC 3339 UTC"),
    "ce_dataschema": (r"^urn:shuniu:schema:.+:\d+\.\d+$", "schema of the data with its minor version"),
    "ce_division": (r"^\d{1,12}$", "division code of the record"),
    "ce_actorid": (r"^.+$", "pseudonymous id of who caused it, or system"),
    "ce_correlationid": (r"^.+$", "the command that began the chain"),
    "ce_causationid": (r"^.+$", "the event that caused this one"),
    "ce_traceparent": (r"^.+$", "W3C trace context"),
    "content-type": (r"^application/json", "media type of the value"),
}
"""Header, pattern of its value, what it says."""
OPTIONAL_HEADERS = frozenset({"ce_causationid", "ce_traceparent"})


def asyncapi(version: str) -> dict[str, Any]:
    """The document as plain values; schemas are referred to as files beside it."""
    channels = _channels()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Shuniu events",
            "version": version,
            "description": "CloudEvents 1.0 in Kafka binary mode; delivery is at least once, in order for one"
            " subject. Compare ce_epoch and ce_sequence with what you have.",
        },
        "defaultContentType": "application/json",
        "channels": {name: _channel(streams, major) for name, (streams, major) in channels.items()},
        "operations": {
            f"receive.{name}": {"action": "receive", "channel": {"$ref": f"#/channels/{name}"}}
            for name in channels
        },
        "components": {
            "messages": {entry.type: _message(entry) for entry in EVENT_TYPES.values()},
            "messageTraits": {"cloudEvent": {"headers": headers_schema()}},
        },
    }


def headers_schema() -> dict[str, Any]:
    """JSON Schema of the headers."""
    return {
        "type": "object",
        "properties": {
            name: {"type": "string", "pattern": pattern, "description": text}
            for name, (pattern, text) in HEADERS.items()
        },
        "required": [name for name in HEADERS if name not in OPTIONAL_HEADERS],
    }


def schema_path(entry: EventType) -> str:
    """Where the frozen schema of a type's newest minor is, below `contracts/`."""
    return f"schemas/{entry.service}/{entry.aggregate}.{entry.fact}.{entry.major}.{entry.minor}.json"


def _channels() -> dict[str, tuple[list[Stream], int]]:
    found: dict[str, tuple[list[Stream], int]] = {}
    for stream in STREAMS.values():
        for version in stream.versions:
            place = DIRECTIVES if stream.directive else stream.aggregate
            name = f"{stream.service}.{place}.v{version.number}"
            found.setdefault(name, ([], version.number))[0].append(stream)
    return found


def _channel(streams: list[Stream], major: int) -> dict[str, Any]:
    first = streams[0]
    version = next(version for version in first.versions if version.number == major)
    entries = [entry for stream in streams for entry in stream.facts.values() if entry.major == major]
    return {
        "address": first.topic("{stack}", major),
        "title": ", ".join(stream.name for stream in streams),
        "description": " ".join(f"{stream.en} {stream.zh}" for stream in streams),
        "parameters": {"stack": {"description": "Division code of the stack that writes the topic"}},
        "messages": {entry.type: {"$ref": f"#/components/messages/{entry.type}"} for entry in entries},
        "bindings": {
            "kafka": {
                "partitions": first.partitions_of(major),
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": first.retention_ms,
                    "max.message.bytes": BATCH_BYTES,
                },
                "bindingVersion": "0.5.0",
            }
        },
        "x-owner": first.owner,
        "x-consumers": sorted({consumer for stream in streams for consumer in stream.consumers}),
        "x-key": first.key,
        "x-sequence": first.sequence,
        "x-since": _day(version.since),
        "x-deprecated": _day(version.deprecated),
        "x-sunset": _day(version.sunset),
    }


def _message(entry: EventType) -> dict[str, Any]:
    return {
        "name": entry.type,
        "title": entry.event.__name__,
        "summary": entry.en,
        "description": entry.zh,
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./{schema_path(entry)}"},
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "ce_subject"},
                "bindingVersion": "0.5.0",
            }
        },
        "x-max-bytes": entry.max_bytes,
        "x-dataschema": entry.dataschema,
    }


def _day(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None
