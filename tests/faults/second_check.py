"""A second opinion on a stack at rest: plain SQL and a plain Kafka client, no line shared with the product.

It imports nothing of ours: a fault in how the product looks at itself is not to be repeated here.
"""

import asyncio
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from kafka import KafkaConsumer, TopicPartition

EVENTS = Path(__file__).parent.parent.parent / "docs" / "events.md"


def _catalogue() -> dict[str, dict[str, Any]]:
    """Of each stream there is, the fields of its state and what each means that an event leaves out.

    Read from the page that outsiders read. Lists and references are taken whole.
    """
    found: dict[str, dict[str, Any]] = {}
    stream, stating = "", False
    for line in EVENTS.read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            stream, stating = line.removeprefix("### "), False
            found[stream] = {}
        elif "<summary>" in line:
            stating = "<summary>state</summary>" in line
        elif stating and (row := re.fullmatch(r"\| `(\w+)(\[\]|\.)?.*` \|.* \| (.+?) \|", line)):
            name, more, absent = row.groups()
            default = json.loads(absent.strip("`")) if more is None and "never" not in absent else None
            found[stream].setdefault(name, [] if more == "[]" else default)
    return found


CATALOGUE = _catalogue()
RECORDS = tuple(stream for stream in CATALOGUE if not stream.endswith(".replay"))
"""The streams that tell of records. Each has a table of the stream's name at the service that writes it."""
REPLAYS = tuple(stream for stream in CATALOGUE if stream.endswith(".replay"))
READS: Mapping[tuple[str, str], Collection[str]] = {
    ("partybuild", "partybuild"): ("registry.organization", "registry.registration_application", *REPLAYS),
    ("grants", "grants"): ("registry.organization", "partybuild.coverage_duty"),
    ("grants", "grants-replay"): REPLAYS,
    ("notify", "notify"): (
        "registry.organization", "registry.registration_application", "partybuild.coverage_duty",
        "partybuild.party_organization", "partybuild.instructor", "grants.round", "grants.application",
        "registry.plan", "registry.task_receipt", *REPLAYS,
    ),
    ("console", "console"): tuple(CATALOGUE),
    ("registry", "registry"): (
        "registry.clean_up", "registry.emergency_order", "registry.emergency_pause",
        "registry.inspection_campaign", "registry.official_decision", "registry.rectification",
        "registry.report_answer", "registry.risk", "registry.task", "registry.task_receipt",
        "registry.upward_report", *REPLAYS,
    ),
    ("registry", "registry-replicas"): (),  # what stacks below tell, and here is none
}  # fmt: skip
"""The streams that each consumer keeps up with, by database and consumer."""


class Copy(NamedTuple):
    """A table with a row for each subject of a stream, which is to be what its newest event says."""

    stream: str
    key: str = "id"
    named: Mapping[str, str] = {}
    """fields that have another name here, by column; a dot leads into a reference"""
    derived: Mapping[str, str] = {}
    """columns that are no field of the event, and what they are"""


