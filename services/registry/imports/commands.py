"""The use cases of imports: receive a workbook, give a mapping, ask to apply or undo, and the work itself.

Applying and undoing are set-based and in one transaction: a killed process leaves nothing behind.
"""

import asyncio
from collections import Counter
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from operator import itemgetter
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
import sqlalchemy as sa
from shuniu_contracts import Event, by_type, registry
from shuniu_contracts.codec import decode_data
from sqlmodel import select
from uuid_utils import uuid7

from chassis import failpoints
from chassis.columns import joined
from chassis.model import division_code, is_within, step
from chassis.pinyin import initials
from chassis.unit_of_work import UnitOfWork
from services.registry.hub.hubs.routing import Routing, routing
from services.registry.imports import changes
from services.registry.imports.behind import Behind
from services.registry.imports.changes import Sorted
from services.registry.imports.model import (
    COLUMN_BY_FIELD,
    TRANSITIONS,
    WORKING,
    Fault,
    ImportHasFaults,
    ImportNotFound,
    ImportState,
    Severity,
    TooManyChanges,
)
from services.registry.imports.rows import Draft
from services.registry.imports.tables import ImportFaultRow, ImportFileRow, ImportRow
from services.registry.organizations.hooks import CAME_ON_RECORD, ENDED
from services.registry.organizations.model import FINAL, Basis, LegalStatus, days_standing
from services.registry.organizations.tables import (
    OrganizationRow,
    OrganizationStatusRow,
    organization_state,
)
from services.registry.policy import RegistryPolicy

CHUNK: Final = 1000
"""Rows of one COPY and one statement for the log."""
BREATH: Final = 50
"""Rows between two breaths of the event loop."""
TOLD_EVERY_S: Final = 1.0
"""Progress is for people; each time costs a commit."""
CHUNK_WRITTEN: Final = failpoints.declare("registry.import.chunk_written")
CHUNK_UNDONE: Final = failpoints.declare("registry.import.chunk_undone")
CHANGE: Final = "organizations:change"
"""What whoever brings changes by workbook must be permitted, too."""
Which = Literal["all", "valid"]
Told = Callable[[int], Coroutine[Any, Any, None]]
"""Called with the number of rows done so far."""


async def receive(
    uow: UnitOfWork, *, content: bytes, file_name: str, division: str, basis: Basis = Basis.HISTORICAL,
    effective_on: date | None = None, sheet: str | None = None, mapping: dict[str, str] | None = None,
    update: bool = False, apply: Which | None = None,
) -> ImportRow:  # fmt: skip
    """Keep a workbook to be checked and, if `apply` says so, applied at once; with `update` its rows change
    the records that they differ from.

    The same file with the same arguments answers the import it already is, unless that failed or was undone.
    """
    uow.authorize(division_code(division, at="/division"))
    uow.home_of(division)
    digest = blake2b(content, digest_size=32).digest()
    if update:
        uow.principal.authorize(CHANGE, division)
    known = await _same(uow, digest, division, basis, effective_on, sheet, mapping, update)
    if known is not None:
        if apply is not None and known.state == ImportState.CHECKED.value:
            _move(known, "requested")
            _asked(known, uow)
            known.apply, known.problem, known.attempts = apply, None, 0
        return known
    row = ImportRow(
        division=division,
        actor_id=uow.principal.actor_id,
        state=(ImportState.APPLYING if apply else ImportState.RECEIVED).value,
        apply=apply,
        basis=basis.value,
        effective_on=effective_on,
        file_name=file_name[-200:],
        file_hash=digest,
        file_size=len(content),
        sheet=sheet,
        mapping_given=mapping,
        update=update,
        created_at=uow.now,
    )
    _asked(row, uow)
    uow.session.add(row)
    uow.session.add(ImportFileRow(import_id=row.id, content=content))
    return row


