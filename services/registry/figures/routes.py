"""The registry's figures over HTTP."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from chassis.http import Call, requires
from services.registry.fields import Day, Division
from services.registry.figures import queries
from services.registry.figures.queries import Figures

router = APIRouter(prefix="/v1/figures", tags=["figures"])


@router.get("", response_model=Figures, response_model_exclude_none=True)
async def figures(
    call: Annotated[Call, requires("figures:read")],
    as_of: Annotated[Day | None, Query(description="the day; today if nothing is given")] = None,
    begin: Annotated[Day | None, Query(alias="from", description="first day of a period")] = None,
    to: Annotated[Day | None, Query(description="last day of a period")] = None,
    division: Annotated[Division | None, Query(description="with all below it")] = None,
    by: Annotated[Literal["division"] | None, Query(description="split by the divisions below")] = None,
) -> Figures:
    """The figures of a day and, with `from` or `to`, of what happened in a period."""
    return await call.read(queries.figures, as_of=as_of, begin=begin, to=to, division=division, by=by)
