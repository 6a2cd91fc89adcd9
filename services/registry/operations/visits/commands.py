"""The use cases of supervision visits: plan, postpone, make, revisit, close, cancel."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts import registry_operations as contract

from chassis.http.fields import Day, Division
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Codes, OrganizationId, Text, Words
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.operations.tasks import commands as tasks
from services.registry.operations.visits.model import TRANSITIONS, VisitPhase, check_visited
from services.registry.operations.visits.tables import SupervisionVisitRow
from services.registry.organizations.concerning import belong
from services.registry.organizations.tables import OrganizationRow
from services.registry.tables import MatterStepRow


class Finding(BaseModel):
    """What was found, and by when it is to be put right."""

    model_config = ConfigDict(extra="forbid")

    topic: Code = Field(title="问题类别")
    title: Text = Field(title="整改事项")
    words: Words = Field(title="问题")
    due_on: Day | None = Field(None, title="整改期限")


SUPERVISION_VISITS = Kind(
    SupervisionVisitRow, VisitPhase, TRANSITIONS, initial=VisitPhase.PLANNED,
    zh="工作督导", en="supervision visits", path="supervision-visits", unit="次", steps=MatterStepRow,
    states_zh={
        VisitPhase.PLANNED: "计划",
        VisitPhase.MADE: "已督导",
        VisitPhase.CLOSED: "办结",
        VisitPhase.CANCELLED: "取消",
    },
    clocks=(
        Clock(
            "visit", {"planned"}, contract.SupervisionVisitBecameOverdue, "became_overdue",
            rule="supervision_visit.due_on", restarts={"postponed"},
        ),
        Clock(
            "revisit", {"made"}, contract.SupervisionVisitBecameOverdue, "became_overdue",
            rule="supervision_visit.revisit_on", restarts={"revisited"},
        ),
    ),
    filters=("visited", "organization_id", "body"),
)  # fmt: skip


@SUPERVISION_VISITS.opens(contract.SupervisionVisitPlanned, zh="计划督导", needs="write")
async def plan(
    uow: UnitOfWork, row: SupervisionVisitRow, *,
    body: Annotated[Code, Field(title="督导单位")],
    visited: Annotated[Division, Field(title="被督导区划")],
    topics: Annotated[Codes, Field(title="督导内容")],
    due_on: Annotated[Day | None, Field(title="计划日期")] = None,
    organization_id: Annotated[OrganizationId | None, Field(title="社会组织")] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """A visit to a division below, or to one of its organisations."""
    check_visited(row.division, visited)
    if organization_id is not None:
        check_visited(visited, (await belong(uow, row, organization_id))["division"])


@SUPERVISION_VISITS.step(contract.SupervisionVisitPostponed, zh="改期", needs="write", path="postponement")
async def postpone(
    uow: UnitOfWork, row: SupervisionVisitRow, *,
    due_on: Annotated[Day, Field(title="计划日期")],
    reason: Annotated[Code, Field(title="原因")],
) -> None:  # fmt: skip
    """Another day."""


@SUPERVISION_VISITS.step(
    contract.SupervisionVisitMade, zh="实施督导", en="record the visit", needs="write", path="making"
)
async def make(
    uow: UnitOfWork, row: SupervisionVisitRow, *,
    report: Annotated[Words, Field(title="督导情况")],
    found: Annotated[list[Finding], Field(title="发现问题", max_length=50)] = [],  # noqa: B006, read only
    revisit_on: Annotated[Day | None, Field(title="回访日期")] = None,
) -> Mapping[str, Any]:  # fmt: skip
    """It was made; what was found is a rectification of the organisation, or a task of the division.

    Of an organisation whose home is a stack below it is a task of its division, whose body takes it up.
    """
    row.made_on, row.findings, row.due_on = row.effective_on, len(found), revisit_on
    about = await _visited(uow, row)
    owed = [await _owe(uow, row, one, about) for one in found]
    refs = [{"id": str(one.id), "sequence": one.sequence} for one in owed]
    return {"rectifications" if about is not None and about.home == uow.stack else "tasks": refs}


@SUPERVISION_VISITS.step(
    contract.SupervisionVisitRevisited, zh="回访", en="record a revisit", needs="write", path="revisit"
)
async def revisit(
    uow: UnitOfWork, row: SupervisionVisitRow, *,
    report: Annotated[Words, Field(title="回访情况")],
    revisit_on: Annotated[Day | None, Field(title="再次回访日期")] = None,
) -> None:  # fmt: skip
    """Visited again to see whether it was put right."""
    row.revisits += 1
    row.revisited_on, row.due_on = row.effective_on, revisit_on


@SUPERVISION_VISITS.step(contract.SupervisionVisitClosed, zh="办结", needs="write", path="closing")
async def close(
    uow: UnitOfWork, row: SupervisionVisitRow, *, result: Annotated[Code, Field(title="结果")]
) -> None:
    """What was found is put right, or followed elsewhere."""


@SUPERVISION_VISITS.step(contract.SupervisionVisitCancelled, zh="取消", needs="write", path="cancellation")
async def cancel(
    uow: UnitOfWork, row: SupervisionVisitRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """It will not be made."""


reassign = SUPERVISION_VISITS.reassigns(needs="write")


async def _owe(
    uow: UnitOfWork, row: SupervisionVisitRow, finding: Finding, about: OrganizationRow | None
) -> Any:
    """What it becomes, of the visit's own day and basis. The record of an organisation is its home's to open:
    where that is a stack below, its division is given the task to have it put right."""
    if about is not None and about.home == uow.stack:
        return await rectifications.open_(
            uow, organization_id=about.id, origin="supervision_visit", topics=[finding.topic],
            findings=finding.words, due_on=finding.due_on, origin_record_id=row.id,
        )  # fmt: skip
    title = finding.title if about is None else f"{about.name[:90]}：{finding.title[:100]}"
    return await tasks.issue(
        uow, division=row.division, title=title, kind="finding", lead=row.body,
        implementing=[row.visited if about is None else about.division], due_on=finding.due_on,
        content=finding.words, origin="visit", origin_record_id=row.id,
    )  # fmt: skip


async def _visited(uow: UnitOfWork, row: SupervisionVisitRow) -> OrganizationRow | None:
    if row.organization_id is None:
        return None
    return await uow.session.get_one(OrganizationRow, row.organization_id)
