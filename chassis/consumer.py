"""The consumer role: FastStream hands over batches, each becomes one transaction and one offset commit.

While a batch is applied the next one is decoded. In an outage the partitions are paused and polled on, and
the batches in hand are kept and tried again; a fault of the code stops the consumer with nothing committed.
A client that broke down is replaced.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import aiokafka.errors
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import BatchSubscriber

from chassis import bus, failpoints
from chassis.applying import Applier
from chassis.attention import Attention
from chassis.border import Sorted, sort_gradually
from chassis.bus import Record
from chassis.faults import Nature, describe, nature_of, was_cancelled
from chassis.inbox import Tally
from chassis.isolating import Isolator
from chassis.runtime import Runtime
from chassis.service import Consumer
from chassis.subscription import subscription

AFTER_OFFSETS = failpoints.declare("consumer.after_offsets")

_LOG = logging.getLogger("chassis.consumer")
_BACKOFF_S = (0.2, 10.0)
_COMMIT_TIMEOUT_S = 10.0
_REVOKE_TIMEOUT_S = 30.0
_LOOK_S = 1.0
Observe = Callable[[str, Tally], None]


class ConsumerState(StrEnum):
    """What a consumer is doing; `stopped` is by a bug and needs a repaired release."""

    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    ENDED = "ended"


@dataclass(frozen=True)
class _Batch:
    records: Sorted
    offsets: dict[TopicPartition, int]
    """what is committed once the batch is applied"""
    assignment: int
    """the assignment in which it was read; in a later one its offsets may be those of another bus"""


class ConsumerLoop:
    """Runs one consumer of a service until told to stop.

    `state`, `assigned` and `error` are for readiness and operators; `observe` gets the counts of every batch.
    """

    def __init__(self, runtime: Runtime, definition: Consumer, observe: Observe | None = None) -> None:
        self.runtime = runtime
        self.definition = definition
        self.state = ConsumerState.STARTING
        self.error: str | None = None
        self.assigned = False
        self.totals = Tally()
        self._observe = observe
        self._applier = Applier(runtime, definition)
        self._isolator = Isolator(self._applier)
        self._waiting: asyncio.Queue[_Batch] = asyncio.Queue()
        self._accepted = self._finished = self._assignment = 0
        self._progress = asyncio.Condition()
        self._stopped = asyncio.Event()
        self._draining = False
        self._committing: asyncio.Task[None] | None = None
        self._subscriber: BatchSubscriber | None = None
        self._attention = Attention() if runtime.settings.bus.profile == "embedded" else None

    @property
    def ready(self) -> bool:
        """Whether partitions are assigned (none is an assignment too) and events are being applied."""
        return self.assigned and self.state is ConsumerState.RUNNING

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop`: then finish the batches in hand, commit their offsets and leave the group.

        After a bug it stays, out of the group and not ready, so that an operator sees why.
        """
        worker = asyncio.create_task(self._work())
        ending = asyncio.create_task(stop.wait())
        stopped = asyncio.create_task(self._stopped.wait())
        broker = self._make_client()
        try:
            while await self._start(broker, stop):
                if not await self._breaks_down(worker, ending, stopped):
                    await self._drain(worker)
                    break
                await self._discard(broker)
                broker = self._make_client()
        finally:
            stopped.cancel()
            worker.cancel()
            (outcome,) = await asyncio.gather(worker, return_exceptions=True)
            await broker.stop()
            self.assigned = False
        if isinstance(outcome, Exception):
            ending.cancel()
            raise outcome
        if self.state is ConsumerState.STOPPED:
            await ending
        ending.cancel()
        self.state = ConsumerState.STOPPED if self.error else ConsumerState.ENDED

    def _make_client(self) -> KafkaBroker:
        read = subscription(self.runtime.settings.stack, self.definition)
        broker = bus.broker(self.runtime.settings.bus)
        self._subscriber = bus.subscriber(
            broker,
            self.runtime.settings.bus,
            group=read.group,
            pattern=read.pattern,
            max_records=self.runtime.settings.consumer.max_records,
            batch_timeout_ms=self.runtime.settings.consumer.batch_timeout_ms,
            listener=_Listener(self),
        )
        self._subscriber(self._receive)
        return broker

    async def _breaks_down(self, *ends: "asyncio.Task[Any]") -> bool:
        """Wait until one of the tasks ends, or the client breaks down; whether it was the client."""
        while True:
            ended, _ = await asyncio.wait(ends, timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED)
            if ended:
                return False
            if self._consumer is not None and (reason := bus.breakdown(self._consumer)):
                _LOG.error("%s gets a new client, its own broke down: %s", self.definition.name, reason)
                return True

    async def _discard(self, broker: KafkaBroker) -> None:
        """Batches in hand stay and are applied; their offsets are of an assignment that has ended."""
        self._assignment += 1
        self.assigned = False
        if self._consumer is not None:
            await bus.discard(self._consumer)
        await broker.stop()

    async def _start(self, broker: KafkaBroker, stop: asyncio.Event) -> bool:
        delays = _delays()
        while not stop.is_set():
            try:
                await broker.start()
            except (OSError, aiokafka.errors.KafkaError) as error:
                _LOG.warning("%s cannot reach the bus: %s", self.definition.name, error)
                await broker.stop()
                await _sleep(next(delays), stop)
            else:
                if self.state is ConsumerState.STARTING:  # a first batch may have paused or stopped it by now
                    self.state = ConsumerState.RUNNING
                return True
        return False

    async def _drain(self, worker: "asyncio.Task[None]") -> None:
        self._draining = True
        if not worker.done() and self.state is ConsumerState.RUNNING:
            await self._caught_up(self.runtime.settings.shutdown_s)
        if self._committing is not None:
            await self._committing

    async def _caught_up(self, timeout_s: float) -> None:
        """Wait until what has been handed over by now is finished, or nothing can be finished."""
        target = self._accepted
        try:
            async with asyncio.timeout(timeout_s), self._progress:
                await self._progress.wait_for(
                    lambda: self._finished >= target or self.state is not ConsumerState.RUNNING
                )
        except TimeoutError:
            _LOG.warning("%s did not finish its batch within %s s", self.definition.name, timeout_s)

    async def _receive(self, records: tuple[Record, ...]) -> None:
        """FastStream's handler: decode, then wait until the batch before has been taken up."""
        if self._draining or not records:
            return
        if self._attention is not None and self._consumer is not None:
            most = self.runtime.settings.consumer.max_records
            self._attention.came(self._consumer, full=len(records) >= most)
        assignment = self._assignment
        self.runtime.heard.note({r.topic: r.timestamp for r in records})
        self._accepted += 1  # by now, so that whoever waits for what is in hand waits for this batch too
        ends = {(r.topic, r.partition): r.offset + 1 for r in records}
        offsets = {TopicPartition(*place): offset for place, offset in ends.items()}
        try:
            batch = _Batch(await sort_gradually(records), offsets, assignment)
        except asyncio.CancelledError:  # the client is discarded
            self._accepted -= 1
            raise
        except Exception as error:
            # FastStream would log it and hand over what comes next, whose offsets lie beyond these records.
            await self._stop_for(error)
            return
        self._waiting.put_nowait(batch)
        patience = self.runtime.settings.bus.max_poll_interval_ms / 1000 / 4
        try:
            async with asyncio.timeout(patience), self._progress:
                await self._progress.wait_for(self._may_go_on)
        except TimeoutError:
            self._pause_partitions()

    def _may_go_on(self) -> bool:
        """One batch may be ahead of the one in hand; while paused nothing is awaited, polling must go on."""
        return self._accepted - self._finished <= 1 or self.state is not ConsumerState.RUNNING

    async def _work(self) -> None:
        while True:
            batch = await self._waiting.get()
            if not await self._finish(batch):
                return
            self._finished += 1
            async with self._progress:
                self._progress.notify_all()

    async def _finish(self, batch: _Batch) -> bool:
        """Apply the batch, however long the database is away; False where a bug stops the consumer.

        Statements that are cancelled are an outage at first; then whoever they are about is looked for.
        """
        delays, cancelled = _delays(), 0
        patience = self.runtime.settings.consumer.cancelled_tries
        while True:
            try:
                apply = self._applier if cancelled < patience else self._isolator
                tally = await apply.process(batch.records)
            except Exception as error:
                if nature_of(error) is not Nature.TRANSIENT:
                    await self._stop_for(error)
                    return False
                cancelled += was_cancelled(error)
                await self._pause(error)
                await asyncio.sleep(next(delays))
            else:
                break
        self._resume()
        self._count(tally)
        await self._commit(batch)
        return True

    async def _commit(self, batch: _Batch) -> None:
        """Commit behind the next batch's back, one at a time: offsets follow the database, never lead it."""
        if self._committing is not None:
            await self._committing
        self._committing = asyncio.create_task(self._commit_now(batch))

    async def _commit_now(self, batch: _Batch) -> None:
        """Nothing for a batch of an earlier assignment: what it has read is read again, and dropped.

        A bus that was lost meanwhile counts anew, and what it got first would be passed over.
        """
        consumer = self._consumer
        if consumer is None or batch.assignment != self._assignment:
            return
        owned = consumer.assignment()
        kept = {partition: offset for partition, offset in batch.offsets.items() if partition in owned}
        try:
            if kept:
                await asyncio.wait_for(consumer.commit(kept), _COMMIT_TIMEOUT_S)
        except (aiokafka.errors.KafkaError, TimeoutError) as error:
            # Whoever gets the partition reads these records once more, and the inbox drops them.
            _LOG.info("%s: offsets not committed: %s", self.definition.name, describe(error))
        await failpoints.reach(AFTER_OFFSETS)

    @property
    def _consumer(self) -> AIOKafkaConsumer | None:
        return None if self._subscriber is None else self._subscriber.consumer

    async def _pause(self, error: BaseException) -> None:
        _LOG.warning("%s waits: %s", self.definition.name, describe(error))
        self.error = describe(error)
        self.state = ConsumerState.PAUSED
        self.hold_back()
        async with self._progress:
            self._progress.notify_all()

    def hold_back(self) -> None:
        """Take no new records while paused."""
        if self.state is ConsumerState.PAUSED:
            self._pause_partitions()

    def _pause_partitions(self) -> None:
        """Polling goes on without records, or the group would let us go."""
        if self._consumer is not None:
            self._consumer.pause(*self._consumer.assignment())

    def _resume(self) -> None:
        if self.state is ConsumerState.PAUSED:
            _LOG.warning("%s goes on", self.definition.name)
            self.state, self.error = ConsumerState.RUNNING, None
        if self._consumer is not None and (paused := self._consumer.paused()):
            self._consumer.resume(*paused)

    async def _stop_for(self, error: BaseException) -> None:
        self.error = describe(error)
        self.state = ConsumerState.STOPPED
        self._draining = True
        self._stopped.set()
        _LOG.critical("%s stopped, nothing committed: %s", self.definition.name, self.error, exc_info=error)
        async with self._progress:
            self._progress.notify_all()

    def _count(self, tally: Tally) -> None:
        self.totals.add(tally)
        if self._observe is not None:
            self._observe(self.definition.name, tally)

    def on_assigned(self) -> None:
        """Partitions have come, perhaps those that were there before."""
        self._assignment += 1
        self.assigned = True
        self.hold_back()

    async def on_revoked(self) -> None:
        """Partitions are about to go: the batches in hand finish first, offsets included."""
        await self._caught_up(_REVOKE_TIMEOUT_S)
        if self._committing is not None:
            await self._committing


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, loop: ConsumerLoop) -> None:
        self._loop = loop

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        await self._loop.on_revoked()

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        self._loop.on_assigned()


def _delays() -> Iterator[float]:
    """Seconds to wait between attempts: doubling, with jitter, up to the longest."""
    delay, longest = _BACKOFF_S
    while True:
        yield delay * random.uniform(0.5, 1.0)
        delay = min(delay * 2, longest)


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
