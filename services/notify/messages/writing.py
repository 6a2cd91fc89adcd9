"""From events to messages: what the rules say, once for each event, rule and person, a batch at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from shuniu_contracts import Basis, Event, State
from shuniu_contracts import notify as contract

from chassis.received import Received
from chassis.timers import Due, end_of_day
from chassis.unit_of_work import UnitOfWork
from services.notify.messages.model import TRANSITIONS, Status
from services.notify.messages.tables import MessageRow
from services.notify.policy import NotifyPolicy
from services.notify.recipients.queries import reached
from services.notify.recipients.tables import RecipientRow
from services.notify.rules.model import Rule, addressees
from services.notify.subscription import ORGANIZATIONS
from services.notify.templates.model import PARAMETERS, newest

EXPIRY = "message.acknowledgement_due"
SENT = TRANSITIONS[Status.QUEUED]["sent"]

# The whole batch is one parameter, since a batch of messages outgrows what a statement takes one by one.
# Sorted by the unique key, so that two who write the same messages at once wait for each other in one order.
_INSERT = """
insert into message
select * from jsonb_populate_recordset(null::message, $1::jsonb)
on conflict (cause_event_id, rule, person_id) do nothing
returning id
"""


@dataclass(frozen=True)
class _Draft:
    """A message that is written unless it was written before."""

    row: MessageRow
    event: Received[Event]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.row.cause_event_id, self.row.rule, self.row.person_id


async def write(uow: UnitOfWork, events: Sequence[Received[Event]]) -> int:
    """Write what the rules say of these events, of which only `live` ones count; returns how many were new.

    The number of SQL statements does not depend on how many events and messages there are.
    """
    live = [event for event in events if event.data.state.basis is Basis.LIVE]
    wanted = [
        (event, rule)
        for event in live
        for rule in uow.policy(NotifyPolicy).about(event_name(event))
        if rule.applies(_conditions(rule, event.data.state))
    ]
    if not wanted:
        return 0
    known = await reached(uow, [(rule, event.division) for event, rule in wanted])
    drafts = [
        _draft(uow, event, rule, recipient)
        for event, rule in wanted
        for recipient in addressees(rule, event.division, known)
    ]
    return await _keep(uow, sorted(drafts, key=lambda draft: draft.key))


def event_name(received: Received[Event]) -> str:
    """`registry.organization.registered`: the type as rules name it."""
    envelope = received.envelope
    return f"{envelope.service}.{envelope.aggregate}.{envelope.fact}"


def _conditions(rule: Rule, state: State) -> dict[str, tuple[str, ...]]:
    return {field: _values(getattr(state, field)) for field, _ in rule.when}


def _values(field: Any) -> tuple[str, ...]:
    """What a condition compares: nothing for an absent value, each element of a list, `true` and `false`."""
    plain = msgspec.to_builtins(field)
    if plain is None:
        return ()
    if isinstance(plain, list | tuple):
        return tuple(str(element) for element in plain)
    return (str(plain).lower(),) if isinstance(plain, bool) else (str(plain),)


def _draft(uow: UnitOfWork, event: Received[Event], rule: Rule, recipient: RecipientRow) -> _Draft:
    template, state, cause = newest(rule.template), event.data.state, event.envelope
    days = rule.acknowledge_within_days
    row = MessageRow(
        division=max(event.division, recipient.division, key=len), home=uow.stack, effective_on=uow.today,
        basis=Basis.LIVE.value, recorded_at=uow.now, sequence=2, revision=1,
        recipient_id=recipient.id, person_id=recipient.person_id, rule=rule.name, channel=rule.channel.value,
        urgency=rule.urgency, status=SENT.value, sent_at=uow.now,
        cause_event_id=cause.id, cause_type=cause.type, cause_subject=cause.subject,
        cause_sequence=cause.sequence, template=template.name, template_version=template.version,
        organization_id=_organization(event), parameters=_parameters(state),
        acknowledge_by=None if days is None else end_of_day(uow.today + timedelta(days=days)),
    )  # fmt: skip
    return _Draft(row, event)


def _parameters(state: State) -> dict[str, Any]:
    found = {name: getattr(state, name, None) for name in PARAMETERS}
    return {name: msgspec.to_builtins(value) for name, value in found.items() if value is not None}


def _organization(event: Received[Event]) -> UUID | None:
    if (event.envelope.service, event.envelope.aggregate) == ORGANIZATIONS:
        return UUID(event.subject)
    reference = getattr(event.data.state, "organization", None)
    return None if reference is None else UUID(reference.id)


async def _keep(uow: UnitOfWork, drafts: Sequence[_Draft]) -> int:
    """Insert the drafts that are new and tell of each that it was queued and, in-app, at once sent."""
    if not drafts:
        return 0
    columns = MessageRow.__table__.columns.keys()  # type: ignore[attr-defined]
    rows: list[Mapping[str, Any]] = [{name: getattr(draft.row, name) for name in columns} for draft in drafts]
    returned = await uow.connection.fetch(_INSERT, msgspec.json.encode(rows).decode())
    new = {row["id"] for row in returned}
    written = [draft for draft in drafts if draft.row.id in new]
    for draft in written:
        sent = draft.row.public_state()
        queued = msgspec.structs.replace(sent, status=contract.MessageStatus.QUEUED)
        _tell(uow, draft, 1, contract.MessageQueued(state=queued))
        _tell(uow, draft, 2, contract.MessageSent(state=sent))
    await uow.schedule_all(
        EXPIRY,
        [
            Due(draft.row.subject, draft.row.division, draft.row.acknowledge_by)
            for draft in written
            if draft.row.acknowledge_by is not None
        ],
    )
    return len(written)


def _tell(uow: UnitOfWork, draft: _Draft, sequence: int, event: Event) -> None:
    row = draft.row
    uow.append(event, subject=row.subject, sequence=sequence, division=row.division, because=draft.event)
