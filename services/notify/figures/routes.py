"""The figures over HTTP."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from chassis.http import Call, requires
from services.notify.fields import Day, Division
from services.notify.figures import queries
from services.notify.figures.queries import Asked, Figures

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
    """统计数据 / Messages sent, acknowledged and unread as of a day, or of those written in a period."""
    asked = Asked(as_of, begin, to, division, by_division=by is not None)
    return await call.read(queries.figures, asked=asked)
