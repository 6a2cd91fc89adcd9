"""Imports over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, File, Form, Query, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from chassis.http import Call, Explained, Page, PageRequest, requires
from chassis.model import listed
from chassis.principal import Principal
from services.registry.fields import Day, Division, Text, Words
from services.registry.imports import commands, queries, worker
from services.registry.imports.model import Severity
from services.registry.imports.queries import ImportFaultOut, ImportOut
from services.registry.imports.tables import ImportRow
from services.registry.organizations.model import Basis

router = APIRouter(prefix="/v1/imports", tags=["imports"])
Headers = Annotated[dict[Annotated[str, Field(max_length=64)], Literal[""] | Words], Field(max_length=100)]


class ApplyBody(BaseModel):
    """All rows or none, or the valid ones."""

    model_config = ConfigDict(extra="forbid")

    rows: Literal["all", "valid"]


class MappingBody(BaseModel):
    """How to read it instead: which column is what, field to header (empty: none), which sheet of several,
    and what is said of all rows; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    mapping: Headers | None = None
    sheet: Text | None = None
    division: Division | None = None
    basis: Basis | None = None
    update: bool | None = None
    effective_on: Day | None = Field(None, description="day of facts whose row has none; null: no day")


@router.post("", response_model=ImportOut, status_code=202)
async def receive(
    call: Annotated[Call, requires("imports:write")],
    file: Annotated[UploadFile, File(description="a workbook: .xlsx, .xls or .ods")],
    division: Annotated[
        Division | None, Form(description="no row may lie outside; the caller's own, if there is but one")
    ] = None,
    basis: Annotated[Basis, Form(description="historical facts start no deadline")] = Basis.HISTORICAL,
    effective_on: Annotated[Day | None, Form(description="day of facts whose row has none")] = None,
    sheet: Annotated[Text | None, Form()] = None,
    mapping: Annotated[
        str | None, Form(description="JSON object, field to header; empty: not read", max_length=20_000)
    ] = None,
    update: Annotated[
        bool, Form(description="rows that differ from a record change it; else they are at fault")
    ] = False,
    apply: Annotated[Literal["all", "valid"] | None, Form(description="left out: a dry run")] = None,
) -> Response:
    """Bring a workbook. It is checked, and applied if asked; the answer says where to look."""
    made = await call.execute(
        commands.receive, content=await file.read(), file_name=file.filename or "workbook.xlsx",
        division=division or _own(call.principal), basis=basis, effective_on=effective_on, sheet=sheet,
        mapping=_mapping(mapping), update=update, apply=apply, answer=_shown, status=202,
    )  # fmt: skip
    worker.called.set()
    return made


def _own(principal: Principal) -> str:
    """The caller's division; raises where there are several, none of which is meant more than the others."""
    if len(principal.divisions) != 1:
        zh, en = listed(principal.divisions, "zh"), listed(principal.divisions, "en")
        raise Explained(
            422,
            "division_needed",
            f"您管理多个辖区（{zh}），请指定导入哪一个辖区的名册（division）。",
            f"You act for several divisions ({en}); say for which one this register is (division).",
        )
    return principal.divisions[0]


def _shown(row: ImportRow) -> ImportOut:
    return ImportOut.of(row)


def _mapping(text: str | None) -> dict[str, str] | None:
    if text is None or not text.strip():
        return None
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except msgspec.MsgspecError as error:
        raise Explained(
            422,
            "mapping_malformed",
            f'mapping 应为 JSON 对象（字段: 表头），例如 {{"name": "单位全称"}}：{error}',
            f'mapping must be a JSON object of field to header, such as {{"name": "单位全称"}}: {error}',
        ) from None


@router.get("", response_model=Page[ImportOut])
async def search(
    call: Annotated[Call, requires("imports:read")],
    page: Annotated[PageRequest, Depends()],
    division: Annotated[Division | None, Query()] = None,
) -> Page[ImportOut]:
    """Imports, newest first."""
    return await call.read(queries.search, division=division, page=page)


@router.get("/columns")
async def columns(call: Annotated[Call, requires("imports:read")]) -> list[dict[str, Any]]:
    """The columns that an import understands."""
    return await call.read(queries.columns)


@router.get("/{id}", response_model=ImportOut)
async def one(id: UUID, call: Annotated[Call, requires("imports:read")]) -> ImportOut:
    """One import and how far it is."""
    return await call.read(queries.one, id=id)


@router.get("/{id}/faults", response_model=Page[ImportFaultOut])
async def faults(
    id: UUID,
    call: Annotated[Call, requires("imports:read")],
    page: Annotated[PageRequest, Depends()],
    severity: Severity | None = None,
) -> Page[ImportFaultOut]:
    """The report by row."""
    return await call.read(queries.faults, id=id, severity=severity, page=page)


@router.post("/{id}/application", response_model=ImportOut, status_code=202)
async def apply(id: UUID, body: ApplyBody, call: Annotated[Call, requires("imports:write")]) -> Response:
    """Put a checked workbook's rows into the register."""
    made = await call.execute(commands.request_apply, id=id, rows=body.rows, answer=_shown, status=202)
    worker.called.set()
    return made


@router.post("/{id}/mapping", response_model=ImportOut, status_code=202)
async def remap(id: UUID, body: MappingBody, call: Annotated[Call, requires("imports:write")]) -> Response:
    """Check it again, read in another way."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    made = await call.execute(commands.remap, id=id, **given, answer=_shown, status=202)
    worker.called.set()
    return made


@router.post("/{id}/undo", response_model=ImportOut, status_code=202)
async def undo(id: UUID, call: Annotated[Call, requires("imports:write")]) -> Response:
    """Take back what it brought and nobody has touched since."""
    made = await call.execute(commands.request_undo, id=id, answer=_shown, status=202)
    worker.called.set()
    return made
