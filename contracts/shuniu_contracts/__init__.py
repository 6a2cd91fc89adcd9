"""The event contracts of Shuniu: envelope, catalogue, typed events, and bytes to events and back."""

from shuniu_contracts import console, grants, notify, partybuild, partybuild_v1, registry
from shuniu_contracts.catalogue import (
    EVENT_TYPES,
    STREAMS,
    EventType,
    Major,
    Stream,
    by_type,
    event_type,
    stream,
)
from shuniu_contracts.codec import Message, Rendered, decode, decode_data, encode, render
from shuniu_contracts.envelope import BINARY, STRUCTURED, SYSTEM, Envelope, Headers, to_structured
from shuniu_contracts.errors import (
    ContractError,
    EventTooLarge,
    InvalidEvent,
    MalformedEnvelope,
    MalformedEvent,
    UnknownMajor,
)
from shuniu_contracts.fields import Basis, Event, Money, Privacy, Qualifier, Quantity, Ref, State
from shuniu_contracts.topics import TopicName, ancestors, parse_topic, topic, topic_pattern

__version__ = "1.0.0"

__all__ = [
    "BINARY",
    "EVENT_TYPES",
    "STREAMS",
    "STRUCTURED",
    "SYSTEM",
    "Basis",
    "ContractError",
    "Envelope",
    "Event",
    "EventTooLarge",
    "EventType",
    "Headers",
    "InvalidEvent",
    "Major",
    "MalformedEnvelope",
    "MalformedEvent",
    "Message",
    "Money",
    "Privacy",
    "Qualifier",
    "Quantity",
    "Ref",
    "Rendered",
    "State",
    "Stream",
    "TopicName",
    "UnknownMajor",
    "ancestors",
    "by_type",
    "console",
    "decode",
    "decode_data",
    "encode",
    "event_type",
    "grants",
    "notify",
    "parse_topic",
    "partybuild",
    "partybuild_v1",
    "registry",
    "render",
    "stream",
    "to_structured",
    "topic",
    "topic_pattern",
]
