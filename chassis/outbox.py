"""Reading the outbox in an order that keeps every subject's, without walking over what is done."""

import asyncio
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from chassis.faults import DATABASE_ERRORS
from chassis.wire import Row

_OBSERVE_S = 0.2
_LAST_DRAWN = "select case when is_called then last_value else 0 end from event_log_seq"
_OLDEST_RUNNING = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_NEXT_ID = "select pg_current_xact_id()::text::bigint"
_COLUMNS = """
select due.seq, due.stream_major, due.version, l.id::text as id, l.aggregatetype, l.aggregateid, l.type,
       l.sequence, l.epoch, l.division, l.payload, l.headers::text as headers,
       to_char(l.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as time,
       (select xmin::text from source) as touched
from due join event_log l using (seq)
order by due.seq, due.stream_major
"""
SCAN = f"""
with due as materialized (
    select seq, stream_major, xmin::text as version
    from outbox
    where seq >= $1 and seq <> all($2::bigint[])
    order by seq
    fetch first ($3) rows with ties
)
{_COLUMNS}
"""
"""`with ties` keeps the pointers of one event's majors in one set: the exclusion goes by `seq` alone."""
_SCAN_PAST_BLOCKED = f"""
with due as materialized (
    select o.seq, o.stream_major, o.xmin::text as version
    from outbox o join event_log l using (seq)
    where o.seq >= $1 and o.seq <> all($2::bigint[])
      and l.aggregatetype || '.v' || o.stream_major <> all($4::text[])
      and l.aggregatetype || '.v' || o.stream_major || '/' || l.aggregateid <> all($5::text[])
    order by o.seq
    fetch first ($3) rows with ties
)
{_COLUMNS}
"""
_DELETE = """
delete from outbox o
using unnest($1::bigint[], $2::smallint[], $3::text[]) as done(seq, stream_major, version)
where o.seq = done.seq and o.stream_major = done.stream_major and o.xmin::text = done.version
"""
# The queue's statistics are stale by nature; only one plan is right, whatever the planner believes.
_PLAN = """
set enable_hashjoin = off; set enable_mergejoin = off; set enable_seqscan = off; set enable_bitmapscan = off;
set jit = off; set plan_cache_mode = force_generic_plan
"""


@dataclass
class Blocked:
    """What the relay does not send until an operator or a mended topic lets it."""

    streams: set[str] = field(default_factory=set)
    """`service.aggregate.v<major>` of the blocked topics"""
    lanes: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.streams or self.lanes)


@dataclass
class OutboxReader:
    """Scans from the lowest `seq` that can still hold something unsent.

    A transaction that draws a low `seq` may commit after one that drew a higher, so a cursor would skip it.
    `_floor` is the lowest number that can still appear: what was drawn before a moment is decided once every
    transaction older than that moment has ended. The drawn number is read *before* a transaction id is taken:
    whoever had drawn by then had a lower id (`log.append` makes sure that the id comes before the number). A
    snapshot's xmax would not do in its place: it is one past the newest id that has *ended*, and a running
    transaction can have a higher one. Ids are taken only while numbers are drawn, a few a second.
    """

    connection: asyncpg.Connection
    set_size: int
    full_scan_s: float
    _floor: int = 0
    _start: int = 0
    _drawn: int | None = None
    _drawn_before: int = 0
    _observed_at: float = 0.0
    _full_at: float = 0.0
    _touched: str | None = None

    async def open(self) -> None:
        """Fix the plan on this connection."""
        await self.connection.execute(_PLAN)
        self._full_at = time.monotonic()

    def rewind(self, seq: int = 0) -> None:
        """Scan again from `seq`: something below may be unsent."""
        self._start = min(self._start, seq)

    async def read(self, in_flight: Collection[int], blocked: Blocked) -> Sequence[Any]:
        """The next unsent pointers with their events, by `seq`, without those in flight.

        Old numbers written since the last time (a replay, a rebuild) come first, see `request_full_scan`.
        """
        await self._observe()
        if time.monotonic() - self._full_at >= self.full_scan_s:
            self._start, self._full_at = 0, time.monotonic()
        start, floor = self._start, self._floor
        excluded = [seq for seq in in_flight if seq >= start]
        if blocked:
            rows = await self.connection.fetch(
                _SCAN_PAST_BLOCKED, start, excluded, self.set_size, list(blocked.streams), list(blocked.lanes)
            )
        else:
            rows = await self.connection.fetch(SCAN, start, excluded, self.set_size)
        if rows and rows[0]["touched"] != self._touched:
            self._touched = rows[0]["touched"]
            if start > 0:
                self._start = 0
                return await self.read(in_flight, blocked)
        self._start = floor if len(rows) < self.set_size else min(floor, rows[-1]["seq"] + 1)
        return rows

    async def _observe(self) -> None:
        """Raise the floor where that is safe; a few times a second is enough."""
        now = time.monotonic()
        if now - self._observed_at < _OBSERVE_S:
            return
        self._observed_at = now
        if self._drawn is not None:
            if await self.connection.fetchval(_OLDEST_RUNNING) < self._drawn_before:
                return
            self._floor, self._drawn = self._drawn + 1, None
        drawn = await self.connection.fetchval(_LAST_DRAWN)
        if drawn >= self._floor:
            self._drawn, self._drawn_before = drawn, await self.connection.fetchval(_NEXT_ID)


