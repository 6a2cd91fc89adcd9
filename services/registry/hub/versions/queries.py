"""Which versions were in force in a place on a day: those of the place and of the divisions above it."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.model import ancestors
from services.registry.hub.versions.tables import VersionRow

R = TypeVar("R", bound=VersionRow)


async def in_force(session: AsyncSession, kind: type[R], division: str, day: date) -> Sequence[R]:
    """The versions that held for `division` on `day`, the nearest division's first."""
    found = await session.exec(
        select(kind)
        .where(col(kind.division).in_([*ancestors(division), division]), col(kind.published_on) <= day)
        .where(sa.or_(col(kind.ended_on).is_(None), col(kind.ended_on) > day))
    )
    return sorted(found, key=lambda one: (-len(one.division), one.series, str(one.id)))


def fits(fields: Sequence[str], categories: Sequence[str]) -> bool:
    """Whether a version for these fields is for an organisation of these categories; no fields: for all."""
    return not fields or bool({*fields} & {*categories})
