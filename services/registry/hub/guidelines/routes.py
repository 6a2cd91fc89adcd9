"""What guidelines hold in a place, over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from chassis.http import Call, requires
from chassis.http.fields import Code, Day, Division
from services.registry.hub.guidelines import queries
from services.registry.hub.guidelines.queries import GuidelineInForce

router = APIRouter(tags=["guidelines"])


@router.get("/v1/guidelines-in-force", response_model=list[GuidelineInForce])
async def holding(
    division: Division, call: Annotated[Call, requires("guidelines:read")], kind: Code | None = None,
    category: Code | None = None, day: Day | None = None,
) -> list[GuidelineInForce]:  # fmt: skip
    """现行指引和办法 / The guidelines that hold in a division, its own and those of the bodies above it."""
    return await call.read(queries.holding, division=division, kind=kind, category=category, day=day)
