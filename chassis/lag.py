"""How far consumers are behind and what waits in a service's tables; and when a whole stack is at rest."""

import asyncio
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis import bus
from chassis.settings import BusSettings

_FETCH_S = 10.0
_FETCH_WAIT_MS = 20
_MOST_MARKS = 256


@dataclass(frozen=True)
class Subscription:
    """What a consumer group reads: named topics, or those whose whole name matches a pattern."""

    group: str
    topics: tuple[str, ...] = ()
    pattern: str | None = None


@dataclass(frozen=True)
class PartitionLag:
    """One partition: the next record the group will read, and where the partition ends."""

    topic: str
    partition: int
    position: int
    end: int

    @property
    def behind(self) -> int:
        """Messages not yet committed."""
        return max(self.end - self.position, 0)


@dataclass(frozen=True)
class GroupLag:
    """One consumer group over all partitions of its topics."""

    group: str
    partitions: tuple[PartitionLag, ...]

    @property
    def behind(self) -> int:
        """Messages in all not yet committed."""
        return sum(partition.behind for partition in self.partitions)


@dataclass(frozen=True)
class Backlog:
    """What waits in one service's database. Only all zeros is at rest."""

    outbox: int
    oldest_s: float
    """age of the oldest unsent event, in seconds"""
    blocked: int
    held: int
    parked: int

    @property
    def is_clear(self) -> bool:
        """Whether nothing waits for the relay, a replay or an operator."""
        return not (self.outbox or self.blocked or self.held or self.parked)


@dataclass
class LagClock:
    """Tells for how long a group has been behind, from samples of where it and the partitions' ends were.

    What was an end at an earlier sample and is not committed yet has been on the bus since then at least. So
    a group that follows closely under load is at nought, though it is never at the end; one that stands still
    ages with the clock.
    """

    _marks: list[tuple[float, dict[tuple[str, int], int]]] = field(default_factory=list)

    def seconds(self, lag: GroupLag, now: float) -> float:
        """Take a sample at `now` (monotonic seconds); the age in seconds, nought when caught up."""
        ends = {(part.topic, part.partition): part.end for part in lag.partitions}
        positions = {(part.topic, part.partition): part.position for part in lag.partitions}
        if any(ends.get(key, end) < end for _, marked in self._marks for key, end in marked.items()):
            self._marks.clear()  # the bus was emptied: old ends are never reached
        while self._marks and all(positions.get(key, end) >= end for key, end in self._marks[0][1].items()):
            self._marks.pop(0)
        if not lag.behind:
            self._marks.clear()
            return 0.0
        if len(self._marks) >= _MOST_MARKS:
            self._marks = self._marks[::2]
        self._marks.append((now, ends))
        return now - self._marks[0][0]


async def group_lag(settings: BusSettings, subscription: Subscription) -> GroupLag:
    """The group's lag. A partition without a committed offset counts from its beginning, as it would be read.

    A plain client asks: the embedded broker fails on the admin client's listing of offsets.
    """
    client = bus.consumer(settings, group=subscription.group, fetch_max_wait_ms=_FETCH_WAIT_MS)
    await client.start()
    try:
        partitions = _wanted(await _partitions_by_topic(client), subscription)
        if not partitions:
            return GroupLag(subscription.group, ())
        client.assign(partitions)
        beginnings = await client.beginning_offsets(partitions)
        positions = {**beginnings, **await bus.committed(client, partitions)}
        ends = await _partition_ends(client, settings, positions)
        return GroupLag(
            subscription.group,
            tuple(PartitionLag(p.topic, p.partition, positions[p], ends[p]) for p in partitions),
        )
    finally:
        await client.stop()


async def _partition_ends(
    client: AIOKafkaConsumer, settings: BusSettings, positions: Mapping[TopicPartition, int]
) -> Mapping[TopicPartition, int]:
    """Where the partitions end. Raises TimeoutError where the broker does not say.

    The embedded broker's `end_offsets` answers the last batch's base offset; what a fetch says is right.
    """
    if settings.profile != "embedded":
        ends: Mapping[TopicPartition, int] = await client.end_offsets(list(positions))
        return ends
    for partition, position in positions.items():
        client.seek(partition, position)
    async with asyncio.timeout(_FETCH_S):
        while any(client.highwater(partition) is None for partition in positions):
            await client.getmany(timeout_ms=50, max_records=1)
    return {partition: client.highwater(partition) for partition in positions}


async def backlog(connection: asyncpg.Connection) -> Backlog:
    """What waits in the database behind `connection`."""
    row = await connection.fetchrow(
        """
        select (select count(*) from outbox) as outbox,
               coalesce((select extract(epoch from clock_timestamp() - l.recorded_at)
                         from outbox o join event_log l using (seq) order by o.seq limit 1), 0) as oldest_s,
               (select count(*) from outbox_blocked) as blocked,
               (select count(*) from held) as held,
               (select count(*) from parked) as parked
        """
    )
    assert row is not None
    return Backlog(row["outbox"], float(row["oldest_s"]), row["blocked"], row["held"], row["parked"])


async def caught_up(
    settings: BusSettings, subscriptions: Sequence[Subscription], databases: Sequence[asyncpg.Connection]
) -> bool:
    """Whether the stack is at rest: every event was applied and led to no further one.

    In this order: every group has committed to the end; then nothing waits in any database (a reaction's own
    events are in the outbox before its offsets are committed); then no partition has grown since.
    """
    before = await asyncio.gather(*(group_lag(settings, each) for each in subscriptions))
    if any(lag.behind for lag in before):
        return False
    for connection in databases:
        if not (await backlog(connection)).is_clear:
            return False
    after = await asyncio.gather(*(group_lag(settings, each) for each in subscriptions))
    return _ends(before) == _ends(after)


def _ends(lags: Iterable[GroupLag]) -> dict[tuple[str, int], int]:
    return {(part.topic, part.partition): part.end for lag in lags for part in lag.partitions}


async def _partitions_by_topic(client: bus.ConsumerClient) -> dict[str, Collection[int]]:
    cluster = await client._client.fetch_all_metadata()
    return {topic: cluster.partitions_for_topic(topic) or () for topic in cluster.topics()}


def _wanted(existing: dict[str, Collection[int]], subscription: Subscription) -> list[TopicPartition]:
    pattern = re.compile(subscription.pattern) if subscription.pattern else None
    return [
        TopicPartition(topic, number)
        for topic, numbers in sorted(existing.items())
        if topic in subscription.topics or (pattern is not None and pattern.fullmatch(topic))
        for number in sorted(numbers)
    ]
