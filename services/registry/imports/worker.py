"""The durable job behind an import: takes what waits, does it whole or not, begins again after a crash."""

import asyncio
import gc
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final
from uuid import UUID

import structlog

from chassis import failpoints
from chassis.clock import day_of
from chassis.faults import Nature, nature_of
from chassis.log import Cause
from chassis.model import Refusal, Refusals, step
from chassis.principal import Principal
from chassis.runtime import Runtime
from chassis.unit_of_work import UnitOfWork
from services.registry.imports import changes, commands
from services.registry.imports.model import (
    TRANSITIONS,
    Fault,
    ImportState,
    check_mapping,
    header_key,
    mapping_by_header,
)
from services.registry.imports.reader import Head
from services.registry.imports.rows import Context, Draft, RowCheck
from services.registry.imports.similar import Comparison, Named
from services.registry.imports.tables import ImportFileRow, ImportMappingRow, ImportRow
from services.registry.imports.workbook import Book, opened
from services.registry.organizations.model import Basis
from services.registry.policy import RegistryPolicy

CLAIMED: Final = failpoints.declare("registry.import.claimed")
READ: Final = failpoints.declare("registry.import.read")
REPORTED: Final = failpoints.declare("registry.import.reported")
APPLIED: Final = failpoints.declare("registry.import.applied")
COMMITTED: Final = failpoints.declare("registry.import.committed")

PAUSE_S: Final = 1.0
"""Between two looks for work, where nobody called."""
ATTEMPTS: Final = 5
"""After so many tries that ended in a crash or an unknown error, an import is given up."""
called: Final = asyncio.Event()
"""Set by a route of this process when it has left work."""
log = structlog.get_logger(__name__)

_CLAIM = """
update import set attempts = attempts + 1
where id = (
    select id from import where state in ('received', 'applying', 'undoing')
    order by created_at limit 1 for update skip locked
)
returning id
"""
STREET: Final = 9
"""Digits of a street's code: names are compared within one."""
_NAMES = """
select left(division, $2) as street, id::text as id, normalized_name from organization
where not ended and left(division, $2) = any($1) order by 1, id
"""
_PROGRESS = """
insert into import_progress (import_id, rows_read, rows_applied) values ($1, $2, $3)
on conflict (import_id) do update set rows_read = greatest(import_progress.rows_read, excluded.rows_read),
                                      rows_applied = excluded.rows_applied
"""


async def work(runtime: Runtime) -> None:
    """Run until cancelled. Neither an import that fails nor a database that is away for a while ends it."""
    while True:
        try:
            id = await _claim(runtime)
            if id is None:
                await _wait()
            else:
                await failpoints.reach(CLAIMED)
                await _attempt(runtime, id)
        except Exception:
            log.exception("import.worker_failed")
            await asyncio.sleep(PAUSE_S)


async def _attempt(runtime: Runtime, id: UUID) -> None:
    try:
        await do(runtime, id)
    except Exception as error:
        log.exception("import.failed", import_id=str(id))
        if nature_of(error) is not Nature.TRANSIENT:  # an outage says nothing about the workbook
            await _give_up(runtime, id, None)
        await asyncio.sleep(PAUSE_S)


async def _wait() -> None:
    try:
        await asyncio.wait_for(called.wait(), PAUSE_S)
    except TimeoutError:
        return
    called.clear()


async def _claim(runtime: Runtime) -> UUID | None:
    async with runtime.database.transaction() as transaction:
        id: UUID | None = await transaction.connection.fetchval(_CLAIM)
    return id


async def do(runtime: Runtime, id: UUID) -> None:
    """One import's next piece of work; a refusal of the whole workbook ends it as failed."""
    async with runtime.database.transaction() as transaction:
        row = await transaction.session.get(ImportRow, id)
        file = await transaction.session.get(ImportFileRow, id)
        now = transaction.now
    if row is None or file is None or not commands.working(row):
        return
    with without_collection():
        await _do(runtime, row, file.content, now)


