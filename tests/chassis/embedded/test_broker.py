"""The embedded broker does what a Kafka client needs, and still has the traps its module warns of."""

import asyncio
import os
import signal
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, UnknownError
from aiokafka.protocol.metadata import MetadataRequest

from chassis.embedded.broker import EmbeddedBroker
from chassis.embedded.directory import DirectoryInUse
from tests.chassis.embedded.test_process import wait_until

pytestmark = pytest.mark.integration


class Bus:
    """Clients of one broker, closed together."""

    def __init__(self, engine: EmbeddedBroker, clients: AsyncExitStack) -> None:
        self.engine = engine
        self._clients = clients

    async def admin(self) -> AIOKafkaAdminClient:
        client = AIOKafkaAdminClient(bootstrap_servers=self.engine.bootstrap_servers)
        await client.start()
        self._clients.push_async_callback(client.close)
        return client

    async def producer(self, **settings: Any) -> AIOKafkaProducer:
        client = AIOKafkaProducer(bootstrap_servers=self.engine.bootstrap_servers, acks="all", **settings)
        await client.start()
        self._clients.push_async_callback(client.stop)
        return client

    async def consumer(self, *topics: str, **settings: Any) -> AIOKafkaConsumer:
        client = AIOKafkaConsumer(
            *topics, bootstrap_servers=self.engine.bootstrap_servers, enable_auto_commit=False,
            auto_offset_reset="earliest", metadata_max_age_ms=500,
            **{"session_timeout_ms": 2000, "heartbeat_interval_ms": 300} | settings,
        )  # fmt: skip
        await client.start()
        self._clients.push_async_callback(client.stop)
        return client

    async def topic(self, partitions: int = 3) -> str:
        name = f"test.{uuid.uuid4().hex}.v1"
        await (await self.admin()).create_topics([NewTopic(name, partitions, 1)])
        return name


@pytest.fixture
async def bus(data_dir: Path) -> AsyncIterator[Bus]:
    async with EmbeddedBroker(data_dir) as engine, AsyncExitStack() as clients:
        yield Bus(engine, clients)


async def _read(
    consumer: AIOKafkaConsumer, count: int, within_s: float = 20.0
) -> list[ConsumerRecord[Any, Any]]:
    records: list[ConsumerRecord[Any, Any]] = []
    deadline = time.monotonic() + within_s
    while len(records) < count and time.monotonic() < deadline:
        for batch in (await consumer.getmany(timeout_ms=100)).values():
            records.extend(batch)
    return records


async def _send_batch(producer: AIOKafkaProducer, topic: str, count: int) -> None:
    batch = producer.create_batch()
    for number in range(count):
        batch.append(
            key=b"subject", value=b"%d" % number, timestamp=None, headers=[("ce_sequence", b"%d" % number)]
        )
    await (await producer.send_batch(batch, topic, partition=0))


async def test_keys_headers_and_order_arrive_as_sent(bus: Bus) -> None:
    topic, producer = await bus.topic(), await bus.producer()
    await _send_batch(producer, topic, 100)
    await producer.send_and_wait(topic, b"last", key=b"other", headers=[("ce_type", b"x.v1")], partition=2)
    consumer = await bus.consumer()
    consumer.assign([TopicPartition(topic, 0), TopicPartition(topic, 2)])
    records = await _read(consumer, 101)
    assert [record.value for record in records if record.partition == 0] == [b"%d" % n for n in range(100)]
    (last,) = (record for record in records if record.partition == 2)
    assert (last.key, last.value, last.headers) == (b"other", b"last", (("ce_type", b"x.v1"),))


async def test_topics_have_the_partitions_they_were_made_with_and_are_made_once(bus: Bus) -> None:
    admin = await bus.admin()
    for error_code in (0, 36):  # 36 is TopicAlreadyExists
        response = await admin.create_topics([NewTopic("test.once.v1", 5, 1)])
        assert response.topic_errors[0][1] == error_code
    assert await admin.list_topics() == ["test.once.v1"]
    (described,) = await admin.describe_topics(["test.once.v1"])
    assert len(described["partitions"]) == 5


