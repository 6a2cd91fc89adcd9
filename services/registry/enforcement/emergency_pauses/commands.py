"""The use cases of pauses: pause one organisation, visit it, permit it to go on."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_enforcement as contract

from chassis.matters import Kind
from chassis.unit_of_work import UnitOfWork
from services.registry.enforcement.emergency_orders.in_force import in_force
from services.registry.enforcement.emergency_orders.tables import EmergencyOrderRow
from services.registry.enforcement.emergency_pauses.model import (
    TRANSITIONS,
    EmergencyPausePhase,
    OrderNotInForce,
    VisitPoint,
    check_permit,
    check_points,
)
from services.registry.enforcement.emergency_pauses.standstill import go_on, stand_still
from services.registry.enforcement.emergency_pauses.tables import EmergencyPauseRow
from services.registry.fields import OrganizationId, Record, Words
from services.registry.organizations.concerning import of_organization
from services.registry.tables import MatterStepRow

Points = Annotated[list[VisitPoint], Field(max_length=6)]

EMERGENCY_PAUSES = Kind(
    EmergencyPauseRow, EmergencyPausePhase, TRANSITIONS, initial=EmergencyPausePhase.PAUSED,
    zh="暂停活动", en="emergency pauses", path="emergency-pauses", unit="家", steps=MatterStepRow,
    states_zh={
        EmergencyPausePhase.PAUSED: "暂停中",
        EmergencyPausePhase.VISITED: "已督查",
        EmergencyPausePhase.PERMITTED: "准予恢复",
        EmergencyPausePhase.RELEASED: "随令恢复",
    },
    place=of_organization, unique=("order_id", "organization_id"), filters=("order_id", "organization_id"),
)  # fmt: skip


@EMERGENCY_PAUSES.opens(contract.EmergencyPausePaused, zh="暂停", en="pause", needs="write")
async def open_(
    uow: UnitOfWork, row: EmergencyPauseRow, *,
    order_id: Annotated[UUID, Record("emergency_order"), Field(title="应急措施")],
    organization_id: Annotated[OrganizationId, Field(title="社会组织")],
) -> None:  # fmt: skip
    """One organisation that the order's scope does not name stands still under it, too."""
    order = next((one for one in await in_force(uow) if one.id == order_id), None)
    if order is None and row.basis != Basis.LIVE.value:
        order = await uow.session.get(EmergencyOrderRow, order_id)
    if order is None:
        raise OrderNotInForce(at="/order_id", order=order_id)
    row.order_sequence = order.sequence
    if row.basis == Basis.LIVE.value:
        await stand_still(uow, [organization_id], order.reference())


@EMERGENCY_PAUSES.step(
    contract.EmergencyPauseVisited, zh="现场督查", en="record the visit", needs="visit", path="visit"
)
async def visit(
    uow: UnitOfWork, row: EmergencyPauseRow, *,
    passed: Annotated[Points, Field(title="合格方面")],
    lacking: Annotated[Points, Field(title="不合格方面")],
    report: Annotated[Words | None, Field(title="督查情况")] = None,
) -> None:  # fmt: skip
    """Health of people, premises, supplies, work plan, rules, safety: each is passed or lacking."""
    check_points(passed, lacking)
    row.visits += 1
    row.visited_on = row.effective_on


@EMERGENCY_PAUSES.step(
    contract.EmergencyPausePermitted, zh="准予恢复", en="permit to resume", needs="permit", path="permit"
)
async def permit(uow: UnitOfWork, row: EmergencyPauseRow) -> None:
    """All points passed: it goes on, and its deadlines run again."""
    check_permit(row.lacking)
    await go_on(uow, [row.organization_id], row.reference(), but=row.id)


@EMERGENCY_PAUSES.step(
    contract.EmergencyPauseReleased, zh="解除暂停", en="end the pause", needs="write", path="release"
)
async def release(uow: UnitOfWork, row: EmergencyPauseRow) -> None:
    """It was paused by mistake, or the order no longer asks it to stand still."""
    await go_on(uow, [row.organization_id], row.reference(), but=row.id)
