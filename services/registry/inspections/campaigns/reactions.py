"""A campaign reaches this stack's inspections in portions, so that nobody waits for 100,000 of them; one of a
stack above does the same here as one of our own. While it is open it follows the register day by day: who is
registered meanwhile is due too."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shuniu_contracts import Basis
from shuniu_contracts import registry_inspections as contract
from uuid_utils.compat import uuid7

from chassis.matters import Draft, advance_many, draft, open_many
from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.registry import portions
from services.registry.inspections.annual import commands as annual
from services.registry.inspections.annual.model import NOT_INSPECTED
from services.registry.inspections.campaigns.tables import InspectionCampaignRow
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.organizations.concerning import open_about
from services.registry.portions import Portions, carry

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
  and coalesce(o.charity, false) = ($7 = 'annual_report')
  and o.id > $5
  and not exists (
      select from inspection i
      where i.organization_id = o.id and i.year = $6 and (i.form = $7 or i.state <> 'released')
  )
order by o.id
limit $8
"""

_OF_CAMPAIGN = """
select id from inspection
where campaign_id = $1 and home = $2 and state = any($3) and id > $4
order by id
limit $5
"""

_NOT_HANDED_IN = """
select i.id
from inspection i
left join unnest($5::text[], $6::date[]) as its(legal_form, due_on) on its.legal_form = i.legal_form
where i.campaign_id = $1 and i.home = $2 and i.state in ('due', 'returned') and i.id > $3
  and i.paused_on is null and (i.due_on is null or i.due_on < $7 or i.due_on <= coalesce(its.due_on, $8))
order by i.id
limit $4
for update of i
"""
"""Without those that stand still, and those whose own day is past the campaign's and not over: extended for
themselves, or returned. Locked, so that no more time is given meanwhile."""

_LEFT = """
select exists (
    select from inspection where campaign_id = $1 and home = $2 and state in ('due', 'returned')
)
"""

_OWING = """
select i.id, i.sequence, i.organization_id, o.sequence as organization_sequence, i.division, i.year, i.form
from inspection i join organization o on o.id = i.organization_id
where i.campaign_id = $1 and i.home = $2 and i.state = 'missed' and i.id > $3 and not o.ended
  and not exists (
      select from rectification r where r.organization_id = i.organization_id and r.origin_record_id = i.id
  )
order by i.id
limit $4
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
        work = _WORK[type(received.data)]
        await carry(
            uow, InspectionCampaignRow, received.subject, uow.stack, work,
            sequence=received.envelope.sequence,
        )  # fmt: skip


def _area(uow: UnitOfWork, campaign: InspectionCampaignRow) -> str:
    """What of the campaign's division lies in this stack."""
    return max(campaign.division, uow.stack, key=len)


async def _open(uow: UnitOfWork, campaign: InspectionCampaignRow, after: UUID) -> UUID | None:
    if campaign.ended:
        return None
    found = await uow.connection.fetch(
        _DUE, uow.stack, _area(uow, campaign), campaign.legal_forms,
        campaign.excused_after or campaign.due_on, after, campaign.year, campaign.form, portions.AT_ONCE,
    )  # fmt: skip
    days = {form: campaign.window(form) for form in campaign.legal_forms}
    rows = [
        draft(
            annual.open_,
            id=uuid7(), division=row["division"], effective_on=uow.today, basis=Basis.LIVE.value,
            opened_on=uow.today, begins_on=days[row["legal_form"]][0], due_on=days[row["legal_form"]][1],
            organization_id=row["id"], organization_sequence=row["sequence"], campaign_id=campaign.id,
            campaign_sequence=campaign.sequence, year=campaign.year, form=campaign.form,
            legal_form=row["legal_form"], supervised=row["supervised"],
        )
        for row in found
    ]  # fmt: skip
    await open_many(uow, annual.open_, await open_about(uow, rows))
    if len(found) == portions.AT_ONCE:
        return UUID(str(found[-1]["id"]))
    await carry(uow, InspectionCampaignRow, campaign.subject, _area(uow, campaign), "follow", after=uow.today)
    return None


async def _follow(uow: UnitOfWork, campaign: InspectionCampaignRow, after: UUID) -> UUID | None:
    """Open those registered since yesterday."""
    if not campaign.ended:
        await carry(uow, InspectionCampaignRow, campaign.subject, _area(uow, campaign), "open")
    return None


async def _extend(uow: UnitOfWork, campaign: InspectionCampaignRow, after: UUID) -> UUID | None:
    ids = await _of(uow, campaign, ["due", "returned"], after)

    def move(row: Draft) -> None:
        _, due_on = campaign.window(row.legal_form)
        row.due_on = max(row.due_on or due_on, due_on) if due_on else row.due_on

    await advance_many(uow, annual.INSPECTIONS, ids, contract.InspectionExtended, change=move)
    return ids[-1] if len(ids) == portions.AT_ONCE else None


async def _close(uow: UnitOfWork, campaign: InspectionCampaignRow, after: UUID) -> UUID | None:
    """Mark what was missed; every night again while somebody still has time or stands still."""
    await portions.stop(uow, InspectionCampaignRow, campaign.subject, "follow")
    windows = campaign.each_window()
    rows = await uow.connection.fetch(
        _NOT_HANDED_IN, campaign.id, uow.stack, after, portions.AT_ONCE,
        [one.legal_form for one in windows], [one.due_on for one in windows], uow.today, campaign.due_on,
    )  # fmt: skip
    ids = [UUID(str(row["id"])) for row in rows]
    await advance_many(uow, annual.INSPECTIONS, ids, contract.InspectionMissed)
    if ids:
        return ids[-1]
    area = _area(uow, campaign)
    await carry(uow, InspectionCampaignRow, campaign.subject, area, "owe")
    if await uow.connection.fetchval(_LEFT, campaign.id, uow.stack):
        await carry(uow, InspectionCampaignRow, campaign.subject, area, "close", after=uow.today)
    return None


async def _owe(uow: UnitOfWork, campaign: InspectionCampaignRow, after: UUID) -> UUID | None:
    """Ask those who missed it for the rectification report that they owe; not while their inspections are
    locked, which organisations are before."""
    found = await uow.connection.fetch(_OWING, campaign.id, uow.stack, after, portions.AT_ONCE)
    rows = [
        draft(
            rectifications.open_,
            id=uuid7(), division=row["division"], effective_on=uow.today, basis=Basis.LIVE.value,
            opened_on=uow.today, organization_id=row["organization_id"],
            organization_sequence=row["organization_sequence"], origin="inspection",
            origin_record_id=row["id"], origin_record_sequence=row["sequence"], topics=[NOT_INSPECTED],
            findings=f"{annual.what(row['year'], row['form'])}未参加",
        )
        for row in found
    ]  # fmt: skip
    await open_many(uow, rectifications.open_, await open_about(uow, rows))
    return UUID(str(found[-1]["id"])) if len(found) == portions.AT_ONCE else None


async def _of(uow: UnitOfWork, campaign: InspectionCampaignRow, states: list[str], after: UUID) -> list[UUID]:
    rows = await uow.connection.fetch(_OF_CAMPAIGN, campaign.id, uow.stack, states, after, portions.AT_ONCE)
    return [row["id"] for row in rows]


PORTIONS = Portions(
    InspectionCampaignRow,
    {"open": _open, "follow": _follow, "extend": _extend, "close": _close, "owe": _owe},
)
