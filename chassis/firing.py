"""The timers role: fires what fell due, once, whichever of several replicas comes first."""

import asyncio
import logging
import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from chassis import failpoints, telemetry, timers
from chassis.faults import Nature, describe, nature_of, was_cancelled
from chassis.gaps import GAP_TIMER
from chassis.log import Cause
from chassis.runtime import Runtime
from chassis.service import DueTimer, Timer
from chassis.unit_of_work import UnitOfWork

AFTER_CANDIDATES = failpoints.declare("timer.after_candidates")
AFTER_TAKE = failpoints.declare("timer.after_take")
AFTER_COMMIT = failpoints.declare("timer.after_commit")
BEFORE_FAILED = failpoints.declare("timer.before_failed")

POLL_S = 0.5
ATTEMPTS = 8
"""Failures after which a timer is parked."""
_WINDOW = 200
_BACKOFF_S = 5.0
_LONGEST_S = 3600.0
_OUTAGE_S = (0.5, 10.0)
_LOG = logging.getLogger("chassis.firing")

# Without a lock: the aggregate is locked first, by the timer's function, as every command does. Taking the
# timer's row first deadlocked with commands that cancel it.
_CANDIDATES = """
select id, kind, subject, division, due_at, payload::text as payload
from timer, source
where state = 'waiting' and retry_at <= clock_timestamp() + clock_offset and kind = any($1)
order by retry_at
limit $2
"""
_TAKE = "delete from timer where id = $1 and due_at = $2 and state = 'waiting' returning true"
_FAILED = """
update timer
set attempts = attempts + 1, error = $3,
    retry_at = (select clock_timestamp() + clock_offset from source)
               + least($4::float8 * 2 ^ attempts, $5) * interval '1 second',
    state = case when attempts + 1 >= $6 then 'parked' else 'waiting' end
where id = $1 and due_at = $2
returning state
"""


class NotTaken(TypeError):
    """A timer's function ended without asking `take`: its effect could happen again, or without the timer."""


@dataclass
class TimerCounts:
    """What the loop has done since it was made, for the metrics."""

    fired: int = 0
    cancelled: int = 0
    failed: int = 0
    parked: int = 0


