"""Finding what differs: inside one service, and between what a service published and what a consumer has.

A digest covers the newest event of every subject (epoch, sequence, id) of one service in one stack, in 256
buckets by subject: a few kilobytes, so that a parent stack compares a child's over a slow link, and only the
subjects of a bucket that differs need to be listed.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import asyncpg
import msgspec
from shuniu_contracts import STREAMS
from sqlalchemy import MetaData

from chassis.tables import AggregateRow

MOST_LISTED = 100
"""Subjects named per kind of finding; the count is always whole."""

_NEWEST_OF_LOG = """
select distinct on (aggregateid) aggregateid as subject, epoch, sequence, id::text as last_id, division
from event_log
where aggregatetype = any($1::text[])
order by aggregateid, sequence desc
"""
_NEWEST_OF_INBOX = """
select subject, epoch, sequence, last_id, stack as division
from inbox
where consumer = $1 and service = $2 and stack = $3
"""
# The order of subjects must not matter, and PostgreSQL's own hashes are not promised to stay the same.
_DIGEST = """
select left(md5(subject), 2) as bucket, count(*) as subjects, sum(sequence)::bigint as sequences,
       bit_xor(('x' || left(md5(subject || '/' || epoch || '/' || sequence || '/' || last_id), 16))::bit(64)
               ::bigint) as fingerprint
from ({newest}) as newest
group by 1
order by 1
"""
_LIST = """
select subject, epoch, sequence, last_id, division
from ({newest}) as newest
where left(md5(subject), 2) = any(${last}::text[])
"""
# What an operator discarded is passed over in the inbox: a record that only a stranger spoke of stays there.
_DISCARDED = """
select subject ->> 'subject' as subject, (subject ->> 'epoch')::int as epoch,
       (subject ->> 'sequence')::bigint as sequence
from operator_decision
where decision = 'parked.discard' and subject ->> 'consumer' = $1 and subject ->> 'service' = $2
  and subject ->> 'subject' = any($3::text[])
"""
# A consumer that reads a stream no longer keeps what it had of it: another reading must not begin anew.
_OTHERWISE = """
select distinct aggregateid as subject, aggregatetype as stream
from event_log
where aggregateid = any($1::text[]) and aggregatetype <> all($2::text[])
"""


class Kind(StrEnum):
    """What sort of difference a finding is."""

    GAP = "gap"
    UNSENT = "unsent"
    BLOCKED = "blocked"
    HELD = "held"
    PARKED = "parked"
    TIMER_PARKED = "timer_parked"
    STATE_BEHIND_LOG = "state_behind_log"
    STATE_AHEAD_OF_LOG = "state_ahead_of_log"
    REVISION = "revision"
    WITHOUT_STATE = "without_state"
    MISSING = "missing"
    BEHIND = "behind"
    AHEAD = "ahead"
    FORKED = "forked"
    UNKNOWN_TO_SOURCE = "unknown_to_source"
    READ_NO_LONGER = "read_no_longer"


@dataclass(frozen=True)
class Finding:
    """One difference. `subject` is an aggregate's id, a consumer or a topic, as the kind has it."""

    kind: Kind
    subject: str
    detail: str
    division: str | None = None

    @property
    def is_fault(self) -> bool:
        """Whether something has to be done about it; else it is told for information."""
        return self.kind is not Kind.READ_NO_LONGER


class Bucket(msgspec.Struct, frozen=True):
    """One 256th of the subjects: how many, the sum of their highest sequences, and a hash of all."""

    subjects: int
    sequences: int
    fingerprint: int


class Digest(msgspec.Struct, frozen=True):
    """What one side has of one service in one stack; `msgspec.json` carries it to a parent stack."""

    service: str
    stack: str
    aggregates: tuple[str, ...]
    buckets: dict[str, Bucket]

    @property
    def subjects(self) -> int:
        """How many subjects there are."""
        return sum(bucket.subjects for bucket in self.buckets.values())


async def source_digest(
    connection: asyncpg.Connection, service: str, stack: str, aggregates: Collection[str]
) -> Digest:
    """What the service's log says of these aggregates (those a consumer subscribes to)."""
    names = tuple(sorted(aggregates))
    types = [f"{service}.{name}" for name in names]
    rows = await connection.fetch(_DIGEST.format(newest=_NEWEST_OF_LOG), types)
    return Digest(service, stack, names, _buckets(rows))


