"""Sending again what the log keeps: chosen subjects, a range of time, or everything for a lost bus."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg
from shuniu_contracts import EVENT_TYPES, STREAMS, Stream

from chassis import failpoints
from chassis.outbox import request_full_scan
from chassis.received import Received
from chassis.service import Reaction
from chassis.unit_of_work import UnitOfWork

AFTER_ENQUEUE = failpoints.declare("replay.after_enqueue")
BEFORE_REBUILD = failpoints.declare("rebuild.before_enqueue")
AFTER_REBUILD = failpoints.declare("rebuild.after_enqueue")

# A pointer that is still there gets a new version, so that a relay which is about to delete it as delivered
# leaves it: on a bus that was lost meanwhile, delivered means nothing.
_AGAIN = "on conflict (seq, stream_major) do update set stream_major = excluded.stream_major"
_ENQUEUE = """
insert into outbox (seq, stream_major)
select l.seq, live.major
from event_log l
join unnest($1::text[], $2::smallint[]) as live(aggregatetype, major) using (aggregatetype)
"""
_SUBJECTS = "chosen(aggregateid, first) as (select * from unnest($3::text[], $4::bigint[]))"
_RANGE = """chosen(aggregateid, first) as (
    select aggregateid, min(sequence) from event_log
    where ($3::timestamptz is null or recorded_at >= $3) and ($4::timestamptz is null or recorded_at < $4)
    group by aggregateid
)"""
_CHOSEN = "join chosen on chosen.aggregateid = l.aggregateid and l.sequence >= chosen.first"


@dataclass(frozen=True)
class Enqueued:
    """How much is to be sent again."""

    subjects: int
    pointers: int
    """messages: events times live majors"""


async def replay_subjects(connection: asyncpg.Connection, first: dict[str, int]) -> Enqueued:
    """Enqueue each subject from the given sequence through to its newest event, in every live major.

    What is blocked stays blocked. Runs in the caller's transaction; the relay hears of it at the commit.
    """
    return await _enqueue(connection, _SUBJECTS, list(first), list(first.values()))


async def replay_range(
    connection: asyncpg.Connection, since: datetime | None, until: datetime | None
) -> Enqueued:
    """The same for every subject with an event recorded in [since, until), from its first such event.

    It goes through to the newest event of each subject, also beyond `until`: a consumer that gets an old
    event after a newer one drops it, but one that needs it must get what follows as well.
    """
    return await _enqueue(connection, _RANGE, since, until)


async def replay_stream(connection: asyncpg.Connection, stream: Stream, major: int) -> Enqueued:
    """Enqueue a stream's whole log for one of its live majors: fills the topic of a new one.

    Raises ValueError for a major that is not live. For while the relay of the release that has it runs: an
    older one does not know the topic.
    """
    if major not in stream.majors:
        live = ", ".join(map(str, stream.majors))
        raise ValueError(f"{stream.name} has no live major {major}; there are: {live}")
    await connection.execute("set local statement_timeout = 0")
    return await _enqueue(connection, _RANGE, None, None, into=([stream.name], [major]))


async def rebuild(connection: asyncpg.Connection) -> int:
    """Enqueue the whole log for a bus that lost everything; returns the number of messages.

    While a relay runs, do this before the lost topics are made again: it then waits for them and starts from
    the first event, instead of sending the newest ones to the empty topics meanwhile.
    Consumer groups that a broker kept must be reset as well (`groups.reset`), or they skip what comes first.
    """
    await failpoints.reach(BEFORE_REBUILD)
    await connection.execute("set local statement_timeout = 0")
    names, majors = _live()
    status = await connection.execute(f"{_ENQUEUE} order by l.seq {_AGAIN}", names, majors)
    await failpoints.reach(AFTER_REBUILD)
    await request_full_scan(connection)
    return int(status.rsplit(" ", 1)[1])


async def _enqueue(
    connection: asyncpg.Connection, chosen: str, *arguments: Any,
    into: tuple[list[str], list[int]] | None = None,
) -> Enqueued:  # fmt: skip
    statement = f"""
    with {chosen}, enqueued as (
        {_ENQUEUE} {_CHOSEN} {_AGAIN}
        returning seq
    )
    select count(*) as pointers, count(distinct l.aggregateid) as subjects
    from enqueued join event_log l using (seq)
    """
    row = await connection.fetchrow(statement, *(into or _live()), *arguments)
    assert row is not None
    await failpoints.reach(AFTER_ENQUEUE)
    await request_full_scan(connection)
    return Enqueued(row["subjects"], row["pointers"])


def _live() -> tuple[list[str], list[int]]:
    """Every stream's name with each of its majors that is sent today, as two columns."""
    pairs = [(stream.name, major) for stream in STREAMS.values() for major in stream.majors]
    return [name for name, _ in pairs], [major for _, major in pairs]


@dataclass
class RecentReplays:
    """Keeps one subject from being sent again more than once in a few seconds, however many ask.

    A request that comes again (its batch was rolled back and redelivered) is not refused for its own sake.
    """

    interval_s: float = 3.0
    _granted: dict[str, tuple[float, str]] = field(default_factory=dict)

    def grant(self, subject: str, request: str, now: float) -> bool:
        """Whether the request of this event id may have `subject` sent again; `now` is monotonic seconds."""
        at, by = self._granted.get(subject, (float("-inf"), ""))
        if by != request and now - at < self.interval_s:
            return False
        if len(self._granted) > 10_000:
            self._granted = {
                name: kept for name, kept in self._granted.items() if now - kept[0] < self.interval_s
            }
        self._granted[subject] = (now, request)
        return True


_RECENT = RecentReplays()
_LONGEST_WAIT = timedelta(hours=1)


async def _answer(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Enqueue the subjects of this service that other services' consumers found gaps in.

    A request is kept for good, as every event: one that joins late, or reads again from the earliest, meets
    all there ever were. Whoever still waits asks again within ten minutes, so the old ones are passed over.
    """
    first: dict[str, int] = {}
    for event in events:
        if event.envelope.time < uow.now - _LONGEST_WAIT:
            continue
        wanted = event.data.state
        if wanted.service != uow.service or (wanted.stack or event.envelope.stack) != uow.stack:
            continue
        if _RECENT.grant(wanted.subject, event.envelope.id, time.monotonic()):
            sequence = max(wanted.from_sequence, 1)
            first[wanted.subject] = min(sequence, first.get(wanted.subject, sequence))
    if first:
        await replay_subjects(uow.connection, first)


REPLAY_REQUESTED = tuple(
    described.event
    for described in EVENT_TYPES.values()
    if described.aggregate == "replay" and described.fact == "requested"
)
"""Each service's `ReplayRequested`."""

replay_requested = Reaction(REPLAY_REQUESTED, _answer)
"""Part of every consumer that needs history: answers the requests that name its service."""