async def _same(
    uow: UnitOfWork, digest: bytes, division: str, basis: Basis, effective_on: date | None,
    sheet: str | None, mapping: dict[str, str] | None, update: bool,
) -> ImportRow | None:  # fmt: skip
    """The import that this file already is."""
    await uow.connection.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 0))", digest.hex() + division
    )
    statement = (
        select(ImportRow)
        .where(ImportRow.file_hash == digest, ImportRow.division == division, ImportRow.basis == basis.value)
        .where(sa.column("state").not_in([ImportState.FAILED.value, ImportState.UNDONE.value]))
        .order_by(sa.column("created_at").desc())
        .with_for_update()
    )
    for row in (await uow.session.exec(statement)).all():
        done = update and row.state == ImportState.APPLIED.value  # the register may have changed since
        arguments = (row.effective_on, row.mapping_given, row.update)
        if arguments == (effective_on, mapping, update) and sheet in (None, row.sheet) and not done:
            return row
    return None


async def remap(
    uow: UnitOfWork, *, id: UUID, mapping: dict[str, str] | None = None, sheet: str | None = None,
    division: str | None = None, basis: Basis | None = None, update: bool | None = None,
    effective_on: date | msgspec.UnsetType | None = msgspec.UNSET,
) -> ImportRow:  # fmt: skip
    """Check the workbook again with another mapping (field to header), sheet, division, basis, day of the
    rows that have none, or with or without changing records; what is left out stays."""
    row = await load(uow, id)
    if division is not None:
        uow.authorize(division_code(division, at="/division"))
        uow.home_of(division)
        row.division = division
    _move(row, "remapped")
    _asked(row, uow)
    row.mapping_given, row.sheet = mapping or row.mapping_given, sheet or row.sheet
    row.basis = row.basis if basis is None else basis.value
    row.update = row.update if update is None else update
    if row.update:
        uow.principal.authorize(CHANGE, row.division)
    if effective_on is not msgspec.UNSET:
        row.effective_on = effective_on
    row.problem, row.attempts, row.apply = None, 0, None
    return row


async def request_apply(uow: UnitOfWork, *, id: UUID, rows: Which) -> ImportRow:
    """Put a checked workbook's rows into the register: all of them or none, or the valid ones; who says so
    must be permitted what they do."""
    row = await load(uow, id)
    if row.update:
        uow.principal.authorize(CHANGE, row.division)
    _move(row, "requested")
    _asked(row, uow)
    row.apply, row.problem, row.attempts = rows, None, 0
    return row


async def request_undo(uow: UnitOfWork, *, id: UUID) -> ImportRow:
    """Take back what an import brought and nobody has worked on since."""
    row = await load(uow, id)
    _move(row, "undo_requested")
    row.problem, row.attempts = None, 0
    return row


async def load(uow: UnitOfWork, id: UUID) -> ImportRow:
    """The locked import; raises `ImportNotFound`, `NotPermitted`."""
    row = (
        await uow.session.exec(select(ImportRow).where(ImportRow.id == id).with_for_update())
    ).one_or_none()
    if row is None:
        raise ImportNotFound(id=id)
    uow.authorize(row.division)
    return row


def _asked(row: ImportRow, uow: UnitOfWork) -> None:
    """Who asks for the work, as far as it says whose steps the rows may be."""
    row.roles, row.bodies = sorted(uow.principal.roles), sorted(uow.principal.bodies)


def _move(row: ImportRow, fact: str) -> None:
    state = step(TRANSITIONS, ImportState(row.state), fact)
    row.state = state.value


_TAKEN = """
select entry.place, o.id, o.import_fingerprint, 'code' as by
from unnest(string_to_array($1, ',', '')) with ordinality as entry(code, place)
join organization o on o.credit_code = entry.code and not o.ended and not o.replica
union all
select entry.place, o.id, o.import_fingerprint, 'name'
from unnest(string_to_array($2, ','), string_to_array($3, ',')) with ordinality
     as entry(division, name, place)
join organization o on o.division = entry.division and o.normalized_name = entry.name and not o.ended
                   and not o.replica
"""
_ENDED_BEFORE = """
select import_fingerprint from organization
where ended and basis <> 'corrected' and import_fingerprint = any($1::bytea[])
  and import_id is distinct from $2
"""
"""Of other imports: the same may have ended twice in one workbook, and some of it may be entered already."""
_PLANS = "set local plan_cache_mode = force_custom_plan"
"""A plan made for an empty register would go through all of it for every portion once it is full."""


