"""The use cases of a base's cases: queue, accept, transfer, close."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from shuniu_contracts import registry_incubation as contract

from chassis.http.fields import PersonId
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, OrganizationId, Record, Words
from services.registry.incubation.bases.concerning import base_of, of_base
from services.registry.incubation.cases.model import (
    TRANSITIONS,
    BaseCasePhase,
    SameDepartment,
    check_department,
)
from services.registry.incubation.cases.tables import BaseCaseRow
from services.registry.organizations.concerning import refer
from services.registry.tables import MatterStepRow

BASE_CASES = Kind(
    BaseCaseRow, BaseCasePhase, TRANSITIONS, initial=BaseCasePhase.QUEUED,
    zh="基地办理事项", en="base cases", path="base-cases", steps=MatterStepRow,
    states_zh={
        BaseCasePhase.QUEUED: "待承办",
        BaseCasePhase.ACCEPTED: "办理中",
        BaseCasePhase.CLOSED: "办结",
    },
    clocks=(
        Clock(
            "closing", {"queued", "accepted"}, contract.BaseCaseBecameOverdue, "became_overdue",
            rule="registry.incubation.case_days", days=lambda policy, row: policy.incubation.case_days,
            rescheduled=contract.BaseCaseRescheduled,
        ),
    ),
    place=of_base, filters=("base_id", "department", "topic", "organization_id"),
)  # fmt: skip


@BASE_CASES.opens(contract.BaseCaseQueued, zh="受理", en="take in a case", needs="write")
async def queue(
    uow: UnitOfWork, row: BaseCaseRow, *,
    base_id: Annotated[UUID, Record("base"), Field(title="孵化基地")],
    department: Annotated[Code, Field(title="承办部门")],
    topic: Annotated[Code, Field(title="事项类别")],
    wanted: Annotated[Words, Field(title="诉求")],
    organization_id: Annotated[OrganizationId | None, Field(title="社会组织")] = None,
) -> None:  # fmt: skip
    """Somebody wants something of a department of the base; it waits in its queue."""
    check_department(department, (await base_of(uow, base_id)).departments)
    if organization_id is not None:
        await refer(uow, row, organization_id)


@BASE_CASES.step(contract.BaseCaseAccepted, zh="承办", needs="write", path="acceptance")
async def accept(
    uow: UnitOfWork, row: BaseCaseRow, *, owner: Annotated[PersonId, Field(title="承办人")]
) -> None:
    """Somebody of the department deals with it from now on."""


@BASE_CASES.step(contract.BaseCaseTransferred, zh="转其他部门", needs="write", path="transfer")
async def transfer(
    uow: UnitOfWork, row: BaseCaseRow, *,
    to_department: Annotated[Code, Field(title="承办部门")],
    reason: Annotated[Words | None, Field(title="原因")] = None,
) -> None:  # fmt: skip
    """It waits in another department's queue; the clock goes on."""
    if to_department == row.department:
        raise SameDepartment(at="/to_department", department=to_department)
    check_department(to_department, (await base_of(uow, row.base_id)).departments)
    row.department, row.owner = to_department, None
    row.transfers += 1


@BASE_CASES.step(contract.BaseCaseClosed, zh="办结", needs="write", path="closing")
async def close(
    uow: UnitOfWork, row: BaseCaseRow, *,
    result: Annotated[Code, Field(title="结果")],
    said: Annotated[Words | None, Field(title="办理情况")] = None,
) -> None:  # fmt: skip
    """It is done, or answered."""


reassign = BASE_CASES.reassigns(needs="write", zh="变更承办人")
