"""Who has what of an offer, over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.http import Call, requires
from services.registry.hub.resources import queries
from services.registry.hub.resources.queries import Uses

router = APIRouter(tags=["resource offers"])


@router.get("/v1/resource-offers/{id}/uses", response_model=Uses)
async def uses(id: UUID, call: Annotated[Call, requires("resource_offers:read")]) -> Uses:
    """供给使用情况 / What is left of an offer, and which requests have the rest (S24)."""
    return await call.read(queries.uses, id=id)
