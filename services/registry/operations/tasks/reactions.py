"""A task of a stack above reaches the bodies here, as one of our own does."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shuniu_contracts import Basis
from shuniu_contracts import registry_operations as contract

from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.registry.operations.receipts import commands as receipts


@reaction(contract.TaskIssued, contract.TaskAmended)
async def reach_those_here(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Open the receipts that divisions of this stack owe; open ones get the new day."""
    for received in events:
        if received.envelope.stack != uow.stack and received.data.state.basis is Basis.LIVE:
            await receipts.reach(uow, receipts.Asked.heard(received), because=received)


@reaction(contract.TaskCompleted, contract.TaskCancelled)
async def close_those_here(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """The task ended above: what is open here closes."""
    for received in events:
        if received.envelope.stack != uow.stack:
            await receipts.close_all(uow, UUID(received.subject), because=received)
