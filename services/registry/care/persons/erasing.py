"""When the last record of a person is let go, the person's key is destroyed."""

from collections.abc import Collection

from sqlmodel import col, select

from chassis.unit_of_work import UnitOfWork
from services.registry.care.persons.tables import PersonKeyRow

_NEEDLESS = """
select mark from person_key k
where mark = any($1)
  and not exists (select from care_record where mark = k.mark)
  and not exists (select from care_pairing where child_mark = k.mark or giver_mark = k.mark)
"""


async def let_go(uow: UnitOfWork, marks: Collection[bytes | None]) -> None:
    """Destroy the keys of those whom no record needs any more.

    The keys are locked first: a record that is just being opened for one of them is seen, or waits.
    """
    known = [mark for mark in marks if mark is not None]
    await uow.flush()
    mark = col(PersonKeyRow.mark)
    await uow.session.exec(select(mark).where(mark.in_(known)).order_by(mark).with_for_update())
    needless = await uow.connection.fetch(_NEEDLESS, known)
    await uow.vault.erase([row["mark"] for row in needless])
