"""The relay: moves what the outbox points at to Kafka, in each subject's order, and deletes the pointers."""

import asyncio
import logging
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from shuniu_contracts import STREAMS

from chassis import bus, failpoints, telemetry
from chassis.delivery import Delivery, Failure, Lot, Packer, Trouble, deliver
from chassis.faults import DATABASE_ERRORS, Nature, nature_of
from chassis.leadership import Lease, LeaseLost, leadership, pause
from chassis.outbox import CHANNEL, FULL, Blocked, OutboxReader, block, delete
from chassis.runtime import Runtime
from chassis.wire import Row, Wire, lane, partitions_of, topic_of, traceparent_of

AFTER_LOCK = failpoints.declare("relay.after_lock")
AFTER_READ = failpoints.declare("relay.after_read")
AFTER_SEND = failpoints.declare("relay.after_send")
BEFORE_DELETE = failpoints.declare("relay.before_delete")
AFTER_DELETE = failpoints.declare("relay.after_delete")
AFTER_BLOCK = failpoints.declare("relay.after_block")

SEND_TIMEOUT_S = 15.0
MOST_REFUSED = 20
"""More refused messages in one set than this are the broker's fault, not theirs: nobody is set aside."""
_BACKOFF_S = (0.1, 5.0)
_PROBE_S = (1.0, 60.0)
_LOG = logging.getLogger("chassis.relay")


@dataclass
class _Set:
    """What was read and packed in one go."""

    packer: Packer
    partitions: list[list[Lot]] = field(default_factory=list)
    seqs: set[int] = field(default_factory=set)
    homeless: dict[str, int] = field(default_factory=dict)
    """topics that do not exist, with the first `seq` that wants them"""

    def __bool__(self) -> bool:
        return bool(self.seqs)

    @property
    def is_flawed(self) -> bool:
        """Whether some of it cannot go out at all."""
        return bool(self.packer.refused or self.homeless)


@dataclass
class RelayCounts:
    """What the relay has done since it was made, for the metrics."""

    sent: int = 0
    sets: int = 0
    failed: int = 0
    blocked: int = 0
    leading: bool = False


