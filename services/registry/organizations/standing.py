"""The hub's standing of an organisation: its own judgement, made worse by what is open about it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shuniu_contracts import Ref
from shuniu_contracts.registry import StandingReason

from chassis.acting import Acting
from services.registry.organizations.judgements import Axis, Days, on, reckoned
from services.registry.organizations.model import HubStanding
from services.registry.policy import RegistryPolicy

_GRAVITY = (HubStanding.GOOD, HubStanding.UNDER_RECTIFICATION, HubStanding.AT_RISK)

_WEIGHING = """
select organization_id, 'rectification' as kind, id, sequence, opened_on, null as level,
       opened_on as since, ended_on as until
from rectification where organization_id = any($1)
union all
select organization_id, 'emergency_pause', id, sequence, opened_on, null, opened_on, ended_on
from emergency_pause where organization_id = any($1)
union all
select r.organization_id, 'risk', r.id, r.sequence, r.opened_on,
       coalesce(s.level, r.risk_level), coalesce(s.since, r.opened_on),
       least(lead(s.since) over (partition by r.id order by s.since, s.number), r.ended_on)
from risk r
left join lateral (
    select arguments ->> 'risk_level' as level, effective_on as since, number
    from matter_step where record_id = r.id and kind = 'risk' and arguments ? 'risk_level'
) s on true
where r.organization_id = any($1)
order by opened_on, id, since
"""
"""A record weighs from its opening until the day on which it is closed, a risk by each of its levels."""


@dataclass(frozen=True)
class Reason:
    """A record that weighs on an organisation while it is open, and the standing that it makes."""

    kind: str
    id: UUID
    sequence: int
    opened_on: date
    level: str | None
    standing: HubStanding
    since: date
    until: date | None

    @property
    def public(self) -> StandingReason:
        """The reason as the fact names it."""
        return StandingReason(self.kind, Ref(str(self.id), self.sequence))

    def holds(self, day: date) -> bool:
        """Whether it weighed on that day."""
        return self.since <= day and (self.until is None or day < self.until)


async def weighing(acting: Acting, ids: Sequence[UUID]) -> Mapping[UUID, tuple[Reason, ...]]:
    """What is or was open about each of the organisations and makes its standing worse, the oldest first.

    Credit listing is the authority's and no part of it; an uncovered organisation is no reason by itself.
    """
    levels = acting.policy(RegistryPolicy).enforcement.risk_level
    found: dict[UUID, list[Reason]] = defaultdict(list)
    for row in await acting.connection.fetch(_WEIGHING, list(ids)):
        standing = HubStanding.UNDER_RECTIFICATION
        if row["kind"] == "risk":
            standing = levels(row["level"]).standing
        if standing is not HubStanding.GOOD:
            names = ("kind", "id", "sequence", "opened_on", "level", "since", "until")
            reason = Reason(standing=standing, **{name: row[name] for name in names})
            found[row["organization_id"]].append(reason)
    return {id: tuple(reasons) for id, reasons in found.items()}


def course(judged: Days, reasons: Sequence[Reason]) -> Days:
    """How an organisation stood from day to day: as the hub judged it, or worse by what was open."""

    def stood(day: date) -> str:
        own = HubStanding(on(judged, day, Axis.JUDGED))
        open_then = (reason.standing for reason in reasons if reason.holds(day))
        return max((own, *open_then), key=_GRAVITY.index).value

    turns = {day for day, _ in judged} | {one.since for one in reasons}
    return reckoned(Axis.STANDING, turns | {one.until for one in reasons if one.until is not None}, stood)
