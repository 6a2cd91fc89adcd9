"""Takes the step of every row that was filled in: all rows, the valid ones, or none; reports by row."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError

from chassis.http.validation import faults as in_words
from chassis.matters import Step
from chassis.model import Refusal, Refusals
from chassis.unit_of_work import UnitOfWork
from services.registry.imports.reader import Reading
from services.registry.policy import RegistryPolicy, names_of
from services.registry.sheets.model import ID, REVISION, Column, SheetWithoutColumn, TooManyRows
from services.registry.sheets.queries import to_fill

Apply = Literal["all", "valid", "none"]


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
    """Take `step` for every filled row of the sheet, each under a savepoint.

    Raises `SheetWithoutColumn` and `TooManyRows`. The rows that a report names as faulty changed nothing.
    """
    policy = uow.policy(RegistryPolicy)
    wanted = to_fill(step, names_of(policy))
    filled = _filled(sheet, wanted)
    most = policy.sheet_max_rows
    if len(filled) > most:
        raise TooManyRows(rows=len(filled), most=most)
    faults: list[RowFault] = []
    try:
        async with uow.savepoint():
            for number, values in filled:
                faults += await _take(uow, step, wanted, number, values)
            faulty = len({fault.row for fault in faults})
            if apply == "none" or (apply == "all" and faulty):
                raise _TakenBack
    except _TakenBack:
        return SheetReport(rows=len(filled), applied=0, faults=faults)
    return SheetReport(rows=len(filled), applied=len(filled) - faulty, faults=faults)


def _filled(sheet: Reading, wanted: Sequence[Column]) -> list[tuple[int, dict[str, Any]]]:
    """(row number, title -> cell) of the rows in which something of the step is filled in."""
    places = {title.strip(): place for place, title in enumerate(sheet.headers)}
    for title in (ID, REVISION):
        if title not in places:
            raise SheetWithoutColumn(column=title)
    titles = [column.title for column in wanted if column.title in places]
    if not titles:
        raise SheetWithoutColumn(column=wanted[-1].title)
    found = []
    for number, cells in zip(sheet.numbers, sheet.rows, strict=True):
        row = {title: cells[places[title]] for title in (ID, REVISION, *titles) if places[title] < len(cells)}
        if any(row.get(title) is not None for title in titles):
            found.append((number, row))
    return found


async def _take(
    uow: UnitOfWork, step: Step[Any], wanted: Sequence[Column], number: int, row: Mapping[str, Any]
) -> list[RowFault]:
    body = {
        column.name: column.value(cell) for column in wanted if (cell := row.get(column.title)) is not None
    }
    try:
        arguments = step.body.model_validate(body).arguments()
        id, revision = UUID(str(row.get(ID))), int(str(row.get(REVISION)))
    except ValidationError as error:
        return [_invalid(number, wanted, one) for one in error.errors()]
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
        async with uow.savepoint():
            uow.expected_revision = revision
            await step(uow, id=id, **arguments)
    except Refusal as refusal:
        return [_refused(number, wanted, refusal)]
    except Refusals as several:
        return [_refused(number, wanted, refusal) for refusal in several.refusals]
    finally:
        uow.expected_revision = None
    return []


def _invalid(number: int, wanted: Sequence[Column], error: Mapping[str, Any]) -> RowFault:
    name = str(error["loc"][0]) if error["loc"] else ""
    title = next((column.title for column in wanted if column.name == name), name)
    [zh], [en] = in_words([error], "zh"), in_words([error], "en")
    return _fault(number, title, error["type"], f"“{title}”：{zh.detail}", en.detail)


def _refused(number: int, wanted: Sequence[Column], refusal: Refusal) -> RowFault:
    name = (refusal.at or "").strip("/").partition("/")[0]
    title = next((column.title for column in wanted if column.name == name), None)
    return _fault(number, title, refusal.code, refusal.message("zh"), refusal.message("en"))


def _fault(number: int, column: str | None, code: str, zh: str, en: str) -> RowFault:
    return RowFault(row=number, column=column, code=code, message_zh=zh, message_en=en)