async def delete(connection: asyncpg.Connection, rows: Sequence[Row]) -> None:
    """Delete acknowledged pointers in one statement.

    One that a replay or rebuild wrote again meanwhile has another version and stays: it is to be sent again.
    """
    await connection.execute(
        _DELETE,
        [row["seq"] for row in rows],
        [row["stream_major"] for row in rows],
        [row["version"] for row in rows],
    )


async def block(connection: asyncpg.Connection, kind: str, name: str, seq: int, reason: str) -> bool:
    """Block a `subject` (by its lane) or a `topic`; whether it was not blocked before."""
    status = await connection.execute(
        "insert into outbox_blocked (kind, name, seq, reason) values ($1, $2, $3, $4) on conflict do nothing",
        kind, name, seq, reason,
    )  # fmt: skip
    return status.endswith(" 1")


async def unblock(connection: asyncpg.Connection, names: Iterable[str] | None = None) -> list[str]:
    """Let blocked subjects and topics go again, all without `names`; returns those that were blocked."""
    rows = await connection.fetch(
        "delete from outbox_blocked where $1::text[] is null or name = any($1) returning name",
        None if names is None else list(names),
    )
    await request_full_scan(connection)
    return [row["name"] for row in rows]


CHANNEL = "shuniu_relay"
FULL = "full"


async def request_full_scan(connection: asyncpg.Connection) -> None:
    """Tell the relay that old numbers were written; it hears when this transaction commits.

    The row of `source` gets a new version, which the relay sees in the very snapshot in which it sees those
    numbers: so it starts from the lowest, and does not send some from the middle first. The notification
    only makes it look now; inside a transaction it takes a global lock at commit, so this is for rare
    operations only.
    """
    await connection.execute("update source set epoch = epoch")
    await connection.execute("select pg_notify($1, $2)", CHANNEL, FULL)


class Waker:
    """Tells a relay in another process that the outbox has grown: one notification for many commits.

    Called after the commit, on a connection of its own; `run` does the sending. Losing one is harmless, the
    relay polls.
    """

    def __init__(self, connect: Any) -> None:
        self._connect = connect
        self._grown = asyncio.Event()

    async def __call__(self) -> None:
        """Note that there is something to send."""
        self._grown.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send notifications until `stop`; a lost connection is made again."""
        connection: asyncpg.Connection | None = None
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                grown = asyncio.ensure_future(self._grown.wait())
                await asyncio.wait({grown, stopping}, return_when=asyncio.FIRST_COMPLETED)
                grown.cancel()
                if not self._grown.is_set():
                    continue
                self._grown.clear()
                try:
                    if connection is None or connection.is_closed():
                        connection = await self._connect()
                    await connection.execute(f"notify {CHANNEL}")
                except DATABASE_ERRORS:
                    connection = None
                    await asyncio.sleep(1)
        finally:
            stopping.cancel()
            if connection is not None:
                connection.terminate()
