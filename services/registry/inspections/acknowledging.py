"""A campaign or clean-up as a task of the bodies below: each takes note of it, files its plan for the record
and reports back, and whoever opened it sees who has (R05, R07, R08)."""

from uuid import UUID

from shuniu_contracts import Basis
from sqlmodel import col, select

from chassis.unit_of_work import UnitOfWork
from services.registry.inspections.campaigns.tables import InspectionCampaignRow
from services.registry.inspections.clean_ups.tables import CleanUpRow
from services.registry.operations.tasks import commands as tasks
from services.registry.operations.tasks.tables import TaskRow
from services.registry.policy import RegistryPolicy

SentDown = InspectionCampaignRow | CleanUpRow


async def ask_below(uow: UnitOfWork, row: SentDown) -> None:
    """Give the bodies of the divisions below the task to answer for what is being opened.

    Which divisions have one is the profile's, and one that ended has none any more; where none has, nobody is
    asked. What is history asks nothing.
    """
    below = _bodies(uow, row.division)
    if row.basis != Basis.LIVE.value or not below:
        return
    uow.admit(row)  # what a task comes of is on the record
    kind = row.stream[1]
    await tasks.issue(
        uow, division=row.division, title=row.title, kind=kind, origin=kind, origin_record_id=row.id,
        lead=uow.policy(RegistryPolicy).inspections.sent_down_lead, implementing=below, due_on=row.due_on,
        document_number=row.document_number,
    )  # fmt: skip


async def ask_by(uow: UnitOfWork, row: SentDown) -> None:
    """It has another last day: until then the bodies report, those that have reported anew."""
    for id in await _asked(uow, row):
        await tasks.amend(uow, id=id, due_on=row.due_on)


async def asked_no_more(uow: UnitOfWork, row: SentDown) -> None:
    """It is over, and what it asked of the bodies below with it."""
    for id in await _asked(uow, row):
        await tasks.complete(uow, id=id)


def _bodies(uow: UnitOfWork, division: str) -> list[str]:
    kinds = uow.policy(RegistryPolicy).inspections.acknowledged_by
    below = uow.region.below(division, on=uow.today)
    return [one.code for one in below if one.kind in kinds]


async def _asked(uow: UnitOfWork, row: SentDown) -> list[UUID]:
    found = await uow.session.exec(
        select(TaskRow.id).where(
            TaskRow.origin_record_id == row.id, TaskRow.home == uow.stack, col(TaskRow.ended).is_(False)
        )
    )
    return list(found)