COPIES = {
    ("partybuild", "organization"): Copy(
        "registry.organization",
        named={"full_members": "full_party_member_count", "merged_into": "merged_into.id"},
        derived={"area": "the division's, by the region's profile", "obliged_on": "the first of three days"},
    ),
    ("grants", "organization"): Copy("registry.organization", named={"merged_into": "merged_into.id"}),
    ("grants", "coverage"): Copy(
        "partybuild.coverage_duty", key="duty_id", named={"organization_id": "organization.id"}
    ),
    ("notify", "organization"): Copy("registry.organization", named={"merged_into": "merged_into.id"}),
    ("console", "organization"): Copy(
        "registry.organization", named={"full_members": "full_party_member_count"},
        derived={"initials": "of the name, by its sounds", "code": "the credit code, else the old number"},
    ),
    ("registry", "applied_decision"): Copy(
        "registry.official_decision", key="decision_id",
        derived={"organization_id": "the survivor's, where records were merged", "record_id": "what it moved",
                 "refused": "why it could not", "until": "particular to its recording",
                 "lifted_on": "the day of the fact that lifted it"},
    ),
}  # fmt: skip
"""Every table that keeps one row a subject of somebody else's stream, or of its own by way of the bus."""
OTHERS = {
    ("console", "subject"): "every subject of every stream: checked apart",
    ("console", "timeline"): "a line for every event: checked apart",
    ("console", "projection"): "counts batches",
    ("console", "saved_filter"): "what a person keeps, told to nobody",
    ("grants", "application_history"): "a row for every event of an application",
    ("grants", "round_history"): "a row for every event of a round",
    ("grants", "ban"): "what a command wrote, told to nobody",
    ("grants", "score"): "what a command wrote, told to nobody",
    ("grants", "ranking_proposal"): "what a round was decided on, told with the round",
    ("grants", "commitment"): "the books: checked apart",
    ("grants", "ledger_entry"): "the books: checked apart",
    ("grants", "ledger_posting"): "the books: checked apart",
    ("notify", "recipient"): "what a command wrote, told to nobody",
    ("partybuild", "covering"): "checked apart",
    ("partybuild", "duty_deadline"): "the deadlines of a duty, one a beginning",
    ("partybuild", "organization_standing"): "what was said of an organisation, one row a fact",
    ("partybuild", "party_organization_standing"): "what was said of a party organisation, one row a day",
    ("partybuild", "post"): "who is what in a party organisation, one row a time",
    ("partybuild", "preparation"): "of several events: applied for, and registered since",
    ("registry", "application_step"): "the steps of an application, one row each",
    ("registry", "care_look"): "who looked at a record of care",
    ("registry", "care_pairing"): "people in care, told to nobody",
    ("registry", "care_record"): "people in care, told to nobody",
    ("registry", "care_request"): "people in care, told to nobody",
    ("registry", "care_step"): "people in care, told to nobody",
    ("registry", "comparison_line"): "the lines of a comparison's workbook",
    ("registry", "followed"): "what waits for an organisation",
    ("registry", "import"): "the lines of a workbook",
    ("registry", "import_fault"): "the lines of a workbook",
    ("registry", "import_file"): "the lines of a workbook",
    ("registry", "import_mapping"): "how a workbook was understood",
    ("registry", "import_progress"): "the lines of a workbook",
    ("registry", "matter_step"): "a row for every event of a matter",
    ("registry", "organization_judgement"): "how an organisation was judged, one row a time",
    ("registry", "organization_status"): "what an organisation was, one row a time",
    ("registry", "person_key"): "the keys of people in care",
    ("registry", "spot_check_pool"): "whom a spot check draws from",
}
"""Tables that keep no row a subject, and what they keep."""
CHASSIS = frozenset({
    "alembic_version", "event_log", "held", "idempotency", "inbox", "operator_decision", "outbox",
    "outbox_blocked", "parked", "source", "timer",
})  # fmt: skip
OBLIGED = ("registered", "suspended")
"""Legal statuses of an organisation that owes coverage in the profile used here."""
MOST_NAMED = 5
_BUS_PATIENCE_S = 30.0


class Confirmed(NamedTuple):
    """What a caller was told: this fact is the record's event of that sequence."""

    service: str
    aggregate: str
    subject: str
    sequence: int
    fact: str
    said: tuple[tuple[str, Any], ...] = ()
    """fields of the state in that event, as the caller gave them"""


@dataclass(frozen=True)
class Stack:
    """Where everything is."""

    code: str
    databases: Mapping[str, str]
    bootstrap_servers: str


@dataclass(frozen=True)
class Expectations:
    """What the scenario knows beside the data."""

    confirmed: Sequence[Confirmed] = ()
    imported: int = 0
    """rows that imports were told to have applied"""
    recipients: Mapping[str, str] = field(default_factory=dict)
    """hub officers of the whole stack, by person: each is written to about every live registration"""
    asked: Mapping[str, Collection[str]] = field(default_factory=dict)
    """organisations that a campaign has to ask, by campaign"""
    owing: Mapping[str, Collection[str]] = field(default_factory=dict)
    """divisions that owe a receipt, by task"""
    strangers: bool = False
    """whether others than the stack's own relays wrote to the bus"""
    parked: bool = False
    """whether something may be set aside"""
    lost: Collection[str] = ()
    """records about which nobody can agree: a restored database lacks them, or somebody forged them"""
    rewound: Collection[str] = ()
    """records that a restored database had older, and that went on since; what was confirmed of them between
    is gone, and others remember it"""