@dataclass
class Known:
    """The rows of a workbook beside what is on the register."""

    new: list[Draft]
    of_records: Sorted

    @property
    def valid(self) -> int:
        """Rows that can be applied."""
        return len(self.new) + len(self.of_records.changes)


async def sort_out_known(
    uow: UnitOfWork, row: ImportRow, drafts: Sequence[Draft], seen: Mapping[UUID, int] | None
) -> Known:
    """Tell rows that are new from those of records on the register: the latter are unchanged (the same file
    twice changes nothing), or at fault, or change the record where the import is for that.

    `seen` are the versions of the records whose changes somebody was shown, None before anybody was
    shown any. A new row whose step is other staff's is at fault. Raises `TooManyChanges`.
    """
    named = [draft for draft in drafts if draft.status not in FINAL or (row.update and draft.id is not None)]
    taken = await uow.connection.fetch(
        _TAKEN,
        joined([draft.values.get("credit_code") or "" for draft in named]),
        joined([draft.values["division"] for draft in named]),
        joined([draft.normalized_name for draft in named]),
    )
    others = {entry["place"]: entry for entry in reversed(taken)}
    gone = await _ended_before(uow, row, [draft for draft in drafts if draft.status in FINAL])
    found = Sorted(unchanged=sum(draft.fingerprint in gone for draft in drafts))
    known: set[int] = {draft.row for draft in drafts if draft.fingerprint in gone}
    copied = _copied_ids(drafts) if row.update else frozenset()
    differing: list[tuple[Draft, UUID, str]] = []
    for place, draft in enumerate(named, 1):
        if draft.row in known:
            continue
        other = others.get(place)
        if row.update and draft.id is not None:
            if draft.id in copied:
                found.faults.append(_copied_id(draft))
            else:
                differing.append((draft, draft.id, "id"))
        elif other is None:
            continue
        elif other["import_fingerprint"] == draft.fingerprint:
            found.unchanged += 1
        else:
            differing.append((draft, other["id"], other["by"]))
        known.add(draft.row)
    for start in range(0, len(differing), CHUNK):
        await _sort_out_differing(uow, row, differing[start : start + CHUNK], seen, found)
    return _new([draft for draft in drafts if draft.row not in known], found)


async def _of_empty_register(
    uow: UnitOfWork, row: ImportRow, drafts: Sequence[Draft], seen: Mapping[UUID, int] | None
) -> Known:  # fmt: skip
    """The same where nobody was on the register."""
    return _new(drafts, Sorted())


def _new(drafts: Sequence[Draft], found: Sorted) -> Known:
    found.faults += (draft.of_other_staff for draft in drafts if draft.of_other_staff is not None)
    return Known([draft for draft in drafts if draft.of_other_staff is None], found)


async def _sort_out_differing(
    uow: UnitOfWork, row: ImportRow, differing: Sequence[tuple[Draft, UUID, str]],
    seen: Mapping[UUID, int] | None, found: Sorted,
) -> None:  # fmt: skip
    """Rows of records that were not imported from just this row, by what they say otherwise."""
    policy = uow.policy(RegistryPolicy)
    records = await changes.records(uow, [id for _, id, _ in differing])
    for draft, id, by in differing:
        record = records.get(id)
        if record is None or not is_within(record["division"], row.division):
            found.faults.append(_unknown(draft, id) if by == "id" else _taken(draft, by, str(id)))
            continue
        differences = changes.differences(draft, record)
        if not differences:
            found.unchanged += 1
        elif not row.update:
            found.faults.append(_taken(draft, by, str(id)))
        else:
            change = changes.change_of(draft, record, differences, seen)
            refused = list(changes.refused(change, policy))
            found.faults += refused
            if not refused:
                found.changes.append(change)
            elif change.stale:
                found.faults += changes.told(change, policy)  # so that the next yes is to what is there now
                found.stale += 1
    if (rows := len(found.changes) + found.stale) > policy.sheet_max_rows:
        raise TooManyChanges(rows=rows, most=policy.sheet_max_rows)


