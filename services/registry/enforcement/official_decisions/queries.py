"""What the decisions of authorities say of an organisation whose home is here."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from shuniu_contracts.registry import CreditListing
from sqlmodel import col, select

from chassis.acting import Acting
from services.registry.enforcement.official_decisions.tables import AppliedDecisionRow
from services.registry.organizations.judgements import Axis, Days, reckoned

GRAVITY = (CreditListing.NONE, CreditListing.ABNORMAL, CreditListing.SERIOUSLY_UNTRUSTWORTHY)
"""The lists from none to the gravest: on two, an organisation is shown on the graver."""


@dataclass(frozen=True)
class InForce:
    """All decisions about one organisation, the newest first."""

    decisions: tuple[AppliedDecisionRow, ...]

    def of(self, kind: str, *, on: date | None = None) -> tuple[AppliedDecisionRow, ...]:
        """Those of a kind that hold, on a day or now."""
        return tuple(one for one in self.decisions if one.kind == kind and _holds(one, on))

    @property
    def listed(self) -> AppliedDecisionRow | None:
        """The decision by which it is on the gravest list that it is on."""
        listings = self.of("listing")
        return max(listings, key=_gravity) if listings else None

    @property
    def listing(self) -> CreditListing:
        """The gravest list that it is on."""
        return CreditListing(self.listed.listing) if self.listed is not None else CreditListing.NONE

    @property
    def listings(self) -> Days:
        """The gravest list that it was on, from day to day."""
        found = [one for one in self.decisions if one.kind == "listing"]
        turns = {one.decided_on for one in found} | {one.lifted_on for one in found if one.lifted_on}
        return reckoned(Axis.LISTING, turns, self.listing_on)

    def listing_on(self, day: date) -> str:
        """The gravest list that it was on that day."""
        listings = self.of("listing", on=day)
        return max(listings, key=_gravity).listing if listings else CreditListing.NONE.value


def _gravity(one: AppliedDecisionRow) -> tuple[int, date]:
    return GRAVITY.index(CreditListing(one.listing)), one.decided_on


def _holds(one: AppliedDecisionRow, on: date | None) -> bool:
    if on is None:
        return one.lifted_on is None
    return one.decided_on <= on and (one.lifted_on is None or one.lifted_on > on)


async def standing(acting: Acting, organization_id: UUID) -> InForce:
    """What authorities decided about the organisation: penalties, listings, suspensions, with their days."""
    row: Any = AppliedDecisionRow
    found = await acting.session.exec(
        select(AppliedDecisionRow)
        .where(AppliedDecisionRow.organization_id == organization_id)
        .order_by(col(row.decided_on).desc(), col(row.decision_id).desc())
    )
    return InForce(tuple(found))