class Relay:
    """Serves one service's outbox for as long as it holds the service's lock; replicas wait for it."""

    def __init__(self, runtime: Runtime, make_producer: Callable[[], AIOKafkaProducer] | None = None) -> None:
        self._runtime = runtime
        self._settings = runtime.settings.relay
        self.wire = Wire(runtime.settings.stack, runtime.service.name)
        self._make_producer = make_producer or (lambda: bus.producer(runtime.settings.bus))
        self._grown = asyncio.Event()
        self._look_again = False
        self.counts = RelayCounts()

    async def wake(self) -> None:
        """Note that the outbox has grown; for a relay in the process that wrote."""
        self._grown.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Lead whenever the lock can be had, until `stop`; then send what is left, for a bounded time.

        A lost database, broker or lock is survived with backoff; anything else is a bug and is raised.
        """
        backoff = _Backoff()
        while not stop.is_set():
            try:
                async with leadership(
                    self._runtime.database, self._runtime.service.name, self._settings.lease_s, stop
                ) as lease:
                    if lease is None:
                        return
                    backoff = _Backoff()
                    await self._lead(lease, stop)
            except (LeaseLost, KafkaError, *DATABASE_ERRORS) as error:
                is_outage = isinstance(error, LeaseLost | KafkaError | OSError)
                if not is_outage and nature_of(error) is not Nature.TRANSIENT:
                    raise
                _LOG.warning("relay of %s: leadership lost: %r", self._runtime.service.name, error)
                await pause(stop, backoff.next())

    async def _lead(self, lease: Lease, stop: asyncio.Event) -> None:
        await failpoints.reach(AFTER_LOCK)
        connections: list[asyncpg.Connection] = []
        try:
            for _ in range(2):
                connections.append(await self._runtime.database.connect())
            await lease.listen(CHANNEL, self._notified)
            self.counts.leading = True
            term = _Term(self, lease, stop, *connections)
            work = asyncio.create_task(term.work())
            lost = asyncio.create_task(lease.lost.wait())
            await asyncio.wait({work, lost}, return_when=asyncio.FIRST_COMPLETED)
            lost.cancel()
            if not work.done():
                work.cancel()
                await asyncio.wait({work})
                raise LeaseLost("the connection of the relay's lock is gone")
            work.result()
        finally:
            self.counts.leading = False
            for connection in connections:
                connection.terminate()

    def _notified(self, _connection: Any, _pid: int, _channel: str, payload: Any) -> None:
        self._look_again |= payload == FULL
        self._grown.set()

    def take_look_again(self) -> bool:
        """Whether old numbers were announced since the last call."""
        wanted, self._look_again = self._look_again, False
        return wanted

    async def rest(self, stop: asyncio.Event) -> None:
        """Wait for news, for the poll interval at most."""
        stopping = asyncio.create_task(stop.wait())
        grown = asyncio.create_task(self._grown.wait())
        await asyncio.wait(
            {stopping, grown}, timeout=self._settings.poll_ms / 1000, return_when=asyncio.FIRST_COMPLETED
        )
        stopping.cancel()
        grown.cancel()
        self._grown.clear()


class _Term:
    """One term of leadership: its connections, producer and reading position."""

    def __init__(
        self, relay: Relay, lease: Lease, stop: asyncio.Event,
        reading: asyncpg.Connection, writing: asyncpg.Connection,
    ) -> None:  # fmt: skip
        self._relay = relay
        self._lease = lease
        self._stop = stop
        self._writing = writing
        self._reader = OutboxReader(reading, relay._settings.set_size, relay._settings.full_scan_s)
        self._blocked = Blocked()
        self._probes: dict[str, _Backoff] = {}
        self._probe_at: dict[str, float] = {}
        self._producer: AIOKafkaProducer | None = None
        self._partitions: dict[str, int] = {}
        self._backoff = _Backoff()
        self._deleting: asyncio.Task[None] | None = None
        self._undeleted: set[int] = set()

    async def work(self) -> None:
        """Read, send, delete, until told to stop and nothing is left (or a bounded time has passed)."""
        try:
            await self._reader.open()
            await self._load_blocked()
            await self._pump()
        finally:
            if self._deleting is not None:
                await asyncio.wait({self._deleting})
            await self._drop_producer()

    async def _pump(self) -> None:
        deadline: float | None = None
        current = await self._read(set())
        while True:
            if self._stop.is_set():
                deadline = deadline or time.monotonic() + self._relay._runtime.settings.shutdown_s / 2
                if not current or time.monotonic() > deadline:
                    await self._finish_deleting()
                    return
            await self._refresh()
            if current:
                current = await self._forward(current)
                continue
            await self._finish_deleting()
            await self._relay.rest(self._stop)
            if self._producer is not None and bus.is_spent(self._producer):
                await self._drop_producer()
            current = await self._read(set())

    async def _forward(self, current: _Set) -> _Set:
        """Send one set while the next is read and packed; returns the next to send."""
        await failpoints.reach(AFTER_READ)
        self._lease.check()
        began_ns = time.time_ns()
        sending = asyncio.create_task(deliver(current.packer, current.partitions, SEND_TIMEOUT_S))
        reading = asyncio.create_task(self._read(current.seqs | self._undeleted))
        try:
            delivery = await sending
            await failpoints.reach(AFTER_SEND)
            if telemetry.tracing():
                self._trace(delivery, began_ns)
            await self._delete(current, delivery)
            following = await reading
        finally:
            for task in (sending, reading):
                task.cancel()
            await asyncio.wait({sending, reading})
        if delivery.failures or current.is_flawed:
            await self._settle(current, delivery)
            self._reader.rewind(min(current.seqs | following.seqs))
            return await self._read(set())
        self._backoff.reset()
        return following

    def _trace(self, delivery: Delivery, began_ns: int) -> None:
        service = self._relay._runtime.service.name
        telemetry.trace_sent(service, map(traceparent_of, delivery.acknowledged), began_ns)
        for failure in delivery.failures:
            telemetry.trace_sent(service, map(traceparent_of, failure.rows), began_ns, failure.reason)

    async def _delete(self, current: _Set, delivery: Delivery) -> None:
        """Delete what was acknowledged while the next set goes out; one deletion at a time."""
        await self._finish_deleting()
        self._undeleted = current.seqs
        self._deleting = asyncio.create_task(self._delete_now(delivery))
        self._relay.counts.sent += len(delivery.acknowledged)
        self._relay.counts.sets += 1

    async def _delete_now(self, delivery: Delivery) -> None:
        await failpoints.reach(BEFORE_DELETE)
        await delete(self._writing, delivery.acknowledged)
        await failpoints.reach(AFTER_DELETE)

    async def _finish_deleting(self) -> None:
        if self._deleting is not None:
            task, self._deleting = self._deleting, None
            await task
            self._undeleted = set()

    async def _read(self, in_flight: set[int]) -> _Set:
        # The producer first: what is read must not grow old while the broker is away.
        producer = await self._ready_producer()
        rows = await self._reader.read(in_flight, self._blocked)
        topics = self._by_topic(rows)
        if await self._discover(producer, topics):
            # A topic that was missing is there since a rebuild was committed, perhaps after this reading.
            self._reader.rewind(rows[0]["seq"])
            rows = await self._reader.read(in_flight, self._blocked)
            topics = self._by_topic(rows)
            await self._discover(producer, topics)
        found = _Set(Packer(producer, self._relay.wire))
        found.seqs.update([row["seq"] for row in rows])
        partitions: dict[tuple[str, int], list[Row]] = defaultdict(list)
        for topic, its_rows in topics.items():
            count = self._partitions.get(topic)
            if not count:
                found.homeless[topic] = its_rows[0]["seq"]
                continue
            chosen = partitions_of([row["aggregateid"] for row in its_rows], count)
            for row, partition in zip(its_rows, chosen, strict=True):
                partitions[topic, partition].append(row)
        for (topic, partition), its_rows in partitions.items():
            if lots := found.packer.pack(topic, partition, its_rows):
                found.partitions.append(lots)
            await asyncio.sleep(0)
        return found

    def _by_topic(self, rows: Sequence[Row]) -> dict[str, list[Row]]:
        topics: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            topic = topic_of(self._relay.wire.stack, row["aggregatetype"], row["stream_major"])
            topics[topic].append(row)
        return topics

    async def _discover(self, producer: AIOKafkaProducer, topics: Iterable[str]) -> bool:
        """Ask the broker about topics not known yet; whether any of them is there."""
        unknown = [topic for topic in topics if topic not in self._partitions]
        return any([await self._count_partitions(producer, topic) for topic in unknown])

    async def _settle(self, current: _Set, delivery: Delivery) -> None:
        """After a failure: finish deleting, block what is at fault, wait where the broker is.

        Whatever was read ahead is thrown away, since it may follow something unacknowledged.
        """
        await self._finish_deleting()
        for name, (seq, reason) in current.packer.refused.items():
            await self._block("subject", name, seq, reason)
        for topic, seq in current.homeless.items():
            await self._block("topic", topic, seq, "the broker has no such topic")
        refused = [failure for failure in delivery.failures if failure.trouble is Trouble.MESSAGE]
        if len(refused) > MOST_REFUSED:
            _LOG.error(
                "relay of %s: the broker refuses %d messages of one set (%s); blocking none, trying again",
                self._relay._runtime.service.name, len(refused), refused[0].reason,
            )  # fmt: skip
            refused = []
        for failure in delivery.failures:
            await self._settle_failure(failure, failure in refused)
        if delivery.must_wait or not (refused or current.is_flawed):
            await self._drop_producer()
            await pause(self._stop, self._backoff.next())

    async def _settle_failure(self, failure: Failure, refused: bool) -> None:
        self._relay.counts.failed += len(failure.rows)
        first = failure.rows[0]
        if failure.trouble is Trouble.TOPIC:
            await self._block("topic", failure.topic, first["seq"], failure.reason)
        elif refused:
            await self._block("subject", lane(first), first["seq"], failure.reason)
        else:
            _LOG.warning(
                "relay of %s: %d messages of %s not acknowledged: %s",
                self._relay._runtime.service.name, len(failure.rows), failure.topic, failure.reason,
            )  # fmt: skip

    async def _block(self, kind: str, name: str, seq: int, reason: str) -> None:
        if await block(self._writing, kind, name, seq, reason):
            await failpoints.reach(AFTER_BLOCK)
            self._relay.counts.blocked += 1
            _LOG.error(
                "relay of %s: %s %s is blocked: %s", self._relay._runtime.service.name, kind, name, reason
            )
        if kind == "topic":
            self._partitions.pop(name, None)
            probe = self._probes.setdefault(name, _Backoff(*_PROBE_S))
            self._probe_at[name] = time.monotonic() + probe.next()
        await self._load_blocked()

    async def _load_blocked(self) -> None:
        rows = await self._writing.fetch("select kind, name from outbox_blocked")
        topics = {row["name"] for row in rows if row["kind"] == "topic"}
        self._blocked = Blocked(
            streams={stream for topic in topics for stream in _streams_of(self._relay.wire.stack, topic)},
            lanes={row["name"] for row in rows if row["kind"] == "subject"},
        )
        for topic in topics:
            self._probes.setdefault(topic, _Backoff(*_PROBE_S))
            self._probe_at.setdefault(topic, 0.0)
        for topic in self._probe_at.keys() - topics:
            del self._probe_at[topic]

    async def _refresh(self) -> None:
        """Hear of old numbers, and let topics go that exist by now."""
        due = [topic for topic, at in self._probe_at.items() if time.monotonic() >= at]
        look_again = self._relay.take_look_again()
        if look_again or due:
            await self._finish_deleting()  # it has the connection
        if look_again:
            await self._load_blocked()
            self._reader.rewind()
        for topic in due:
            producer = await self._ready_producer()
            if await self._count_partitions(producer, topic):
                await self._writing.execute(
                    "delete from outbox_blocked where kind = 'topic' and name = $1", topic
                )
                _LOG.info("relay of %s: topic %s goes on", self._relay._runtime.service.name, topic)
                self._reader.rewind()
                await self._load_blocked()
            else:
                self._probe_at[topic] = time.monotonic() + self._probes[topic].next()

    async def _count_partitions(self, producer: AIOKafkaProducer, topic: str) -> int:
        """How many partitions the broker has of `topic`; 0 where it has none or does not say."""
        cluster = producer.client.cluster
        found = cluster.partitions_for_topic(topic)
        if found is None:
            await producer.client.add_topic(topic)
            await producer.client.force_metadata_update()
            found = cluster.partitions_for_topic(topic)
        if found:
            self._partitions[topic] = len(found)
        return len(found or ())

    async def _ready_producer(self) -> AIOKafkaProducer:
        """The producer, made anew after a failure; waits for the broker as long as the lease lasts."""
        while self._producer is None:
            self._lease.check()
            producer = self._relay._make_producer()
            try:
                await producer.start()
            except (KafkaError, OSError) as error:
                _LOG.warning("relay of %s: no broker: %r", self._relay._runtime.service.name, error)
                await bus.abandon(producer)
                if self._stop.is_set():
                    raise LeaseLost("stopping without a broker") from error
                await pause(self._stop, self._backoff.next())
            else:
                self._producer = producer
        return self._producer

    async def _drop_producer(self) -> None:
        if self._producer is not None:
            producer, self._producer = self._producer, None
            self._partitions.clear()
            await bus.abandon(producer)


class _Backoff:
    """Growing waits with jitter, in seconds."""

    def __init__(self, least: float = _BACKOFF_S[0], most: float = _BACKOFF_S[1]) -> None:
        self._least, self._most = least, most
        self.reset()

    def reset(self) -> None:
        self._next = self._least

    def next(self) -> float:
        wait, self._next = self._next, min(self._next * 2, self._most)
        return wait * random.uniform(0.5, 1.0)


def _streams_of(stack: str, topic: str) -> list[str]:
    """The `service.aggregate.v<major>` that go to `topic`; several for a topic of directives."""
    return [
        f"{stream.name}.v{version.number}"
        for stream in STREAMS.values()
        for version in stream.versions
        if topic_of(stack, stream.name, version.number) == topic
    ]
