"""An order reaches this stack's organisations in portions, so that nobody waits for 100,000 of them; one of
a stack above does the same here as one of our own. Who comes onto the record meanwhile stands still, too."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shuniu_contracts import Basis, Ref
from shuniu_contracts import registry_enforcement as contract
from uuid_utils.compat import uuid7

from chassis.matters import advance_many, draft, open_many
from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.registry.enforcement.emergency_orders.in_force import in_force, settled
from services.registry.enforcement.emergency_orders.tables import EmergencyOrderRow
from services.registry.enforcement.emergency_pauses import commands as pauses
from services.registry.enforcement.emergency_pauses.standstill import go_on, stand_still
from services.registry.organizations.concerning import lock
from services.registry.organizations.hooks import CAME_ON_RECORD, MERGED
from services.registry.organizations.tables import OrganizationRow
from services.registry.portions import FIRST, Portions, carry, stop

AT_ONCE = 500
"""Organisations of one transaction, each with all its open records."""

_IN_SCOPE = """
select o.id, o.sequence, o.division from organization o
where o.home = $1 and not o.ended and o.legal_status in ('filed', 'registered', 'suspended')
  and o.division like $5 || '%' and (cardinality($2::text[]) = 0 or o.division like any($2))
  and (cardinality($3::text[]) = 0 or o.categories && $3)
  and (cardinality($4::uuid[]) = 0 or o.id = any($4))
  and not exists (select from emergency_pause p where p.order_id = $6 and p.organization_id = o.id)
  and o.id > $7 and ($8::uuid[] is null or o.id = any($8))
order by o.id
limit $9
"""
_OF_ORDER = """
select id, organization_id from emergency_pause
where order_id = $1 and home = $2 and not ended
order by organization_id
limit $3
"""
_HELD = """
select order_id, order_sequence from emergency_pause
where organization_id = $1 and home = $2 and not ended
order by id
limit 1
"""


@reaction(contract.EmergencyOrderIssued, contract.EmergencyOrderLifted)
async def hear_from_above(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """A stack above ordered, or lifted its order: carry it to the organisations here."""
    for received in events:
        if received.envelope.stack == uow.stack or received.data.state.basis is not Basis.LIVE:
            continue
        work = "issue" if isinstance(received.data, contract.EmergencyOrderIssued) else "lift"
        await carry(
            uow, EmergencyOrderRow, received.subject, uow.stack, work, sequence=received.envelope.sequence
        )


@CAME_ON_RECORD.follow
async def meet_the_new(uow: UnitOfWork, organizations: Sequence[UUID | str]) -> None:
    """Who comes onto the record while an order holds is in its scope like everybody: one at once, the many of
    an import in portions."""
    for order in await in_force(uow):
        if order.basis != Basis.LIVE.value:
            continue
        if len(organizations) > AT_ONCE:
            await carry(uow, EmergencyOrderRow, order.subject, uow.stack, "pause")
        else:
            await uow.flush()
            await _let_stand_still(uow, order, await _in_scope(uow, order, among=organizations))


@MERGED.follow
async def stand_still_together(uow: UnitOfWork, _: OrganizationRow, survivor: OrganizationRow) -> None:
    """Where one of the two records stood still, everything that is about the one that goes on does."""
    for held in await uow.connection.fetch(_HELD, survivor.id, uow.stack):
        await stand_still(uow, [survivor.id], Ref(str(held["order_id"]), held["order_sequence"]))


async def _issue(uow: UnitOfWork, order: EmergencyOrderRow, _: UUID) -> None:
    """Who came onto the record without seeing the order has done so now; whoever comes later sees it."""
    await settled(uow)
    await carry(uow, EmergencyOrderRow, order.subject, uow.stack, "pause")


async def _lift(uow: UnitOfWork, order: EmergencyOrderRow, _: UUID) -> None:
    """Who was let stand still as the order still held is known now; nobody is any more."""
    await stop(uow, EmergencyOrderRow, order.subject, "pause")
    await settled(uow)
    await carry(uow, EmergencyOrderRow, order.subject, uow.stack, "release")


async def pause(uow: UnitOfWork, order: EmergencyOrderRow, after: UUID) -> UUID | None:
    """The next portion of those in scope stands still."""
    if order.ended:
        return None
    ids = [row["id"] for row in await _in_scope(uow, order, after=after)]
    await lock(uow, ids)
    await _let_stand_still(uow, order, await _in_scope(uow, order, among=ids))
    return ids[-1] if len(ids) == AT_ONCE else None


async def _let_stand_still(uow: UnitOfWork, order: EmergencyOrderRow, found: Sequence[Any]) -> None:
    rows = [
        draft(
            pauses.open_,
            id=uuid7(), division=row["division"], effective_on=uow.today, basis=Basis.LIVE.value,
            opened_on=uow.today, order_id=order.id,
            order_sequence=order.sequence, organization_id=row["id"], organization_sequence=row["sequence"],
        )
        for row in found
    ]  # fmt: skip
    await open_many(uow, pauses.open_, rows)
    await stand_still(uow, [row["id"] for row in found], order.reference())


async def _in_scope(
    uow: UnitOfWork, order: EmergencyOrderRow, *, after: UUID = FIRST,
    among: Sequence[UUID | str] | None = None,
) -> Sequence[Any]:  # fmt: skip
    """Those who are to stand still and have no pause of this order yet, a portion of them at most."""
    found: Sequence[Any] = await uow.connection.fetch(
        _IN_SCOPE, uow.stack, [f"{code}%" for code in order.divisions], order.categories,
        [UUID(id) for id in order.organizations], max(order.division, uow.stack, key=len), order.id, after,
        among, AT_ONCE,
    )  # fmt: skip
    return found


async def _release(uow: UnitOfWork, order: EmergencyOrderRow, _: UUID) -> UUID | None:
    """The next portion of those who still stand still under a lifted order goes on."""
    found = await uow.connection.fetch(_OF_ORDER, order.id, uow.stack, AT_ONCE)
    await advance_many(
        uow, pauses.EMERGENCY_PAUSES, [row["id"] for row in found], contract.EmergencyPauseReleased
    )
    await uow.flush()
    await go_on(uow, [row["organization_id"] for row in found], order.reference())
    return FIRST if len(found) == AT_ONCE else None


PORTIONS = Portions(EmergencyOrderRow, {"issue": _issue, "lift": _lift, "pause": pause, "release": _release})
