"""The home of an organisation applies what an authority, here or in a stack above, decided about it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from shuniu_contracts import Basis, Ref
from shuniu_contracts import registry_enforcement as contract
from sqlmodel import select

from chassis.model import Refusal, Refusals, is_within
from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.registry.enforcement.official_decisions.changing import change
from services.registry.enforcement.official_decisions.concluding import CONCLUDES, conclude
from services.registry.enforcement.official_decisions.model import ENDS
from services.registry.enforcement.official_decisions.queries import standing
from services.registry.enforcement.official_decisions.tables import AppliedDecisionRow
from services.registry.organizations import commands as organizations
from services.registry.organizations.concerning import lock
from services.registry.organizations.hooks import MERGED
from services.registry.organizations.model import LegalStatus
from services.registry.organizations.tables import OrganizationRow

_SURVIVOR = """
with recursive chain as (
    select id, merged_into from organization where id = $1
    union
    select o.id, o.merged_into from chain join organization o on o.id = chain.merged_into
)
select id from chain where merged_into is null
"""


@reaction(
    contract.OfficialDecisionRecorded,
    contract.OfficialDecisionCorrected,
    contract.OfficialDecisionLifted,
)
async def apply(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Keep what was decided about organisations of this stack, and let their records follow.

    An authority decides in its own area: where the organisation was not known when the decision was recorded,
    its home alone can tell.
    """
    decided = [UUID(received.data.state.organization.id) for received in events]
    await lock(uow, decided)
    for received, id in zip(events, decided, strict=True):
        organization = await _here(uow, id)
        if organization is not None and is_within(organization.division, received.division):
            await _apply(uow, received, organization)


@MERGED.follow
async def hold_for_the_survivor(uow: UnitOfWork, loser: OrganizationRow, survivor: OrganizationRow) -> None:
    """Two records were one organisation: the one that stays is on the gravest list of both."""
    if (await standing(uow, survivor.id)).decisions:
        await _list(uow, survivor.id, effective_on=survivor.effective_on, basis=Basis(survivor.basis))


async def _here(uow: UnitOfWork, id: UUID) -> OrganizationRow | None:
    """The organisation, or the one that its record was merged into, locked; None if at home elsewhere."""
    while True:
        survivor = await uow.connection.fetchval(_SURVIVOR, id)
        if survivor is None:
            return None
        found = await uow.session.exec(
            select(OrganizationRow)
            .where(OrganizationRow.id == survivor, OrganizationRow.home == uow.stack)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        row = found.one_or_none()
        if row is None or row.merged_into is None:
            return row


async def _apply(uow: UnitOfWork, received: Received[Any], organization: OrganizationRow) -> None:
    kept, before = await _keep(uow, received, organization.id)
    try:
        async with uow.savepoint():
            await _change(uow, received, organization.id, kept, before)
    except (Refusal, Refusals) as refused:
        faults = refused.refusals if isinstance(refused, Refusals) else (refused,)
        kept.refused = faults[0].code
    else:
        kept.refused = None


async def _keep(
    uow: UnitOfWork, received: Received[Any], organization_id: UUID
) -> tuple[AppliedDecisionRow, str | None]:
    """The decision as it is now, and its result before."""
    state: contract.OfficialDecisionState = received.data.state
    kept = await uow.session.get(AppliedDecisionRow, UUID(received.subject))
    if kept is None:
        kept = AppliedDecisionRow(
            decision_id=UUID(received.subject), organization_id=organization_id, kind=state.kind.value,
            listing=state.listing.value, authority=state.authority, decided_on=state.decided_on,
        )  # fmt: skip
    before = kept.result
    kept.grounds, kept.result = list(state.grounds), state.result
    kept.document_number, kept.decided_on = state.document_number, state.decided_on
    kept.until, kept.lifted_on = state.due_on, state.ended_on
    uow.session.add(kept)
    await uow.session.flush()
    return kept, before


async def _change(
    uow: UnitOfWork, received: Received[Any], id: UUID, kept: AppliedDecisionRow, before: str | None
) -> None:
    """Move the organisation's record, or the one that was decided; raises what their commands refuse."""
    state: contract.OfficialDecisionState = received.data.state
    if state.kind is contract.DecisionKind.LISTING:
        return await _list(uow, id, effective_on=state.effective_on, basis=state.basis, because=received)
    if state.kind in CONCLUDES:
        if state.ended_on is None:  # what was concluded is not undone by lifting
            kept.record_id = await conclude(uow, received, id, kept.record_id, before)
        return None
    if state.kind is contract.DecisionKind.CHANGE:
        if state.ended_on is None and kept.record_id is None:  # once, whatever it is corrected in
            await change(uow, received, id)
            kept.record_id = id
        return None
    ends = ENDS.get(state.kind.value)
    if ends is None and state.kind is not contract.DecisionKind.SUSPENSION:
        return None
    status = (await uow.load(OrganizationRow, id)).legal_status
    when: dict[str, Any] = {
        "effective_on": state.effective_on, "basis": state.basis, "because": received,
    }  # fmt: skip
    if ends is not None:
        if status != ends:
            await organizations.end(uow, id=id, fact=ends, **when)
        return None
    holds, suspended = bool((await standing(uow, id)).of("suspension")), status == LegalStatus.SUSPENDED
    if holds and not suspended:
        await organizations.suspend(uow, id=id, until=state.due_on, **when)
    elif suspended and not holds:
        await organizations.resume(uow, id=id, **when)
    return None


async def _list(
    uow: UnitOfWork, id: UUID, *, effective_on: date, basis: Basis, because: Received[Any] | None = None
) -> None:
    """Show the organisation on the gravest list that it is on."""
    found = await standing(uow, id)
    listed = found.listed
    await organizations.show_listing(
        uow, id=id, listing=found.listing, listed_on=listed.decided_on if listed else None,
        listings=found.listings,
        decision=Ref(str(listed.decision_id)) if listed else None,
        grounds=tuple(listed.grounds) if listed else (),
        effective_on=effective_on, basis=basis, because=because,
    )  # fmt: skip
