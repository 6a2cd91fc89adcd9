"""The use cases of guidance: open, give a session, move on, conclude, drop; its clock by class."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_incubation as contract

from chassis.http.fields import PersonId
from chassis.matters import Clock, Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, Count, OrganizationId, Words
from services.registry.incubation.classes import class_of
from services.registry.incubation.guidances.model import (
    PHASES_ZH,
    TRANSITIONS,
    GuidancePhase,
    check_entry,
)
from services.registry.incubation.guidances.tables import GuidanceRow
from services.registry.organizations.concerning import of_organization
from services.registry.tables import MatterStepRow

GUIDANCES = Kind(
    GuidanceRow, GuidancePhase, TRANSITIONS, initial=GuidancePhase.BEFORE,
    zh="分类指导", en="guidance", path="guidances", steps=MatterStepRow, states_zh=PHASES_ZH,
    clocks=(
        Clock(
            "next", {"before", "during", "after"}, contract.GuidanceBecameOverdue, "became_overdue",
            rule="registry.incubation.cultivation_classes.guidance_days", restarts={"session_given"},
        ),
    ),
    place=of_organization, filters=("organization_id", "topic", "cultivation_class"),
)  # fmt: skip


@GUIDANCES.opens(contract.GuidanceOpened, zh="开始指导", en="begin guidance", needs="write")
async def open_(
    uow: UnitOfWork, row: GuidanceRow, *,
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
    topic: Annotated[Code, Field(title="指导事项")],
    cultivation_class: Annotated[Code, Field(title="培育类别")],
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """An organisation is guided on something that it means to do; its class says how often."""
    _await_next(uow, row)


@GUIDANCES.step(
    contract.GuidanceSessionGiven, zh="给予指导", en="record a session", needs="write", path="session"
)
async def give_session(
    uow: UnitOfWork, row: GuidanceRow, *,
    manner: Annotated[Code, Field(title="指导方式")],
    session_hours: Annotated[Count, Field(title="时长（小时）")] = 0,
    adviser: Annotated[PersonId | None, Field(title="指导人")] = None,
    content: Annotated[Words | None, Field(title="指导内容")] = None,
) -> None:  # fmt: skip
    """One entry of the phase that it is in; the next one is due by the class."""
    phase = GuidancePhase(row.state)
    setattr(row, f"{phase.value}_sessions", _sessions(row) + 1)
    row.hours += session_hours
    row.last_on = row.effective_on
    _await_next(uow, row)


@GUIDANCES.step(
    contract.GuidanceMovedOn,
    zh="进入下一阶段",
    en="move on to the next phase",
    needs="write",
    path="next-phase",
)
async def move_on(uow: UnitOfWork, row: GuidanceRow) -> None:
    """What it is about has begun, or is over; the clock goes on."""
    check_entry(GuidancePhase(row.state), _sessions(row))


@GUIDANCES.step(contract.GuidanceConcluded, zh="考评办结", needs="write", path="conclusion")
async def conclude(
    uow: UnitOfWork, row: GuidanceRow, *,
    result: Annotated[Code, Field(title="考评结果")],
    opinion: Annotated[Words | None, Field(title="考评意见")] = None,
) -> None:  # fmt: skip
    """Followed up and assessed."""
    check_entry(GuidancePhase.AFTER, _sessions(row))


@GUIDANCES.step(contract.GuidanceDropped, zh="终止", needs="write", path="dropping")
async def drop(uow: UnitOfWork, row: GuidanceRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """What it was about does not take place."""


reassign = GUIDANCES.reassigns(needs="write")


def _sessions(row: GuidanceRow) -> int:
    """How many entries the present phase has."""
    counts = {"before": row.before_sessions, "during": row.during_sessions, "after": row.after_sessions}
    return counts[row.state]


def _await_next(uow: UnitOfWork, row: GuidanceRow) -> None:
    days = class_of(uow, row.cultivation_class).guidance_days
    if row.basis == Basis.LIVE.value:
        row.due_on = row.effective_on + timedelta(days=days)
