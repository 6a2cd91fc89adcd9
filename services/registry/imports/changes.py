"""Rows that say otherwise than the register does: what differs, carried out by the ordinary commands."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from chassis.model import Refusal, Refusals
from chassis.unit_of_work import StaleRevision, UnitOfWork
from services.registry.imports.model import COLUMN_BY_FIELD, Fault, Severity
from services.registry.imports.rows import Draft
from services.registry.imports.saying import said
from services.registry.imports.tables import ImportRow
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis, LegalForm
from services.registry.policy import RegistryPolicy

_RECORDS: Final = "select * from organization where id = any($1) and not replica"
_SEEN: Final = """
select distinct other::uuid as id, revision from import_fault where import_id = $1 and severity = 'change'
"""
_DETAILS: Final = frozenset(organizations.DETAILS) & COLUMN_BY_FIELD.keys()
_SUPERVISOR: Final = "supervisory_unit_name"
_CHANGED: Final = _DETAILS | {"legal_form", _SUPERVISOR}
_BY_STEPS: Final = {
    "division": "division", "legal_status": "legal_status", "registered_on": "registered_on",
    "filed_on": "filed_on", "ended_on": "ended_on", "route": "registration_route", "hub_link": "hub_link",
}  # fmt: skip
"""What changes by a step of its own, with a day and a rule: the column of the record by the workbook's."""
_FLAGS: Final = {"true": True, "false": False}


class _TakenBack(Exception):
    """Takes the savepoint back: a dry run, or all or nothing."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that says otherwise than the record."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """A row that changes a record."""

    row: int
    id: UUID
    revision: int
    """of the record as it is now"""
    seen: int | None
    """of the record as it was when the row was written, or its difference shown; None where none was"""
    unit: str | None
    """code of the record's supervisory unit"""
    details: Mapping[str, Any]
    differences: Sequence[Difference]

    @property
    def stale(self) -> bool:
        """Whether somebody changed the record since."""
        return self.seen != self.revision


@dataclass
class Sorted:
    """Rows of records, by what they say."""

    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unchanged: int = 0
    stale: int = 0
    """Rows at fault whose differences are told all the same."""

    def add(self, more: "Sorted") -> None:
        """Those of some more rows."""
        self.changes += more.changes
        self.faults += more.faults
        self.unchanged += more.unchanged
        self.stale += more.stale


