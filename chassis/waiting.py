"""What waits in one service's database, in the detail that metrics, alerts and operators need."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg
from shuniu_contracts import parse_topic, stream

_OUTBOX = """
select (select count(*) from outbox) as messages,
       coalesce((select extract(epoch from clock_timestamp() - l.recorded_at)
                 from outbox o join event_log l using (seq) order by o.seq limit 1), 0)::float8 as oldest_s
"""
_BLOCKED = """
select kind, count(blocked.name) as number
from (values ('subject'), ('topic')) as every(kind) left join outbox_blocked blocked using (kind)
group by kind
"""
_HELD = """
select consumer, count(*) as messages,
       extract(epoch from clock_timestamp() - min(held_at))::float8 as oldest_s
from held group by consumer
"""
_PARKED = "select consumer, kind, count(*) as messages from parked group by consumer, kind"
_TIMERS = """
select count(*) filter (where state = 'waiting' and due_at < now.at) as late,
       coalesce(extract(epoch from max(now.at - due_at) filter (where state = 'waiting' and due_at < now.at)),
                0)::float8 as late_s,
       count(*) filter (where state = 'waiting' and provisional) as provisional,
       count(*) filter (where state = 'parked') as parked
from timer, (select clock_timestamp() + clock_offset as at from source) now
"""
_BEHIND_LANES = """
select b.name as lane, count(*) as messages
from outbox_blocked b
join event_log l on l.aggregateid = split_part(b.name, '/', 2)
join outbox o on o.seq = l.seq
where b.kind = 'subject' and b.name = l.aggregatetype || '.v' || o.stream_major || '/' || l.aggregateid
group by b.name
"""
_BEHIND_STREAMS = """
select aggregatetype, stream_major, count(*) as messages from outbox join event_log using (seq)
where exists (select from outbox_blocked where kind = 'topic')
group by aggregatetype, stream_major
"""


@dataclass(frozen=True)
class Held:
    """Messages of one consumer that wait behind a gap; the age is that of the one longest there."""

    messages: int
    oldest_s: float


@dataclass(frozen=True)
class Timers:
    """Timers that are not as they should be: past their time, set without the calendar's data, given up."""

    late: int
    late_s: float
    """how long the latest has been due, in seconds"""
    provisional: int
    parked: int


@dataclass(frozen=True)
class Waiting:
    """Everything that waits, now. Ages are in seconds."""

    outbox: int
    outbox_oldest_s: float
    """since the oldest unsent event was recorded; of one that is sent again, since it was first recorded"""
    blocked: Mapping[str, int]
    """what the relay does not send, by `subject` and `topic`"""
    held: Mapping[str, Held]
    """by consumer"""
    parked: Mapping[tuple[str, str], int]
    """by consumer and kind, see `border.Misfit`"""
    timers: Timers


async def waiting(connection: asyncpg.Connection) -> Waiting:
    """Count it in the service's database behind `connection`."""
    outbox, timers = await connection.fetchrow(_OUTBOX), await connection.fetchrow(_TIMERS)
    assert outbox is not None
    assert timers is not None
    return Waiting(
        outbox=outbox["messages"],
        outbox_oldest_s=outbox["oldest_s"],
        blocked={row["kind"]: row["number"] for row in await connection.fetch(_BLOCKED)},
        held={r["consumer"]: Held(r["messages"], r["oldest_s"]) for r in await connection.fetch(_HELD)},
        parked={(r["consumer"], r["kind"]): r["messages"] for r in await connection.fetch(_PARKED)},
        timers=Timers(**timers),
    )


@dataclass(frozen=True)
class Blockage:
    """A subject or topic that the relay does not send, and how much has gathered behind it."""

    kind: str
    name: str
    """a topic, or `service.aggregate.v<major>/<subject>`"""
    reason: str
    blocked_at: datetime
    messages: int


@dataclass(frozen=True)
class Gap:
    """A subject whose next event is missing at a consumer, while later ones have come."""

    consumer: str
    service: str
    subject: str
    has: int
    """the sequence it has; the next one is missing"""
    waits_with: int
    """the lowest sequence that waits"""
    messages: int
    since: datetime


@dataclass(frozen=True)
class StuckTimer:
    """A timer past its time, or given up after failures."""

    kind: str
    subject: str
    state: str
    due_at: datetime
    attempts: int
    error: str | None


async def list_blocked(connection: asyncpg.Connection) -> list[Blockage]:
    """What the relay does not send, the oldest first."""
    rows = await connection.fetch(
        "select kind, name, reason, blocked_at from outbox_blocked order by blocked_at, name"
    )
    behind = {row["lane"]: row["messages"] for row in await connection.fetch(_BEHIND_LANES)}
    for row in await connection.fetch(_BEHIND_STREAMS):
        published = stream(*row["aggregatetype"].split("."))
        for topic in {each["name"] for each in rows if each["kind"] == "topic"}:
            if published.topic(parse_topic(topic).stack, row["stream_major"]) == topic:
                behind[topic] = behind.get(topic, 0) + row["messages"]
    return [Blockage(**row, messages=behind.get(row["name"], 0)) for row in rows]


async def list_held(connection: asyncpg.Connection) -> list[Gap]:
    """The subjects behind a gap, the longest wait first."""
    rows = await connection.fetch(
        """
        select h.consumer, h.service, h.subject, i.sequence as has, min(h.sequence) as waits_with,
               count(*) as messages, min(h.held_at) as since
        from held h join inbox i using (consumer, service, subject)
        group by h.consumer, h.service, h.subject, i.sequence order by min(h.held_at), h.subject
        """
    )
    return [Gap(**row) for row in rows]


async def list_timers(connection: asyncpg.Connection) -> list[StuckTimer]:
    """Timers past their time or given up, the earliest due first."""
    rows = await connection.fetch(
        """
        select kind, subject, state, due_at, attempts, error
        from timer, (select clock_timestamp() + clock_offset as at from source) now
        where state = 'parked' or due_at < now.at
        order by due_at, kind, subject
        """
    )
    return [StuckTimer(**row) for row in rows]
