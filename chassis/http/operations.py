"""What an operator wants to know of a service: what waits, what is set aside, what its roles do."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from chassis.http.call import Call, requires
from chassis.waiting import waiting

router = APIRouter(prefix="/v1/operations", tags=["operation"])


class RoleState(BaseModel):
    """One role of this process: `api`, `relay`, `timers`, or a consumer by its name."""

    role: str
    ready: bool
    detail: str


class OperationsOut(BaseModel):
    """Counts from the service's database, and the roles of the process that answers."""

    service: str
    stack: str
    outbox: int = Field(description="events not yet acknowledged by the bus")
    oldest_s: float = Field(description="age of the oldest of them, in seconds")
    blocked: int = Field(description="subjects and topics that the relay does not send")
    held: int = Field(description="events that wait for an earlier one")
    parked: int = Field(description="events set aside for a person")
    timers_late: int
    timers_provisional: int
    timers_parked: int
    roles: list[RoleState]


@router.get("")
async def operations(call: Annotated[Call, requires("operations:read")]) -> OperationsOut:
    """What waits and what works, now."""
    runtime = call.runtime
    roles = [RoleState(role=name, ready=c.ready, detail=c.detail) for name, c in runtime.conditions()]
    async with runtime.database.transaction() as transaction:
        found = await waiting(transaction.connection)
    return OperationsOut(
        service=runtime.service.name,
        stack=runtime.settings.stack,
        roles=roles,
        outbox=found.outbox,
        oldest_s=found.outbox_oldest_s,
        blocked=sum(found.blocked.values()),
        held=sum(waits.messages for waits in found.held.values()),
        parked=sum(found.parked.values()),
        timers_late=found.timers.late,
        timers_provisional=found.timers.provisional,
        timers_parked=found.timers.parked,
    )
