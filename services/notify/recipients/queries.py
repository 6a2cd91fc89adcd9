"""Whom rules reach, and the list of recipients."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from chassis.http import AggregateOut, Page, PageRequest, Reading
from chassis.model import ancestors
from chassis.region import Region
from chassis.unit_of_work import UnitOfWork
from services.notify.recipients.model import label
from services.notify.recipients.tables import RecipientRow
from services.notify.rules.model import Reach, Rule


async def reached(uow: UnitOfWork, wanted: Iterable[tuple[Rule, str]]) -> list[RecipientRow]:
    """Everybody whom one of these rules may reach from the division beside it, in one statement."""
    roles: set[str] = set()
    codes: set[str] = set()
    above: set[str] = set()
    for rule, division in wanted:
        roles.update(rule.roles)
        codes.add(division)
        if rule.reach is Reach.UPWARDS:
            codes.update(ancestors(division))
        elif rule.reach is Reach.DOWNWARDS:
            above.add(division)
    column = col(RecipientRow.division)
    statement = select(RecipientRow).where(
        col(RecipientRow.role).in_(roles),
        col(RecipientRow.retired).is_(sa.false()),
        sa.or_(column.in_(codes), *(column.startswith(code, autoescape=True) for code in above)),
    )
    return list((await uow.session.exec(statement)).all())


class RecipientOut(AggregateOut):
    """A recipient, by opaque ids."""

    label: str
    person_id: str
    actor_id: str
    role: str
    division: str
    language: str
    deputy_actor_id: str | None
    retired: bool


def shown(region: Region, row: RecipientRow, language: str) -> RecipientOut:
    """The recipient as staff sees them."""
    place = region.division_name(row.division)
    return RecipientOut(
        label=label(place, row.role, row.person_id, language),
        **row.model_dump(include=set(RecipientOut.model_fields) - {"label"}),
    )


async def listed(
    reading: Reading, *, page: PageRequest, division: str | None, retired: bool, language: str
) -> Page[RecipientOut]:
    """Recipients of the caller's divisions in the order in which they were entered."""
    statement = select(RecipientRow).where(reading.within(col(RecipientRow.division), division))
    if not retired:
        statement = statement.where(col(RecipientRow.retired).is_(sa.false()))
    if (after := page.after(UUID)) is not None:
        statement = statement.where(col(RecipientRow.id) > after[0])
    rows = (await reading.session.exec(statement.order_by(col(RecipientRow.id)).limit(page.fetch))).all()
    return Page.of(
        rows, page, item=lambda row: shown(reading.region, row, language), key=lambda row: (row.id,)
    )
