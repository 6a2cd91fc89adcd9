"""Sending one set of messages, partition by partition, and telling what was acknowledged."""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    CorruptRecordException,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    PolicyViolationError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.producer.message_accumulator import BatchBuilder

from chassis.wire import Outgoing, Pointer

_OF_A_MESSAGE = (
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    PolicyViolationError,
    CorruptRecordException,
)
_OF_A_TOPIC = (UnknownTopicOrPartitionError, TopicAuthorizationFailedError, InvalidTopicError)


class Trouble(StrEnum):
    """Whose fault a failure is, which decides what stops: a subject, a topic, or everything for a while."""

    MESSAGE = "message"
    TOPIC = "topic"
    RETRY = "retry"


@dataclass(frozen=True)
class Failure:
    """Messages that were not acknowledged, and why."""

    records: Sequence[Outgoing]
    trouble: Trouble
    reason: str


@dataclass
class Delivery:
    """What became of one set. A message neither acknowledged nor failed was held back behind a failed one."""

    acknowledged: list[Pointer] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def must_wait(self) -> bool:
        """Whether the broker is in trouble, so that nothing should go out for a moment."""
        return any(failure.trouble is Trouble.RETRY for failure in self.failures)


@dataclass(frozen=True, slots=True)
class Lot:
    """Consecutive messages of one partition in one batch, built ahead of their turn."""

    topic: str
    partition: int
    records: Sequence[Outgoing]
    batch: BatchBuilder


def now_ms() -> int:
    """The moment a batch is packed, as Kafka stamps records."""
    return int(time.time() * 1000)


def trouble_of(error: BaseException) -> Trouble:
    """Classify what the producer raised."""
    if isinstance(error, _OF_A_MESSAGE):
        return Trouble.MESSAGE
    return Trouble.TOPIC if isinstance(error, _OF_A_TOPIC) else Trouble.RETRY


def pack(
    producer: AIOKafkaProducer, topic: str, partition: int, records: Sequence[Outgoing], moment: int
) -> list[Lot]:
    """Batches of one partition's messages, in order; a message larger than a batch gets one of its own."""
    lots: list[Lot] = []
    first = 0
    batch = producer.create_batch()
    append = batch.append
    for position, record in enumerate(records):
        if append(timestamp=moment, key=record.key, value=record.value, headers=record.headers) is None:
            lots.append(Lot(topic, partition, records[first:position], batch))
            first, batch = position, producer.create_batch()
            append = batch.append
            append(timestamp=moment, key=record.key, value=record.value, headers=record.headers)
    batch.close()
    lots.append(Lot(topic, partition, records[first:], batch))
    return lots


async def deliver(
    producer: AIOKafkaProducer, partitions: Iterable[Sequence[Lot]], timeout_s: float
) -> Delivery:
    """Send every partition's batches, each only after the one before it was acknowledged.

    aiokafka, without idempotence, can give up a batch and still send the next one of that partition; it never
    holds a next one here. With idempotence it may retry for ever: after `timeout_s` what is unanswered counts
    as failed, and the producer must not be used again.
    """
    delivery = Delivery()
    tasks = {asyncio.create_task(_send(producer, lots, delivery)): lots for lots in partitions}
    if not tasks:
        return delivery
    try:
        _, unanswered = await asyncio.wait(tasks, timeout=timeout_s)
    finally:
        for task in tasks:
            task.cancel()
    for task in unanswered:
        records = [record for lot in tasks[task] for record in lot.records]
        delivery.failures.append(Failure(records, Trouble.RETRY, f"no answer within {timeout_s} s"))
    for task in tasks:
        if task not in unanswered:
            task.result()
    return delivery


async def _send(producer: AIOKafkaProducer, lots: Sequence[Lot], delivery: Delivery) -> None:
    waiting = deque(lots)
    held_back: set[str] = set()
    while waiting:
        lot = waiting.popleft()
        if held_back and not (lot := _without(producer, lot, held_back)).records:
            continue
        try:
            await (await producer.send_batch(lot.batch, lot.topic, partition=lot.partition))
        except (KafkaError, OSError) as error:
            trouble = trouble_of(error)
            if trouble is Trouble.MESSAGE and len(lot.records) > 1:
                waiting.extendleft(reversed(_halves(producer, lot)))
                continue
            delivery.failures.append(Failure(lot.records, trouble, repr(error)))
            if trouble is not Trouble.MESSAGE:
                return
            held_back.add(lot.records[0].lane)
        else:
            delivery.acknowledged.extend(record.pointer for record in lot.records)


def _halves(producer: AIOKafkaProducer, lot: Lot) -> list[Lot]:
    """The lot as two, to find the message that the broker refuses."""
    middle = len(lot.records) // 2
    return [
        again
        for records in (lot.records[:middle], lot.records[middle:])
        for again in pack(producer, lot.topic, lot.partition, records, now_ms())
    ]


def _without(producer: AIOKafkaProducer, lot: Lot, lanes: set[str]) -> Lot:
    """The lot without the messages behind a refused one of their subject."""
    records = [record for record in lot.records if record.lane not in lanes]
    if len(records) == len(lot.records) or not records:
        return Lot(lot.topic, lot.partition, records, lot.batch)
    (again,) = pack(producer, lot.topic, lot.partition, records, now_ms())
    return again
