"""A recipient's box, and the messages of a division."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, Field
from sqlmodel import col, select

from chassis.http import AggregateOut, Page, PageRequest, Reading
from chassis.region import Region
from services.notify.messages.model import Status
from services.notify.messages.tables import MessageRow
from services.notify.organizations.queries import NAME, aliases, going_on, joined_to
from services.notify.recipients.tables import RecipientRow, acts_for
from services.notify.templates.model import version_of


@dataclass(frozen=True)
class Letter:
    """A message with what its text needs: the organisation that goes on, by its present name, and the
    recipient's language."""

    message: MessageRow
    organization_id: UUID | None
    organization: str | None
    language: str


class MessageOut(AggregateOut):
    """A message with its text in the language asked for, or else the recipient's."""

    division: str
    division_name: str
    rule: str
    urgency: str
    status: Status
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
    """How many messages are in the caller's box."""

    counts: dict[Status, int]
    unread: int = Field(description="neither opened nor acknowledged")
    awaiting: int = Field(description="to be acknowledged, and not yet")


def shown(region: Region, letter: Letter, language: str | None) -> MessageOut:
    """The message as its reader sees it, in `language` or the recipient's own."""
    row = letter.message
    place = region.division_name(row.division)
    parameters = {**row.parameters, "organization": letter.organization, "division": place}
    template = version_of(row.template, row.template_version)
    title, body = template.render(parameters, language or letter.language)
    return MessageOut(
        id=row.id, revision=row.revision, sequence=row.sequence, division=row.division, division_name=place,
        rule=row.rule, urgency=row.urgency, status=Status(row.status), title=title, body=body,
        organization_id=letter.organization_id, cause_type=row.cause_type, cause_subject=row.cause_subject,
        person_id=row.person_id, recorded_at=row.recorded_at, acknowledge_by=row.acknowledge_by,
        read_at=row.read_at, acknowledged_at=row.acknowledged_at,
    )  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """Which messages: the caller's own and those of whom they are deputy, or `everybody`'s."""

    division: str | None = None
    status: Status | None = None
    subject: str | None = None
    everybody: bool = False

    def conditions(self, reading: Reading) -> list[sa.ColumnElement[bool]]:
        """The condition of each wish; only what lies in the caller's divisions is ever shown."""
        found = [reading.within(col(MessageRow.division), self.division)]
        if not self.everybody:
            found.append(acts_for(reading.principal.actor_id))
        if self.status is not None:
            found.append(col(MessageRow.status) == self.status.value)
        if self.subject is not None:
            subject = col(MessageRow.cause_subject)
            found.append(sa.or_(subject == self.subject, subject.in_(aliases(self.subject))))
        return found


async def messages(
    reading: Reading, *, page: PageRequest, wanted: Wanted, language: str | None
) -> Page[MessageOut]:
    """Messages, newest first."""
    about = col(MessageRow.organization_id)
    statement = joined_to(
        select(MessageRow, going_on(about), NAME, RecipientRow.language)
        .select_from(MessageRow)
        .join(RecipientRow, col(RecipientRow.id) == col(MessageRow.recipient_id)),
        about,
    ).where(*wanted.conditions(reading))
    newest_first = sa.tuple_(col(MessageRow.recorded_at), col(MessageRow.id))
    if (after := page.after(datetime, UUID)) is not None:
        statement = statement.where(newest_first < after)
    statement = statement.order_by(col(MessageRow.recorded_at).desc(), col(MessageRow.id).desc())
    found: Sequence[Any] = (await reading.session.exec(statement.limit(page.fetch))).all()
    return Page.of(
        [Letter(*row) for row in found], page,
        item=lambda letter: shown(reading.region, letter, language),
        key=lambda letter: (letter.message.recorded_at, letter.message.id),
    )  # fmt: skip


async def box(reading: Reading) -> Box:
    """Counts of the caller's own box."""
    unacknowledged = col(MessageRow.acknowledged_at).is_(None)
    unread = sa.and_(unacknowledged, col(MessageRow.read_at).is_(None))
    awaiting = sa.and_(unacknowledged, col(MessageRow.acknowledge_by).is_not(None))
    statement = (
        select(
            col(MessageRow.status),
            sa.func.count(),
            sa.func.count().filter(unread),
            sa.func.count().filter(awaiting),
        )
        .join(RecipientRow, col(RecipientRow.id) == col(MessageRow.recipient_id))
        .where(*Wanted().conditions(reading))
        .group_by(col(MessageRow.status))
    )
    rows = (await reading.session.exec(statement)).all()
    return Box(
        counts={Status(row[0]): row[1] for row in rows},
        unread=sum(row[2] for row in rows),
        awaiting=sum(row[3] for row in rows),
    )