@dataclass
class Report:
    """What was found, and how much was looked at."""

    problems: list[str] = field(default_factory=list)
    events: int = 0
    records: int = 0
    doubled: int = 0
    """records on the bus beyond the first of each event"""
    dropped: int = 0
    """duplicates that consumers say they have dropped, where somebody asked them"""

    def note(self, what: str, found: Iterable[object]) -> None:
        """One line for all of a kind, the first few of them named."""
        if named := list(found):
            shown = ", ".join(map(str, named[:MOST_NAMED]))
            self.problems.append(f"{what}: {len(named)}, such as {shown}")


class _Event(NamedTuple):
    stream: str
    subject: str
    sequence: int
    epoch: int
    id: str
    fact: str
    payload: bytes


@dataclass
class _World:
    """Everything read once: each service's log, and its connection for more."""

    stack: Stack
    connections: Mapping[str, asyncpg.Connection]
    logs: Mapping[str, list[_Event]]
    newest: Mapping[str, Mapping[str, _Event]]
    """by stream and subject"""

    def state(self, stream: str, subject: str) -> dict[str, Any]:
        """The state in a subject's newest event."""
        found: dict[str, Any] = json.loads(self.newest[stream][subject].payload)["state"]
        return found


async def second_check(stack: Stack, expected: Expectations | None = None) -> Report:
    """Look at a stack at rest; `problems` is empty where everything is as promised."""
    expected, report = expected or Expectations(), Report()
    connections = {name: await asyncpg.connect(dsn) for name, dsn in stack.databases.items()}
    try:
        world = await _read(stack, connections)
        report.events = sum(map(len, world.logs.values()))
        _logs(world, report)
        await _drained(world, expected, report)
        await _tables(world, report)
        await _aggregates(world, report)
        await _inboxes(world, expected, report)
        await _copies(world, expected, report)
        await _duties(world, expected, report)
        await _coverings(world, report)
        await _messages(world, expected, report)
        await _inspections(world, expected, report)
        await _receipts(world, expected, report)
        await _books(world, report)
        await _commands(world, expected, report)
        records = await asyncio.to_thread(_bus_records, stack)
        _bus(world, records, expected, report)
    finally:
        for connection in connections.values():
            await connection.close()
    return report


async def _read(stack: Stack, connections: Mapping[str, asyncpg.Connection]) -> _World:
    logs: dict[str, list[_Event]] = {}
    newest: dict[str, dict[str, _Event]] = defaultdict(dict)
    for service, connection in connections.items():
        rows = await connection.fetch(
            "select aggregatetype, aggregateid, sequence, epoch, id::text, type, payload from event_log"
            " order by seq"
        )
        logs[service] = [_event(row) for row in rows]
        for event in sorted(logs[service], key=lambda event: event.sequence):
            newest[event.stream][event.subject] = event
    return _World(stack, connections, logs, newest)


def _event(row: asyncpg.Record) -> _Event:
    stream, subject, sequence, epoch, id, type_, payload = row
    return _Event(stream, subject, sequence, epoch, id, type_.split(".")[-2], payload)


def _logs(world: _World, report: Report) -> None:
    ids = Counter(event.id for log in world.logs.values() for event in log)
    report.note("event ids used twice", (id for id, count in ids.items() if count > 1))
    for service, log in world.logs.items():
        sequences: dict[str, list[int]] = defaultdict(list)
        for event in log:
            sequences[event.subject].append(event.sequence)
        broken = [s for s, found in sequences.items() if found != list(range(1, len(found) + 1))]
        report.note(f"{service}: subjects whose sequence is not 1, 2, 3 ... in the order of the log", broken)
        streams = {event.stream for event in log}
        report.note(
            f"{service}: streams that the catalogue does not have", sorted(streams - CATALOGUE.keys())
        )


