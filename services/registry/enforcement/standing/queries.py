"""An organisation's standing with its reasons and its history, and beside it what authorities decided."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from shuniu_contracts.registry import CreditListing

from chassis.http import Reading
from services.registry.enforcement.official_decisions.queries import standing as of_authorities
from services.registry.organizations.model import Basis, HubStanding
from services.registry.organizations.standing import weighing
from services.registry.organizations.tables import OrganizationRow

_CHANGES = """
select payload, recorded_at from event_log
where aggregateid = $1 and type like 'cn.shuniu.registry.organization.hub_standing_changed.%'
order by sequence desc
"""

_SINCE = """
select max(effective_on) from organization_judgement where organization_id = $1 and axis = 'hub_standing'
"""


class ReasonOut(BaseModel):
    """A record that is open and weighs."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    id: UUID
    opened_on: date
    level: str | None
    standing: HubStanding = Field(description="the standing that it makes by itself")


class RecordOut(BaseModel):
    """A record that weighed when the standing changed."""

    kind: str
    id: UUID


class ChangeOut(BaseModel):
    """One change of the standing."""

    effective_on: date
    basis: Basis
    recorded_at: datetime
    standing: HubStanding
    previous: HubStanding
    ground: str | None
    evidence: str | None
    reasons: list[RecordOut]


class DecisionOut(BaseModel):
    """What an authority decided about the organisation."""

    model_config = ConfigDict(from_attributes=True)

    decision_id: UUID
    kind: str
    listing: CreditListing
    authority: str
    grounds: list[str]
    result: str | None
    document_number: str | None
    decided_on: date
    until: date | None
    lifted_on: date | None
    refused: str | None = Field(description="why the record could not follow; null where it did")


class CreditOut(BaseModel):
    """The authority's list that the organisation is on."""

    listing: CreditListing
    listed_on: date | None


class StandingOut(BaseModel):
    """How the hub judges the organisation and why; and, apart from that, what authorities decided."""

    standing: HubStanding
    since: date | None = Field(description="null where it never changed")
    judged: HubStanding = Field(description="the hub's own judgement, without what is open")
    reasons: list[ReasonOut]
    changes: list[ChangeOut] = Field(description="the newest first")
    credit: CreditOut
    decisions: list[DecisionOut] = Field(description="of authorities, those lifted too; the newest first")


async def standing(reading: Reading, *, id: UUID) -> StandingOut:
    """The standing of one organisation. Raises `NotFound`, `NotPermitted`."""
    row = await reading.record(OrganizationRow, id)
    weighed = (await weighing(reading, [id])).get(id, ())
    reasons = [reason for reason in weighed if reason.until is None]
    changes = [_change(one) for one in await reading.connection.fetch(_CHANGES, str(id))]
    decisions = (await of_authorities(reading, id)).decisions
    return StandingOut(
        standing=HubStanding(row.hub_standing), since=await reading.connection.fetchval(_SINCE, id),
        judged=HubStanding(row.judged_standing),
        reasons=[ReasonOut.model_validate(reason) for reason in reasons], changes=changes,
        credit=CreditOut(listing=CreditListing(row.credit_listing), listed_on=row.credit_listed_on),
        decisions=[DecisionOut.model_validate(one) for one in decisions],
    )  # fmt: skip


def _change(row: Any) -> ChangeOut:
    data: dict[str, Any] = msgspec.json.decode(row["payload"])
    state, day = data["state"], data["state"]["effective_on"]
    standing = state.get("hub_standing", HubStanding.GOOD)
    for one in data.get("course", ()):  # a late fact: what it made of its own day
        if one["effective_on"] <= day:
            standing = one["standing"]
    return ChangeOut(
        effective_on=day, basis=state["basis"], recorded_at=row["recorded_at"],
        standing=standing, previous=data["previous"],
        ground=data.get("ground"), evidence=data.get("evidence"),
        reasons=[RecordOut(kind=one["kind"], id=one["record"]["id"]) for one in data.get("reasons", ())],
    )  # fmt: skip