def _copied_ids(drafts: Sequence[Draft]) -> frozenset[UUID]:
    """Ids of records that several rows have: which of them is the record, nobody knows."""
    times = Counter(draft.id for draft in drafts if draft.id is not None)
    return frozenset(id for id, number in times.items() if number > 1)


def _copied_id(draft: Draft) -> Fault:
    return Fault(
        draft.row, COLUMN_BY_FIELD["id"].header, "record_twice",
        "另有一行的系统编号与本行相同；复制而来的新行，请清空“系统编号”和“系统版本”",
        "another row has the same id; empty both columns of a row that was copied to add an organisation",
        str(draft.id),
    )  # fmt: skip


def _unknown(draft: Draft, id: UUID) -> Fault:
    return Fault(
        draft.row, COLUMN_BY_FIELD["id"].header, "record_unknown",
        f"本辖区没有编号为 {id} 的在册组织，请重新导出后填写",
        f"no organisation '{id}' is on the register of this division; export it anew",
    )  # fmt: skip


async def _ended_before(uow: UnitOfWork, row: ImportRow, drafts: Sequence[Draft]) -> set[bytes]:
    """Fingerprints of ended organisations that an import has entered before this one."""
    if not drafts:
        return set()
    fingerprints = [draft.fingerprint for draft in drafts]
    found = await uow.connection.fetch(_ENDED_BEFORE, fingerprints, row.id)
    return {entry["import_fingerprint"] for entry in found}


def _taken(draft: Draft, by: str, other: str) -> Fault:
    column = "统一社会信用代码" if by == "code" else "名称"
    return Fault(
        draft.row,
        column,
        "duplicate",
        f"{column}已在册（编号 {other}），内容与本行不同；请打开该记录变更",
        f"on record already as {other}, with other content; change that record instead",
        other,
    )


async def keep_report(uow: UnitOfWork, row: ImportRow, faults: Sequence[Fault]) -> None:
    """Write faults, warnings and changes, in the order of rows, in place of an earlier check's. Of faults and
    warnings there may be more than are listed; changes are listed all, since the yes is to what was shown."""
    await uow.connection.execute("delete from import_fault where import_id = $1", row.id)
    limit = uow.policy(RegistryPolicy).import_max_faults
    changed = [fault for fault in faults if fault.severity is Severity.CHANGE]
    others = sorted(
        (fault for fault in faults if fault.severity is not Severity.CHANGE),
        key=lambda fault: (fault.row, fault.severity.value),
    )
    ordered = sorted([*changed, *others[:limit]], key=lambda fault: (fault.row, fault.severity.value))
    columns = [name for name in ImportFaultRow.model_fields if name != "number"]
    await uow.connection.copy_records_to_table(
        "import_fault",
        columns=columns,
        records=[
            (row.id, f.row, f.column, f.severity.value, f.code, f.zh, f.en, f.other, f.revision)
            for f in ordered
        ],
    )
    row.rows_faulty = len({fault.row for fault in faults if fault.severity is Severity.FAULT})
    row.faults = sum(fault.severity is Severity.FAULT for fault in faults)
    row.warnings = sum(fault.severity is Severity.WARNING for fault in faults)


def conclude_check(row: ImportRow, uow: UnitOfWork) -> None:
    """The workbook is checked and waits for a decision."""
    _move(row, "checked")
    row.finished_at = uow.now


def reject(row: ImportRow, uow: UnitOfWork) -> None:
    """All rows were asked for and some have faults: nothing is applied."""
    _move(row, "rejected")
    refusal = ImportHasFaults(count=row.rows_faulty)
    row.problem = {"code": refusal.code, "zh": refusal.message("zh"), "en": refusal.message("en")}
    row.finished_at = uow.now


