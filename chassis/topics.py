"""The topics a stack needs, from the catalogue, against those its Kafka has: `shuniu topics plan|apply`."""

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code
from shuniu_contracts import STREAMS, Stream

from chassis import bus
from chassis.settings import BusSettings

MAX_MESSAGE_BYTES = 1024 * 1024
"""Kafka holds a whole batch to this; the relay's batches stay below it (`bus.MAX_BATCH_BYTES`)."""
_CREATE_TIMEOUT_MS = 20_000
_KNOWN_WITHIN_S, _LOOK_S = 15.0, 0.05


class TopicState(StrEnum):
    """How a wanted topic stands on the broker."""

    MISSING = "missing"
    AS_WANTED = "as_wanted"
    DIFFERS = "differs"
    """a setting differs; mended by the broker's administrator, nothing is lost meanwhile"""
    TOO_FEW_PARTITIONS = "too_few_partitions"
    """the catalogue wants more than there are: a new stream major, never more partitions"""
    TOO_MANY_PARTITIONS = "too_many_partitions"


@dataclass(frozen=True)
class WantedTopic:
    """One topic as the catalogue wants it."""

    name: str
    partitions: int
    replication_factor: int
    settings: Mapping[str, str]


@dataclass(frozen=True)
class TopicFinding:
    """A wanted topic and how it stands; `detail` is one line for people."""

    topic: WantedTopic
    state: TopicState
    detail: str

    @property
    def is_error(self) -> bool:
        """Whether events would land where their order is not kept, so that the stack must not run."""
        return self.state in (TopicState.TOO_FEW_PARTITIONS, TopicState.TOO_MANY_PARTITIONS)


class TopicsFailed(Exception):
    """The broker refused to make topics; the message names each with the broker's reason."""


def wanted_topics(
    stack: str, settings: BusSettings, services: Collection[str] | None = None
) -> tuple[WantedTopic, ...]:
    """The topics that `stack` writes: every stream of `services` (all by default) in each live major.

    Raises ValueError where the streams that share a topic of directives disagree.
    """
    wanted: dict[str, WantedTopic] = {}
    for stream in STREAMS.values():
        if services is not None and stream.service not in services:
            continue
        for major in stream.majors:
            topic = _wanted(stream, major, stack, settings)
            if wanted.setdefault(topic.name, topic) != topic:
                raise ValueError(f"the streams that share {topic.name} differ in partitions or retention")
    return tuple(wanted[name] for name in sorted(wanted))


def _wanted(stream: Stream, major: int, stack: str, settings: BusSettings) -> WantedTopic:
    return WantedTopic(
        stream.topic(stack, major),
        stream.partitions_of(major),
        settings.replication_factor,
        {
            "cleanup.policy": "delete",
            "retention.ms": str(stream.retention_ms),
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
            "min.insync.replicas": str(settings.min_insync_replicas),
        },
    )


async def plan(
    settings: BusSettings, stack: str, services: Collection[str] | None = None
) -> tuple[TopicFinding, ...]:
    """How each wanted topic stands on the broker; changes nothing."""
    client = bus.admin(settings)
    await client.start()
    try:
        return await _plan(client, wanted_topics(stack, settings, services))
    finally:
        await client.close()


async def apply(
    settings: BusSettings, stack: str, services: Collection[str] | None = None
) -> tuple[TopicFinding, ...]:
    """Make what is missing and return how each topic stands once the broker has heard of those, within 15 s.

    Existing topics are left as they are.

    Raises `TopicsFailed` where the broker refuses one.
    """
    client = bus.admin(settings)
    await client.start()
    try:
        wanted = wanted_topics(stack, settings, services)
        missing = [
            finding.topic for finding in await _plan(client, wanted) if finding.state is TopicState.MISSING
        ]
        await _create(client, missing)
        return await _once_known(client, wanted, {topic.name for topic in missing})
    finally:
        await client.close()


async def _once_known(
    client: AIOKafkaAdminClient, wanted: Collection[WantedTopic], made: Collection[str]
) -> tuple[TopicFinding, ...]:
    """How each topic stands; a broker may hear of those just made a moment after they were."""
    deadline = time.monotonic() + _KNOWN_WITHIN_S
    while True:
        found = await _plan(client, wanted)
        unknown = any(one.state is TopicState.MISSING and one.topic.name in made for one in found)
        if not unknown or time.monotonic() > deadline:
            return found
        await asyncio.sleep(_LOOK_S)


async def _create(client: AIOKafkaAdminClient, topics: Collection[WantedTopic]) -> None:
    if not topics:
        return
    answer = await client.create_topics(
        [
            NewTopic(
                topic.name, topic.partitions, topic.replication_factor, topic_configs=dict(topic.settings)
            )
            for topic in topics
        ],
        timeout_ms=_CREATE_TIMEOUT_MS,
    )
    refused = [
        f"{name}: {for_code(code).__name__} {message or ''}".strip()
        for name, code, message in answer.topic_errors
        if code not in (0, TopicAlreadyExistsError.errno)
    ]
    if refused:
        raise TopicsFailed("; ".join(refused))


async def _plan(client: AIOKafkaAdminClient, wanted: Collection[WantedTopic]) -> tuple[TopicFinding, ...]:
    existing = set(await client.list_topics())
    present = [topic for topic in wanted if topic.name in existing]
    partitions = await _partitions(client, present)
    settings = await _settings(client, present)
    return tuple(_judge(topic, partitions.get(topic.name), settings.get(topic.name, {})) for topic in wanted)


def _judge(topic: WantedTopic, partitions: int | None, settings: Mapping[str, str]) -> TopicFinding:
    if partitions is None:
        return TopicFinding(topic, TopicState.MISSING, f"to be made with {topic.partitions} partitions")
    if partitions < topic.partitions:
        detail = (
            f"has {partitions} partitions, the catalogue wants {topic.partitions}: more would break "
            "every subject's order, so this needs a new major of the stream"
        )
        return TopicFinding(topic, TopicState.TOO_FEW_PARTITIONS, detail)
    if partitions > topic.partitions:
        detail = f"has {partitions} partitions, the catalogue says {topic.partitions}: was it made by hand?"
        return TopicFinding(topic, TopicState.TOO_MANY_PARTITIONS, detail)
    differing = [
        f"{name} is {settings[name]}, wanted {value}"
        for name, value in topic.settings.items()
        if name in settings and settings[name] != value
    ]
    if differing:
        return TopicFinding(topic, TopicState.DIFFERS, "; ".join(differing))
    return TopicFinding(topic, TopicState.AS_WANTED, f"{partitions} partitions")


async def _partitions(client: AIOKafkaAdminClient, topics: Collection[WantedTopic]) -> dict[str, int]:
    if not topics:
        return {}
    described = await client.describe_topics([topic.name for topic in topics])
    return {found["topic"]: len(found["partitions"]) for found in described if not found["error_code"]}


async def _settings(
    client: AIOKafkaAdminClient, topics: Collection[WantedTopic]
) -> dict[str, dict[str, str]]:
    if not topics:
        return {}
    answers = await client.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]
    )
    return {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for answer in answers
        for resource in answer.resources
    }