async def test_a_group_shares_partitions_and_its_commits_outlive_its_members(bus: Bus) -> None:
    topic, producer = await bus.topic(2), await bus.producer()
    for partition in (0, 1):
        await producer.send_and_wait(topic, b"v", partition=partition)
    first = await bus.consumer(topic, group_id="office")
    assert len(await _read(first, 2)) == 2
    await first.commit()
    second = await bus.consumer(topic, group_id="office")
    while not (len(first.assignment()) == len(second.assignment()) == 1):
        await asyncio.gather(first.getmany(timeout_ms=100), second.getmany(timeout_ms=100))
    await first.stop()
    await second.stop()
    # Neither a member nor subscribed: how `bus rebuild` and the audit look at a group.
    looker = await bus.consumer(group_id="office")
    assert [await looker.committed(TopicPartition(topic, number)) for number in (0, 1)] == [1, 1]
    admin = await bus.admin()
    offsets = await admin.list_consumer_group_offsets("office", partitions=[TopicPartition(topic, 0)])
    assert offsets[TopicPartition(topic, 0)].offset == 1


async def test_a_pattern_finds_topics_made_later(bus: Bus) -> None:
    producer, first = await bus.producer(), await bus.topic(1)
    consumer = await bus.consumer(group_id="office")
    consumer.subscribe(pattern=r"^test\.\w+\.v1$")
    await producer.send_and_wait(first, b"1")
    assert [record.topic for record in await _read(consumer, 1)] == [first]
    await consumer.commit()
    later = await bus.topic(1)
    await producer.send_and_wait(later, b"2")
    assert [record.topic for record in await _read(consumer, 1)] == [later]


async def test_killed_it_starts_again_empty_and_its_clients_go_on(bus: Bus) -> None:
    topic, producer = await bus.topic(1), await bus.producer()
    await producer.send_and_wait(topic, b"before")
    consumer = await bus.consumer(topic, group_id="office")
    assert len(await _read(consumer, 1)) == 1
    await consumer.commit()
    pid = bus.engine.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not bus.engine.running)
    await bus.engine.start()
    admin = await bus.admin()
    assert topic not in await admin.list_topics() or not await _read(consumer, 1, within_s=0.5)
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await producer.send_and_wait(topic, b"after")
    assert [record.value for record in await _read(consumer, 1)] == [b"after"]


async def test_it_is_small_at_first_and_its_memory_can_be_read(bus: Bus) -> None:
    before = bus.engine.resident_bytes()
    assert 0 < before < 64 << 20
    topic, producer = await bus.topic(1), await bus.producer()
    for _ in range(20):
        await producer.send_and_wait(topic, os.urandom(500_000))
    assert bus.engine.resident_bytes() > before + (8 << 20)


async def test_two_brokers_do_not_share_a_directory(bus: Bus) -> None:
    with pytest.raises(DirectoryInUse):
        await EmbeddedBroker(bus.engine.data_dir).start()


async def test_trap_end_offsets_answer_too_little_and_the_high_watermark_does_not(bus: Bus) -> None:
    topic, producer = await bus.topic(1), await bus.producer()
    await _send_batch(producer, topic, 10)
    consumer, partition = await bus.consumer(), TopicPartition(topic, 0)
    consumer.assign([partition])
    assert (await consumer.end_offsets([partition]))[partition] == 1
    await _read(consumer, 10)
    assert consumer.highwater(partition) == 10


async def test_trap_a_topic_is_made_by_asking_for_it(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    # chassis.bus, once imported, forbids it to every client of the process: ask as aiokafka asks.
    monkeypatch.setattr("aiokafka.admin.client.MetadataRequest", MetadataRequest)
    admin = await bus.admin()
    await admin.describe_topics(["never.made"])
    assert await admin.list_topics() == ["never.made"]


async def test_trap_no_idempotent_producer(bus: Bus) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bus.engine.bootstrap_servers, enable_idempotence=True)
    with pytest.raises(UnknownError):
        await producer.start()
    await producer.stop()


async def test_trap_listing_all_offsets_of_a_group_drops_the_connection(bus: Bus) -> None:
    admin = await bus.admin()
    with pytest.raises(KafkaError):
        await admin.list_consumer_group_offsets("office")
