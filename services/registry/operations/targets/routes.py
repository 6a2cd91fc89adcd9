"""Targets beside their figures, over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from chassis.http import Call, requires
from chassis.http.fields import Code, Day, Division
from services.registry.operations.targets import queries
from services.registry.operations.targets.queries import TargetsOut

router = APIRouter(prefix="/v1/target-progress", tags=["targets"])


@router.get("", response_model=TargetsOut)
async def stand(
    call: Annotated[Call, requires("targets:read")], division: Division | None = None,
    body: Code | None = None, as_of: Day | None = None,
) -> TargetsOut:  # fmt: skip
    """目标与实绩对照 / Targets beside their figures as of a day, and what each body's come to."""
    return await call.read(queries.stand, division=division, body=body, as_of=as_of)
