"""Imposing a ban on an organisation."""

from datetime import date
from uuid import UUID

from chassis.unit_of_work import UnitOfWork
from services.grants.model import Basis, Occasion
from services.grants.organizations.model import ban_until
from services.grants.organizations.queries import facts_of, unknown
from services.grants.organizations.tables import BanRow
from services.grants.policy import GrantsPolicy


async def ban(
    uow: UnitOfWork, *, organization_id: UUID, reason: str, until: date | None = None,
    basis: Basis = Basis.LIVE, effective_on: date | None = None,
) -> BanRow:  # fmt: skip
    """Bar the organisation from applying, by default for the profile's years [practice B6].

    Raises `NotFound` where the organisation is not in the local copy, `NotPermitted` outside the caller's
    divisions, `BanReversed`.
    """
    facts = await facts_of(uow.connection, organization_id)
    if facts is None:
        raise unknown(organization_id)
    uow.authorize(facts.division)
    occasion = Occasion.of(basis, effective_on, today=uow.today)
    row = BanRow(
        organization_id=organization_id,
        imposed_on=occasion.effective_on,
        until=ban_until(occasion.effective_on, until, years=uow.policy(GrantsPolicy).ban_years),
        reason=reason,
        basis=occasion.basis,
        actor=uow.principal.actor_id,
        recorded_at=uow.now,
    )
    uow.session.add(row)
    return row
