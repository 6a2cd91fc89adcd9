"""The use cases of contact assignments: assign, hand over, end; the contact of each period."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_records as contract
from sqlmodel import col, select

from chassis.http.fields import Division, PersonId
from chassis.matters import Draft, Kind, advance_many, words
from chassis.model import is_within
from chassis.service import DueTimer, Timer
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, OrganizationId
from services.registry.operations.periods import INTERVALS_ZH, Interval, Period, following, period_of
from services.registry.organizations.commands import keeps_contact, own_contact
from services.registry.organizations.concerning import of_organization
from services.registry.organizations.hooks import RELOCATED
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy
from services.registry.records.assignments.model import (
    TRANSITIONS,
    AssignmentPhase,
    HandedToSelf,
    WithNobody,
)
from services.registry.records.assignments.tables import ContactAssignmentRow
from services.registry.records.contacts import commands as contacts
from services.registry.records.contacts.model import ContactPhase
from services.registry.records.contacts.tables import ContactRecordRow
from services.registry.tables import MatterStepRow

PERIOD = "contact-assignments.period"
"""The timer of the next period's beginning."""


async def _place(uow: UnitOfWork, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The organisation's division, or the community itself; raises `WithNobody`."""
    organization, community = arguments["organization_id"], arguments["community"]
    if (organization is None) == (community is None):
        raise WithNobody(at="/organization_id")
    if organization is not None:
        return await of_organization(uow, arguments)
    return {"division": community}


ASSIGNMENTS = Kind(
    ContactAssignmentRow, AssignmentPhase, TRANSITIONS, initial=AssignmentPhase.ASSIGNED,
    zh="联系分工", en="contact assignments", path="contact-assignments", unit="项", steps=MatterStepRow,
    states_zh={AssignmentPhase.ASSIGNED: "执行中", AssignmentPhase.ENDED: "终止"},
    place=_place, unique=("division", "organization_id", "role"),
    filters=("organization_id", "officer", "role"),
)  # fmt: skip


@ASSIGNMENTS.opens(contract.ContactAssignmentAssigned, zh="确定联系人", en="assign an officer", needs="write")
async def assign(
    uow: UnitOfWork, row: ContactAssignmentRow, *,
    officer: Annotated[PersonId, Field(title="联系人")],
    organization_id: Annotated[OrganizationId | None, Field(title="社会组织")] = None,
    community: Annotated[Division | None, Field(title="社区")] = None,
    role: Annotated[Code, Field(title="分工")] = "contact",
    interval: Annotated[
        Interval | None, Field(title="联系周期", json_schema_extra=words(INTERVALS_ZH))
    ] = None,
) -> None:  # fmt: skip
    """An officer keeps in touch, as often as the profile has it; the body that owns contact assigns (L11)."""
    await own_contact(uow, [row.organization_id])
    row.owner = officer
    row.interval = (interval or uow.policy(RegistryPolicy).records.contact_interval).value
    if row.basis == Basis.LIVE.value:
        await uow.schedule(PERIOD, row.subject, row.division, at=uow.now, payload=_payload(uow.today))


@ASSIGNMENTS.step(
    contract.ContactAssignmentHandedOver, zh="交接", needs="write", path="hand-over", whose=keeps_contact
)
async def hand_over(
    uow: UnitOfWork, row: ContactAssignmentRow, *,
    to: Annotated[PersonId, Field(title="接任联系人")],
    reason: Annotated[Code | None, Field(title="原因")] = None,
) -> Mapping[str, Any]:  # fmt: skip
    """Somebody else from the day given; the contacts that are due go with it."""
    if to == row.officer:
        raise HandedToSelf(at="/to", officer=to)
    previous = row.officer
    row.officer = row.owner = to
    row.handed_over_on = row.effective_on
    row.handed_over_times += 1
    await advance_many(
        uow, contacts.CONTACTS, await _due(uow, [row.id]), contacts.reassign.event,
        {"previous": previous, "reason": reason, "to": to}, change=lambda record: _take(record, to),
    )  # fmt: skip
    return {"previous": previous}


@ASSIGNMENTS.step(contract.ContactAssignmentEnded, zh="终止", needs="write", path="end", whose=keeps_contact)
async def end(
    uow: UnitOfWork, row: ContactAssignmentRow, *, reason: Annotated[Code, Field(title="原因")]
) -> None:
    """Nobody is answerable any more; what is due is cancelled."""
    await uow.cancel(PERIOD, [row.subject])
    due = await _due(uow, [row.id])
    await advance_many(uow, contacts.CONTACTS, due, contract.ContactRecordCancelled)


@RELOCATED.follow
async def leave(uow: UnitOfWork, organization: OrganizationRow, reason: str) -> None:
    """Who kept in touch with an organisation that is in another place now is not answerable any more, unless
    hers reaches there, too: the duty is one alone, and the other place's to give."""
    found = await uow.session.exec(
        select(ContactAssignmentRow.id, ContactAssignmentRow.division).where(
            ContactAssignmentRow.organization_id == organization.id,
            ContactAssignmentRow.home == uow.stack,
            col(ContactAssignmentRow.ended).is_(False),
        )
    )
    left = [id for id, place in found if not is_within(organization.division, place)]
    await uow.cancel(PERIOD, map(str, left))
    await advance_many(uow, ASSIGNMENTS, left, contract.ContactAssignmentEnded, {"reason": reason})
    await advance_many(uow, contacts.CONTACTS, await _due(uow, left), contract.ContactRecordCancelled)


def _take(record: Draft, to: str) -> None:
    record.officer = record.owner = to


async def _due(uow: UnitOfWork, assignments: list[UUID]) -> list[UUID]:
    """The contacts of these assignments that are still to be made."""
    found = await uow.session.exec(
        select(ContactRecordRow.id).where(
            col(ContactRecordRow.assignment_id).in_(assignments),
            ContactRecordRow.state == ContactPhase.DUE.value,
        )
    )
    return list(found)


def _payload(day: date) -> dict[str, str]:
    return {"day": day.isoformat()}


async def _begin(uow: UnitOfWork, due: DueTimer) -> None:
    """Open the contact of the period that has begun, and wait for the next; of what ended, end it."""
    row = await uow.load(ContactAssignmentRow, due.subject)
    if not await due.take():
        return
    if row.organization_id is not None:
        organization = await uow.session.get_one(OrganizationRow, row.organization_id)
        if organization.ended:
            await end.on(uow, row, reason="organization_ended")
            return
    interval = Interval(row.interval)
    period = period_of(date.fromisoformat(due.payload["day"]), interval)
    if not await _is_there(uow, row.id, period):
        await contacts.open_(
            uow, assignment_id=row.id, due_on=period.ends_on, period=period.code,
            effective_on=max(period.begins_on, row.opened_on),
        )  # fmt: skip
    after = following(period, interval)
    await uow.schedule(
        PERIOD, row.subject, row.division, on=period.ends_on, payload=_payload(after.begins_on)
    )


async def _is_there(uow: UnitOfWork, assignment: UUID, period: Period) -> bool:
    found = await uow.session.exec(
        select(ContactRecordRow.id).where(
            ContactRecordRow.assignment_id == assignment, ContactRecordRow.period == period.code
        )
    )
    return found.first() is not None


TIMERS = (Timer(PERIOD, _begin),)
