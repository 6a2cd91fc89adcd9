"""What a stack's cluster must hold: its topics, who may read and write them, and the same as manifests."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
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
    sharing: dict[str, list[tuple[Stream, int]]] = {}
    for stream in STREAMS.values():
        for major in stream.live_majors(day):
            sharing.setdefault(stream.topic(stack, major), []).append((stream, major))
    return tuple(_spec(name, sharing[name]) for name in sorted(sharing))


def _spec(name: str, sharing: list[tuple[Stream, int]]) -> TopicSpec:
    wanted = {(stream.partitions_of(major), stream.retention_ms) for stream, major in sharing}
    if len(wanted) > 1:
        raise ValueError(f"{name}: streams that share a topic need the same partitions and retention")
    [(partitions, retention_ms)] = wanted
    config = {
        "cleanup.policy": "delete",
        "retention.ms": str(retention_ms),
        "max.message.bytes": str(BATCH_BYTES),
    }
    return TopicSpec(name, partitions, config, tuple(stream.name for stream, _ in sharing))


def acls(
    stack: str, on: datetime.date | None = None, *, lower: Collection[str] | None = ()
) -> tuple[Acl, ...]:
    """All that a stack's principals may do on its cluster; what is not here is refused.

    Each service (`User:<stack>.<service>`) writes its own topics and reads, in groups named after it,
    the streams that the catalogue lets it read: of the stack and of the stacks below it that `lower` names,
    and directives and requests for a replay of the stacks above too. With `lower=None` any stack below may
    come, and a service may read whatever lies below: Kafka's rules know prefixes, not patterns.

    `User:<stack>.operator` makes topics, sets groups back and watches; `User:<stack>.auditor` only reads.
    The right to write a topic includes the idempotent producer's (Kafka 3.0 or newer).
    """
    day = on or datetime.datetime.now(datetime.UTC).date()
    granted = {*_of_operator(stack), *_of_auditor(stack)}
    for stream in STREAMS.values():
        for major in stream.live_majors(day):
            granted.update(_permissions(stream, stack, major, lower))
    return tuple(sorted(granted))


def _permissions(stream: Stream, stack: str, major: int, lower: Collection[str] | None) -> Iterator[Acl]:
    writer = f"User:{stack}.{stream.owner}"
    for operation in ("Write", "Describe"):
        yield Acl(writer, operation, "topic", "literal", stream.topic(stack, major))
    sources = {stack}
    if stream.directive or stream.aggregate == REPLAY:
        sources.update(ancestors(stack))
    if not stream.directive:
        sources.update(lower or ())
    for consumer in stream.consumers:
        reader = f"User:{stack}.{consumer}"
        yield Acl(reader, "Read", "group", "prefixed", f"{stack}.{consumer}")
        for operation in ("Read", "Describe"):
            for source in sources:
                yield Acl(reader, operation, "topic", "literal", stream.topic(source, major))
            if lower is None and not stream.directive:
                yield Acl(reader, operation, "topic", "prefixed", f"shuniu.{stack}")


def _of_operator(stack: str) -> Iterator[Acl]:
    """For `shuniu topics`, `consumers`, `events tail`, `bus rebuild` and `restore`."""
    operator = f"User:{stack}.operator"
    for operation in ("Create", "Describe", "DescribeConfigs", "Read"):
        yield Acl(operator, operation, "topic", "prefixed", f"shuniu.{stack}.")
    for operation in ("Describe", "Delete"):
        yield Acl(operator, operation, "group", "prefixed", f"{stack}.")


def _of_auditor(stack: str) -> Iterator[Acl]:
    """For whoever looks on: topics and how far groups have read, and nothing that changes either."""
    auditor = f"User:{stack}.auditor"
    for operation in ("Describe", "DescribeConfigs", "Read"):
        yield Acl(auditor, operation, "topic", "prefixed", f"shuniu.{stack}.")
    yield Acl(auditor, "Describe", "group", "prefixed", f"{stack}.")


def _by_resource(granted: Iterable[Acl]) -> dict[tuple[str, str, str, str], list[str]]:
    """Operations by (principal, resource, pattern type, name)."""
    found: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for acl in granted:
        found[acl.principal, acl.resource, acl.pattern_type, acl.name].append(acl.operation)
    return found


def acl_commands(stack: str, on: datetime.date | None = None, *, lower: Collection[str] | None = ()) -> str:
    """The permissions as `kafka-acls.sh` commands, one a line, with `$BOOTSTRAP` for the cluster."""
    return "".join(
        f"kafka-acls.sh --bootstrap-server $BOOTSTRAP --add --allow-principal {principal}"
        f" {' '.join(f'--operation {operation}' for operation in operations)}"
        f" --resource-pattern-type {pattern_type} --{resource} {name}\n"
        for (principal, resource, pattern_type, name), operations in _by_resource(
            acls(stack, on, lower=lower)
        ).items()
    )


def strimzi_users(
    stack: str, *, cluster: str = "kafka", on: datetime.date | None = None,
    lower: Collection[str] | None = (),
) -> str:  # fmt: skip
    """The permissions as Strimzi `KafkaUser` manifests with SCRAM-SHA-512, one YAML document a principal."""
    rules: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (principal, resource, pattern_type, name), operations in _by_resource(
        acls(stack, on, lower=lower)
    ).items():
        pattern = {"literal": "literal", "prefixed": "prefix"}[pattern_type]
        target = {"type": resource, "name": name, "patternType": pattern}
        rules[principal.removeprefix("User:")].append({"resource": target, "operations": operations})
    return "".join(f"---\n{to_yaml(_user(name, rules[name], cluster))}" for name in sorted(rules))


def _user(name: str, rules: list[dict[str, Any]], cluster: str) -> dict[str, Any]:
    return {
        "apiVersion": "kafka.strimzi.io/v1beta2",
        "kind": "KafkaUser",
        "metadata": {"name": name, "labels": {"strimzi.io/cluster": cluster}},
        "spec": {
            "authentication": {"type": "scram-sha-512"},
            "authorization": {"type": "simple", "acls": rules},
        },
    }


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
