"""Entering, deputising and retiring recipients."""

from uuid import UUID

from sqlmodel import col, select

from chassis.model import division_code
from chassis.unit_of_work import UnitOfWork
from services.notify.recipients.model import AlreadyRegistered, OwnDeputy, Retired
from services.notify.recipients.tables import RecipientRow


async def register(
    uow: UnitOfWork, *, person_id: str, actor_id: str, role: str, division: str, language: str = "zh"
) -> RecipientRow:
    """Enter a recipient; one who was retired comes back, without the deputy of then.

    Raises `AlreadyRegistered`.
    """
    uow.authorize(division)
    statement = select(RecipientRow).where(
        col(RecipientRow.person_id) == person_id,
        col(RecipientRow.role) == role,
        col(RecipientRow.division) == division_code(division, at="/division"),
    )
    found = (await uow.session.exec(statement.with_for_update())).one_or_none()
    if found is not None and not found.retired:
        raise AlreadyRegistered(person=person_id, role=role, division=division, id=found.id)
    row = found or RecipientRow(
        person_id=person_id, actor_id=actor_id, role=role, division=division,
        effective_on=uow.today, basis="live", recorded_at=uow.now,
    )  # fmt: skip
    row.actor_id, row.language, row.retired, row.deputy_actor_id = actor_id, language, False, None
    row.revision += 1
    uow.admit(row)
    return row


async def deputise(uow: UnitOfWork, *, id: UUID, deputy_actor_id: str | None) -> RecipientRow:
    """Let another account act while the recipient is away; None ends it. Raises `Retired`, `OwnDeputy`."""
    row = await uow.load(RecipientRow, id)
    if row.retired:
        raise Retired(id=id)
    if deputy_actor_id == row.actor_id:
        raise OwnDeputy(actor=deputy_actor_id, at="/deputy_actor_id")
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
