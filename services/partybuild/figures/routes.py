"""The service's figures and the readings of a year's subsidies over HTTP."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from chassis.http import Call, requires
from services.partybuild.fields import Day, Place
from services.partybuild.figures import queries
from services.partybuild.figures.queries import NAMES, Values

router = APIRouter(prefix="/v1", tags=["figures"])


class FigureOut(BaseModel):
    """One figure with its unit and names."""

    value: int | float = Field(description="money in fen, rates in percent")
    unit: str
    qualifier: Literal["exact"] = "exact"
    name_zh: str
    name_en: str


class FiguresOut(BaseModel):
    """The figures of a day and of a period; a rate whose denominator is 0 is left out."""

    as_of: date
    from_: date = Field(serialization_alias="from", description="period of the subsidies")
    to: date
    division: str | None
    figures: dict[str, FigureOut]
    by: dict[str, dict[str, int | float]] | None = Field(
        None, description="the values of each division below, with by=division"
    )


def _shown(values: Values) -> dict[str, FigureOut]:
    return {
        key: FigureOut(value=value, unit=NAMES[key].unit, name_zh=NAMES[key].zh, name_en=NAMES[key].en)
        for key, value in values.items()
    }


@router.get("/figures", response_model=FiguresOut)
async def figures(
    call: Annotated[Call, requires("figures:read")], as_of: Day | None = None,
    from_: Annotated[Day | None, Query(alias="from")] = None, to: Day | None = None,
    division: Place = None, by: Literal["division"] | None = None,
) -> FiguresOut:  # fmt: skip
    """Every figure `as_of` a day (today), and for a period (the year up to that day)."""
    found = await call.read(queries.figures, as_of=as_of, start=from_, end=to, division=division, by=by)
    return FiguresOut(
        as_of=found.scope.as_of,
        from_=found.scope.start,
        to=found.scope.end,
        division=division,
        figures=_shown(found.whole),
        by=found.by_division if by else None,
    )


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
    division: Place = None,
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
