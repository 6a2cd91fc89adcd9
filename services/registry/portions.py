"""Work on the records of a whole stack in portions, so that nobody has to wait for 100,000 of them."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from sqlmodel import select

from chassis.matters import MatterRow
from chassis.service import DueTimer, Timer
from chassis.unit_of_work import UnitOfWork

R = TypeVar("R", bound=MatterRow)
Work = Callable[[UnitOfWork, R, UUID], Awaitable[UUID | None]]
"""One portion after the id given: the id it came to, or None where nothing is left."""
AT_ONCE = 1_000
"""Records of one transaction: a fifth of a second, for which a process that also answers commands is busy."""
AGAIN = timedelta(seconds=1)
"""When to look again for a record of a stack above, which another consumer brings."""
FIRST = UUID(int=0)
"""Before every id. A condition `id > $1` alone lets the index lead to the next portion; one that allows for a
missing id reads all of those done."""


def _timer(row: type[MatterRow], work: str) -> str:
    return f"{row.stream[1]}.portion.{work}"


async def carry(
    uow: UnitOfWork, row: type[MatterRow], id: str, division: str, work: str, *, sequence: int = 0,
    after: date | None = None,
) -> None:  # fmt: skip
    """Let the records of this stack follow what happened to the record `id`, from the first on.

    At once, or when the day `after` is over; not before the record here has come to `sequence`.
    """
    payload = {"after": str(FIRST), "sequence": sequence}
    name, at = _timer(row, work), None if after else uow.now
    await uow.schedule(name, id, division, at=at, on=after, payload=payload)


async def stop(uow: UnitOfWork, row: type[MatterRow], id: str, work: str) -> None:
    """Take back what was to follow."""
    await uow.cancel(_timer(row, work), [id])


class Portions(Generic[R]):
    """The works that records of one kind, ours or those of a stack above, lead to here."""

    def __init__(self, row: type[R], works: Mapping[str, Work[R]]) -> None:
        self._row = row
        self._works = {_timer(row, name): work for name, work in works.items()}

    @property
    def timers(self) -> tuple[Timer, ...]:
        """What the service has to fire."""
        return tuple(Timer(name, self._portion) for name in self._works)

    async def _portion(self, uow: UnitOfWork, due: DueTimer) -> None:
        """The next portion; schedules the one after it until nothing is left."""
        statement = select(self._row).where(self._row.id == UUID(due.subject)).with_for_update()
        row = (await uow.session.exec(statement)).one_or_none()
        if not await due.take():
            return
        if row is None or row.sequence < due.payload["sequence"]:
            await self._again(uow, due, due.payload["after"], uow.now + AGAIN)
            return
        last = await self._works[due.kind](uow, row, UUID(due.payload["after"]))
        if last is not None:
            await self._again(uow, due, str(last), uow.now)

    async def _again(self, uow: UnitOfWork, due: DueTimer, after: str, at: datetime) -> None:
        payload = {**due.payload, "after": after}
        await uow.schedule(due.kind, due.subject, due.division, at=at, payload=payload)