async def _drained(world: _World, expected: Expectations, report: Report) -> None:
    tables = ["outbox", "outbox_blocked", "held"] + ([] if expected.parked else ["parked"])
    for service, connection in world.connections.items():
        for table in tables:
            if count := await connection.fetchval(f"select count(*) from {table}"):
                report.problems.append(f"{service}: {count} rows in {table}")
        late = await connection.fetch(
            "select kind, subject from timer, source where state <> 'waiting'"
            " or retry_at < clock_timestamp() + clock_offset - interval '5 seconds'"
        )
        report.note(f"{service}: timers parked or not fired", (tuple(row) for row in late))
        allowed = [] if not expected.parked else ["parked"]
        stuck = await connection.fetch("select subject, state from inbox where state <> 'ok'"
                                       " and state <> all($1::text[])", allowed)  # fmt: skip
        report.note(f"{service}: subjects not being applied", (tuple(row) for row in stuck))


async def _tables(world: _World, report: Report) -> None:
    """Whatever table there is, somebody has said here what it keeps."""
    for service, connection in world.connections.items():
        rows = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        declared = CHASSIS | {
            table
            for owner, table in (*COPIES, *OTHERS, *(stream.split(".") for stream in RECORDS))
            if owner == service
        }
        unknown = sorted({row[0] for row in rows} - declared)
        report.note(f"{service}: tables of which nobody has said what they keep", unknown)


async def _aggregates(world: _World, report: Report) -> None:
    """The records of each stream are as far as its log; one that has told nothing yet is in no log."""
    for stream in RECORDS:
        service, name = stream.split(".")
        if service in world.connections:
            rows = await world.connections[service].fetch(
                f'select id::text, sequence from "{name}" where sequence > 0'
            )
            has = {row["id"]: row["sequence"] for row in rows}
            logged = {s: event.sequence for s, event in world.newest.get(stream, {}).items()}
            report.note(f"{stream}: rows and log disagree", _differences(has, logged))


def _differences(has: Mapping[Any, Any], wanted: Mapping[Any, Any]) -> Iterator[str]:
    for key in sorted(has.keys() | wanted.keys(), key=str):
        if has.get(key) != wanted.get(key):
            yield f"{key} has {has.get(key)!r} and should have {wanted.get(key)!r}"


async def _inboxes(world: _World, expected: Expectations, report: Report) -> None:
    for database, connection in world.connections.items():
        rows = await connection.fetch("select distinct consumer from inbox")
        known = {consumer for owner, consumer in READS if owner == database}
        report.note(f"{database}: consumers that nobody knows", sorted({row[0] for row in rows} - known))
    for (database, consumer), streams in READS.items():
        if database not in world.connections:
            continue
        wanted = {
            (stream.split(".")[0], subject): (event.epoch, event.sequence, event.id)
            for stream in streams
            for subject, event in world.newest.get(stream, {}).items()
        }
        rows = await world.connections[database].fetch(
            "select service, subject, epoch, sequence, last_id from inbox where consumer = $1", consumer
        )
        has = {(row[0], row[1]): tuple(row[2:]) for row in rows}
        aside = {subject for _, subject in has if subject in expected.lost} | {*expected.lost}
        if expected.parked:
            aside |= {row["subject"] for row in await world.connections[database].fetch(
                "select subject from parked where subject is not null")}  # fmt: skip
        strangers = {key for key in has if key not in wanted and expected.strangers}
        has = {key: value for key, value in has.items() if key[1] not in aside and key not in strangers}
        wanted = {key: value for key, value in wanted.items() if key[1] not in aside}
        report.note(f"{database}: inbox of {consumer} and sources disagree", _differences(has, wanted))


async def _copies(world: _World, expected: Expectations, report: Report) -> None:
    for (database, table), copy in COPIES.items():
        if database in world.connections and copy.stream.split(".")[0] in world.connections:
            await _copy(world, database, table, copy, expected, report)
    if "console" in world.connections:
        await _console(world, expected, report)


