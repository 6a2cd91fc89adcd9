"""An organisation's standing over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.http import Call, requires
from services.registry.enforcement.standing import queries
from services.registry.enforcement.standing.queries import StandingOut

router = APIRouter(prefix="/v1/organizations", tags=["organizations"])


@router.get("/{id}/standing", response_model=StandingOut)
async def standing(id: UUID, call: Annotated[Call, requires("organizations:read")]) -> StandingOut:
    """Its standing with the reasons, the changes of it, and what authorities decided about it."""
    return await call.read(queries.standing, id=id)
