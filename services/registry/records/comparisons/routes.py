"""Another office's workbook into a comparison, and the lines of one, over HTTP."""

import asyncio
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel
from uuid_utils.compat import uuid7

from chassis.http import Call, Page, PageRequest, requires
from chassis.matters.queries import MatterOut, out_of
from services.registry.fields import Code, Day, Division
from services.registry.imports.model import Fault, check_mapping, proposed_mapping
from services.registry.imports.rows import Context, RowReader
from services.registry.imports.workbook import Book, opened
from services.registry.organizations.model import Basis
from services.registry.policy import RegistryPolicy
from services.registry.records.comparisons import commands, queries
from services.registry.records.comparisons.commands import COMPARISONS, Entry
from services.registry.records.comparisons.model import Decision, LineKind
from services.registry.records.comparisons.queries import LineOut

router = APIRouter(prefix="/v1/comparisons", tags=["comparisons"])
_SHOWN_FAULTS = 1_000


class UnreadLine(BaseModel):
    """A line of the workbook that was left out, and why."""

    row: int
    column: str
    zh: str
    en: str


class Compared(BaseModel):
    """The comparison, and what of the workbook could not be read."""

    comparison: dict[str, Any]
    unread: list[UnreadLine]


@router.post("/sheet", response_model=Compared, status_code=201)
async def bring(
    call: Annotated[Call, requires("comparisons:write")],
    file: Annotated[
        UploadFile, File(description="their list: .xlsx, .xls or .ods, headers as imports know them")
    ],
    division: Annotated[Division, Form()],
    source: Annotated[Code, Form(description="whose list, a code of the profile")],
    listed_on: Annotated[Day, Form(description="the day that the list speaks of")],
) -> Response:
    """比对其他部门名册 / Compare a workbook with the register; faulty lines are left out and told."""
    policy = _policy(call)
    async with opened(
        await file.read(), file.filename or "list.xlsx", sheet=None,
        max_uncompressed=policy.import_max_uncompressed_bytes, max_rows=policy.import_max_rows,
    ) as book:  # fmt: skip
        entries, faults = await _entries(call, book, division, listed_on)
    unread = [_unread(fault) for fault in faults[:_SHOWN_FAULTS]]
    id = uuid7()
    return await call.execute(
        commands.compare, id=id, division=division, source=source, listed_on=listed_on, entries=entries,
        answer=lambda row: _answer(row, unread), status=201, location=f"{router.prefix}/{id}",
    )  # fmt: skip


async def _entries(call: Call, book: Book, division: str, day: date) -> tuple[list[Entry], list[Fault]]:
    """The workbook's lines, cells read as an import reads them, and what could not be read."""
    mapping = proposed_mapping(book.head.headers)
    check_mapping(mapping, book.head.headers)
    compared = {name: place for name, place in mapping.items() if name in Entry.model_fields}
    settings = call.runtime.settings
    context = Context(
        region=call.runtime.region, policy=_policy(call), principal=call.principal, division=division,
        stack=settings.stack, lower_stacks=settings.lower_stacks, basis=Basis.IMPORTED, effective_on=day,
        today=day,
    )  # fmt: skip
    rows, entries = RowReader(book.head, compared, context), list[Entry]()
    async for portion in book.portions():
        entries += [
            Entry.model_validate({"row": number, **values})
            for number, values in rows.read(portion)
            if "name" in values
        ]
        await asyncio.sleep(0)
    return entries, rows.sheet.faults


def _unread(fault: Fault) -> UnreadLine:
    return UnreadLine(row=fault.row, column=fault.column, zh=fault.zh, en=fault.en)


def _answer(row: Any, unread: list[UnreadLine]) -> Compared:
    shown: MatterOut = out_of(COMPARISONS).model_validate(row)
    return Compared(comparison=shown.model_dump(mode="json"), unread=unread)


@router.get("/{id}/lines", response_model=Page[LineOut])
async def lines(
    id: UUID,
    call: Annotated[Call, requires("comparisons:read")],
    page: Annotated[PageRequest, Depends()],
    kind: LineKind | None = None,
    decision: Decision | None = None,
) -> Page[LineOut]:
    """差异清单 / What differs, field by field, and what only one side has."""
    return await call.read(queries.lines, id=id, kind=kind, decision=decision, page=page)


def _policy(call: Call) -> RegistryPolicy:
    assert isinstance(call.runtime.policies, RegistryPolicy)
    return call.runtime.policies
