"""A version comes into force, at once or on a coming day; the one before it is superseded with that."""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from shuniu_contracts import Basis, Event
from sqlmodel import col, select

from chassis.matters import Clock, Step
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
        FieldUnknown(at="/fields", value=value, known=sorted(known)) for value in fields if value not in known
    )


def coming_into_force(published: type[Event], supersede: Callable[[], Step[Any]]) -> Clock:
    """The clock that brings an issued version into force when its day begins (自…起施行).

    `supersede` gives the step of the version before it, which is declared after the kind.
    """

    async def take(uow: UnitOfWork, row: Any) -> None:
        row.effective_on = row.in_force_on
        await take_the_place(uow, row, supersede())

    return Clock(
        "in_force", {"issued"}, published, "published", rule="version.in_force_on", column="in_force_on",
        begins=True, restarts={"issued"}, first=take,
    )  # fmt: skip


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
