"""One organisation's incubation over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.http import Call, requires
from services.registry.incubation.overview import queries
from services.registry.incubation.overview.queries import Incubation

router = APIRouter(prefix="/v1/organizations", tags=["organizations"])


@router.get("/{id}/incubation", response_model=Incubation)
async def incubation(id: UUID, call: Annotated[Call, requires("stays:read")]) -> Incubation:
    """孵化培育情况 / Stay, services, help, cultivation and guidance of one organisation."""
    return await call.read(queries.incubation, id=id)
