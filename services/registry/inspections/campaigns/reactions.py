"""A campaign reaches this stack's inspections in portions, so that nobody waits for 100,000 of them; one of a
stack above does the same here as one of our own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shuniu_contracts import Basis
from shuniu_contracts import registry_inspections as contract
from sqlmodel import select
from uuid_utils.compat import uuid7

from chassis.matters import advance_many, open_many
from chassis.received import Received
from chassis.service import DueTimer, Timer, reaction
from chassis.unit_of_work import UnitOfWork
from services.registry.inspections.annual import commands as annual
from services.registry.inspections.annual.tables import InspectionRow
from services.registry.inspections.campaigns.commands import PORTION
from services.registry.inspections.campaigns.tables import InspectionCampaignRow

AT_ONCE = 4_000
"""Inspections of one transaction: about a second of this machine class."""

_WORK = {
    contract.InspectionCampaignOpened: "open",
    contract.InspectionCampaignExtended: "extend",
    contract.InspectionCampaignClosed: "close",
}

_DUE = """
select o.id, o.sequence, o.division, o.legal_form, o.supervisory_unit is not null as supervised
from organization o
where o.legal_status in ('registered', 'suspended') and not o.ended and o.home = $1
  and o.division like $2 || '%' and o.legal_form = any($3)
  and (o.registered_on is null or o.registered_on <= $4)
  and ($5::uuid is null or o.id > $5)
  and not exists (select from inspection i where i.organization_id = o.id and i.year = $6 and i.form = $7)
order by o.id
limit $8
"""

_OF_CAMPAIGN = """
select id from inspection
where campaign_id = $1 and home = $2 and state = any($3) and ($4::uuid is null or id > $4)
order by id
limit $5
"""


@reaction(
    contract.InspectionCampaignOpened,
    contract.InspectionCampaignExtended,
    contract.InspectionCampaignClosed,
)
async def hear_from_above(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """A stack above opened, extended or closed a campaign: carry it to the organisations here."""
    for received in events:
        if received.envelope.stack == uow.stack or received.data.state.basis is not Basis.LIVE:
            continue
        payload = {"work": (work := _WORK[type(received.data)]), "after": None}
        await uow.schedule(f"{PORTION}.{work}", received.subject, uow.stack, at=uow.now, payload=payload)


async def _portion(uow: UnitOfWork, due: DueTimer) -> None:
    """The next portion of a campaign's work; schedules the one after it until nothing is left."""
    campaign = await _campaign(uow, due.subject)
    if not await due.take():
        return
    after = UUID(due.payload["after"]) if due.payload["after"] else None
    work = {"open": _open, "extend": _extend, "close": _close}[due.payload["work"]]
    last = await work(uow, campaign, after)
    if last is not None:
        payload = {**due.payload, "after": str(last)}
        await uow.schedule(due.kind, due.subject, due.division, at=uow.now, payload=payload)


async def _campaign(uow: UnitOfWork, id: str) -> InspectionCampaignRow:
    """The campaign, locked, whoever's it is."""
    statement = select(InspectionCampaignRow).where(InspectionCampaignRow.id == UUID(id))
    return (await uow.session.exec(statement.with_for_update())).one()


async def _open(uow: UnitOfWork, campaign: InspectionCampaignRow, after: UUID | None) -> UUID | None:
    area = max(campaign.division, uow.stack, key=len)
    found = await uow.connection.fetch(
        _DUE, uow.stack, area, campaign.legal_forms, campaign.excused_after or campaign.due_on, after,
        campaign.year, campaign.form, AT_ONCE,
    )  # fmt: skip
    rows = [
        InspectionRow(
            id=uuid7(), division=row["division"], effective_on=uow.today, basis=Basis.LIVE.value,
            recorded_at=uow.now, state="due", opened_on=uow.today, due_on=campaign.due_on,
            organization_id=row["id"], organization_sequence=row["sequence"], campaign_id=campaign.id,
            campaign_sequence=campaign.sequence, year=campaign.year, form=campaign.form,
            legal_form=row["legal_form"], supervised=row["supervised"],
        )
        for row in found
    ]  # fmt: skip
    await open_many(uow, annual.open_, rows)
    return found[-1]["id"] if len(found) == AT_ONCE else None


async def _extend(uow: UnitOfWork, campaign: InspectionCampaignRow, after: UUID | None) -> UUID | None:
    ids = await _of(uow, campaign, ["due", "returned"], after)
    due_on = campaign.due_on

    def move(row: InspectionRow) -> None:
        row.due_on = max(row.due_on or due_on, due_on) if due_on else row.due_on

    await advance_many(uow, annual.INSPECTIONS, ids, contract.InspectionExtended, change=move)
    return ids[-1] if len(ids) == AT_ONCE else None


async def _close(uow: UnitOfWork, campaign: InspectionCampaignRow, after: UUID | None) -> UUID | None:
    ids = await _of(uow, campaign, ["due", "returned"], after)
    await advance_many(uow, annual.INSPECTIONS, ids, contract.InspectionMissed)
    return ids[-1] if len(ids) == AT_ONCE else None


async def _of(
    uow: UnitOfWork, campaign: InspectionCampaignRow, states: list[str], after: UUID | None
) -> list[UUID]:
    rows = await uow.connection.fetch(_OF_CAMPAIGN, campaign.id, uow.stack, states, after, AT_ONCE)
    return [row["id"] for row in rows]


TIMERS = tuple(Timer(f"{PORTION}.{work}", _portion) for work in ("open", "extend", "close"))
