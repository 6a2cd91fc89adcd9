"""Messages that were set aside: listing them, trying them again in order, or giving one up for good."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import asyncpg

from chassis import failpoints
from chassis.applying import Applier
from chassis.border import Arrival, Misfit, Refused, Sorted, parse, unpack_headers
from chassis.decisions import record_decision
from chassis.faults import Nature, describe, nature_of
from chassis.inbox import Inbox, Subject, stored
from chassis.model import Refusal, RefusalKind
from chassis.position import InboxState, Position, Settlement, settle
from chassis.runtime import Runtime
from chassis.subscription import consumers_of
from chassis.unit_of_work import UnitOfWork

AFTER_DECISION = failpoints.declare("parked.after_decision")
AFTER_REACTIONS = failpoints.declare("parked.after_reactions")
AFTER_DELETE = failpoints.declare("parked.after_delete")
AFTER_STEP = failpoints.declare("parked.after_step")
AFTER_RECORD = failpoints.declare("parked.after_record")
AFTER_PASS = failpoints.declare("parked.after_pass")
AFTER_DISCARD = failpoints.declare("parked.after_discard")

_COLUMNS = """number, consumer, service, subject, epoch, sequence, topic, partition, "offset", kind, error,
       key, headers::text as headers, value, parked_at"""
_LIST = f"""
select {_COLUMNS} from parked
where number > $1 and ($2::text is null or consumer = $2) and ($3::text is null or kind = $3)
  and ($4::text is null or strpos(error, $4) > 0) and ($5::text is null or subject = $5)
order by number limit $6
"""
_ONE = f"select {_COLUMNS} from parked where number = $1"
# A fork comes first: it has no place in the order and is to be discarded before anything follows.
_OF_SUBJECT = f"""
select {_COLUMNS} from parked
where consumer = $1 and service = $2 and subject = $3
order by kind <> 'fork', epoch, sequence, number
"""
_NOTE = """
update parked set error = $4
where number = (select number from parked where consumer = $1 and service = $2 and subject = $3
                order by kind <> 'fork', epoch, sequence, number limit 1)
"""


class NoSuchParked(Refusal):
    """The number is not, or no longer, in the table."""

    code = "parked_not_found"
    kind = RefusalKind.MISSING
    zh = "没有编号为 {number} 的搁置消息，可能已被处理。"
    en = "There is no parked message number {number}; it may have been dealt with."


class NotFirstParked(Refusal):
    """An earlier message of the subject has to be decided on before."""

    code = "parked_not_first"
    zh = "该主体更早的搁置消息（编号 {first}）须先处理。"
    en = "An earlier parked message of this subject, number {first}, has to be decided on first."


class UnknownConsumer(Refusal):
    """The message belongs to a consumer that this service has no longer."""

    code = "consumer_unknown"
    zh = "本服务没有名为“{consumer}”的消费者，无法重试；如不再需要，请放弃该消息。"
    en = "This service has no consumer '{consumer}' to retry with; discard the message if it is not needed."


@dataclass(frozen=True)
class Parked:
    """A message that was set aside, as an operator sees it."""

    number: int
    consumer: str
    service: str | None
    subject: str | None
    epoch: int | None
    sequence: int | None
    topic: str
    partition: int
    offset: int
    kind: str
    error: str
    parked_at: datetime

    @classmethod
    def of(cls, row: asyncpg.Record) -> "Parked":
        """From a row of the table."""
        names = cls.__dataclass_fields__
        return cls(**{name: row[name] for name in names})


@dataclass(frozen=True)
class ParkedMessage:
    """The same with what the message said; its data is shown as text, whatever it is."""

    parked: Parked
    headers: tuple[tuple[str, str], ...]
    value: str


@dataclass(frozen=True)
class Retried:
    """What came of a retry."""

    applied: int
    left: int
    """still parked, of the subject"""
    error: str | None = None
    """why it stopped, where it did"""


async def list_parked(
    connection: asyncpg.Connection, *, consumer: str | None = None, kind: str | None = None,
    error: str | None = None, subject: str | None = None, after: int = 0, limit: int = 100,
) -> list[Parked]:  # fmt: skip
    """Parked messages by number; `error` is a part of the error's text."""
    rows = await connection.fetch(_LIST, after, consumer, kind, error, subject, limit)
    return [Parked.of(row) for row in rows]


