"""A gap in a subject's events is given time to close, then its source is asked to send the subject again."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
from shuniu_contracts import Basis, stream
from shuniu_contracts.replay import ReplayState
from uuid_utils.compat import uuid7

from chassis import failpoints
from chassis.border import Arrival
from chassis.service import DueTimer, Timer
from chassis.timers import schedule
from chassis.unit_of_work import UnitOfWork

AFTER_HOLD = failpoints.declare("gap.after_hold")
AFTER_REQUEST = failpoints.declare("gap.after_request")

GAP = "chassis.gap"
_LONGEST = timedelta(minutes=10)

_WATCH = """
insert into timer (id, kind, subject, division, due_at, retry_at, payload, provisional)
select id, $1, subject, division, due.at, due.at, payload::jsonb, false
from unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) as gap(id, subject, division, payload),
     (select clock_timestamp() + clock_offset + $6::interval from source) as due(at)
on conflict (kind, subject) do nothing
"""
_INBOX = """
select sequence, state from inbox where consumer = $1 and service = $2 and subject = $3 for update
"""


_UNWATCH = "delete from timer where kind = $1 and subject = any($2)"


async def watch(
    connection: asyncpg.Connection, consumer: str, gaps: Mapping[tuple[str, str], Arrival], wait_s: float
) -> None:
    """Write a timer for each subject that waits behind a gap, where there is none yet."""
    payloads = [
        {
            "consumer": consumer, "service": service, "subject": subject, "wait_s": wait_s,
            "aggregate": arrival.envelope.aggregate, "stack": arrival.stack,
        }
        for (service, subject), arrival in gaps.items()
    ]  # fmt: skip
    await connection.execute(
        _WATCH,
        GAP,
        [uuid7() for _ in gaps],
        [_name(consumer, subject) for subject in gaps],
        [arrival.envelope.division for arrival in gaps.values()],
        [msgspec.json.encode(payload).decode() for payload in payloads],
        timedelta(seconds=wait_s),
    )
    await failpoints.reach(AFTER_HOLD)


async def unwatch(connection: asyncpg.Connection, consumer: str, subjects: Iterable[tuple[str, str]]) -> None:
    """The gaps of these subjects have closed."""
    await connection.execute(_UNWATCH, GAP, [_name(consumer, subject) for subject in subjects])


async def ask_again(uow: UnitOfWork, due: DueTimer) -> None:
    """Record `replay.requested` where the gap is still there, and look again later, at most ten minutes."""
    gap = due.payload
    row = await uow.connection.fetchrow(_INBOX, gap["consumer"], gap["service"], gap["subject"])
    if not await due.take() or row is None or row["state"] != "held":
        return
    await _request(uow, gap, row["sequence"] + 1)
    await failpoints.reach(AFTER_REQUEST)
    wait = min(timedelta(seconds=gap["wait_s"]) * 2, _LONGEST)
    await schedule(
        uow.connection, GAP, due.subject, due.division, on=None, at=uow.now + wait,
        payload={**gap, "wait_s": wait.total_seconds()}, provisional=False,
    )  # fmt: skip


async def _request(uow: UnitOfWork, gap: dict[str, Any], from_sequence: int) -> None:
    replay = stream(uow.service, "replay")
    state = ReplayState(
        effective_on=uow.today,
        basis=Basis.LIVE,
        division=uow.stack,
        ended=True,
        service=gap["service"],
        aggregate=gap["aggregate"],
        subject=gap["subject"],
        from_sequence=from_sequence,
        stack=None if gap["stack"] == uow.stack else gap["stack"],
    )
    event = replay.facts["requested", replay.newest].event(state=state)
    uow.append(event, subject=str(uuid7()), sequence=1, division=uow.stack)


def _name(consumer: str, subject: tuple[str, str]) -> str:
    return f"{consumer}|{subject[0]}|{subject[1]}"


GAP_TIMER = Timer(GAP, ask_again)
