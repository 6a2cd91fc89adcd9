"""The network of hubs and the queues of one hub's sections over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.http import Call, requires
from chassis.http.fields import Division
from services.registry.hub.hubs import queries
from services.registry.hub.hubs.queries import Queue, Tier

router = APIRouter(tags=["hubs"])


@router.get("/v1/hub-network", response_model=list[Tier])
async def network(division: Division, call: Annotated[Call, requires("hubs:read")]) -> list[Tier]:
    """枢纽网络：各级已建和未建 / The hubs by tier, and where none is (B05, J02)."""
    return await call.read(queries.network, division=division)


@router.get("/v1/hubs/{id}/queues", response_model=list[Queue])
async def queues(id: UUID, call: Annotated[Call, requires("hubs:read")]) -> list[Queue]:
    """各部门在办事项 / What waits for each section of the hub (L13, T09)."""
    return await call.read(queries.queues, id=id)
