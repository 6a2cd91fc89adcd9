"""What is known of a base as a whole over HTTP: its intakes in numbers, its departments' queues."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from chassis.http import Call, requires
from services.registry.incubation.cases import queries as cases
from services.registry.incubation.cases.queries import Queue
from services.registry.incubation.stays import queries as stays
from services.registry.incubation.stays.queries import OfIntake

router = APIRouter(prefix="/v1/bases", tags=["incubation bases"])


@router.get("/{id}/intakes", response_model=list[OfIntake])
async def intakes(id: UUID, call: Annotated[Call, requires("stays:read")]) -> list[OfIntake]:
    """各批次入选、在孵、出壳数 / How many each intake selected, incubates, let graduate."""
    return await call.read(stays.by_intake, id=id)


@router.get("/{id}/queues", response_model=list[Queue])
async def queues(id: UUID, call: Annotated[Call, requires("base_cases:read")]) -> list[Queue]:
    """各部门待办事项 / What waits in each department of the base."""
    return await call.read(cases.queues, id=id)
