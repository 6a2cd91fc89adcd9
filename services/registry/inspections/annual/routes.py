"""The rates of annual inspections and reports by form and year, and what counts as passed, over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from shuniu_contracts.registry_inspections import InspectionForm

from chassis.http import Call, requires
from chassis.http.fields import Division
from services.registry.inspections.annual import queries
from services.registry.inspections.annual.queries import Rules, YearOut

router = APIRouter(prefix="/v1/inspection-rates", tags=["inspections"])
of_region = APIRouter(prefix="/v1/inspection-rules", tags=["inspections"])


@router.get("", response_model=list[YearOut])
async def rates(
    call: Annotated[Call, requires("inspections:read")],
    as_of: date | None = None,
    division: Division | None = None,
    year: Annotated[int | None, Query(ge=1990, le=2200)] = None,
    form: InspectionForm | None = None,
) -> list[YearOut]:
    """参检率、合格率，按形式和年度 / Participation and pass rate by form and year, as of a day."""
    return await call.read(queries.rates, as_of=as_of, division=division, year=year, form=form)


@of_region.get("", response_model=Rules)
async def rules(call: Annotated[Call, requires("inspections:read")]) -> Rules:
    """年检统计口径 / Which results count as passed here; who counts elsewhere counts as we do."""
    return await call.read(queries.rules)
