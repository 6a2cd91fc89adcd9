"""The event log and the outbox: appended in the command's own transaction, in one statement, or by COPY
where an import brings events by the hundred."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import asyncpg
import msgspec
from shuniu_contracts import Event, encode, event_type, stream
from uuid_utils import uuid7

from chassis.principal import Principal

# The condition on the transaction id assigns it before the first `seq` is drawn, which the outbox reader's
# floor relies on: a number drawn by a transaction without an id could commit below that floor.
_APPEND = """
with appended as (
    insert into event_log (id, aggregatetype, aggregateid, type, sequence, epoch, division, payload,
                           headers, recorded_at)
    select id, aggregatetype, aggregateid, type, sequence, $8, division, payload, headers::jsonb, $9
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bytea[],
                $10::text[])
         with ordinality as entry(id, aggregatetype, aggregateid, type, sequence, division, payload,
                                  headers, position)
    where pg_current_xact_id() is not null
    order by position
    returning seq, aggregatetype
)
insert into outbox (seq, stream_major)
select seq, major
from appended
join unnest($11::text[], $12::smallint[]) as live(aggregatetype, major) using (aggregatetype)
"""
_DRAW = """
select nextval('event_log_seq') as seq from generate_series(1, $1) where pg_current_xact_id() is not null
"""
_LOG_COLUMNS = ("seq", "id", "aggregatetype", "aggregateid", "type", "sequence", "epoch", "division",
                "payload", "headers", "recorded_at")  # fmt: skip
_WORTH_COPYING = 200
"""So many events cost less by three statements, two of them COPY, than as arrays in one."""

Majors = Mapping[str, Sequence[int]]
"""The live majors of each stream."""


@dataclass(frozen=True)
class Cause:
    """Where a change comes from: the chain's first command, the event that led here, the trace."""

    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None

    @classmethod
    def new(cls, traceparent: str | None = None) -> "Cause":
        """The cause of a command that begins a chain."""
        return cls(str(uuid7()), None, traceparent)


class LogEntry(NamedTuple):
    """One event to append, already encoded; `stream` is `service.aggregate`."""

    id: str
    stream: str
    subject: str
    type: str
    sequence: int
    division: str
    payload: bytes
    headers: str


def entry(
    event: Event, *, subject: str, sequence: int, division: str, principal: Principal, cause: Cause
) -> LogEntry:
    """Encode `event` as the log keeps it; raises EventTooLarge or a validation error of the contracts."""
    described = event_type(type(event))
    headers = _headers(
        described.dataschema, principal.actor_id, cause.correlation_id, cause.causation_id, cause.traceparent
    )
    return LogEntry(
        str(uuid7()),
        described.stream.name,
        subject,
        described.type,
        sequence,
        division,
        encode(event),
        headers,
    )


@lru_cache(maxsize=256)
def _headers(
    dataschema: str, actor_id: str, correlation_id: str, causation_id: str | None, traceparent: str | None
) -> str:
    """Cached, since the events of one command or import differ in nothing of this."""
    kept = {
        "dataschema": dataschema,
        "actorid": actor_id,
        "correlationid": correlation_id,
        "causationid": causation_id,
        "traceparent": traceparent,
    }
    return msgspec.json.encode(kept).decode()


async def append(
    connection: asyncpg.Connection, entries: Sequence[LogEntry], *, epoch: int, now: datetime
) -> None:
    """Write the entries to the log and a pointer for each live major to the outbox, in the given order.

    The rows of the subjects must be locked by this transaction before: for one subject, `seq` order is then
    commit order.
    """
    if not entries:
        return
    majors = {name: stream(*name.split(".")).majors for name in {e.stream for e in entries}}
    if len(entries) < _WORTH_COPYING:
        await _insert(connection, entries, majors, epoch, now)
    else:
        await _copy(connection, entries, majors, epoch, now)


async def _insert(
    connection: asyncpg.Connection, entries: Sequence[LogEntry], majors: Majors, epoch: int, now: datetime
) -> None:
    pointers = [(name, major) for name, live in majors.items() for major in live]
    await connection.execute(
        _APPEND,
        [e.id for e in entries],
        [e.stream for e in entries],
        [e.subject for e in entries],
        [e.type for e in entries],
        [e.sequence for e in entries],
        [e.division for e in entries],
        [e.payload for e in entries],
        epoch,
        now,
        [e.headers for e in entries],
        [name for name, _ in pointers],
        [major for _, major in pointers],
    )


async def _copy(
    connection: asyncpg.Connection, entries: Sequence[LogEntry], majors: Majors, epoch: int, now: datetime
) -> None:
    """The numbers are drawn first, by the transaction that has its id: the outbox needs to know them."""
    drawn = sorted(row["seq"] for row in await connection.fetch(_DRAW, len(entries)))
    await connection.copy_records_to_table(
        "event_log",
        columns=_LOG_COLUMNS,
        records=[
            (seq, e.id, e.stream, e.subject, e.type, e.sequence, epoch, e.division, e.payload, e.headers, now)
            for seq, e in zip(drawn, entries, strict=True)
        ],
    )
    await connection.copy_records_to_table(
        "outbox",
        columns=("seq", "stream_major"),
        records=[(seq, major) for seq, e in zip(drawn, entries, strict=True) for major in majors[e.stream]],
    )