class TimerLoop:
    """Fires the timers of one service, and the chassis' own."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.counts = TimerCounts()
        self._kinds: dict[str, Timer] = {timer.kind: timer for timer in (*runtime.service.timers, GAP_TIMER)}

    async def run(self, stop: asyncio.Event) -> None:
        """Fire until `stop`; the timer in hand is finished first.

        A new calendar comes with a release or a profile, and so with a start: provisional timers move first.
        """
        outage, recomputed = _OUTAGE_S[0], False
        while not stop.is_set():
            wait = POLL_S
            try:
                if not recomputed:
                    await self.recompute()
                    recomputed = True
                if await self.fire_due(stop) == _WINDOW:
                    wait = 0.0
                outage = _OUTAGE_S[0]
            except Exception as error:
                if nature_of(error) is not Nature.TRANSIENT:
                    raise
                _LOG.warning("timers of %s wait: %s", self.runtime.service.name, describe(error))
                wait = outage * random.uniform(0.5, 1.0)
                outage = min(outage * 2, _OUTAGE_S[1])
            try:
                await asyncio.wait_for(stop.wait(), wait)
            except TimeoutError:
                continue

    async def recompute(self) -> int:
        """Set provisional timers by what the calendar knows now; how many moved."""
        async with self.runtime.database.transaction() as transaction:
            found = await timers.moves(transaction.connection, self.runtime.region.calendar)
        moved = sum([await self._move(move) for move in found])
        if moved:
            _LOG.info("%s timers of %s moved to the calendar's new data", moved, self.runtime.service.name)
        return moved

    async def _move(self, move: timers.Move) -> bool:
        """One transaction a timer. Raises what an outage raises; one that cannot be moved fires as it was."""
        try:
            async with self.runtime.unit_of_work(cause=Cause.new(telemetry.current_traceparent())) as uow:
                return await self._moved(uow, move)
        except Exception as error:
            if nature_of(error) is Nature.TRANSIENT:
                raise
            _LOG.exception("timer %s %s cannot be moved to %s", move.kind, move.id, move.day)
            return False

    async def _moved(self, uow: UnitOfWork, move: timers.Move) -> bool:
        asked: list[bool] = []

        async def take() -> bool:
            asked.append(await timers.apply(uow.connection, move))
            return asked[-1]

        known = self._kinds.get(move.kind)
        if known is None or known.moved is None or not move.elsewhere:
            return await take()
        due = DueTimer(str(move.id), move.kind, move.subject, move.division, move.payload, take)
        await known.moved(uow, due, move.day)
        if not asked:
            raise NotTaken(f"the function that moves timer {move.kind} never called take()")
        return any(asked)

    async def fire_due(self, stop: asyncio.Event | None = None) -> int:
        """Fire what is due now, at most one window; returns how many candidates there were.

        Raises what an outage raises; a timer that fails by itself backs off, and parks in the end.
        """
        async with self.runtime.database.transaction() as transaction:
            rows = await transaction.connection.fetch(_CANDIDATES, list(self._kinds), _WINDOW)
        await failpoints.reach(AFTER_CANDIDATES)
        for row in rows:
            if stop is not None and stop.is_set():
                break
            await self._fire(row)
        return len(rows)

    async def _fire(self, row: asyncpg.Record) -> None:
        """Fire one: the log lines name it, and it begins a trace of its own, as what nobody asked for now."""
        kind, service = row["kind"], self.runtime.service.name
        with (
            telemetry.bound(timer=kind, timer_id=str(row["id"]), subject=row["subject"]),
            telemetry.timer_span(service, kind),
        ):
            await self._fire_alone(row)

    async def _fire_alone(self, row: asyncpg.Record) -> None:
        cause = Cause.new(telemetry.current_traceparent())
        try:
            async with self.runtime.unit_of_work(cause=cause) as uow:
                taken = await self._call(uow, row)
            await failpoints.reach(AFTER_COMMIT)
        except Exception as error:
            # One that always runs too long would hold the others up for ever.
            if nature_of(error) is Nature.TRANSIENT and not was_cancelled(error):
                raise
            await self._failed(row["id"], row["due_at"], row["kind"], error)
        else:
            self.counts.fired += taken
            self.counts.cancelled += not taken

    async def _call(self, uow: UnitOfWork, row: asyncpg.Record) -> bool:
        asked: list[bool] = []

        async def take() -> bool:
            asked.append(await uow.connection.fetchval(_TAKE, row["id"], row["due_at"]) is True)
            await failpoints.reach(AFTER_TAKE)
            return asked[-1]

        payload: dict[str, Any] = msgspec.json.decode(row["payload"])
        due = DueTimer(str(row["id"]), row["kind"], row["subject"], row["division"], payload, take)
        await self._kinds[row["kind"]].function(uow, due)
        if not asked:
            raise NotTaken(f"the function of timer {row['kind']} never called take()")
        return any(asked)

    async def _failed(self, id: UUID, due_at: datetime, kind: str, error: Exception) -> None:
        _LOG.error("timer %s %s failed: %s", kind, id, describe(error), exc_info=error)
        await failpoints.reach(BEFORE_FAILED)
        async with self.runtime.database.transaction() as transaction:
            state = await transaction.connection.fetchval(
                _FAILED, id, due_at, describe(error), _BACKOFF_S, _LONGEST_S, ATTEMPTS
            )
        self.counts.failed += 1
        self.counts.parked += state == "parked"


async def retry_timers(connection: asyncpg.Connection, kind: str | None = None) -> int:
    """Let parked timers (of a kind) be tried again from now on; returns how many."""
    status = await connection.execute(
        "update timer set state = 'waiting', attempts = 0, retry_at = due_at"
        " where state = 'parked' and ($1::text is null or kind = $1)",
        kind,
    )
    return int(status.rsplit(" ", 1)[1])
