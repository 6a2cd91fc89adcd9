"""The hub's standing of an organisation: its own judgement, made worse by what is open about it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shuniu_contracts import Ref
from shuniu_contracts.registry import StandingReason

from chassis.acting import Acting
from services.registry.organizations.model import HubStanding
from services.registry.policy import RegistryPolicy

_GRAVITY = (HubStanding.GOOD, HubStanding.UNDER_RECTIFICATION, HubStanding.AT_RISK)

_OPEN = """
select organization_id, 'rectification' as kind, id, sequence, opened_on, null as level
from rectification where organization_id = any($1) and not ended
union all
select organization_id, 'risk', id, sequence, opened_on, risk_level
from risk where organization_id = any($1) and not ended
union all
select organization_id, 'emergency_pause', id, sequence, opened_on, null
from emergency_pause where organization_id = any($1) and not ended
order by opened_on, id
"""


@dataclass(frozen=True)
class Reason:
    """An open record that weighs on an organisation, and the standing that it makes."""

    kind: str
    id: UUID
    sequence: int
    opened_on: date
    level: str | None
    standing: HubStanding

    @property
    def public(self) -> StandingReason:
        """The reason as the fact names it."""
        return StandingReason(self.kind, Ref(str(self.id), self.sequence))


async def weighing(acting: Acting, ids: Sequence[UUID]) -> Mapping[UUID, tuple[Reason, ...]]:
    """What is open about each of the organisations and makes its standing worse, the oldest first.

    Credit listing is the authority's and no part of it; an uncovered organisation is no reason by itself.
    """
    levels = acting.policy(RegistryPolicy).enforcement.risk_level
    found: dict[UUID, list[Reason]] = defaultdict(list)
    for row in await acting.connection.fetch(_OPEN, list(ids)):
        standing = HubStanding.UNDER_RECTIFICATION
        if row["kind"] == "risk":
            standing = levels(row["level"]).standing
        if standing is not HubStanding.GOOD:
            reason = Reason(row["kind"], row["id"], row["sequence"], row["opened_on"], row["level"], standing)
            found[row["organization_id"]].append(reason)
    return {id: tuple(reasons) for id, reasons in found.items()}


def worst(judged: HubStanding, reasons: Sequence[Reason]) -> HubStanding:
    """The standing that the hub's judgement and what is open make together."""
    return max((judged, *(reason.standing for reason in reasons)), key=_GRAVITY.index)