@contextmanager
def without_collection() -> Iterator[None]:
    """No search for cycles while hundreds of thousands of rows, which have none, come and go: it took a third
    of an import's time. What else runs meanwhile is collected afterwards."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


async def _do(runtime: Runtime, row: ImportRow, content: bytes, now: datetime) -> None:
    id = row.id
    roles = frozenset({"import", *row.roles})
    principal = Principal(row.actor_id, roles, frozenset({"*"}), (row.division,), frozenset(row.bodies))
    cause = Cause(str(row.id))
    if row.state == ImportState.UNDOING.value:
        await _undo(runtime, row, principal, cause)
        return
    policy = _policy(runtime)
    try:
        async with opened(
            content, row.file_name, sheet=row.sheet, max_uncompressed=policy.import_max_uncompressed_bytes,
            max_rows=policy.import_max_rows,
        ) as book:  # fmt: skip
            bringing = await _bringing(runtime, row, principal, book, now)
            await failpoints.reach(READ)
            await _tell(runtime, id, book.head.rows, 0)
            if row.state == ImportState.RECEIVED.value:
                await _conclude(runtime, row, principal, bringing)
            else:
                await _apply(runtime, row, principal, cause, bringing)
    except (Refusal, Refusals) as refused:
        await _give_up(runtime, id, refused)


@dataclass(frozen=True)
class _Bringing:
    """A workbook that is being read, and the check of its rows by everything but the register itself."""

    book: Book
    mapping: dict[str, int]
    check: RowCheck

    @property
    def head(self) -> Head:
        """What is known of the sheet before its rows."""
        return self.book.head

    async def portions(self) -> AsyncIterator[list[Draft]]:
        """The organisations of the rows as they come."""
        async for portion in self.book.portions():
            drafts = []
            for place, draft in enumerate(self.check.drafts(portion)):
                if draft is not None:
                    drafts.append(draft)
                if place % commands.BREATH == 0:
                    await asyncio.sleep(0)
            yield drafts

    async def whole(self) -> AsyncIterator[list[Draft]]:
        """Those of all rows at once."""
        yield [draft async for drafts in self.portions() for draft in drafts]


async def _bringing(
    runtime: Runtime, row: ImportRow, principal: Principal, book: Book, now: datetime
) -> _Bringing:
    try:
        mapping = await _mapping(runtime, row, book.head)
    except Refusal:
        await _tell_headers(runtime, row.id, book.head)
        raise
    context = Context(
        region=runtime.region,
        policy=_policy(runtime),
        principal=principal,
        division=row.division,
        stack=runtime.settings.stack,
        lower_stacks=runtime.settings.lower_stacks,
        basis=Basis(row.basis),
        effective_on=row.effective_on,
        today=day_of(now),
    )
    return _Bringing(book, mapping, RowCheck(book.head, mapping, context))


def _policy(runtime: Runtime) -> RegistryPolicy:
    policy = runtime.policies
    assert isinstance(policy, RegistryPolicy)
    return policy


def fingerprint(headers: Sequence[str]) -> bytes:
    """What a mapping is remembered by: the header's names in their order."""
    return blake2b("\n".join(map(header_key, headers)).encode(), digest_size=16).digest()


async def _mapping(runtime: Runtime, row: ImportRow, head: Head) -> dict[str, int]:
    """The mapping given, else the one remembered for this header here, else by the headers' names."""
    given = row.mapping_given
    if given is None:
        key = (row.division, fingerprint(head.headers))
        async with runtime.database.transaction() as transaction:
            remembered = await transaction.session.get(ImportMappingRow, key)
        given = remembered.mapping if remembered is not None else None
    mapping = mapping_by_header(given or {}, head.headers)
    check_mapping(mapping, head.headers)
    return mapping


async def _conclude(runtime: Runtime, row: ImportRow, principal: Principal, bringing: _Bringing) -> None:
    """The dry run's report: faults, duplicates in the register, names that are nearly alike."""
    [drafts] = [drafts async for drafts in bringing.whole()]
    async with runtime.unit_of_work(principal) as uow:
        locked = await _still(uow, row)
        if locked is None:
            return
        known = await commands.sort_out_known(uow, locked, drafts, None)
        of_records = known.of_records
        if of_records.changes:
            refused = await changes.carry_out(uow, locked, of_records.changes, dry=True)
            changes.leave_out(of_records, refused, _policy(runtime))
        faults = [*bringing.check.faults, *of_records.faults, *await _similar(uow, known.new)]
        await _keep(uow, locked, bringing, known.valid, of_records, faults)
        commands.conclude_check(locked, uow)


async def _similar(uow: UnitOfWork, drafts: Sequence[Draft]) -> list[Fault]:
    """Warnings for names nearly alike, and one where not all could be compared."""
    policy = uow.policy(RegistryPolicy)
    comparison = Comparison(
        places=[place.name for place in uow.region.divisions], score=policy.similar_names_score,
        most=policy.similar_names_comparisons,
    )  # fmt: skip
    streets: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for draft in drafts:
        streets[draft.values["division"][:STREET]].append((draft.row, draft.normalized_name))
    found: list[Fault] = []
    async for street, known in _known_names(uow, sorted(streets)):
        found += await asyncio.to_thread(comparison.street, streets.pop(street), known)
    for rows in streets.values():
        found += await asyncio.to_thread(comparison.street, rows, [])
    return [*found, *comparison.told()]


async def _known_names(uow: UnitOfWork, streets: Sequence[str]) -> AsyncIterator[tuple[str, list[Named]]]:
    """(street, names on record) of those streets that have any, one street in memory at a time."""
    street, names = "", list[Named]()
    async for row in uow.connection.cursor(_NAMES, streets, STREET, prefetch=5000):
        if row["street"] != street:
            if names:
                yield street, names
            street, names = row["street"], []
        names.append((row["id"], row["normalized_name"]))
    if names:
        yield street, names


class _TakenBack(Exception):
    """Takes the savepoint back: all rows were asked for, and some are at fault."""


