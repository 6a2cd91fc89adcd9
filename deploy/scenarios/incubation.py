"""Organisations in an incubation base of the past: applied, selected by list, with an agreement, moved in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from deploy.scenarios.matters import Taken, by_list, opened, walked
from deploy.scenarios.situation import Situation, on

BASES, STAYS = "/v1/bases", "/v1/stays"


@dataclass(frozen=True)
class Agreement:
    """What a base promises those who come into it together (R25)."""

    services: Sequence[str]
    standard: str
    begins_on: date
    ends_on: date


@dataclass(frozen=True)
class Cohort:
    """Organisations, by their ids, that came into a base together; some have graduated since."""

    organizations: Sequence[str]
    applied_on: date
    agreement: Agreement
    intake_id: str | None = None
    graduated: Mapping[str, date] = field(default_factory=dict)


async def base(situation: Situation, name: str, division: str, capacity: int, opened_on: date) -> str:
    """The id of the base, opened where it is not there."""
    record = await situation.once(
        BASES, called="name", name=name, division=division, capacity=capacity, **on(opened_on)
    )
    return str(record["id"])


async def hosted(situation: Situation, base_id: str, cohort: Cohort) -> None:
    """The cohort's stays: selected two weeks after they applied, with an agreement from its first day on."""
    about = {"base_id": base_id} | ({"intake_id": cohort.intake_id} if cohort.intake_id else {})
    bodies = {id: {"organization_id": id, **about, **on(cohort.applied_on)} for id in cohort.organizations}
    await opened(situation, "孵化申请 applications for a place", STAYS, bodies, _organization)
    selected_on = cohort.applied_on + timedelta(days=14)
    await by_list(situation, STAYS, "screening", selected_on, {"state": "applied", **about})
    stays = await situation.stack.every("registry", STAYS, division=situation.division, **about)
    ways = [(stay, _way(cohort, _organization(stay))) for stay in stays]
    await walked(situation, "入驻孵化 stays", STAYS, ways)


def _organization(stay: Mapping[str, object]) -> str:
    return str(stay["organization_id"])


def _way(cohort: Cohort, organization_id: str) -> list[Taken]:
    agreed = cohort.agreement
    said = {
        "services": list(agreed.services), "service_standard": agreed.standard,
        "begins_on": str(agreed.begins_on), "ends_on": str(agreed.ends_on),
    }  # fmt: skip
    way = [
        Taken("screened", "agreement", agreed.begins_on, said),
        Taken("agreement_signed", "start", agreed.begins_on),
    ]
    if (left_on := cohort.graduated.get(organization_id)) is not None:
        way.append(Taken("started", "graduation", left_on))
    return way
