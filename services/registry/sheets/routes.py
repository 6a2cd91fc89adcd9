"""The workbook of a step over HTTP, for the steps whose work is done in Excel."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import Response
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from chassis.http import Call, Reading, requires
from chassis.matters import Kind, Step
from chassis.matters.queries import Filter, conditions, filter_of
from services.registry.imports.workbook import read_workbook
from services.registry.policy import RegistryPolicy, names_of
from services.registry.sheets import commands, queries
from services.registry.sheets.commands import Apply, SheetReport
from services.registry.sheets.model import XLSX, Column


def sheets(kind: Kind[Any]) -> APIRouter:
    """The router of a kind's workbooks; it must come before the kind's own, whose `{id}` takes any word."""
    router = APIRouter(prefix=f"/v1/{kind.path}", tags=[kind.en])
    opening = kind.opening if kind.opening is not None and kind.opening.by_workbook else None
    for step in kind.steps.values():
        if step.by_workbook:
            if opening is not None and opening.permission != step.permission:
                raise TypeError(f"{step.__name__}: who may bring its list must be who may open a record")
            _download(router, kind, step)
            _upload(router, kind, step)
    return router


def _download(router: APIRouter, kind: Kind[Any], step: Step[Any]) -> None:
    wanted_type = filter_of(kind)

    async def download(
        call: Annotated[Call, requires(f"{kind.permission}:read")],
        wanted: Annotated[wanted_type, Query()],  # type: ignore[valid-type]
    ) -> FileResponse:
        file = await call.read(_written, kind=kind, step=step, wanted=wanted)
        return FileResponse(
            file,
            media_type=XLSX,
            filename=f"{step.workbook}.xlsx",
            background=BackgroundTask(file.unlink),
        )

    router.add_api_route(
        f"/{step.path}/sheet.xlsx", download, methods=["GET"], response_class=FileResponse,
        responses={200: {"content": {XLSX: {}}}}, name=f"sheet of {step.__name__}",
        description=f"{kind.zh}：{step.zh}清单 / the list to fill in, as the filter finds it.",
    )  # fmt: skip


async def _written(reading: Reading, *, kind: Kind[Any], step: Step[Any], wanted: Filter) -> Path:
    """The list as a file, written while it is read; raises `WorkbookTooLong`."""
    from services.registry.sheets.workbook import begun, write

    policy = reading.policy(RegistryPolicy)
    await queries.refuse_too_long(
        reading, kind.row, conditions(reading, kind, wanted), policy.import_max_rows
    )
    names = names_of(policy)
    added: tuple[Column, ...] = ()
    blank: list[dict[str, Any]] = []
    if kind.opening is not None and kind.opening.by_workbook:
        added, blank = queries.addition(kind, names).own, queries.blank(kind, wanted)
    rows = queries.rows(reading, kind=kind, wanted=wanted, names=names)
    known = queries.known_columns(kind)
    return await write(begun(step.workbook, known, queries.to_fill(step, names), added), known, rows, blank)


def _upload(router: APIRouter, kind: Kind[Any], step: Step[Any]) -> None:
    async def upload(
        call: Annotated[Call, requires(step.permission)],
        file: Annotated[UploadFile, File(description="the list, filled in")],
        apply: Annotated[
            Apply, Form(description="none: a dry run; all rows or none; or the valid ones")
        ] = "none",
    ) -> Response:
        policy = _policy(call)
        sheet = await read_workbook(
            await file.read(), file.filename or "sheet.xlsx", sheet=None,
            max_uncompressed=policy.import_max_uncompressed_bytes, max_rows=policy.import_max_rows,
        )  # fmt: skip
        return await call.execute(commands.bring, step=step, sheet=sheet, apply=apply)

    router.add_api_route(
        f"/{step.path}/sheet", upload, methods=["POST"], response_model=SheetReport,
        name=f"bring {step.__name__}",
        description=f"{kind.zh}：{step.zh}清单回传 / brings the list back; what happened is told by row.",
    )  # fmt: skip


def _policy(call: Call) -> RegistryPolicy:
    assert isinstance(call.runtime.policies, RegistryPolicy)
    return call.runtime.policies
