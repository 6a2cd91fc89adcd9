"""Durable timers: a row written with the change that needs it, fired once, cancelled by its absence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec
from uuid_utils.compat import uuid7

from chassis.clock import SHANGHAI
from chassis.region import Calendar

WORKING_DAYS = "chassis.working_days"
"""Where the payload of a timer that counts in working days keeps its rule: [first day not counted, days]."""


def end_of_day(day: date) -> datetime:
    """The first moment after `day` in Asia/Shanghai, as UTC."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)


async def schedule(
    connection: asyncpg.Connection, kind: str, subject: str, division: str, *,
    on: date | None, at: datetime | None, payload: dict[str, Any], provisional: bool,
) -> None:  # fmt: skip
    """Write or move the timer of `kind` for `subject`; exactly one of `on` and `at` is given."""
    if (on is None) == (at is None):
        raise ValueError("a timer is due either `on` a day or `at` a moment")
    due = at if at is not None else end_of_day(on)  # type: ignore[arg-type]
    await connection.execute(
        """
        insert into timer (id, kind, subject, division, due_at, retry_at, payload, provisional)
        values ($1, $2, $3, $4, $5, $5, $6::jsonb, $7)
        on conflict (kind, subject) do update
        set due_at = excluded.due_at, retry_at = excluded.retry_at, payload = excluded.payload,
            provisional = excluded.provisional, attempts = 0, state = 'waiting', error = null
        """,
        uuid7(), kind, subject, division, due, msgspec.json.encode(payload).decode(), provisional,
    )  # fmt: skip


class Due(NamedTuple):
    """One timer of many of a kind; `payload` and `provisional` as in `schedule`."""

    subject: str
    division: str
    at: datetime
    payload: dict[str, Any] | None = None
    provisional: bool = False


async def schedule_all(connection: asyncpg.Connection, kind: str, due: Iterable[Due]) -> None:
    """Write or move the timers of `kind` for many subjects, in one statement."""
    entries = sorted(due, key=lambda one: one.subject)
    if not entries:
        return
    await connection.execute(
        """
        insert into timer (id, kind, subject, division, due_at, retry_at, payload, provisional)
        select id, $1, subject, division, due_at, due_at, payload::jsonb, provisional
        from unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::bool[])
             as entry(id, subject, division, due_at, payload, provisional)
        on conflict (kind, subject) do update
        set due_at = excluded.due_at, retry_at = excluded.retry_at, payload = excluded.payload,
            provisional = excluded.provisional, attempts = 0, state = 'waiting', error = null
        """,
        kind,
        [uuid7() for _ in entries],
        [one.subject for one in entries],
        [one.division for one in entries],
        [one.at for one in entries],
        [msgspec.json.encode(one.payload or {}).decode() for one in entries],
        [one.provisional for one in entries],
    )


async def cancel(connection: asyncpg.Connection, kind: str, subjects: list[str]) -> None:
    """Delete the timers of `kind` for these subjects, where they exist."""
    await connection.execute("delete from timer where kind = $1 and subject = any($2)", kind, subjects)


@dataclass(frozen=True)
class Move:
    """A timer that the calendar's data of today puts elsewhere than that of yesterday, or makes certain."""

    id: UUID
    kind: str
    subject: str
    division: str
    payload: dict[str, Any]
    due_at: datetime
    day: date
    provisional: bool

    @property
    def elsewhere(self) -> bool:
        """Whether it is due on another day than it was."""
        return end_of_day(self.day) != self.due_at


async def moves(connection: asyncpg.Connection, calendar: Calendar) -> list[Move]:
    """The timers beyond the calendar's data of yesterday that today's data says something else of."""
    rows = await connection.fetch(
        "select id, kind, subject, division, due_at, payload::text as payload from timer"
        " where provisional and state = 'waiting' and payload ? $1",
        WORKING_DAYS,
    )
    found = [_move(row, calendar) for row in rows]
    return [one for one in found if one.elsewhere or not one.provisional]


def _move(row: asyncpg.Record, calendar: Calendar) -> Move:
    payload = msgspec.json.decode(row["payload"])
    after, days = payload[WORKING_DAYS]
    day, provisional = calendar.add_working_days(date.fromisoformat(after), days)
    return Move(
        row["id"], row["kind"], row["subject"], row["division"], payload, row["due_at"], day, provisional
    )


async def apply(connection: asyncpg.Connection, move: Move) -> bool:
    """Move the timer; False where it fired, was cancelled or was set anew meanwhile."""
    status: str = await connection.execute(
        "update timer set due_at = $3, retry_at = $3, provisional = $4"
        " where id = $1 and due_at = $2 and state = 'waiting'",
        move.id, move.due_at, end_of_day(move.day), move.provisional,
    )  # fmt: skip
    return status.endswith(" 1")
