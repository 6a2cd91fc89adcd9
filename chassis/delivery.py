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

from chassis import bus
from chassis.wire import CannotRender, Row, Wire, lane

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

    topic: str
    rows: Sequence[Row]
    trouble: Trouble
    reason: str


@dataclass
class Delivery:
    """What became of one set. A message neither acknowledged nor failed was held back behind a failed one."""

    acknowledged: list[Row] = field(default_factory=list)
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
    rows: list[Row]
    batch: BatchBuilder


def trouble_of(error: BaseException) -> Trouble:
    """Classify what the producer raised."""
    if isinstance(error, _OF_A_MESSAGE):
        return Trouble.MESSAGE
    return Trouble.TOPIC if isinstance(error, _OF_A_TOPIC) else Trouble.RETRY


@dataclass
class Packer:
    """Builds batches for one producer. A row is rendered straight into its batch: kept as objects, a set's
    headers cost more in garbage collection than in making."""

    producer: AIOKafkaProducer
    wire: Wire
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    """lanes with an event that cannot be rendered: its `seq` and why; what follows it is left out"""

    def pack(self, topic: str, partition: int, rows: Iterable[Row]) -> list[Lot]:
        """Batches of one partition's rows, in order; a message larger than a batch gets one of its own."""
        moment = int(time.time() * 1000)
        lots: list[Lot] = []
        lot = Lot(topic, partition, [], self.producer.create_batch())
        for row in rows:
            if self.refused and lane(row) in self.refused:
                continue
            try:
                key, value, headers = self.wire.message(row)
            except CannotRender as error:
                self.refused[lane(row)] = row["seq"], str(error)
                continue
            if lot.batch.append(timestamp=moment, key=key, value=value, headers=headers) is None:
                lots.append(lot)
                lot = Lot(topic, partition, [], self.producer.create_batch())
                lot.batch.append(timestamp=moment, key=key, value=value, headers=headers)
            lot.rows.append(row)
        if lot.rows:
            lot.batch.close()
            lots.append(lot)
        return lots

    def halves(self, lot: Lot) -> list[Lot]:
        """The lot as two, to find the message that the broker refuses."""
        middle = len(lot.rows) // 2
        parts = lot.rows[:middle], lot.rows[middle:]
        return [half for rows in parts for half in self.pack(lot.topic, lot.partition, rows)]

    def without(self, lot: Lot, lanes: set[str]) -> list[Lot]:
        """The lot without what comes behind a refused message of its subject."""
        rows = [row for row in lot.rows if lane(row) not in lanes]
        return [lot] if len(rows) == len(lot.rows) else self.pack(lot.topic, lot.partition, rows)


async def deliver(packer: Packer, partitions: Iterable[Sequence[Lot]], timeout_s: float) -> Delivery:
    """Send every partition's batches, each only after the one before it was acknowledged.

    aiokafka, without idempotence, can give up a batch and still send the next one of that partition; it never
    holds a next one here. With idempotence it may retry for ever: after `timeout_s` what is unanswered counts
    as failed, and the producer must not be used again.
    """
    delivery = Delivery()
    tasks = {asyncio.create_task(_send(packer, lots, delivery)): lots for lots in partitions}
    if not tasks:
        return delivery
    try:
        _, unanswered = await asyncio.wait(tasks, timeout=timeout_s)
    finally:
        for task in tasks:
            task.cancel()
    for task in unanswered:
        rows = [row for lot in tasks[task] for row in lot.rows]
        reason = f"no answer within {timeout_s} s"
        delivery.failures.append(Failure(tasks[task][0].topic, rows, Trouble.RETRY, reason))
    for task in tasks:
        if task not in unanswered:
            task.result()
    return delivery


async def _send(packer: Packer, lots: Sequence[Lot], delivery: Delivery) -> None:
    waiting = deque(lots)
    held_back: set[str] = set()
    while waiting:
        lot = waiting.popleft()
        number = bus.next_number(packer.producer, lot.topic, lot.partition)
        try:
            await (await packer.producer.send_batch(lot.batch, lot.topic, partition=lot.partition))
        except (KafkaError, OSError) as error:
            trouble = trouble_of(error)
            if trouble is not Trouble.RETRY:
                bus.take_back(packer.producer, lot.topic, lot.partition, number)
            if trouble is Trouble.MESSAGE and len(lot.rows) > 1:
                waiting.extendleft(reversed(packer.halves(lot)))
                continue
            delivery.failures.append(Failure(lot.topic, lot.rows, trouble, repr(error)))
            if trouble is not Trouble.MESSAGE:
                return
            held_back.add(lane(lot.rows[0]))
            waiting = deque(again for later in waiting for again in packer.without(later, held_back))
        else:
            delivery.acknowledged.extend(lot.rows)