async def _copy(
    world: _World, database: str, table: str, copy: Copy, expected: Expectations, report: Report
) -> None:
    """Every column: of a field's name, or said to be of another's, or listed as no field."""
    rows = await world.connections[database].fetch(f'select * from "{table}"')
    fields, kept = CATALOGUE[copy.stream], {"epoch", "sequence"}
    if rows:
        columns = set(rows[0].keys()) - {copy.key, *copy.derived}
        unknown = sorted(columns - fields.keys() - copy.named.keys() - kept)
        report.note(f"{database}.{table} has columns that are nothing in {copy.stream}", unknown)
        kept = columns - set(unknown)
    has = {
        str(row[copy.key]): {column: _plain(row[column]) for column in sorted(kept)}
        for row in rows
        if str(row[copy.key]) not in expected.lost
    }
    wanted = {
        subject: {column: _public(world, event, copy.named.get(column, column)) for column in sorted(kept)}
        for subject, event in world.newest.get(copy.stream, {}).items()
        if subject not in expected.lost
    }
    report.note(f"{database}.{table} is not what {copy.stream} says", _differences(has, wanted))


def _plain(value: Any) -> Any:
    """A column's value as JSON has it."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _public(world: _World, event: _Event, name: str) -> Any:
    """What an event says of a field, left out or not."""
    if name in ("epoch", "sequence"):
        return getattr(event, name)
    state = world.state(event.stream, event.subject)
    field_, _, inner = name.partition(".")
    value = state.get(field_, CATALOGUE[event.stream][field_])
    return value.get(inner) if inner and value is not None else value


async def _console(world: _World, expected: Expectations, report: Report) -> None:
    """The newest state of every subject, and a line for every event there ever was."""
    console, streams = world.connections["console"], RECORDS
    rows = await console.fetch("select service, aggregate, id::text, sequence, state::text from subject")
    has = {(f"{row[0]}.{row[1]}", row[2]): (row[3], json.loads(row[4])) for row in rows}
    differing = [
        key
        for stream in streams
        for key in ((stream, subject) for subject in world.newest.get(stream, ()))
        if key[1] not in expected.lost and not _same(has.get(key), world, *key)
    ]
    report.note("console.subject is not what its source says", differing)
    known = {key for key in has if key[1] not in expected.lost}
    report.note(
        "console.subject knows what no source has",
        (key for key in known if key[1] not in world.newest.get(key[0], ())),
    )
    aside = [*expected.lost, *expected.rewound]
    lines = Counter(tuple(row) for row in await console.fetch(
        "select service || '.' || aggregate, subject::text, sequence from timeline"
        " where subject::text <> all($1::text[])", aside))  # fmt: skip
    events = Counter(
        (event.stream, event.subject, event.sequence)
        for log in world.logs.values()
        for event in log
        if event.stream in streams and event.subject not in aside
    )
    report.note("console.timeline has lines too many", (lines - events).elements())
    report.note("console.timeline lacks lines", (events - lines).elements())


def _same(has: tuple[int, dict[str, Any]] | None, world: _World, stream: str, subject: str) -> bool:
    """The state kept may have the fields that were left out at their defaults, and nothing else."""
    wanted = world.state(stream, subject)
    if has is None or has[0] != world.newest[stream][subject].sequence:
        return False
    return all(has[1].get(name) == value for name, value in wanted.items())


async def _duties(world: _World, expected: Expectations, report: Report) -> None:
    """One duty for each organisation that owes coverage, and for nobody twice."""
    if not {"registry", "partybuild"} <= world.connections.keys():
        return
    rows = await world.connections["partybuild"].fetch(
        "select organization_id::text, line, count(*) as count from coverage_duty group by 1, 2"
    )
    report.note("duties opened twice", (row[0] for row in rows if row["count"] > 1))
    owing = {row[0] for row in await world.connections["registry"].fetch(
        "select id::text from organization where legal_status = any($1) and not ended",
        list(OBLIGED))}  # fmt: skip
    have = {row[0] for row in rows if row["line"] == "party"}
    report.note("organisations without their duty", owing - have - set(expected.lost))
    known = {row[0] for row in await world.connections["registry"].fetch("select id::text from organization")}
    report.note("duties of organisations that nobody has", have - known - set(expected.lost))


_COVERED_BY = """
select c.organization_id, c.source_id from covering c where c.until is null
"""
_LISTED_BY = """
select unnest(organization_ids) as organization_id, id as source_id from instructor where status <> 'ended'
union all
select unnest(organization_ids), id from party_organization where status <> 'dissolved'
"""


async def _coverings(world: _World, report: Report) -> None:
    """What covers an organisation, who says so, and its duty are one story told three times."""
    if "partybuild" not in world.connections:
        return
    partybuild = world.connections["partybuild"]
    for one, other in ((_COVERED_BY, _LISTED_BY), (_LISTED_BY, _COVERED_BY)):
        rows = await partybuild.fetch(f"({one}) except all ({other})")
        report.note("covered and not listed, or listed and not covered", (tuple(map(str, r)) for r in rows))
    rows = await partybuild.fetch(
        "select d.id::text, d.status, count(c.source_id) as by from coverage_duty d left join covering c"
        " on c.organization_id = d.organization_id and c.line = d.line and c.until is null"
        " where d.status <> 'ended' group by d.id having (d.status = 'covered') <> (count(c.source_id) > 0)"
    )
    report.note("duties that do not say whether they are met", (tuple(row) for row in rows))


async def _messages(world: _World, expected: Expectations, report: Report) -> None:
    """Nobody is written to twice about one thing, and hub officers hear of every live registration."""
    if "notify" not in world.connections:
        return
    rows = await world.connections["notify"].fetch(
        "select cause_event_id::text, rule, person_id, count(*) as count from message group by 1, 2, 3"
    )
    report.note("messages written twice", (tuple(row) for row in rows if row["count"] > 1))
    told = {(row[0], row[2]) for row in rows if row["rule"] == "organization_registered"}
    live = [
        event
        for event in world.logs.get("registry", ())
        if (event.stream, event.fact) == ("registry.organization", "registered")
        and event.subject not in expected.lost
        and json.loads(event.payload)["state"].get("basis", "live") == "live"
    ]
    missing = [
        (event.subject, person)
        for event in live
        for person in expected.recipients
        if (event.id, person) not in told
    ]
    report.note("registrations that an officer was not told of", missing)


async def _inspections(world: _World, expected: Expectations, report: Report) -> None:
    """Whoever was on the register before a campaign is asked, nobody twice, and a bad result owes once."""
    if "registry" not in world.connections:
        return
    registry = world.connections["registry"]
    rows = await registry.fetch(
        "select campaign_id::text, organization_id::text, count(*) as count from inspection group by 1, 2"
    )
    report.note("asked twice by a campaign", (tuple(row) for row in rows if row["count"] > 1))
    have = {(row[0], row[1]) for row in rows}
    due = {(campaign, id) for campaign, ids in expected.asked.items() for id in ids}
    report.note("not asked by a campaign", due - have)
    owing = await registry.fetch(
        "select i.id::text, count(r.id) as count from inspection i"
        " left join rectification r on r.origin_record_id = i.id"
        " where i.result = 'unqualified' group by i.id having count(r.id) <> 1"
    )
    report.note("bad results without their one rectification", (tuple(row) for row in owing))


async def _receipts(world: _World, expected: Expectations, report: Report) -> None:
    """Each division that a task asks owes one receipt; whoever stands still does so once an order."""
    if "registry" not in world.connections:
        return
    registry = world.connections["registry"]
    rows = await registry.fetch(
        "select task_id::text, division, count(*) as count from task_receipt group by 1, 2"
    )
    report.note("asked for two receipts of one task", (tuple(row) for row in rows if row["count"] > 1))
    due = {(task, division) for task, divisions in expected.owing.items() for division in divisions}
    lost = {task for task in expected.owing if task in expected.lost}
    have = {(row[0], row[1]) for row in rows}
    report.note("not asked for a receipt", {one for one in due - have if one[0] not in lost})
    rows = await registry.fetch(
        "select order_id::text, organization_id::text from emergency_pause group by 1, 2 having count(*) > 1"
    )
    report.note("standing still twice by one order", (tuple(row) for row in rows))


async def _books(world: _World, report: Report) -> None:
    """Every entry balances, every fund's books are its sums, and nothing is overspent."""
    if "grants" not in world.connections:
        return
    grants = world.connections["grants"]
    uneven = await grants.fetch("select entry_id from ledger_posting group by 1 having sum(fen) <> 0")
    report.note("entries whose debits and credits differ", (str(row[0]) for row in uneven))
    rows = await grants.fetch(
        """
        select f.id::text, f.total_fen, f.committed_fen, f.lapsed_fen,
               coalesce(sum(p.fen) filter (where p.account = 'held'), 0)::bigint as held,
               -coalesce(sum(p.fen) filter (where p.account = 'committed'), 0)::bigint as committed,
               -coalesce(sum(p.fen) filter (where p.account = 'available'), 0)::bigint as available,
               -coalesce(sum(p.fen) filter (where p.account = 'lapsed'), 0)::bigint as lapsed
        from fund f
        left join ledger_entry e on e.fund_id = f.id
        left join ledger_posting p on p.entry_id = e.id
        group by f.id
        """
    )
    wrong = [
        dict(row)
        for row in rows
        if row["committed"] != row["committed_fen"] or row["lapsed"] != row["lapsed_fen"]
        or row["available"] < 0 or row["held"] != row["committed"] + row["available"] + row["lapsed"]
        or row["held"] != row["total_fen"]
    ]  # fmt: skip
    report.note("funds whose books and sums differ, or overspent", wrong)
    open_ = await grants.fetch(
        "select fund_id::text, sum(fen)::bigint as fen from commitment where released_by is null group by 1"
    )
    committed = {row["id"]: row["committed"] for row in rows if row["committed"]}
    report.note("open commitments and books differ", _differences({r[0]: r[1] for r in open_}, committed))
    over = await grants.fetch(
        """
        select r.id::text, r.budget_fen, sum(a.awarded_fen)::bigint as awarded
        from round r join application a on a.round_id = r.id and a.status = 'awarded'
        group by r.id having sum(a.awarded_fen) > r.budget_fen
        """
    )
    report.note("rounds that awarded more than their budget", (tuple(row) for row in over))