async def _apply(
    runtime: Runtime, row: ImportRow, principal: Principal, cause: Cause, bringing: _Bringing
) -> None:
    """Everything into the register in one transaction, or nothing; the rows while they are being read."""
    rows, check, entered = bringing.head.rows, bringing.check, commands.Entered()

    async def told(done: int) -> None:
        await _tell(runtime, row.id, rows, done)

    async with runtime.unit_of_work(principal, cause) as uow:
        locked = await _still(uow, row)
        if locked is None:
            return
        whole = locked.apply == "all"

        def faulty() -> bool:
            return bool(check.faults or entered.of_records.faults)

        async def change(known: commands.Known) -> None:
            await _change(uow, locked, check.faults, known)

        # What changes records is done before anything is entered, so all of it has to be known.
        portions = bringing.whole() if locked.update else bringing.portions()
        with suppress(_TakenBack):
            async with uow.savepoint():
                await commands.enter(
                    uow, locked, portions, bringing.mapping, entered,
                    change=change, useless=lambda: whole and faulty(), told=told,
                )  # fmt: skip
                if whole and faulty():
                    raise _TakenBack
        faults = [*check.faults, *entered.of_records.faults]
        await _keep(uow, locked, bringing, entered.valid, entered.of_records, faults)
        if whole and locked.faults:
            commands.reject(locked, uow)
            return
        commands.conclude(uow, locked, entered)
        await failpoints.reach(APPLIED)
    await failpoints.reach(COMMITTED)
    await _tell(runtime, row.id, rows, entered.new)


async def _change(
    uow: UnitOfWork, row: ImportRow, faults: Sequence[Fault], known: commands.Known
) -> None:  # fmt: skip
    """Carry out the changes, or none of them where all rows were asked for and some are at fault. What is
    left of them is what was, or would have been, carried out."""
    found = known.of_records
    whole = row.apply == "all"
    dry = whole and bool(faults or found.faults)
    refused = await changes.carry_out(uow, row, found.changes, whole=whole, dry=dry)
    changes.leave_out(found, refused, uow.policy(RegistryPolicy))


async def _undo(runtime: Runtime, row: ImportRow, principal: Principal, cause: Cause) -> None:
    async def told(done: int) -> None:
        await _tell(runtime, row.id, row.rows_read, row.rows_applied - done)

    async with runtime.unit_of_work(principal, cause) as uow:
        locked = await _still(uow, row)
        if locked is not None:
            await commands.undo(uow, locked, told)


async def _still(uow: UnitOfWork, row: ImportRow) -> ImportRow | None:
    """The import, locked for this transaction; None where another worker was faster."""
    locked = await uow.session.get(ImportRow, row.id, with_for_update={"skip_locked": True})
    return locked if locked is not None and locked.state == row.state else None


async def _keep(
    uow: UnitOfWork, row: ImportRow, bringing: _Bringing, valid: int, found: changes.Sorted,
    faults: list[Fault],
) -> None:  # fmt: skip
    """What the check found, and the mapping for the next time this office brings this header."""
    policy, head = uow.policy(RegistryPolicy), bringing.head
    row.sheet, row.headers, row.mapping = head.sheet, head.headers, bringing.mapping
    row.rows_read, row.rows_valid, row.rows_unchanged = head.rows, valid, found.unchanged
    row.rows_changed = len(found.changes)
    faults = [*faults, *(told for change in found.changes for told in changes.told(change, policy))]
    await commands.keep_report(uow, row, faults)
    await failpoints.reach(REPORTED)
    if row.mapping_given is not None:
        await uow.session.merge(
            ImportMappingRow(
                division=row.division, fingerprint=fingerprint(head.headers), mapping=row.mapping_given,
                used_at=uow.now,
            )
        )  # fmt: skip


async def _tell(runtime: Runtime, id: UUID, read: int, applied: int) -> None:
    """Progress, on a connection of its own so that others see it before the work commits."""
    async with runtime.database.transaction() as transaction:
        await transaction.connection.execute(_PROGRESS, id, read, applied)


async def _tell_headers(runtime: Runtime, id: UUID, head: Head) -> None:
    """The columns that there are, for whoever has to say which is which."""
    async with runtime.database.transaction() as transaction:
        row = await transaction.session.get_one(ImportRow, id, with_for_update=True)
        row.sheet, row.headers = head.sheet, head.headers


async def _give_up(runtime: Runtime, id: UUID, refused: Refusal | Refusals | None) -> None:
    """A refused workbook fails at once, an unknown error after some tries."""
    async with runtime.unit_of_work() as uow:
        row = await uow.session.get(ImportRow, id, with_for_update=True)
        if row is None or not commands.working(row) or (refused is None and row.attempts < ATTEMPTS):
            return
        row.state = step(TRANSITIONS, ImportState(row.state), "failed").value
        row.finished_at = uow.now
        row.problem = _problem(refused)


def _problem(refused: Refusal | Refusals | None) -> dict[str, str]:
    if refused is None:
        return {
            "code": "import_failed",
            "zh": "多次尝试后仍未完成，请联系运维人员查看日志。",
            "en": "It did not succeed after several tries; ask operations to look at the log.",
        }
    refusals = refused.refusals if isinstance(refused, Refusals) else (refused,)
    return {
        "code": refusals[0].code,
        "zh": "".join(refusal.message("zh") for refusal in refusals),
        "en": " ".join(refusal.message("en") for refusal in refusals),
    }