_EVENTS: Final[dict[LegalStatus, type[Event]]] = {
    LegalStatus.CANDIDATE: registry.OrganizationNominated,
    LegalStatus.DISCOVERED: registry.OrganizationDiscovered,
    LegalStatus.FILED: registry.OrganizationFiled,
    LegalStatus.REGISTERED: registry.OrganizationRegistered,
    LegalStatus.SUSPENDED: registry.OrganizationSuspended,
    LegalStatus.DEREGISTERED: registry.OrganizationDeregistered,
    LegalStatus.REVOKED: registry.OrganizationRevoked,
    LegalStatus.DISSOLVED: registry.OrganizationDissolved,
}
_COLUMNS: Final = tuple(column.name for column in sa.inspect(OrganizationRow).columns)
_STATUS_COLUMNS: Final = tuple(
    name for name in OrganizationStatusRow.model_fields if name not in {"number", "decoupling"}
)
_FLAGS: Final[Mapping[str | None, bool]] = {"true": True, "false": False}
_REGISTERED: Final = frozenset(
    {LegalStatus.REGISTERED, LegalStatus.SUSPENDED, LegalStatus.DEREGISTERED, LegalStatus.REVOKED}
)


@dataclass
class Entered:
    """What became of the rows so far."""

    of_records: Sorted = field(default_factory=Sorted)
    valid: int = 0
    """rows that can be applied"""
    new: int = 0
    """rows entered"""

    def add(self, known: Known) -> None:
        """Some more rows, before they are entered."""
        self.valid += known.valid
        self.of_records.add(known.of_records)


async def enter(
    uow: UnitOfWork, row: ImportRow, portions: AsyncIterator[Sequence[Draft]], mapping: Mapping[str, int],
    entered: Entered, *, change: Callable[[Known], Awaitable[None]], useless: Callable[[], bool], told: Told,
) -> None:  # fmt: skip
    """Put the drafts into the register: a row, its days and one event each, by COPY, a chunk at a time.

    While rows are read, checked and made, the database works on those before. Once it is `useless`, since
    all will be taken back, rows are only looked at. `change` carries out the changes among the rows.
    """
    await uow.connection.execute(_PLANS)
    anybody = await uow.connection.fetchval("select exists (select from organization)")
    # Without, as before the first workbook, there is nobody to look for but the rows that are entered here;
    # whoever is entered meanwhile is met by the unique indexes.
    look = sort_out_known if anybody or row.update else _of_empty_register
    seen = await changes.seen(uow, row)
    making = _Making(uow, row, _copied(mapping), await routing(uow))
    writing: asyncio.Task[None] | None = None
    telling: asyncio.Task[None] | None = None
    clock, next_told = asyncio.get_running_loop().time, 0.0
    async with Behind() as database, aclosing(_known(uow, row, portions, seen, database, look)) as found:
        async for known in found:
            if known.of_records.changes:
                await change(known)
            entered.add(known)
            if useless():
                continue
            for start in range(0, len(known.new), CHUNK):
                chunk = await making.chunk(known.new[start : start + CHUNK])
                if writing is not None:
                    await writing
                writing = database.do(_write, uow, chunk)
                entered.new += len(chunk.organizations)
                if clock() >= next_told and (telling is None or telling.done()):
                    # Not awaited: its commit waits until all that was written here so far is on the disk.
                    telling, next_told = database.beside(told, entered.new), clock() + TOLD_EVERY_S
        for task in (writing, telling):
            if task is not None:
                await task
    await CAME_ON_RECORD(uow, making.ids)


Looking = Callable[
    [UnitOfWork, ImportRow, Sequence[Draft], Mapping[UUID, int] | None], Coroutine[Any, Any, Known]
]


async def _known(
    uow: UnitOfWork, row: ImportRow, portions: AsyncIterator[Sequence[Draft]],
    seen: Mapping[UUID, int] | None, database: Behind, look: Looking,
) -> AsyncGenerator[Known]:  # fmt: skip
    """The portions beside the register, each looked up while the next one is read and checked."""
    looking: asyncio.Task[Known] | None = None
    async for drafts in portions:
        next_one = database.do(look, uow, row, drafts, seen)
        if looking is not None:
            yield await looking
        looking = next_one
    if looking is not None:
        yield await looking


def conclude(uow: UnitOfWork, row: ImportRow, entered: Entered) -> None:
    """The rows are in the register."""
    row.rows_applied = entered.new
    _move(row, "applied")
    row.finished_at = uow.now