async def _commands(world: _World, expected: Expectations, report: Report) -> None:
    """What was confirmed is in the log once, as the caller was told, and nothing of its kind besides."""
    by_place = {
        (event.stream, event.subject, event.sequence): event for log in world.logs.values() for event in log
    }
    gone = {*expected.lost, *expected.rewound}
    kept = [one for one in expected.confirmed if one.subject not in gone]
    for one in kept:
        event = by_place.get((f"{one.service}.{one.aggregate}", one.subject, one.sequence))
        if event is None or event.fact != one.fact:
            report.note("confirmed, and not in the log", [one])
            continue
        state = json.loads(event.payload)["state"]
        wrong = [f"{name} is {state.get(name)!r}" for name, value in one.said if state.get(name) != value]
        report.note(f"confirmed otherwise than in the log: {one}", wrong)
    places = Counter((one.service, one.subject, one.sequence) for one in kept)
    report.note("two commands were told of one event", (p for p, count in places.items() if count > 1))
    kinds = {(f"{one.service}.{one.aggregate}", one.fact) for one in kept}
    told = Counter((f"{one.service}.{one.aggregate}", one.subject, one.fact) for one in kept)
    happened = Counter(
        (event.stream, event.subject, event.fact)
        for log in world.logs.values()
        for event in log
        if (event.stream, event.fact) in kinds and event.subject not in gone
    )
    commanded = {subject for _, subject, _ in told}
    more = {key: n for key, n in (happened - told).items() if key[1] in commanded}
    report.note("happened more often than confirmed", more.items())
    await _register(world, expected, report)


