"""A recipient's box, and the messages of a division."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel
from sqlmodel import col, select

from chassis.http import AggregateOut, Page, PageRequest, Reading
from services.notify.messages.model import TEMPLATES, Status
from services.notify.messages.tables import MessageRow
from services.notify.organizations.tables import OrganizationCopy
from services.notify.recipients.tables import RecipientRow, acts_for


class MessageOut(AggregateOut):
    """A message with its text in the language asked for."""

    division: str
    division_name: str
    rule: str
    urgency: str
    status: str
    title: str
    body: str
    organization_id: UUID | None
    cause_type: str
    cause_subject: str
    person_id: str
    recorded_at: datetime
    acknowledge_by: datetime | None
    read_at: datetime | None
    acknowledged_at: datetime | None


class Box(BaseModel):
    """How many messages are in the caller's box, by status."""

    counts: dict[str, int]
    unread: int


_OPEN = (Status.SENT.value, Status.EXPIRED.value)


def shown(division_name: str, row: MessageRow, organization: str | None, language: str) -> MessageOut:
    """The message as its reader sees it."""
    parameters: Mapping[str, str] = {
        **row.parameters,
        "organization": organization or "—",
        "division": division_name,
    }
    title, body = TEMPLATES[row.template].render(parameters, language)
    return MessageOut(
        id=row.id, revision=row.revision, sequence=row.sequence, division=row.division,
        division_name=division_name, rule=row.rule, urgency=row.urgency, status=row.status,
        title=title, body=body, organization_id=row.organization_id, cause_type=row.cause_type,
        cause_subject=row.cause_subject, person_id=row.person_id, recorded_at=row.recorded_at,
        acknowledge_by=row.acknowledge_by, read_at=row.read_at, acknowledged_at=row.acknowledged_at,
    )  # fmt: skip


async def messages(
    reading: Reading, *, page: PageRequest, language: str, division: str | None = None,
    status: str | None = None, subject: str | None = None, everybody: bool = False,
) -> Page[MessageOut]:  # fmt: skip
    """Messages, newest first: the caller's own and those of whom they are deputy, or everybody's."""
    statement = (
        select(MessageRow, OrganizationCopy.name)
        .join(RecipientRow, col(RecipientRow.id) == col(MessageRow.recipient_id))
        .join(OrganizationCopy, col(OrganizationCopy.id) == col(MessageRow.organization_id), isouter=True)
    )
    if everybody:
        statement = statement.where(reading.within(col(MessageRow.division), division))
    else:
        statement = statement.where(acts_for(reading.principal.actor_id))
        if division is not None:
            statement = statement.where(col(MessageRow.division).startswith(division, autoescape=True))
    if status is not None:
        statement = statement.where(col(MessageRow.status) == status)
    if subject is not None:
        statement = statement.where(col(MessageRow.cause_subject) == subject)
    if (after := page.after(datetime, str)) is not None:
        statement = statement.where(
            sa.tuple_(col(MessageRow.recorded_at), col(MessageRow.id)) < (after[0], UUID(after[1]))
        )
    statement = statement.order_by(col(MessageRow.recorded_at).desc(), col(MessageRow.id).desc())
    rows: Sequence[tuple[MessageRow, str | None]] = (
        await reading.session.exec(statement.limit(page.fetch))
    ).all()
    return Page.of(
        rows, page,
        item=lambda pair: shown(reading.region.division_name(pair[0].division), pair[0], pair[1], language),
        key=lambda pair: (pair[0].recorded_at, str(pair[0].id)),
    )  # fmt: skip


async def box(reading: Reading) -> Box:
    """Counts of the caller's own box."""
    statement = (
        select(MessageRow.status, sa.func.count())
        .join(RecipientRow, col(RecipientRow.id) == col(MessageRow.recipient_id))
        .where(acts_for(reading.principal.actor_id))
        .group_by(col(MessageRow.status))
    )
    counts = {row[0]: row[1] for row in (await reading.session.exec(statement)).all()}
    return Box(counts=counts, unread=sum(counts.get(status, 0) for status in _OPEN))