async def inbox_digest(
    connection: asyncpg.Connection, consumer: str, service: str, stack: str, aggregates: Collection[str]
) -> Digest:
    """What a consumer has taken in of the same; the inbox keeps each record's home stack."""
    rows = await connection.fetch(_DIGEST.format(newest=_NEWEST_OF_INBOX), consumer, service, stack)
    return Digest(service, stack, tuple(sorted(aggregates)), _buckets(rows))


def differing_buckets(one: Digest, other: Digest) -> tuple[str, ...]:
    """The buckets in which two digests differ; raises ValueError for digests of different things."""
    if (one.service, one.stack, one.aggregates) != (other.service, other.stack, other.aggregates):
        raise ValueError(f"digests of {one.service} in {one.stack} and {other.service} in {other.stack}")
    names = one.buckets.keys() | other.buckets.keys()
    return tuple(sorted(name for name in names if one.buckets.get(name) != other.buckets.get(name)))


async def compare(
    source: asyncpg.Connection, inbox: asyncpg.Connection, *,
    consumer: str, service: str, stack: str, aggregates: Collection[str],
) -> tuple[Finding, ...]:  # fmt: skip
    """What the consumer lacks, or has otherwise, of a service in a stack; empty when nothing differs.

    A record that the source does not know is no finding where its last event was discarded by an operator.
    What the consumer had of streams that it reads no longer is one finding a stream, and no fault.
    """
    published = await source_digest(source, service, stack, aggregates)
    taken_in = await inbox_digest(inbox, consumer, service, stack, aggregates)
    buckets = differing_buckets(published, taken_in)
    if not buckets:
        return ()
    types = [f"{service}.{name}" for name in published.aggregates]
    theirs = await source.fetch(_LIST.format(newest=_NEWEST_OF_LOG, last=2), types, list(buckets))
    ours = await inbox.fetch(
        _LIST.format(newest=_NEWEST_OF_INBOX, last=4), consumer, service, stack, list(buckets)
    )
    known = {row["subject"]: row for row in theirs}
    strange = [row["subject"] for row in ours if row["subject"] not in known]
    decided = {tuple(row) for row in await inbox.fetch(_DISCARDED, consumer, service, strange)}
    otherwise = {row["subject"]: row["stream"] for row in await source.fetch(_OTHERWISE, strange, types)}
    left = {
        row["subject"]: row
        for row in ours
        if row["subject"] not in otherwise and (row["subject"], row["epoch"], row["sequence"]) not in decided
    }
    return (*_differences(known, left), *_read_no_longer(otherwise))


def _read_no_longer(streams: Mapping[str, str]) -> Iterator[Finding]:
    for stream, records in sorted(Counter(streams.values()).items()):
        yield Finding(Kind.READ_NO_LONGER, stream, f"has {records} records of it from when it was read")


def _differences(
    theirs: Mapping[str, asyncpg.Record], ours: Mapping[str, asyncpg.Record]
) -> Iterator[Finding]:
    for subject in sorted(theirs.keys() | ours.keys()):
        source, copy = theirs.get(subject), ours.get(subject)
        if source is None:
            assert copy is not None
            yield Finding(
                Kind.UNKNOWN_TO_SOURCE,
                subject,
                f"has {_place(copy)}, the source nothing",
                copy["division"],
            )
            continue
        if copy is None:
            yield Finding(
                Kind.MISSING, subject, f"has nothing, the source has {_place(source)}", source["division"]
            )
            continue
        kind = _relation(source, copy)
        if kind is not None:
            detail = f"has {_place(copy)}, the source has {_place(source)}"
            yield Finding(kind, subject, detail, source["division"])


def _relation(source: asyncpg.Record, copy: asyncpg.Record) -> Kind | None:
    here, there = (copy["epoch"], copy["sequence"]), (source["epoch"], source["sequence"])
    if here != there:
        return Kind.BEHIND if here < there else Kind.AHEAD
    return None if copy["last_id"] == source["last_id"] else Kind.FORKED


def _place(row: asyncpg.Record) -> str:
    return f"epoch {row['epoch']} sequence {row['sequence']} (event {row['last_id']})"


def _buckets(rows: Sequence[asyncpg.Record]) -> dict[str, Bucket]:
    return {row["bucket"]: Bucket(row["subjects"], row["sequences"], row["fingerprint"]) for row in rows}