async def records(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """The records of this stack, ended ones too, whole, by id."""
    return {record["id"]: dict(record) for record in await uow.connection.fetch(_RECORDS, ids)}


async def seen(uow: UnitOfWork, row: ImportRow) -> dict[UUID, int] | None:
    """The versions of the records whose changes the import's last report showed; None where there was no
    report, since it was to be applied at once."""
    if row.finished_at is None:
        return None
    return {entry["id"]: entry["revision"] for entry in await uow.connection.fetch(_SEEN, row.id)}


def differences(draft: Draft, record: Mapping[str, Any]) -> list[Difference]:
    """What the row says otherwise; an empty cell says nothing."""
    found = []
    for name, given in draft.values.items():
        if name == "division" and not draft.placed:
            continue
        after = _FLAGS.get(given, given) if COLUMN_BY_FIELD[name].kind == "flag" else given
        before = record[_BY_STEPS.get(name, name)]
        if before != after:
            found.append(Difference(name, before, after))
    return found


def change_of(
    draft: Draft, record: Mapping[str, Any], found: Sequence[Difference], seen: Mapping[UUID, int] | None
) -> Change:  # fmt: skip
    """What the row makes of the record."""
    details = {one.field: one.after for one in found if one.field in _DETAILS}
    if "categories" in details and "department" in draft.values:
        details["department"] = draft.values["department"]  # said, so it does not follow from the categories
    id, revision = record["id"], record["revision"]
    expected = revision if seen is None else seen.get(id)
    if draft.revision not in (None, revision):
        expected = draft.revision
    return Change(draft.row, id, revision, expected, record["supervisory_unit"], details, found)


def refused(change: Change, policy: RegistryPolicy) -> Iterator[Fault]:
    """What of it no workbook changes, or that was written of another version."""
    if change.seen is None:
        yield Fault(
            change.row, COLUMN_BY_FIELD["name"].header, "change_not_shown",
            "核对时本行没有可变更的内容，此后记录已变；请看过本次列出的变更再导入",
            "when it was checked this row changed nothing; look at what it would change, then apply again",
            str(change.id),
        )  # fmt: skip
    elif change.stale:
        stale = StaleRevision(seen=change.seen, current=change.revision, present={})
        yield Fault(
            change.row, COLUMN_BY_FIELD["revision"].header, stale.code, stale.message("zh"),
            stale.message("en"), str(change.id),
        )  # fmt: skip
    for one in change.differences:
        if one.field not in _CHANGED:
            column = COLUMN_BY_FIELD[one.field].header
            before, after = _words(policy, one)
            yield Fault(
                change.row, column, "changed_by_a_step",
                f"在册为“{before}”，本行为“{after}”；{column}须在该组织页面办理",
                f"it is '{before}' on record, here '{after}'; that changes by a step on the record's page",
                str(change.id),
            )  # fmt: skip


def told(change: Change, policy: RegistryPolicy) -> Iterator[Fault]:
    """The differences for the report: column, before, after."""
    for one in change.differences:
        before, after = _words(policy, one)
        yield Fault(
            change.row, COLUMN_BY_FIELD[one.field].header, "changed", f"“{before}”改为“{after}”",
            f"'{before}' becomes '{after}'", str(change.id), Severity.CHANGE, change.revision,
        )  # fmt: skip


def _words(policy: RegistryPolicy, one: Difference) -> tuple[str, str]:
    words = said(policy, COLUMN_BY_FIELD[one.field])

    def shown(value: Any) -> str:
        if value is None or value == []:
            return "空"
        return str(value if words is None else words(value))

    return shown(one.before), shown(one.after)


async def carry_out(
    uow: UnitOfWork, row: ImportRow, changes: Sequence[Change], *, whole: bool = False, dry: bool = False
) -> list[Fault]:
    """Carry out every change, with `whole` none where one is refused, with `dry` none at all; returns the
    faults of those that are, or would be, refused."""
    faults: list[Fault] = []
    with contextlib.suppress(_TakenBack):
        async with uow.savepoint():
            faults = await _each(uow, row, changes)
            if dry or (whole and faults):
                raise _TakenBack
    return faults


async def _each(uow: UnitOfWork, row: ImportRow, changes: Sequence[Change]) -> list[Fault]:
    """Every change under a savepoint of its own; those that the faults name changed nothing."""
    faults = []
    for change in changes:
        try:
            async with uow.savepoint():
                await _carry_out(uow, row, change)
        except Refusal as refusal:
            faults.append(_fault(change, refusal))
        except Refusals as several:
            faults += [_fault(change, refusal) for refusal in several.refusals]
        finally:
            uow.expected_revision = None
    return faults


async def _carry_out(uow: UnitOfWork, row: ImportRow, change: Change) -> None:
    as_of: dict[str, Any] = {"effective_on": row.effective_on, "basis": Basis(row.basis)}
    after = {one.field: one.after for one in change.differences}
    form = LegalForm(after["legal_form"]) if "legal_form" in after else None
    uow.expected_revision = change.revision
    if change.details or form is not None:
        await organizations.change_details(
            uow, id=change.id, details=change.details, legal_form=form, **as_of
        )  # fmt: skip
        uow.expected_revision = None
    if _SUPERVISOR in after:
        named_anew = any(one.field == _SUPERVISOR and one.before is not None for one in change.differences)
        await organizations.change_supervision(
            uow, id=change.id, supervisory_unit=None if named_anew else change.unit,
            supervisory_unit_name=after[_SUPERVISOR], **as_of,
        )  # fmt: skip


def _fault(change: Change, refusal: Refusal) -> Fault:
    column = COLUMN_BY_FIELD.get((refusal.at or "").strip("/").partition("/")[0])
    header = column.header if column is not None else COLUMN_BY_FIELD["name"].header
    return Fault(
        change.row, header, refusal.code, refusal.message("zh"), refusal.message("en"), str(change.id)
    )


def leave_out(found: Sorted, refused: Sequence[Fault], policy: RegistryPolicy) -> None:
    """Leave out the changes that were refused; the report says why, and what they would have been."""
    rows = {fault.row for fault in refused}
    found.faults += refused
    found.faults += (one for change in found.changes if change.row in rows for one in told(change, policy))
    found.changes = [change for change in found.changes if change.row not in rows]
