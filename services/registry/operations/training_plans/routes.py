"""Planned against held over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.http import Call, requires
from services.registry.operations.training_plans import queries
from services.registry.operations.training_plans.queries import Comparison

router = APIRouter(prefix="/v1/training-plans", tags=["training plans"])


@router.get("/{id}/comparison", response_model=Comparison)
async def comparison(id: UUID, call: Annotated[Call, requires("training_plans:read")]) -> Comparison:
    """年度培训计划与实际对照 / What was planned against what was held."""
    return await call.read(queries.comparison, id=id)
