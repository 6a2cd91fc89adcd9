"""The yearly report over HTTP."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from chassis.http import Call, requires
from chassis.http.fields import Division
from services.registry.operations.responsibilities import queries
from services.registry.operations.responsibilities.queries import YearlyReport
from services.registry.sheets.model import XLSX

router = APIRouter(prefix="/v1/responsibilities", tags=["responsibilities"])


@router.get("", response_model=YearlyReport)
async def yearly(
    call: Annotated[Call, requires("figures:read")],
    year: Annotated[int, Query(ge=1990, le=2200)],
    division: Division | None = None,
) -> YearlyReport:
    """三项责任年度报告 / The year under the three responsibilities, filled from records."""
    return await call.read(queries.yearly, year=year, division=division)


@router.get("/report.xlsx", response_class=FileResponse, responses={200: {"content": {XLSX: {}}}})
async def workbook(
    call: Annotated[Call, requires("figures:read")],
    year: Annotated[int, Query(ge=1990, le=2200)],
    division: Division | None = None,
) -> FileResponse:
    """三项责任年度报告（工作簿） / The same as a workbook."""
    from services.registry.operations.responsibilities.workbook import TITLE, write

    report = await call.read(queries.yearly, year=year, division=division)
    region = call.runtime.region
    place = region.division_name(division or region.code)
    file = await asyncio.to_thread(write, report, place)
    return FileResponse(
        file, media_type=XLSX, filename=f"{TITLE}-{year}.xlsx", background=BackgroundTask(file.unlink)
    )
