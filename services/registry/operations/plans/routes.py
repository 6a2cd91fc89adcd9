"""A plan's progress over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.http import Call, requires
from services.registry.operations.plans import queries
from services.registry.operations.plans.queries import Progress

router = APIRouter(prefix="/v1/plans", tags=["plans"])


@router.get("/{id}/progress", response_model=Progress)
async def progress(id: UUID, call: Annotated[Call, requires("plans:read")]) -> Progress:
    """规划（方案）实施进度和起止不一致 / Planned against actual, and where span and phases disagree."""
    return await call.read(queries.progress, id=id)
