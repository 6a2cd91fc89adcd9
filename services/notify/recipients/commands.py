"""Entering, deputising and retiring recipients."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from chassis.model import Refusal, division_code
from chassis.unit_of_work import UnitOfWork
from services.notify.recipients.tables import RecipientRow


class AlreadyRegistered(Refusal):
    """The person has this role in this division already."""

    code = "recipient_already_registered"
    zh = "接收人“{person}”在“{division}”已登记为“{role}”（编号 {id}）。"
    en = "Recipient '{person}' has the role '{role}' in '{division}' already (id {id})."


async def register(
    uow: UnitOfWork, *, person_id: str, actor_id: str, role: str, division: str, language: str
) -> RecipientRow:
    """Enter a recipient; one who was retired comes back. Raises `AlreadyRegistered`."""
    division_code(division, at="/division")
    found = (
        await uow.session.exec(
            select(RecipientRow)
            .where(
                col(RecipientRow.person_id) == person_id,
                col(RecipientRow.role) == role,
                col(RecipientRow.division) == division,
            )
            .with_for_update()
        )
    ).one_or_none()
    if found is not None and not found.retired:
        raise AlreadyRegistered(person=person_id, role=role, division=division, id=found.id)
    row = found or RecipientRow(
        person_id=person_id, actor_id=actor_id, role=role, division=division,
        effective_on=uow.today, basis="live", recorded_at=uow.now,
    )  # fmt: skip
    row.actor_id, row.language, row.retired = actor_id, language, False
    row.revision += 1
    uow.admit(row)
    return row


async def deputise(uow: UnitOfWork, *, id: UUID, deputy_actor_id: str | None) -> RecipientRow:
    """Let another account act while the recipient is away; None ends it."""
    row = await uow.load(RecipientRow, id)
    row.deputy_actor_id = deputy_actor_id
    row.revision += 1
    return row


async def retire(uow: UnitOfWork, *, id: UUID) -> RecipientRow:
    """Write to this recipient no more; messages sent stay."""
    row = await uow.load(RecipientRow, id)
    if not row.retired:
        row.retired = True
        row.revision += 1
    return row


async def active(uow: UnitOfWork, divisions: set[str], roles: set[str]) -> list[RecipientRow]:
    """Recipients with one of the roles whose division covers one of `divisions`."""
    codes = {code[:length] for code in divisions for length in (4, 6, 9, 12) if len(code) >= length}
    statement = select(RecipientRow).where(
        col(RecipientRow.division).in_(codes),
        col(RecipientRow.role).in_(roles),
        col(RecipientRow.retired).is_(sa.false()),
    )
    return list((await uow.session.exec(statement)).all())
