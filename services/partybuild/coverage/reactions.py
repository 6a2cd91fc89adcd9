"""What party-building does when registration is applied for: coverage begins with preparation (R17)."""

from collections.abc import Sequence
from uuid import UUID

from shuniu_contracts.registry import RegistrationApplicationSubmitted

from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.partybuild.coverage import commands


@reaction(RegistrationApplicationSubmitted)
async def prepare(events: Sequence[Received[RegistrationApplicationSubmitted]], uow: UnitOfWork) -> None:
    """Remember for which known organisations registration was applied, and open what is owed from then on.

    An application that founds a new organisation names none; its duty opens with the registration.
    """
    named = {
        UUID(event.data.state.organization.id): event for event in events if event.data.state.organization
    }
    if named:
        await commands.prepare(uow, named)