async def show(connection: asyncpg.Connection, number: int) -> ParkedMessage:
    """One message in full; raises `NoSuchParked`."""
    row = await _row(connection, number)
    headers = tuple(
        (name, (value or b"").decode("utf-8", "replace")) for name, value in unpack_headers(row["headers"])
    )
    return ParkedMessage(Parked.of(row), headers, (row["value"] or b"").decode("utf-8", "replace"))


async def retry(runtime: Runtime, number: int, *, actor: str, reason: str = "") -> Retried:
    """Apply the subject of this message again, in order, one transaction an event, until one fails again.

    A message parked by its offset alone is read again and, if it is an event by now, applied. Raises
    `NoSuchParked`, `UnknownConsumer`, and what an outage raises.
    """
    async with runtime.database.transaction() as transaction:
        row = await _row(transaction.connection, number)
        applier = _applier(runtime, row["consumer"])
        await record_decision(
            transaction.connection, "parked.retry", actor=actor, reason=reason, subject=_about(row)
        )
    await failpoints.reach(AFTER_DECISION)
    if row["subject"] is None:
        return await _retry_record(runtime, applier, row)
    return await _retry_subject(runtime, applier, (row["service"], row["subject"]))


async def discard(runtime: Runtime, number: int, *, actor: str, reason: str) -> Retried:
    """Give this message up for good: the sequence passes it, and what followed it is applied.

    Raises `NoSuchParked`, `NotFirstParked`.
    """
    async with runtime.unit_of_work() as uow:
        row = await _row(uow.connection, number)
        await record_decision(
            uow.connection, "parked.discard", actor=actor, reason=reason, subject=_about(row)
        )
        if row["subject"] is None:
            await _delete(uow.connection, [number])
            return Retried(0, 0)
        await _pass_over(uow.connection, row)
        await failpoints.reach(AFTER_PASS)
    await failpoints.reach(AFTER_DISCARD)
    subject = (row["service"], row["subject"])
    try:
        applier = _applier(runtime, row["consumer"])
    except UnknownConsumer:
        return Retried(0, await _left(runtime, row["consumer"], subject))
    return await _retry_subject(runtime, applier, subject)


async def _pass_over(connection: asyncpg.Connection, row: asyncpg.Record) -> None:
    inbox, subject = Inbox(row["consumer"], "history", 0), (row["service"], row["subject"])
    position = (await inbox.read(connection, [subject]))[subject]
    rows = await connection.fetch(_OF_SUBJECT, row["consumer"], *subject)
    if not rows:
        raise NoSuchParked(number=row["number"])
    if rows[0]["number"] != row["number"]:
        raise NotFirstParked(first=rows[0]["number"])
    await _delete(connection, [row["number"]])
    found = Settlement(position, position, position)
    arrival = parse(stored(row))
    if isinstance(arrival, Arrival) and _stands_in_line(row, position, arrival):
        found.position = position.after(arrival)
    if len(rows) == 1:
        found.position = replace(found.position, state=InboxState.OK)
    await inbox.write(connection, {subject: found})


def _stands_in_line(row: asyncpg.Record, position: Position, arrival: Arrival) -> bool:
    """Whether the sequence may pass it: a fork has no place, and a follower behind a gap closes none."""
    if row["kind"] in (Misfit.FORK, Misfit.FOLLOWER):
        return row["kind"] == Misfit.FOLLOWER and position.follows(arrival)
    return not position.over(arrival)


async def _retry_record(runtime: Runtime, applier: Applier, row: asyncpg.Record) -> Retried:
    found = parse(stored(row))
    if isinstance(found, Refused):
        return Retried(0, 1, found.error)
    # Like any message that just came: applied, held, or parked with its subject. Killed before the delete it
    # is only applied and still listed, and the next retry finds a duplicate.
    tally = await applier.process(Sorted([found]))
    if tally.quarantined:  # the row that would keep it is this very one
        return Retried(0, 1, row["error"])
    await failpoints.reach(AFTER_RECORD)
    async with runtime.database.transaction() as transaction:
        await _delete(transaction.connection, [row["number"]])
    return Retried(tally.applied, 0)


