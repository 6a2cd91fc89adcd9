"""Events of the other services become messages where a rule says so."""

from collections.abc import Sequence
from typing import Any

from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.notify.messages.writing import write
from services.notify.subscription import AGGREGATES, facts_of


@reaction(*(event for aggregate in AGGREGATES for event in facts_of(*aggregate)))
async def write_messages(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Write the messages that the rules ask for; historical and imported facts ask for none."""
    await write(uow, events)
