"""Takes the step of every row that was filled in: all rows, the valid ones, or none; reports by row."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError

from chassis.http.fields import Fact
from chassis.http.validation import faults as in_words
from chassis.matters import Step
from chassis.matters.naming import NamesOf
from chassis.model import Refusal, Refusals, refuse_all
from chassis.unit_of_work import UnitOfWork
from services.registry.identification.model import normalized_name
from services.registry.imports.reader import Reading
from services.registry.policy import RegistryPolicy, names_of
from services.registry.sheets.model import (
    ID,
    REVISION,
    Addition,
    Cell,
    Column,
    NoSuchOrganization,
    SheetWithoutColumn,
    TooManyRows,
)
from services.registry.sheets.queries import ORGANIZATION, addition, to_fill

Apply = Literal["all", "valid", "none"]
_CALLED = """
with called as (
    select credit_code as said, id, replica from organization
    where credit_code = any($1) and not ended and not replica and division like any($2)
    union all
    select credit_code, id, replica from organization
    where credit_code = any($1) and not ended and replica and division like any($2)
    union all
    select name, id, replica from organization
    where normalized_name = any($3) and name = any($1) and not ended and not replica and division like any($2)
    union all
    select name, id, replica from organization
    where normalized_name = any($3) and name = any($1) and not ended and replica and division like any($2)
)
select said, id from (select *, rank() over (partition by said order by replica) as place from called) c
where place = 1
"""
"""Organisations by code or name; one at home in a stack below only where none is here. Every part has an
index of its own."""
_Known = Mapping[str, Sequence[UUID]]
"""Credit code or name -> organisations that are called so."""


class RowFault(BaseModel):
    """What is wrong with one row."""

    row: int = Field(description="number of the row as the sheet shows it")
    column: str | None = Field(None, description="title of the column, where it is one")
    code: str
    message_zh: str
    message_en: str


class SheetReport(BaseModel):
    """What became of a workbook."""

    rows: int = Field(description="rows that were filled in")
    applied: int = Field(description="rows whose step was taken")
    faults: list[RowFault]


class _TakenBack(Exception):
    """Takes the savepoint back: a dry run, or all or nothing."""


async def bring(uow: UnitOfWork, *, step: Step[Any], sheet: Reading, apply: Apply) -> SheetReport:
    """Take `step` for every filled row of the sheet, each under a savepoint; a row that was added opens a
    record first, where the kind's opening is by workbook.

    Raises `SheetWithoutColumn` and `TooManyRows`. The rows that a report names as faulty changed nothing.
    """
    policy = uow.policy(RegistryPolicy)
    form = _Form.of(step, names_of(policy))
    filled = _filled(sheet, form)
    most = policy.sheet_max_rows
    if len(filled) > most:
        raise TooManyRows(rows=len(filled), most=most)
    faults: list[RowFault] = []
    try:
        async with uow.savepoint():
            known = await _organizations(uow, [cells for _, cells in filled] if form.addition else [])
            for number, cells in filled:
                if ID in cells or form.addition is None:
                    faults += await _take(uow, form, number, cells)
                else:
                    faults += await _add(uow, form, known, number, cells)
            faulty = len({fault.row for fault in faults})
            if apply == "none" or (apply == "all" and faulty):
                raise _TakenBack
    except _TakenBack:
        return SheetReport(rows=len(filled), applied=0, faults=faults)
    return SheetReport(rows=len(filled), applied=len(filled) - faulty, faults=faults)


@dataclass(frozen=True)
class _Form:
    """What is filled in in a list: columns of the step, and those of a new record where rows can be added."""

    step: Step[Any]
    wanted: tuple[Column, ...]
    addition: Addition | None

    @classmethod
    def of(cls, step: Step[Any], names: NamesOf) -> "_Form":
        opening = step.kind.opening
        adds = opening is not None and opening.by_workbook
        return cls(step, tuple(to_fill(step, names)), addition(step.kind, names) if adds else None)

    @property
    def titles_of_new(self) -> set[str]:
        """Columns that say that a row without a record is meant to be one."""
        if self.addition is None:
            return set()
        about = set(ORGANIZATION.values()) if self.addition.about_organization else set()
        return about | {column.title for column in self.addition.own}


def _filled(sheet: Reading, form: _Form) -> list[tuple[int, dict[str, Cell]]]:
    """(row number, title -> cell) of the rows in which something is filled in."""
    places = {title.strip(): place for place, title in enumerate(sheet.headers)}
    for title in (ID, REVISION):
        if title not in places:
            raise SheetWithoutColumn(column=title)
    titles = {column.title for column in form.wanted}
    if not titles & places.keys():
        raise SheetWithoutColumn(column=form.wanted[-1].title)
    found = []
    for number, cells in zip(sheet.numbers, sheet.rows, strict=True):
        row = {title: cells[at] for title, at in places.items() if at < len(cells) and cells[at] is not None}
        if row.keys() & (titles if ID in row else titles | form.titles_of_new):
            found.append((number, row))
    if form.addition is not None:
        _refer_alike(sheet, places, form.addition, found)
    return found


def _refer_alike(
    sheet: Reading,
    places: Mapping[str, int],
    addition: Addition,
    found: Sequence[tuple[int, dict[str, Cell]]],
) -> None:
    """A new row that does not say to what it belongs belongs to what all others do."""
    said = {
        (title, cells[places[title]])
        for title in addition.references.values() if title in places
        for cells in sheet.rows if places[title] < len(cells) and cells[places[title]] is not None
    }  # fmt: skip
    if len(said) != 1:
        return
    [(title, value)] = said
    for _, row in found:
        if ID not in row:
            row.setdefault(title, value)


async def _take(
    uow: UnitOfWork, form: _Form, number: int, row: Mapping[str, Cell]
) -> list[RowFault]:  # fmt: skip
    try:
        id, revision = UUID(str(row.get(ID))), int(str(row.get(REVISION)))
    except ValueError:
        return [
            _fault(
                number,
                ID,
                "sheet_row_unknown",
                "编号或版本有误，请勿改动这两列",
                "do not change 编号 and 版本",
            )
        ]
    try:
        arguments = form.step.body.model_validate(_body(form.wanted, row)).arguments()
        async with uow.savepoint():
            uow.expected_revision = revision
            await form.step(uow, id=id, **arguments)
    except ValidationError as error:
        return [_invalid(number, form.wanted, one) for one in error.errors()]
    except Refusal as refusal:
        return [_refused(number, form.wanted, refusal)]
    except Refusals as several:
        return [_refused(number, form.wanted, refusal) for refusal in several.refusals]
    finally:
        uow.expected_revision = None
    return []


async def _add(
    uow: UnitOfWork, form: _Form, known: _Known, number: int, row: Mapping[str, Cell]
) -> list[RowFault]:
    """Open the record of a row that was added, and take the step where the row has its columns, too."""
    opening, new = form.step.kind.opening, form.addition
    assert opening is not None
    assert new is not None
    columns = (*new.own, *(Column(name, title) for name, title in new.references.items()), *form.wanted)
    try:
        async with uow.savepoint():
            said = {name: row[title] for name, title in new.references.items() if title in row}
            if new.about_organization and (about := _organization(known, row)) is not None:
                said["organization_id"] = about
            body = opening.body.model_validate({**_body(new.own, row), **said})
            opened = await opening(uow, **body.arguments())
            if any(column.title in row and column.name not in Fact.model_fields for column in form.wanted):
                taken = form.step.body.model_validate(_body(form.wanted, row))
                await form.step(uow, id=opened.id, **taken.arguments())
    except ValidationError as error:
        return [_invalid(number, columns, one) for one in error.errors()]
    except Refusal as refusal:
        return [_refused(number, columns, refusal)]
    except Refusals as several:
        return [_refused(number, columns, refusal) for refusal in several.refusals]
    return []


def _body(columns: Sequence[Column], row: Mapping[str, Cell]) -> dict[str, Any]:
    """What the cells say; raises what is wrong with those of money, all at once."""
    body: dict[str, Any] = {}
    faults: list[Refusal] = []
    for column in columns:
        if column.title in row:
            try:
                body[column.name] = column.value(row[column.title])
            except Refusal as refusal:
                faults.append(refusal)
    refuse_all(faults)
    return body


async def _organizations(uow: UnitOfWork, rows: Sequence[Mapping[str, Cell]]) -> _Known:
    """The organisations that new rows name by their credit code, or else by their name, all at once.

    Only those of the caller's divisions: whether there is another is not told.
    """
    said = sorted({called for row in rows if ID not in row and (called := _called(row)) is not None})
    found: dict[str, list[UUID]] = defaultdict(list)
    if said:
        within = [f"{code}%" for code in uow.principal.divisions]
        normalized = [normalized_name(one) for one in said]
        for row in await uow.connection.fetch(_CALLED, said, within, normalized):
            found[row["said"]].append(row["id"])
    return found


def _called(row: Mapping[str, Cell]) -> str | None:
    name, code = (row.get(title) for title in ORGANIZATION.values())
    if code is not None:
        return str(code).upper()
    return None if name is None else str(name)


def _organization(known: _Known, row: Mapping[str, Cell]) -> str | None:
    """The organisation of a new row, None where it names none; raises `NoSuchOrganization`."""
    if (said := _called(row)) is None:
        return None
    ids = known.get(said, [])
    if len(ids) != 1:
        raise NoSuchOrganization(said=said, number=len(ids))
    return str(ids[0])


def _invalid(number: int, wanted: Sequence[Column], error: Mapping[str, Any]) -> RowFault:
    name = str(error["loc"][0]) if error["loc"] else ""
    title = next((column.title for column in wanted if column.name == name), name)
    [zh], [en] = in_words([error], "zh"), in_words([error], "en")
    return _fault(number, title, zh.code, f"“{title}”：{zh.detail}", en.detail)


def _refused(number: int, wanted: Sequence[Column], refusal: Refusal) -> RowFault:
    name = (refusal.at or "").strip("/").partition("/")[0]
    title = next((column.title for column in wanted if column.name == name), None)
    return _fault(number, title, refusal.code, refusal.message("zh"), refusal.message("en"))


def _fault(number: int, column: str | None, code: str, zh: str, en: str) -> RowFault:
    return RowFault(row=number, column=column, code=code, message_zh=zh, message_en=en)