async def _retry_subject(runtime: Runtime, applier: Applier, subject: Subject) -> Retried:
    applied = 0
    while True:
        try:
            async with runtime.unit_of_work() as uow:
                step = await _step(uow, applier, subject)
        except Exception as error:
            if nature_of(error) is Nature.TRANSIENT:
                raise
            step = _Step(0, describe(error))
            await _note(runtime, applier.inbox.consumer, subject, describe(error))
        await failpoints.reach(AFTER_STEP)
        applied += step.applied
        if step.error is not None or step.done:
            left = 0 if step.done else await _left(runtime, applier.inbox.consumer, subject)
            return Retried(applied, left, step.error)


@dataclass(frozen=True)
class _Step:
    applied: int
    error: str | None = None
    done: bool = False


async def _step(uow: UnitOfWork, applier: Applier, subject: Subject) -> _Step:
    """Apply the subject's first parked message, if it can be; the inbox row stays locked meanwhile."""
    connection, inbox = uow.connection, applier.inbox
    position = (await inbox.read(connection, [subject]))[subject]
    rows = await connection.fetch(_OF_SUBJECT, inbox.consumer, *subject)
    if not rows:
        return _Step(0, done=True)
    if rows[0]["kind"] == Misfit.FORK:
        return _Step(0, rows[0]["error"])
    first, size = _settle(position, rows[:1], inbox.latest), 1
    if first.hold:  # behind a gap are then all of them
        first, size = _settle(position, rows, inbox.latest), len(rows)
    if first.park and size == 1:
        return _Step(0, first.park[0][2])
    await applier.react(uow, [first.fresh])
    await failpoints.reach(AFTER_REACTIONS)
    await _delete(connection, [row["number"] for row in rows[:size]])
    await failpoints.reach(AFTER_DELETE)
    if len(rows) > size:
        first.position = replace(first.position, state=InboxState.PARKED)
    await inbox.write(connection, {subject: first})
    return _Step(len(first.fresh), done=len(rows) == size)


def _settle(position: Position, rows: Sequence[asyncpg.Record], latest: bool) -> Settlement:
    arrivals = [arrival for row in rows if isinstance(arrival := parse(stored(row)), Arrival)]
    if len(arrivals) < len(rows):
        raise ValueError("the parked message contradicts the contracts by now; discard it, or mend them")
    found = settle(replace(position, state=InboxState.OK), arrivals, latest=latest)
    found.written = position
    return found


def _applier(runtime: Runtime, consumer: str) -> Applier:
    for definition in consumers_of(runtime.service):
        if definition.name == consumer:
            return Applier(runtime, definition)
    raise UnknownConsumer(consumer=consumer)


def _about(row: asyncpg.Record) -> dict[str, object]:
    names = ("number", "consumer", "service", "subject", "epoch", "sequence", "topic", "partition", "offset")
    id = dict(unpack_headers(row["headers"])).get("ce_id") or b""
    return {name: row[name] for name in (*names, "kind", "error")} | {"id": id.decode("utf-8", "replace")}


async def _row(connection: asyncpg.Connection, number: int) -> asyncpg.Record:
    row = await connection.fetchrow(_ONE, number)
    if row is None:
        raise NoSuchParked(number=number)
    return row


async def _delete(connection: asyncpg.Connection, numbers: list[int]) -> None:
    await connection.execute("delete from parked where number = any($1)", numbers)


async def _note(runtime: Runtime, consumer: str, subject: Subject, error: str) -> None:
    async with runtime.database.transaction() as transaction:
        await transaction.connection.execute(_NOTE, consumer, *subject, error)


async def _left(runtime: Runtime, consumer: str, subject: Subject) -> int:
    async with runtime.database.transaction() as transaction:
        return len(await transaction.connection.fetch(_OF_SUBJECT, consumer, *subject))
