"""What a stack's cluster must hold: its topics, who may read and write them, and the same as manifests."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any, NamedTuple

from shuniu_contracts.catalogue import STREAMS, Stream
from shuniu_contracts.topics import REPLAY, ancestors
from shuniu_contracts.yaml_text import to_yaml

BATCH_BYTES = 1024 * 1024
"""Largest record batch a topic takes, in bytes; Kafka's `max.message.bytes` limits a batch, not an event,
and the relay sends batches."""


class TopicSpec(NamedTuple):
    """One topic as it must be."""

    name: str
    partitions: int
    config: dict[str, str]
    streams: tuple[str, ...]
    """The streams that share it: several for directives, else one."""


class Acl(NamedTuple):
    """One permission: `resource` is `topic` or `group`, `pattern_type` Kafka's `literal` or `prefixed`."""

    principal: str
    operation: str
    resource: str
    pattern_type: str
    name: str


def topics(stack: str, on: datetime.date | None = None) -> tuple[TopicSpec, ...]:
    """The topics of a stack whose major version is live on a day (default: today), by name.

    Raises `ValueError` where streams that share a topic disagree on partitions or retention.
    """
    day = on or datetime.datetime.now(datetime.UTC).date()
    sharing: dict[str, list[Stream]] = {}
    for stream in STREAMS.values():
        for major in stream.live_majors(day):
            sharing.setdefault(stream.topic(stack, major), []).append(stream)
    return tuple(_spec(name, sharing[name]) for name in sorted(sharing))


def _spec(name: str, streams: list[Stream]) -> TopicSpec:
    first = streams[0]
    if any((s.partitions, s.retention_ms) != (first.partitions, first.retention_ms) for s in streams):
        raise ValueError(f"{name}: streams that share a topic need the same partitions and retention")
    config = {
        "cleanup.policy": "delete",
        "retention.ms": str(first.retention_ms),
        "max.message.bytes": str(BATCH_BYTES),
    }
    return TopicSpec(name, first.partitions, config, tuple(stream.name for stream in streams))


def acls(stack: str, on: datetime.date | None = None) -> tuple[Acl, ...]:
    """Permissions of a stack's services: each writes its own topics and reads in consumer groups named after
    it; each consumer reads the subtree of a stream by prefix, and directives and requests for a replay of the
    stack and of each of its ancestors by name."""
    day = on or datetime.datetime.now(datetime.UTC).date()
    granted: set[Acl] = set()
    for stream in STREAMS.values():
        for major in stream.live_majors(day):
            granted.update(_permissions(stream, stack, major))
    return tuple(sorted(granted))


def _permissions(stream: Stream, stack: str, major: int) -> Iterable[Acl]:
    writer = f"User:{stack}.{stream.owner}"
    for operation in ("Write", "Describe"):
        yield Acl(writer, operation, "topic", "literal", stream.topic(stack, major))
    for consumer in stream.consumers:
        reader = f"User:{stack}.{consumer}"
        yield Acl(reader, "Read", "group", "prefixed", f"{stack}.{consumer}")
        for operation in ("Read", "Describe"):
            if stream.directive or stream.aggregate == REPLAY:
                for upper in ancestors(stack):
                    yield Acl(reader, operation, "topic", "literal", stream.topic(upper, major))
            if not stream.directive:
                # Kafka knows prefixes, not patterns: the subtree's prefix is as narrow as a rule can be.
                yield Acl(reader, operation, "topic", "prefixed", f"shuniu.{stack}")


def acl_commands(stack: str, on: datetime.date | None = None) -> str:
    """The permissions as `kafka-acls.sh` commands, one a line, with `$BOOTSTRAP` for the cluster."""
    return "".join(
        f"kafka-acls.sh --bootstrap-server $BOOTSTRAP --add --allow-principal {acl.principal}"
        f" --operation {acl.operation} --resource-pattern-type {acl.pattern_type}"
        f" --{acl.resource} {acl.name}\n"
        for acl in acls(stack, on)
    )


def strimzi_topics(
    stack: str, *, cluster: str = "kafka", replicas: int = 3, on: datetime.date | None = None
) -> str:
    """The topics as Strimzi `KafkaTopic` manifests, one YAML document each."""
    return "".join(f"---\n{to_yaml(_manifest(spec, cluster, replicas))}" for spec in topics(stack, on))


def _manifest(spec: TopicSpec, cluster: str, replicas: int) -> dict[str, Any]:
    return {
        "apiVersion": "kafka.strimzi.io/v1beta2",
        "kind": "KafkaTopic",
        "metadata": {
            "name": spec.name.replace("_", "-"),
            "labels": {"strimzi.io/cluster": cluster},
        },
        "spec": {
            "topicName": spec.name,
            "partitions": spec.partitions,
            "replicas": replicas,
            "config": spec.config | {"min.insync.replicas": str(max(1, replicas - 1))},
        },
    }
