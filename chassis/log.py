"""The event log and the outbox: appended in the command's own transaction, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import msgspec
from shuniu_contracts import Event, encode, event_type, stream
from uuid_utils.compat import uuid7

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


@dataclass(frozen=True)
class LogEntry:
    """One event to append, already encoded."""

    id: str
    service: str
    aggregate: str
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
    headers = {
        "dataschema": described.dataschema,
        "actorid": principal.actor_id,
        "correlationid": cause.correlation_id,
        "causationid": cause.causation_id,
        "traceparent": cause.traceparent,
    }
    return LogEntry(
        id=str(uuid7()),
        service=described.service,
        aggregate=described.aggregate,
        subject=subject,
        type=described.type,
        sequence=sequence,
        division=division,
        payload=encode(event),
        headers=msgspec.json.encode(headers).decode(),
    )


async def append(
    connection: asyncpg.Connection, entries: Sequence[LogEntry], *, epoch: int, now: datetime
) -> None:
    """Write the entries to the log and a pointer for each live major to the outbox, in the given order.

    The rows of the subjects must be locked by this transaction before: for one subject, `seq` order is then
    commit order. `aggregatetype` is `service.aggregate`.
    """
    if not entries:
        return
    majors = [
        (f"{service}.{aggregate}", major)
        for service, aggregate in {(e.service, e.aggregate) for e in entries}
        for major in stream(service, aggregate).majors
    ]
    await connection.execute(
        _APPEND,
        [e.id for e in entries],
        [f"{e.service}.{e.aggregate}" for e in entries],
        [e.subject for e in entries],
        [e.type for e in entries],
        [e.sequence for e in entries],
        [e.division for e in entries],
        [e.payload for e in entries],
        epoch,
        now,
        [e.headers for e in entries],
        [name for name, _ in majors],
        [major for _, major in majors],
    )
