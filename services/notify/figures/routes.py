"""The figures over HTTP."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from chassis.http import Call, Reading, requires
from services.notify.figures import queries
from services.notify.figures.queries import Asked, Figures

router = APIRouter(prefix="/v1/figures", tags=["figures"])


async def _answer(
    reading: Reading, *, as_of: date | None, since: date | None, until: date | None,
    division: str | None, by_division: bool,
) -> Figures:  # fmt: skip
    asked = Asked(until or as_of or reading.today, since, division, by_division)
    return await queries.figures(reading, asked=asked)


@router.get("", response_model=Figures)
async def figures(
    call: Annotated[Call, requires("figures:read")],
    as_of: date | None = None,
    since: Annotated[date | None, Query(alias="from")] = None,
    until: Annotated[date | None, Query(alias="to")] = None,
    division: Annotated[str | None, Query(max_length=12)] = None,
    by: Literal["division"] | None = None,
) -> Figures:
    """Messages sent, acknowledged and unread as of a day, or of those written in a period."""
    return await call.read(
        _answer, as_of=as_of, since=since, until=until, division=division, by_division=by == "division"
    )
