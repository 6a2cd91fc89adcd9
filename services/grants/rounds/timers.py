"""A live round opens and closes by itself, on the days of its window in Asia/Shanghai."""

from shuniu_contracts import grants

from chassis.service import DueTimer, timer
from chassis.unit_of_work import UnitOfWork
from services.grants.model import Basis
from services.grants.rounds.commands import CLOSES, OPENS, record, record_closed, take
from services.grants.rounds.model import RoundStatus
from services.grants.rounds.tables import RoundRow


@timer(OPENS)
async def window_opened(uow: UnitOfWork, due: DueTimer) -> None:
    """The first day began: take applications."""
    row = await uow.load(RoundRow, due.subject)
    if not await due.take() or row.status != RoundStatus.ANNOUNCED:
        return
    take(uow, row, "opened", Basis.LIVE, None)
    record(uow, row, grants.RoundOpened(state=row.public_state()))


@timer(CLOSES)
async def window_closed(uow: UnitOfWork, due: DueTimer) -> None:
    """The last day ended: take no more."""
    row = await uow.load(RoundRow, due.subject)
    if not await due.take() or row.status != RoundStatus.OPEN:
        return
    take(uow, row, "closed", Basis.LIVE, None)
    await record_closed(uow, row)
