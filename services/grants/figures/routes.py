"""Figures over HTTP."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from chassis.http import Call, requires
from services.grants.figures import queries
from services.grants.figures.queries import NAMES
from services.grants.requests import Day, Division

router = APIRouter(prefix="/v1/figures", tags=["figures"])


class FigureOut(BaseModel):
    """One figure."""

    value: int
    unit: str
    qualifier: Literal["exact"] = "exact"
    name_zh: str
    name_en: str


class FiguresOut(BaseModel):
    """All figures of a division, as of a day or for a period."""

    as_of: date
    start: date | None = Field(serialization_alias="from")
    division: str
    figures: dict[str, FigureOut]
    by: dict[str, dict[str, int]] | None = None


@router.get("", response_model=FiguresOut)
async def figures(
    call: Annotated[Call, requires("figures:read")],
    as_of: Day | None = None,
    start: Annotated[Day | None, Query(alias="from")] = None,
    end: Annotated[Day | None, Query(alias="to")] = None,
    division: Division | None = None,
    by: Literal["division"] | None = None,
) -> FiguresOut:
    """统计数据 / Figures as of a day, or of what came about between two."""
    found = await call.read(
        queries.figures, as_of=as_of, start=start, end=end, division=division, by_division=by is not None
    )
    return FiguresOut(
        as_of=found.period.end,
        start=found.period.start,
        division=found.division,
        figures={
            key: FigureOut(value=value, unit=NAMES[key].unit, name_zh=NAMES[key].zh, name_en=NAMES[key].en)
            for key, value in found.values.items()
        },
        by={code: dict(values) for code, values in found.by.items()} if by else None,
    )
