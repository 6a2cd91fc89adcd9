"""An order reaches this stack's organisations in portions, so that nobody waits for 100,000 of them; one of a
stack above does the same here as one of our own, and who is registered meanwhile stands still, too."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shuniu_contracts import Basis, registry
from shuniu_contracts import registry_enforcement as contract
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from chassis.matters import advance_many, open_many
from chassis.received import Received
from chassis.service import DueTimer, Timer, reaction
from chassis.unit_of_work import UnitOfWork
from services.registry.enforcement.emergency_orders.commands import PORTION, carry
from services.registry.enforcement.emergency_orders.tables import EmergencyOrderRow
from services.registry.enforcement.emergency_pauses import commands as pauses
from services.registry.enforcement.emergency_pauses.standstill import go_on, stand_still
from services.registry.enforcement.emergency_pauses.tables import EmergencyPauseRow

AT_ONCE = 500
"""Organisations of one transaction, each with all its open records."""

_IN_SCOPE = """
select o.id, o.sequence, o.division from organization o
where o.home = $1 and not o.ended and o.legal_status in ('filed', 'registered', 'suspended')
  and o.division like $5 || '%' and (cardinality($2::text[]) = 0 or o.division like any($2))
  and (cardinality($3::text[]) = 0 or o.categories && $3)
  and (cardinality($4::uuid[]) = 0 or o.id = any($4))
  and not exists (select from emergency_pause p where p.order_id = $6 and p.organization_id = o.id)
  and ($7::uuid is null or o.id > $7)
order by o.id
limit $8
for update of o
"""

_OF_ORDER = """
select id, organization_id from emergency_pause
where order_id = $1 and home = $2 and not ended
order by organization_id
limit $3
"""


@reaction(contract.EmergencyOrderIssued, contract.EmergencyOrderLifted)
async def hear_from_above(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """A stack above ordered, or lifted its order: carry it to the organisations here."""
    for received in events:
        if received.envelope.stack == uow.stack or received.data.state.basis is not Basis.LIVE:
            continue
        work = "pause" if isinstance(received.data, contract.EmergencyOrderIssued) else "release"
        if work == "release":
            await uow.cancel(f"{PORTION}.pause", [received.subject])
        await carry(uow, received.subject, uow.stack, work)


@reaction(registry.OrganizationFiled, registry.OrganizationRegistered)
async def meet_the_new(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Who comes onto the record while an order holds is in its scope like everybody."""
    here = [one for one in events if one.envelope.stack == uow.stack]
    if not any(one.data.state.basis is Basis.LIVE for one in here):
        return
    orders = select(EmergencyOrderRow).where(col(EmergencyOrderRow.ended).is_(False))
    for order in await uow.session.exec(orders):
        await carry(uow, order.subject, uow.stack, "pause")


async def _pause(uow: UnitOfWork, due: DueTimer) -> None:
    """The next portion of those in scope stands still; schedules the one after it until nobody is left."""
    order = await _order(uow, due.subject)
    if not await due.take() or order.ended:
        return
    found = await uow.connection.fetch(
        _IN_SCOPE, uow.stack, [f"{code}%" for code in order.divisions], order.categories,
        [UUID(id) for id in order.organizations], max(order.division, uow.stack, key=len), order.id,
        UUID(due.payload["after"]) if due.payload["after"] else None, AT_ONCE,
    )  # fmt: skip
    rows = [
        EmergencyPauseRow(
            id=uuid7(), division=row["division"], effective_on=uow.today, basis=Basis.LIVE.value,
            recorded_at=uow.now, state="paused", opened_on=uow.today, order_id=order.id,
            order_sequence=order.sequence, organization_id=row["id"], organization_sequence=row["sequence"],
        )
        for row in found
    ]  # fmt: skip
    await open_many(uow, pauses.open_, rows)
    await stand_still(uow, [row["id"] for row in found], order.reference())
    if len(found) == AT_ONCE:
        await uow.schedule(
            due.kind, due.subject, due.division, at=uow.now, payload={"after": str(found[-1]["id"])}
        )


async def _release(uow: UnitOfWork, due: DueTimer) -> None:
    """The next portion of those who still stand still under a lifted order goes on."""
    order = await _order(uow, due.subject)
    if not await due.take():
        return
    found = await uow.connection.fetch(_OF_ORDER, order.id, uow.stack, AT_ONCE)
    await advance_many(
        uow, pauses.EMERGENCY_PAUSES, [row["id"] for row in found], contract.EmergencyPauseReleased
    )
    await uow.flush()
    await go_on(uow, [row["organization_id"] for row in found], order.reference())
    if len(found) == AT_ONCE:
        await uow.schedule(due.kind, due.subject, due.division, at=uow.now, payload={"after": None})


async def _order(uow: UnitOfWork, id: str) -> EmergencyOrderRow:
    """The order, locked, whoever's it is."""
    statement = select(EmergencyOrderRow).where(EmergencyOrderRow.id == UUID(id))
    return (await uow.session.exec(statement.with_for_update())).one()


TIMERS = (Timer(f"{PORTION}.pause", _pause), Timer(f"{PORTION}.release", _release))
