"""Who may read of what a body asks of everybody below it."""

from typing import TypeVar
from uuid import UUID

from chassis.http import Reading
from chassis.matters import MatterRow
from chassis.model import is_within
from chassis.unit_of_work import NotFound

R = TypeVar("R", bound=MatterRow)


async def sent_down(reading: Reading, row: type[R], id: UUID) -> R:
    """The record, for whoever may read in its division, or anywhere below: it is about them.

    Raises `NotFound`, `NotPermitted`.
    """
    found = await reading.session.get(row, id)
    if found is None:
        raise NotFound.of(row, id)
    if not any(is_within(own, found.division) for own in reading.principal.divisions):
        reading.authorize(found.division)
    return found
