"""One organisation on the record of two stacks: the stack above both asks their bodies which record stays."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from chassis.model import is_within
from chassis.service import DueTimer, timer
from chassis.unit_of_work import UnitOfWork
from services.registry.operations.tasks import commands as tasks
from services.registry.organizations.hooks import CAME_ON_RECORD, IDENTIFIED
from services.registry.policy import RegistryPolicy

_ASK: Final = "organization.duplicate"
"""The timer that asks about one unified social credit code; it is fired by the system, whoever entered it."""
DUPLICATE: Final = "duplicate"
"""Kind and origin of such a task."""

_SHARED: Final = """
select h.credit_code as code
from organization h
where h.id = any($1) and not h.ended and exists (select from organization where not ended and replica) and (
    exists (
        select from organization o
        where o.credit_code = h.credit_code and not o.ended and o.replica and o.home <> h.home
    ) or h.replica and exists (
        select from organization o where o.credit_code = h.credit_code and not o.ended and not o.replica
    )
)
"""
"""An own code is there once; beside a replica's, both partial indexes are asked."""
_SAME: Final = """
select id, name, division, home from organization where credit_code = $1 and not ended order by id
"""
_ASKED: Final = """
select exists (
    select from task
    where home = $1 and origin = $2 and implementing @> $4::text[]
      and origin_record_id in (select id from organization where credit_code = $3)
)
"""
"""Also where the record that it was asked about has ended since."""


@IDENTIFIED.follow
@CAME_ON_RECORD.follow
async def look_elsewhere(uow: UnitOfWork, organizations: Sequence[UUID | str]) -> None:
    """Ask about every code of these that a living record of another stack has, too."""
    await uow.flush()
    for row in await uow.connection.fetch(_SHARED, organizations):
        await uow.schedule(_ASK, row["code"], uow.stack, at=uow.now)


@timer(_ASK)
async def ask(uow: UnitOfWork, due: DueTimer) -> None:
    """Give the bodies of the records with this code the task to settle it, once for the same bodies."""
    if not await due.take():
        return
    found = await uow.connection.fetch(_SAME, due.subject)
    homes, divisions = {row["home"] for row in found}, sorted({row["division"] for row in found})
    if len(homes) < 2 or _is_seen_to_below(uow, homes):
        return
    if await uow.connection.fetchval(_ASKED, uow.stack, DUPLICATE, due.subject, divisions):
        return
    policy = uow.policy(RegistryPolicy).operations
    last, _ = uow.region.calendar.add_working_days(uow.today, policy.duplicate_days)
    await tasks.issue(
        uow, division=uow.stack, kind=DUPLICATE, origin=DUPLICATE, origin_record_id=found[0]["id"],
        lead=policy.duplicate_lead, implementing=divisions, due_on=last,
        title=f"核对重复登记：{found[0]['name'][:100]}（{due.subject}）",
        content=_content(due.subject, found),
    )  # fmt: skip


def _is_seen_to_below(uow: UnitOfWork, homes: set[str]) -> bool:
    """Whether a stack between is above all of these, too."""
    return any(all(is_within(home, lower) for home in homes) for lower in uow.lower_stacks)


def _content(code: str, found: Sequence[Any]) -> str:
    return "\n".join(
        [
            f"以下在册记录的统一社会信用代码均为 {code}，请核对并反馈结果。",
            "确为同一组织的，商定由一方保留，另一方终止其记录；代码有误的，请更正。",
            *(_said(row) for row in found[:10]),
        ]
    )


def _said(row: Any) -> str:
    return f"{row['name'][:100]}，区划 {row['division']}，平台 {row['home']}，编号 {row['id']}"
