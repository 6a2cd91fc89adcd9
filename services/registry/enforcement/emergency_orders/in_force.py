"""Which orders are in force, for whoever acts on that in the same transaction.

Who is registered while an order comes or goes and the order that reaches the organisations do not see each
other's rows. A lock that all of the former share lets the latter wait until they are done: whoever comes
after it sees the order as it stands then.
"""

from collections.abc import Sequence

from sqlmodel import col, select

from chassis.unit_of_work import UnitOfWork
from services.registry.enforcement.emergency_orders.tables import EmergencyOrderRow

_NAME = "hashtextextended('registry emergency orders', 0)"
_SEEN = f"select pg_advisory_xact_lock_shared({_NAME}); select from emergency_order where not ended"
"""Both in one message, each with a snapshot of its own; the answer is the status of the second."""
_SETTLED = f"select pg_advisory_xact_lock({_NAME})"


async def in_force(uow: UnitOfWork) -> Sequence[EmergencyOrderRow]:
    """The orders in force. The organisations concerned are locked by now: whoever waits in `settled` holds no
    organisation, so that nobody waits in a ring."""
    if await uow.connection.execute(_SEEN) == "SELECT 0":
        return ()
    ended, id = col(EmergencyOrderRow.ended), col(EmergencyOrderRow.id)
    return (await uow.session.exec(select(EmergencyOrderRow).where(ended.is_(False)).order_by(id))).all()


async def settled(uow: UnitOfWork) -> None:
    """Wait until everybody is done who saw the orders as they stood before."""
    await uow.connection.execute(_SETTLED)
