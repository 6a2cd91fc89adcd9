"""An organisation's standing follows the records that are opened and closed about it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shuniu_contracts import registry_enforcement as contract
from shuniu_contracts import registry_inspections as inspections
from sqlmodel import col, select

from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.registry.organizations.commands import change_standing
from services.registry.organizations.judgements import judgements
from services.registry.organizations.merging import going_on
from services.registry.organizations.standing import weighing
from services.registry.organizations.tables import OrganizationRow


@reaction(
    inspections.RectificationOpened,
    inspections.RectificationClosed,
    contract.RiskOpened,
    contract.RiskAssessed,
    contract.RiskClosed,
    contract.EmergencyPausePaused,
    contract.EmergencyPausePermitted,
    contract.EmergencyPauseReleased,
)
async def weigh(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Reckon the standing of the organisations anew, from what is open now, all of a batch at once."""
    about = [UUID(received.data.state.organization.id) for received in events]
    survivors = await going_on(uow, about)
    newest = {survivors[id][0]: received for id, received in zip(about, events, strict=True)}
    organization = OrganizationRow
    rows = await uow.session.exec(
        select(organization)
        .where(
            col(organization.id).in_(newest),
            organization.home == uow.stack,
            col(organization.ended).is_(False),
        )
        .order_by(col(organization.id))
        .with_for_update()
    )
    found = list(rows)
    reasons = await weighing(uow, [row.id for row in found])
    known = await judgements(uow, [row.id for row in found])
    for row in found:
        received = newest[row.id]
        await change_standing(
            uow, row, known[row.id], reasons.get(row.id, ()), day=received.data.state.effective_on,
            basis=received.data.state.basis, because=received,
        )  # fmt: skip
