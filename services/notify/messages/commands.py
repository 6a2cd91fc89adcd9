"""Writing messages for events, and what recipients do with them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from shuniu_contracts import Basis, Event
from shuniu_contracts import notify as contract
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from chassis.model import step
from chassis.received import Received
from chassis.service import DueTimer, timer
from chassis.timers import end_of_day
from chassis.unit_of_work import UnitOfWork
from services.notify.messages.model import (
    PARAMETERS,
    TEMPLATES,
    TRANSITIONS,
    NotYours,
    Rule,
    Status,
    addressees,
)
from services.notify.messages.tables import MessageRow
from services.notify.organizations.tables import OrganizationCopy
from services.notify.policy import NotifyPolicy
from services.notify.recipients.commands import active
from services.notify.recipients.tables import RecipientRow

EXPIRY = "message.acknowledgement_due"


def event_name(received: Received[Event]) -> str:
    """`registry.organization.registered`: the type as rules name it."""
    envelope = received.envelope
    return f"{envelope.service}.{envelope.aggregate}.{envelope.fact}"


async def write(uow: UnitOfWork, events: Sequence[Received[Event]]) -> list[MessageRow]:
    """Write what the rules say of live facts, once for each event, rule and recipient."""
    rules = [policy.rule() for policy in uow.policy(NotifyPolicy).rules]
    wanted: list[tuple[Received[Event], Rule, Mapping[str, Any]]] = []
    for event in events:
        if event.data.state.basis is not Basis.LIVE:
            continue
        state = msgspec.to_builtins(event.data.state)
        wanted += [(event, rule, state) for rule in rules if rule.applies(event_name(event), state)]
    if not wanted:
        return []
    recipients = await active(
        uow,
        {event.division for event, _, _ in wanted},
        {role for _, rule, _ in wanted for role in rule.roles},
    )
    drafts = [
        (_draft(uow, event, rule, state, recipient), event)
        for event, rule, state in wanted
        for recipient in _recipients(rule, event.division, recipients)
    ]
    return await _keep(uow, drafts)


def _recipients(rule: Rule, division: str, known: Sequence[RecipientRow]) -> list[RecipientRow]:
    chosen = set(addressees(rule, division, [row.addressee() for row in known]))
    return [row for row in known if row.addressee() in chosen]


def _draft(
    uow: UnitOfWork, event: Received[Event], rule: Rule, state: Mapping[str, Any], recipient: RecipientRow
) -> MessageRow:
    template = TEMPLATES[rule.template]
    organization = event.subject if event.envelope.aggregate == "organization" else _referred(state)
    row = MessageRow(
        division=event.division, home=uow.stack, effective_on=uow.today, basis=Basis.LIVE.value,
        recorded_at=uow.now, recipient_id=recipient.id, person_id=recipient.person_id, rule=rule.name,
        urgency=rule.urgency, status=Status.QUEUED.value, cause_event_id=event.envelope.id,
        cause_type=event.envelope.type, cause_subject=event.subject, cause_sequence=event.envelope.sequence,
        template=template.name, template_version=template.version,
        organization_id=UUID(organization) if organization else None,
        parameters={key: str(state[key]) for key in PARAMETERS if state.get(key) is not None},
    )  # fmt: skip
    if rule.acknowledge_within_days is not None:
        row.acknowledge_by = end_of_day(uow.today + timedelta(days=rule.acknowledge_within_days))
    return row


def _referred(state: Mapping[str, Any]) -> str | None:
    reference = state.get("organization")
    return reference["id"] if isinstance(reference, Mapping) else None


async def _keep(uow: UnitOfWork, drafts: Sequence[tuple[MessageRow, Received[Event]]]) -> list[MessageRow]:
    """Insert the drafts that are new, as queued and, in-app, at once sent."""
    if not drafts:
        return []
    columns = MessageRow.__table__.columns.keys()  # type: ignore[attr-defined]
    values = [{name: getattr(row, name) for name in columns} for row, _ in drafts]
    statement = insert(MessageRow).values(values).on_conflict_do_nothing().returning(col(MessageRow.id))
    new = {id for (id,) in (await uow.session.execute(statement)).all()}
    kept: list[MessageRow] = []
    for draft, event in drafts:
        if draft.id not in new:
            continue
        row = await uow.session.get_one(MessageRow, draft.id)
        uow.record(row, contract.MessageQueued(state=row.public_state()), because=event)
        row.status = step(TRANSITIONS, Status(row.status), "sent").value
        row.sent_at = uow.now
        uow.record(row, contract.MessageSent(state=row.public_state()), because=event)
        if row.acknowledge_by is not None:
            await uow.schedule(EXPIRY, row.subject, row.division, at=row.acknowledge_by)
        kept.append(row)
    return kept


async def _own(uow: UnitOfWork, id: UUID) -> MessageRow:
    row = await uow.load(MessageRow, id)
    recipient = (
        await uow.session.exec(select(RecipientRow).where(col(RecipientRow.id) == row.recipient_id))
    ).one()
    if uow.principal.actor_id not in {recipient.actor_id, recipient.deputy_actor_id}:
        raise NotYours()
    return row


async def _named(uow: UnitOfWork, row: MessageRow) -> tuple[MessageRow, str | None]:
    statement = select(OrganizationCopy.name).where(col(OrganizationCopy.id) == row.organization_id)
    return row, (await uow.session.exec(statement)).one_or_none()


async def read(uow: UnitOfWork, *, id: UUID) -> tuple[MessageRow, str | None]:
    """The recipient opened it; opening it again changes nothing. Raises `NotYours`.

    Returns the message and the name of the organisation it is about.
    """
    row = await _own(uow, id)
    if row.status == Status.SENT.value:
        row.status = step(TRANSITIONS, Status.SENT, "read").value
        row.read_at = uow.now
        uow.record(row, contract.MessageRead(state=row.public_state()))
    return await _named(uow, row)


async def acknowledge(uow: UnitOfWork, *, id: UUID) -> tuple[MessageRow, str | None]:
    """The recipient says that they know; saying it again changes nothing. Raises `NotYours`."""
    row = await _own(uow, id)
    if row.status != Status.ACKNOWLEDGED.value:
        row.status = step(TRANSITIONS, Status(row.status), "acknowledged").value
        row.acknowledged_at = uow.now
        await uow.cancel(EXPIRY, [row.subject])
        uow.record(row, contract.MessageAcknowledged(state=row.public_state()))
    return await _named(uow, row)


@timer(EXPIRY)
async def acknowledgement_fell_due(uow: UnitOfWork, due: DueTimer) -> None:
    """Nobody acknowledged in time."""
    row = await uow.load(MessageRow, due.subject)
    if not await due.take():
        return
    row.status = step(TRANSITIONS, Status(row.status), "expired").value
    row.expired_at = uow.now
    uow.record(row, contract.MessageExpired(state=row.public_state()))
