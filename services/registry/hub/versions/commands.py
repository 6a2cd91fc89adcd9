"""Publication of a version: the one that was in force is superseded in the same transaction."""

from collections.abc import Collection
from typing import TypeVar

from shuniu_contracts import Basis
from sqlmodel import col, select

from chassis.matters import Step
from chassis.model import refuse_all
from chassis.unit_of_work import UnitOfWork
from services.registry.hub.versions.model import FieldUnknown, VersionPhase, check_order
from services.registry.hub.versions.tables import VersionRow
from services.registry.policy import RegistryPolicy

R = TypeVar("R", bound=VersionRow)
_TAKE = "select pg_advisory_xact_lock(hashtextextended($1, 0))"


def check_fields(uow: UnitOfWork, fields: Collection[str]) -> None:
    """Every field is a category of the region; raises `Refusals` of `FieldUnknown`."""
    known = {category.code for category in uow.policy(RegistryPolicy).categories}
    refuse_all(
        FieldUnknown(at="/fields", value=value, known="、".join(sorted(known)))
        for value in fields
        if value not in known
    )


async def take_the_place(uow: UnitOfWork, row: R, superseded: Step[R]) -> None:
    """`row` comes into force on its day: the version of its series that was in force is superseded.

    Raises `OlderThanInForce`.
    """
    kind = type(row)
    await uow.connection.execute(_TAKE, f"{kind.__tablename__} {row.division} {row.series}")
    found = await uow.session.exec(
        select(kind)
        .where(kind.division == row.division, kind.series == row.series, kind.home == uow.stack)
        .where(kind.state == VersionPhase.PUBLISHED.value, col(kind.id) != row.id)
        .with_for_update()
    )
    row.published_on = row.effective_on
    if (before := found.one_or_none()) is None:
        return
    check_order(row.effective_on, before.version, before.published_on or before.effective_on)
    before.superseded_by_sequence = row.sequence + 1
    await superseded.on(
        uow, before, effective_on=row.effective_on, basis=Basis(row.basis), superseded_by_id=row.id
    )
    await uow.session.flush()  # before this one is published: there is one in force
    row.supersedes_id, row.supersedes_sequence = before.id, before.sequence
