"""What recipients do with their messages, and what happens when they do nothing."""

from uuid import UUID

from shuniu_contracts import notify as contract
from sqlmodel import col, select

from chassis.model import step
from chassis.service import DueTimer, timer
from chassis.unit_of_work import UnitOfWork
from services.notify.messages.model import TRANSITIONS, NotYours, Status
from services.notify.messages.queries import Letter
from services.notify.messages.tables import MessageRow
from services.notify.messages.writing import EXPIRY
from services.notify.organizations.queries import NAME, going_on, joined_to
from services.notify.recipients.tables import RecipientRow


async def _open(uow: UnitOfWork, id: UUID) -> Letter:
    """The message, locked, with what its text needs; raises `NotYours`."""
    row = await uow.load(MessageRow, id)
    statement = select(RecipientRow).where(col(RecipientRow.id) == row.recipient_id)
    recipient = (await uow.session.exec(statement)).one()
    if uow.principal.actor_id not in {recipient.actor_id, recipient.deputy_actor_id}:
        raise NotYours()
    about = col(MessageRow.organization_id)
    messages = select(going_on(about), NAME).select_from(MessageRow).where(col(MessageRow.id) == row.id)
    id, name = (await uow.session.exec(joined_to(messages, about))).one()
    return Letter(row, id, name, recipient.language)


async def read(uow: UnitOfWork, *, id: UUID) -> Letter:
    """The recipient opened it; opening it again, or after acknowledging it, changes nothing.

    Raises `NotYours`.
    """
    letter = await _open(uow, id)
    row = letter.message
    if row.read_at is None and row.status != Status.ACKNOWLEDGED.value:
        row.status = step(TRANSITIONS, Status(row.status), "read").value
        row.read_at = uow.now
        uow.record(row, contract.MessageRead(state=row.public_state()))
    return letter


async def acknowledge(uow: UnitOfWork, *, id: UUID) -> Letter:
    """The recipient says that they know; saying it again changes nothing. Raises `NotYours`."""
    letter = await _open(uow, id)
    row = letter.message
    if row.status != Status.ACKNOWLEDGED.value:
        row.status = step(TRANSITIONS, Status(row.status), "acknowledged").value
        row.acknowledged_at = uow.now
        await uow.cancel(EXPIRY, [row.subject])
        uow.record(row, contract.MessageAcknowledged(state=row.public_state()))
    return letter


@timer(EXPIRY)
async def acknowledgement_fell_due(uow: UnitOfWork, due: DueTimer) -> None:
    """Nobody acknowledged in time."""
    row = await uow.load(MessageRow, due.subject)
    if not await due.take():
        return
    row.status = step(TRANSITIONS, Status(row.status), "expired").value
    row.expired_at = uow.now
    uow.record(row, contract.MessageExpired(state=row.public_state()))