async def _register(world: _World, expected: Expectations, report: Report) -> None:
    if not expected.confirmed or "registry" not in world.connections or expected.lost:
        return
    founded = sum((one.aggregate, one.sequence) == ("organization", 1) for one in expected.confirmed)
    count = await world.connections["registry"].fetchval("select count(*) from organization")
    if count != founded + expected.imported:
        wanted = f"{founded} registered and {expected.imported} imported"
        report.problems.append(f"the register has {count} organisations, confirmed were {wanted}")


@dataclass(frozen=True)
class _Record:
    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: Mapping[str, bytes]
    value: bytes | None


def _bus_records(stack: Stack) -> list[_Record]:
    """Every record of the stack's topics, read by a client of another make than the product's."""
    client = KafkaConsumer(
        bootstrap_servers=stack.bootstrap_servers, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    try:
        ours = re.compile(rf"shuniu\.{stack.code}\..+")
        topics = sorted(topic for topic in client.topics() if ours.fullmatch(topic))
        partitions = [TopicPartition(t, p) for t in topics for p in client.partitions_for_topic(t) or ()]
        client.assign(partitions)
        client.seek_to_beginning()
        return _all_records(client, partitions)
    finally:
        client.close()


def _all_records(client: Any, partitions: Sequence[TopicPartition]) -> list[_Record]:
    found: list[_Record] = []
    deadline = time.monotonic() + _BUS_PATIENCE_S
    while any((client.highwater(p) is None) or client.position(p) < client.highwater(p) for p in partitions):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the bus was not read to its end within {_BUS_PATIENCE_S} s")
        for records in client.poll(timeout_ms=200).values():
            deadline = time.monotonic() + _BUS_PATIENCE_S
            found += [_Record(r.topic, r.partition, r.offset, r.key, dict(r.headers), r.value)
                      for r in records]  # fmt: skip
    return found


def _bus(world: _World, records: Sequence[_Record], expected: Expectations, report: Report) -> None:
    """Each event of a log is on its topic, in its subject's order at first sight, as the log has it."""
    report.records = len(records)
    logged = {event.id: event for log in world.logs.values() for event in log}
    own: list[_Record] = []
    others: list[_Record] = []
    for record in records:
        (own if record.headers.get("ce_id", b"").decode("latin-1") in logged else others).append(record)
    if not expected.strangers and not expected.lost:
        report.note("on the bus, and in no log", others)
    seen: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    places: dict[tuple[str, bytes | None], set[int]] = defaultdict(set)
    first: set[tuple[str, str]] = set()
    for record in own:
        event = logged[record.headers["ce_id"].decode()]
        places[record.topic, record.key].add(record.partition)
        if (record.topic, event.id) in first:
            report.doubled += 1
            continue
        first.add((record.topic, event.id))
        seen[record.topic][event.subject].append(event.sequence)
        if not expected.strangers and _contradicts(record, event):
            report.note("on the bus otherwise than in the log", [record])
    report.note("subjects in two partitions", (key for key, found in places.items() if len(found) > 1))
    report.note("subjects out of order on the bus", (
        f"{subject} on {topic}: {found}" for topic, subjects in seen.items()
        for subject, found in subjects.items() if found != sorted(found) and subject not in expected.rewound
    ))  # fmt: skip
    present = {id for _, id in first}
    report.note("in a log, and not on the bus", (event for id, event in logged.items() if id not in present))


def _contradicts(record: _Record, event: _Event) -> bool:
    """A major that is rendered from another has a payload of its own."""
    headers = record.headers
    fact = headers["ce_type"].decode().split(".")[-2]
    place = (record.key or b"").decode(), int(headers["ce_sequence"]), int(headers["ce_epoch"]), fact
    if place != (event.subject, event.sequence, event.epoch, event.fact):
        return True
    return record.topic.endswith(".v1") and event.stream != "partybuild.instructor" and (
        json.loads(record.value or b"null") != json.loads(event.payload)
    )  # fmt: skip
