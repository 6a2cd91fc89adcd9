"""A year's inspection that nobody has opened: a task of the body says how many wait for it, once a year."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from chassis.service import DueTimer, timer
from chassis.unit_of_work import UnitOfWork
from services.registry.inspections.campaigns.model import INSPECTED
from services.registry.operations.tasks import commands as tasks
from services.registry.organizations.hooks import CAME_ON_RECORD
from services.registry.policy import RegistryPolicy

_YEAR: Final = "inspection-campaigns.year"
"""The timer of a stack that has organisations to inspect; it goes on from year to year."""
INSPECTION_YEAR: Final = "inspection_year"
"""Kind and origin of such a task."""
_ANY_INSPECTED: Final = """
select exists (
    select from organization
    where id = any($1) and home = $2 and legal_form = any($4) and legal_status in ('registered', 'suspended')
) and not exists (select from timer where kind = $3 and subject = $2)
"""
_LEFT: Final = """
select count(*)
from organization o
where o.home = $1 and o.legal_form = any($4) and not o.ended
  and coalesce(o.registered_on <= $5, true)
  and exists (
      select from organization_status s
      where s.organization_id = o.id and s.legal_status in ('registered', 'suspended')
        and s.effective_on <= $3 and (s.until is null or s.until > $3)
  )
  and not exists (
      select from inspection_campaign c
      where c.year = $2 and o.legal_form = any(c.legal_forms) and o.division like c.division || '%'
  )
  and not exists (select from inspection i where i.organization_id = o.id and i.year = $2)
"""
"""Registered in time to be inspected and still on the record; neither asked by a campaign for that year, of
this stack or of one above, nor inspected beside one."""


@CAME_ON_RECORD.follow
async def wait(uow: UnitOfWork, organizations: Sequence[UUID | str]) -> None:
    """From the first organisation on that is inspected, look every year, where the profile names a day."""
    if uow.policy(RegistryPolicy).inspections.campaigns_opened_by is None:
        return
    await uow.flush()
    if await uow.connection.fetchval(_ANY_INSPECTED, organizations, uow.stack, _YEAR, INSPECTED):
        await _wait(uow, uow.today)


async def _wait(uow: UnitOfWork, day: date) -> None:
    """Until the next day, from `day` on, by which the campaigns of the year before it are opened."""
    if (opened_by := uow.policy(RegistryPolicy).inspections.campaigns_opened_by) is None:
        return
    on = date(day.year, *opened_by)
    if on < day:
        on = date(day.year + 1, *opened_by)
    await uow.schedule(_YEAR, uow.stack, uow.stack, on=on, payload={"year": on.year - 1})


@timer(_YEAR)
async def look(uow: UnitOfWork, due: DueTimer) -> None:
    """Give the task to open what is left of the year's inspection, and wait for the next."""
    if not await due.take():
        return
    year = int(due.payload["year"])
    await _wait(uow, uow.today)
    policy = uow.policy(RegistryPolicy).inspections
    left = await uow.connection.fetchval(
        _LEFT, uow.stack, year, date(year, 12, 31), INSPECTED, date(year, *policy.excused_after)
    )
    if policy.campaigns_opened_by is None or not left:
        return
    await tasks.issue(
        uow, division=uow.stack, kind=INSPECTION_YEAR, origin=INSPECTION_YEAR, lead=policy.campaigns_lead,
        implementing=[uow.stack], due_on=max(uow.today, _last_day(uow, year)),
        title=f"{year} 年度年检：{left} 家登记的社会组织尚未部署",
        content="请在“年检部署”中部署该年度的年检（年报），并督促各组织按期报送。",
    )  # fmt: skip


def _last_day(uow: UnitOfWork, year: int) -> date:
    """The last day on which anybody can hand in for that year, by the profile."""
    windows = uow.policy(RegistryPolicy).inspections.windows
    return max((date(year + 1, *one.due) for one in windows), default=uow.today)
