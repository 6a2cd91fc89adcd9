"""The base that a record is about: where it is, and that it works."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import select

from chassis.acting import Acting
from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.incubation.bases.model import BaseNotOpen, BasePhase
from services.registry.incubation.bases.tables import BaseRow


async def of_base(uow: UnitOfWork, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Division and newest sequence of the base that `base_id` names, for a record that it keeps.

    Raises `NotFound`, `NotPermitted` and `BaseNotOpen`.
    """
    base = await base_of(uow, arguments["base_id"])
    uow.authorize(base.division)
    check_open(base)
    return {"division": base.division, "base_sequence": base.sequence}


async def base_of(acting: Acting, id: UUID) -> BaseRow:
    """The base; raises `NotFound`."""
    base = (await acting.session.exec(select(BaseRow).where(BaseRow.id == id))).one_or_none()
    if base is None:
        raise NotFound.of(BaseRow, id, at="/base_id")
    return base


def check_open(base: BaseRow) -> None:
    """Raise `BaseNotOpen`."""
    if base.state != BasePhase.OPEN.value:
        raise BaseNotOpen(at="/base_id")