@dataclass(frozen=True)
class _Chunk:
    """Rows of the tables as they are copied; their events are the unit of work's."""

    columns: Sequence[str]
    organizations: Sequence[tuple[Any, ...]]
    days: Sequence[tuple[Any, ...]]


class _Making:
    """Makes what is written of drafts, and knows the ids that it gave."""

    def __init__(self, uow: UnitOfWork, row: ImportRow, columns: Sequence[str], routes: Routing) -> None:
        self.ids: list[str] = []
        self._uow, self._columns, self._routes = uow, columns, routes
        self._common = _BLANK | {
            "home": uow.stack, "revision": 1, "sequence": 1, "basis": row.basis, "recorded_at": uow.now,
            "import_id": str(row.id),
        }  # fmt: skip

    async def chunk(self, drafts: Sequence[Draft]) -> _Chunk:
        """The rows of some drafts."""
        uow, common, in_order = self._uow, self._common, itemgetter(*self._columns)
        organizations: list[tuple[Any, ...]] = []
        days: list[tuple[Any, ...]] = []
        for place, draft in enumerate(drafts):
            values = _values(common, draft, self._routes)
            organizations.append(in_order(values))
            self.ids.append(values["id"])
            days.extend(_days(values, draft))
            uow.append(_event(values, draft), subject=values["id"], sequence=1, division=values["division"])
            if place % BREATH == 0:
                await asyncio.sleep(0)
        return _Chunk(self._columns, organizations, days)


async def _write(uow: UnitOfWork, chunk: _Chunk) -> None:
    """Write one chunk while the next one is being made: the database has a processor of its own. Events of
    the next chunk may go with this one's; all of it is one transaction."""
    connection = uow.connection
    await connection.copy_records_to_table("organization", columns=chunk.columns, records=chunk.organizations)
    await connection.copy_records_to_table("organization_status", columns=_STATUS_COLUMNS, records=chunk.days)
    await uow.flush()
    await failpoints.reach(CHUNK_WRITTEN)


def _values(common: dict[str, Any], draft: Draft, routes: Routing) -> dict[str, Any]:
    """Every column's value; plain values, since 100,000 rows of a session would be no import. Ids are texts,
    which the driver reads faster than UUID objects."""
    given = draft.values
    status, day, link = draft.status, draft.effective_on, given.get("hub_link", "none")
    final, registered = status in FINAL, status in _REGISTERED
    categories = given.get("categories", [])
    filed_on = given.get("filed_on") or (day if status is LegalStatus.FILED else None)
    registered_on = given.get("registered_on") or (day if registered and not final else None)
    return {
        **common,
        **given,
        "id": str(uuid7()),
        "effective_on": day,
        "normalized_name": draft.normalized_name,
        "pinyin": initials(draft.normalized_name),
        "legal_form": draft.form.value,
        "legal_status": status.value,
        "ended": final,
        "ended_on": (given.get("ended_on") or day) if final else None,
        "filed_on": filed_on,
        "registered_on": registered_on,
        "registration_route": given.get("route", "unknown") if registered else None,
        "categories": categories,
        "department": given.get("department") or routes.department(given["division"], categories),
        "charity": _FLAGS.get(given.get("charity")),
        "four_no_fees_declared": _FLAGS.get(given.get("four_no_fees_declared")),
        "hub_link": link,
        "linked_on": day if link != "none" else None,
        "hub_filed_on": day if link == "hub_filed" else None,
        "import_row": draft.row,
        "import_fingerprint": draft.fingerprint,
    }


def _blank() -> dict[str, Any]:
    """Every column with its default, as a row that no session makes needs it."""
    return {
        name: None if field.is_required() else field.get_default(call_default_factory=True)
        for name, field in OrganizationRow.model_fields.items()
        if name != "id"
    }


