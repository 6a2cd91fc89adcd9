"""Who of the talent list can be asked, over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from chassis.http import Call, requires
from chassis.http.fields import Code, Day, Division
from services.registry.hub.talents import queries
from services.registry.hub.talents.queries import Available

router = APIRouter(tags=["talents"])


@router.get("/v1/available-talents", response_model=list[Available])
async def available(
    division: Division, call: Annotated[Call, requires("talents:read")], skill: Code | None = None,
    day: Day | None = None,
) -> list[Available]:  # fmt: skip
    """可聘用人才 / Who can be asked on a day, by skill (S30)."""
    return await call.read(queries.available, division=division, skill=skill, day=day)
