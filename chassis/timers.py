"""Durable timers: a row written with the change that needs it, fired once, cancelled by its absence."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

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


async def schedule_all(
    connection: asyncpg.Connection, kind: str, due: Iterable[tuple[str, str, datetime]]
) -> None:
    """Write or move the timers of `kind` for many subjects: (subject, division, due at), in one statement."""
    entries = sorted(due)
    if not entries:
        return
    await connection.execute(
        """
        insert into timer (id, kind, subject, division, due_at, retry_at, payload)
        select id, $1, subject, division, due_at, due_at, '{}'
        from unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
             as entry(id, subject, division, due_at)
        on conflict (kind, subject) do update
        set due_at = excluded.due_at, retry_at = excluded.retry_at, payload = excluded.payload,
            provisional = excluded.provisional, attempts = 0, state = 'waiting', error = null
        """,
        kind,
        [uuid7() for _ in entries],
        [subject for subject, _, _ in entries],
        [division for _, division, _ in entries],
        [at for _, _, at in entries],
    )


async def cancel(connection: asyncpg.Connection, kind: str, subjects: list[str]) -> None:
    """Delete the timers of `kind` for these subjects, where they exist."""
    await connection.execute("delete from timer where kind = $1 and subject = any($2)", kind, subjects)


async def recompute_provisional(connection: asyncpg.Connection, calendar: Calendar) -> int:
    """Move timers beyond the calendar's data of yesterday to the days that today's data says; how many moved.

    One row a statement, to be run outside of a transaction, and no lock held meanwhile: commands lock an
    aggregate first and then its timers.
    """
    rows = await connection.fetch(
        """
        select id, due_at, payload -> $1 ->> 0 as after, (payload -> $1 ->> 1)::int as days
        from timer where provisional and state = 'waiting' and payload ? $1
        """,
        WORKING_DAYS,
    )
    moved = 0
    for row in rows:
        day, provisional = calendar.add_working_days(date.fromisoformat(row["after"]), row["days"])
        due = end_of_day(day)
        if due == row["due_at"] and provisional:
            continue
        status = await connection.execute(
            "update timer set due_at = $3, retry_at = $3, provisional = $4 where id = $1 and due_at = $2",
            row["id"], row["due_at"], due, provisional,
        )  # fmt: skip
        moved += status.endswith(" 1")
    return moved