async def audit_service(
    connection: asyncpg.Connection, metadata: MetaData, stack: str
) -> tuple[Finding, ...]:
    """What is not in order inside one service at rest: its log, outbox, aggregates, inbox and timers.

    Each kind names `MOST_LISTED` subjects at most. Empty means clean.
    """
    findings = [*await _gaps(connection), *await _waiting(connection)]
    for row_type in aggregate_rows(metadata):
        findings += await _states(connection, row_type, stack)
    return tuple(findings)


def aggregate_rows(metadata: MetaData) -> tuple[type[AggregateRow], ...]:
    """The aggregates with a table of `metadata` and a stream in the catalogue, by name of table.

    A record that publishes nothing yet has no log to be held against.
    """
    found: dict[str, type[AggregateRow]] = {}
    waiting = list(AggregateRow.__subclasses__())
    while waiting:
        row_type = waiting.pop()
        waiting += row_type.__subclasses__()
        table = getattr(row_type, "__table__", None)
        if table is not None and table.metadata is metadata and row_type.stream in STREAMS:
            found[table.name] = row_type
    return tuple(found[name] for name in sorted(found))


async def _gaps(connection: asyncpg.Connection) -> Iterator[Finding]:
    rows = await connection.fetch(
        """
        select aggregateid, min(division) as division, min(sequence) as first, max(sequence) as last,
               count(*) as events
        from event_log
        group by aggregateid
        having min(sequence) <> 1 or max(sequence) <> count(*)
        limit $1
        """,
        MOST_LISTED,
    )
    return (
        Finding(
            Kind.GAP,
            row["aggregateid"],
            f"{row['events']} events between sequences {row['first']} and {row['last']}",
            row["division"],
        )
        for row in rows
    )


_WAITING = {
    Kind.UNSENT: """
        select l.aggregatetype || '.v' || o.stream_major as subject,
               count(*) || ' unsent, the oldest of ' || min(l.recorded_at) as detail
        from outbox o join event_log l using (seq) group by 1""",
    Kind.BLOCKED: "select name as subject, kind || ': ' || reason as detail from outbox_blocked",
    Kind.HELD: "select consumer as subject, count(*) || ' held behind gaps' as detail from held group by 1",
    Kind.PARKED: """
        select consumer as subject, count(*) || ' parked: ' || string_agg(distinct kind, ', ') as detail
        from parked group by 1""",
    Kind.TIMER_PARKED: """
        select kind as subject, count(*) || ' parked, such as: ' || min(error) as detail
        from timer where state = 'parked' group by 1""",
}


async def _waiting(connection: asyncpg.Connection) -> list[Finding]:
    return [
        Finding(kind, row["subject"], row["detail"])
        for kind, query in _WAITING.items()
        for row in await connection.fetch(f"select * from ({query}) as waiting limit {MOST_LISTED}")
    ]


async def _states(connection: asyncpg.Connection, row_type: type[AggregateRow], stack: str) -> list[Finding]:
    """Aggregates whose counters are not the log's; replicas (home elsewhere) have no log here."""
    table = row_type.__tablename__
    rows = await connection.fetch(
        f"""
        with logged as (
            select aggregateid, max(sequence) as sequence from event_log
            where aggregatetype = $1 group by aggregateid
        )
        select coalesce(own.id::text, logged.aggregateid) as subject, own.division, own.sequence as has,
               own.revision, coalesce(logged.sequence, 0) as logged, own.id is null as without_state
        from (select id, division, sequence, revision from {table} where home = $2) as own
        full join logged on logged.aggregateid = own.id::text
        where own.id is null or own.sequence <> coalesce(logged.sequence, 0)
           or own.revision > own.sequence or (own.revision = 0) <> (own.sequence = 0)
        limit $3
        """,
        ".".join(row_type.stream),
        stack,
        MOST_LISTED,
    )
    return [_state(str(table), row) for row in rows]


def _state(table: str, row: asyncpg.Record) -> Finding:
    if row["without_state"]:
        detail = f"the log has it up to sequence {row['logged']}, {table} has no row"
        return Finding(Kind.WITHOUT_STATE, row["subject"], detail)
    if row["has"] != row["logged"]:
        kind = Kind.STATE_BEHIND_LOG if row["has"] < row["logged"] else Kind.STATE_AHEAD_OF_LOG
        detail = f"{table} is at sequence {row['has']}, the log at {row['logged']}"
        return Finding(kind, row["subject"], detail, row["division"])
    detail = f"{table} is at revision {row['revision']} with {row['has']} events: no save without one"
    return Finding(Kind.REVISION, row["subject"], detail, row["division"])
