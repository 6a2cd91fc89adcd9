"""Which section deals with an organisation, an application or a report of some category (R09, L10)."""

from collections.abc import Sequence

from sqlmodel import col, select

from chassis.model import ancestors
from chassis.unit_of_work import UnitOfWork
from services.registry.hub.hubs.model import HubPhase, department_among
from services.registry.hub.hubs.tables import HubRow
from services.registry.policy import RegistryPolicy


class Routing:
    """The routing of the hubs that are recognised now, above the profile's."""

    def __init__(self, hubs: Sequence[HubRow], policy: RegistryPolicy) -> None:
        self._hubs: dict[str, list[HubRow]] = {}
        for hub in sorted((one for one in hubs if one.routes), key=lambda one: one.id):
            self._hubs.setdefault(hub.division, []).append(hub)
        self._policy = policy

    def department(self, division: str, categories: Sequence[str]) -> str | None:
        """The section by the nearest hub that routes one of the categories: that of the division itself, then
        of those above it; without one, the profile's."""
        if self._hubs:
            for place in (division, *reversed(ancestors(division))):
                for hub in self._hubs.get(place, ()):
                    if (department := department_among(hub.routes, categories)) is not None:
                        return department
        return self._policy.department_for(list(categories))


async def routing(uow: UnitOfWork, division: str | None = None) -> Routing:
    """The routing for `division`, or for every division of the stack."""
    statement = select(HubRow).where(HubRow.state == HubPhase.RECOGNISED.value)
    if division is not None:
        statement = statement.where(col(HubRow.division).in_([*ancestors(division), division]))
    with uow.session.no_autoflush:  # of a record that is only being made
        found = (await uow.session.exec(statement)).all()
    return Routing(found, uow.policy(RegistryPolicy))


async def department_of(uow: UnitOfWork, division: str, categories: Sequence[str]) -> str | None:
    """`Routing.department`, for one division."""
    if not categories:  # no hub routes it
        return uow.policy(RegistryPolicy).department_for([])
    return (await routing(uow, division)).department(division, categories)
