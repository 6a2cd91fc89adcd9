"""A year's assessments that nobody has opened: a task of the body says how many are left, once a year."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from chassis.service import DueTimer, timer
from chassis.unit_of_work import UnitOfWork
from services.registry.operations.tasks import commands as tasks
from services.registry.organizations.hooks import CAME_ON_RECORD, TAKEN_DIRECT
from services.registry.policy import RegistryPolicy

_YEAR: Final = "assessments.year"
"""The timer of a stack that has organisations to assess; it goes on from year to year."""
ASSESSMENT: Final = "assessment"
"""Kind and origin of such a task."""
_ANY_DIRECT: Final = """
select exists (
    select from organization where id = any($1) and home = $2 and hub_link = 'direct' and not ended
) and not exists (select from timer where kind = $3 and subject = $2)
"""
_LEFT: Final = """
select count(*)
from organization o
where o.home = $1 and o.hub_link = 'direct' and not o.ended
  and exists (
      select from organization_status s
      where s.organization_id = o.id and s.hub_link = 'direct' and s.effective_on <= $3
        and (s.until is null or s.until > $3)
  )
  and not exists (select from assessment a where a.organization_id = o.id and a.year = $2)
"""
"""Directly supervised at the end of the year, and still; without an assessment of it."""


@TAKEN_DIRECT.follow
@CAME_ON_RECORD.follow
async def wait(uow: UnitOfWork, organizations: Sequence[UUID | str]) -> None:
    """From the first organisation that the hub supervises itself on, look every year."""
    await uow.flush()
    if await uow.connection.fetchval(_ANY_DIRECT, organizations, uow.stack, _YEAR):
        await _wait(uow, uow.today)


async def _wait(uow: UnitOfWork, day: date) -> None:
    """Until the next day, from `day` on, by which the assessments of the year before it are opened."""
    month, last = uow.policy(RegistryPolicy).inspections.assessments_opened_by
    on = date(day.year, month, last)
    if on < day:
        on = date(day.year + 1, month, last)
    payload = {"year": on.year - 1}
    await uow.schedule(_YEAR, uow.stack, uow.stack, on=on, payload=payload)


@timer(_YEAR)
async def look(uow: UnitOfWork, due: DueTimer) -> None:
    """Give the task to open what is left of the year's assessments, and wait for the next."""
    if not await due.take():
        return
    year = int(due.payload["year"])
    await _wait(uow, uow.today)
    left = await uow.connection.fetchval(_LEFT, uow.stack, year, date(year, 12, 31))
    if not left:
        return
    policy = uow.policy(RegistryPolicy).inspections
    await tasks.issue(
        uow, division=uow.stack, kind=ASSESSMENT, origin=ASSESSMENT, lead=policy.assessments_lead,
        implementing=[uow.stack], due_on=max(uow.today, date(year + 1, *policy.assessment_due)),
        title=f"{year} 年度考核评价：{left} 家直管社会组织尚未列入",
        content="请在“考核评价”中用“列入全部直管组织”列入该年度考核，并按期完成。",
    )  # fmt: skip
