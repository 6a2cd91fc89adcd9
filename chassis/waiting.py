"""What waits in one service's database, in the detail that metrics, alerts and operators need."""

from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

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