_BLANK: Final = _blank()
_LEFT_TO_DEFAULTS: Final = frozenset(
    {
        "nature", "functions", "service_directions", "target_groups", "brands", "development_mode",
        "supervisory_unit", "registration_authority", "hub_standing", "judged_standing", "paused_on",
        "decoupling", "decoupled_on", "administrative_staff", "credit_listing", "credit_listed_on",
        "four_no_fees_declared", "registered_capital_fen", "source", "merged_into", "merged_into_sequence",
        "replica",
    }
)  # fmt: skip
"""Columns that no workbook fills, or few do; the database has their defaults."""


def _copied(mapping: Mapping[str, int]) -> tuple[str, ...]:
    """The columns that a workbook with this mapping fills."""
    return tuple(name for name in _COLUMNS if name not in _LEFT_TO_DEFAULTS or name in mapping)


def _event(values: dict[str, Any], draft: Draft) -> Event:
    state = organization_state(values)
    if draft.status is LegalStatus.REGISTERED:
        route = registry.RegistrationRoute(values["registration_route"])
        return registry.OrganizationRegistered(state=state, route=route)
    return _EVENTS[draft.status](state=state)


def _days(values: dict[str, Any], draft: Draft) -> Iterator[tuple[Any, ...]]:
    """The days from which it stood as it stood: filed, registered, and as the row says now."""
    found = days_standing(
        values["filed_on"], values["registered_on"], draft.effective_on, form=values["legal_form"],
        status=draft.status.value, route=values["registration_route"],
    )  # fmt: skip
    for place, (day, form, status, route) in enumerate(found, 1):
        until = found[place][0] if place < len(found) else None
        said = None
        if place > 1:  # the first says all
            route_said = {} if route is None else {"registration_route": route}
            said = msgspec.json.encode({"legal_form": form, "legal_status": status, **route_said}).decode()
        yield (
            values["id"], values["division"], form, status, values["hub_link"], route, said, day, until,
            values["recorded_at"],
        )  # fmt: skip


_UNTOUCHED = """
select o.id, o.division, l.type, l.payload
from organization o
join event_log l on l.aggregateid = o.id::text and l.sequence = 1
where o.import_id = $1 and o.revision = 1 and o.sequence = 1 and o.basis <> 'corrected'
  and not exists (select from registration_application a where a.organization_id = o.id)
order by o.id
for update of o
"""

_TAKE_BACK = """
with gone as (delete from organization_status where organization_id = any($1))
update organization
set legal_status = 'dissolved', ended = true, ended_on = effective_on, basis = 'corrected', revision = 2,
    sequence = 2, recorded_at = $2
where id = any($1)
"""


async def undo(uow: UnitOfWork, row: ImportRow, told: Told) -> None:
    """End what the import entered and nobody has touched: its last event is `dissolved` with the basis
    `corrected` at the day it was entered for, and it is counted on no day. What somebody worked on stays."""
    entries = await uow.connection.fetch(_UNTOUCHED, row.id)
    for start in range(0, len(entries), CHUNK):
        chunk = entries[start : start + CHUNK]
        for entry in chunk:
            written = decode_data(by_type(entry["type"]).type, entry["payload"])
            if written is None or not isinstance(written.state, registry.OrganizationState):
                raise TypeError(f"the log's first event of {entry['id']} is of type {entry['type']}")
            state = msgspec.structs.replace(
                written.state, legal_status=registry.LegalStatus.DISSOLVED, ended=True,
                ended_on=written.state.effective_on, basis=Basis.CORRECTED,
            )  # fmt: skip
            uow.append(
                registry.OrganizationDissolved(state=state),
                subject=str(entry["id"]), sequence=2, division=entry["division"],
            )  # fmt: skip
        gone = [entry["id"] for entry in chunk]
        await uow.connection.execute(_TAKE_BACK, gone, uow.now)
        await ENDED(uow, gone)
        await uow.flush()
        await failpoints.reach(CHUNK_UNDONE)
        await told(start + len(chunk))
        await asyncio.sleep(0)
    row.rows_undone = len(entries)
    row.rows_kept = row.rows_applied - len(entries)
    _move(row, "undone")
    row.finished_at = uow.now


def working(row: ImportRow) -> bool:
    """Whether the worker has something to do for it."""
    return ImportState(row.state) in WORKING
