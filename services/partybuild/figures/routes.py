"""The service's figures and the readings of a year's subsidies over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field

from chassis.http import Call, FiguresOut, FiguresRequest, requires
from chassis.http.fields import Division
from services.partybuild.figures import queries

router = APIRouter(prefix="/v1", tags=["figures"])


@router.get("/figures", response_model=FiguresOut)
async def figures(
    call: Annotated[Call, requires("figures:read")], asked: Annotated[FiguresRequest, Depends()]
) -> FiguresOut:
    """统计数据 / Figures as of a day, and of a period: the year up to that day unless given."""
    return await call.read(queries.figures, asked=asked)


class SubsidyOut(BaseModel):
    """A year's readings side by side, in fen (R19, F08)."""

    year: int
    organizations_fen: int
    secretaries_only_fen: int
    secretaries_and_instructors_fen: int
    instructors_only_fen: int
    secretary_months: int
    instructor_months: int
    cadre_months: int
    fits: dict[str, bool] | None = Field(None, description="which readings give the published sum")
    cadres_from: int | None = Field(None, description="fewest cadres in post all year that give it")
    cadres_to: int | None = Field(None, description="most cadres that give it")


@router.get("/subsidies/{year}", response_model=SubsidyOut)
async def subsidies(
    year: Annotated[int, Path(ge=1900, le=2200)], call: Annotated[Call, requires("figures:read")],
    published_from: Annotated[int | None, Query(ge=0, le=10**15, description="fen")] = None,
    published_below: Annotated[int | None, Query(ge=0, le=10**15, description="fen, excluded")] = None,
    division: Division | None = None,
) -> SubsidyOut:  # fmt: skip
    """The readings of a year, and which of them a published sum (an interval) can mean."""
    found = await call.read(
        queries.subsidy_year, year=year, published_from=published_from, published_below=published_below,
        division=division,
    )  # fmt: skip
    return SubsidyOut(
        year=year,
        organizations_fen=found.readings.organizations_fen,
        secretaries_only_fen=found.readings.secretaries_only,
        secretaries_and_instructors_fen=found.readings.secretaries_and_instructors,
        instructors_only_fen=found.readings.instructors_only,
        secretary_months=found.readings.secretary_months,
        instructor_months=found.readings.instructor_months,
        cadre_months=found.readings.cadre_months,
        fits=found.fits,
        cadres_from=found.cadres.start if found.cadres else None,
        cadres_to=found.cadres.stop - 1 if found.cadres else None,
    )
