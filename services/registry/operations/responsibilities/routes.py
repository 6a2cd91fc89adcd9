"""The yearly report over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.http import Call, requires
from chassis.http.fields import Division
from services.registry.operations.responsibilities import queries
from services.registry.operations.responsibilities.queries import YearlyReport

router = APIRouter(prefix="/v1/responsibilities", tags=["responsibilities"])


@router.get("", response_model=YearlyReport)
async def yearly(
    call: Annotated[Call, requires("figures:read")],
    year: Annotated[int, Query(ge=1990, le=2200)],
    division: Division | None = None,
) -> YearlyReport:
    """三项责任年度报告 / The year under the three responsibilities, filled from records."""
    return await call.read(queries.yearly, year=year, division=division)
