"""Coverage by liaisons, over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from chassis.http import Call, requires
from chassis.http.fields import Division
from services.registry.hub.liaisons import queries
from services.registry.hub.liaisons.queries import Coverage

router = APIRouter(tags=["liaisons"])


@router.get("/v1/liaison-coverage", response_model=list[Coverage])
async def coverage(division: Division, call: Annotated[Call, requires("liaisons:read")]) -> list[Coverage]:
    """村居联络员覆盖情况 / Communities with and without a liaison, by the divisions below (B06)."""
    return await call.read(queries.coverage, division=division)
