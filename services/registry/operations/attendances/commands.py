"""The use cases of attendance: invite one, say whether somebody came, take the invitation back."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_meetings as contract

from chassis.http.fields import PersonId
from chassis.matters import Kind, words
from chassis.matters.kind import AlreadyThere
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code, OrganizationId, Record
from services.registry.operations.attendances.counting import count_later
from services.registry.operations.attendances.gatherings import (
    check_ahead,
    check_open,
    is_ahead,
    is_open,
    lock_ahead,
    of_gathering,
)
from services.registry.operations.attendances.model import (
    PRESENCE_ZH,
    SETTLED,
    TRANSITIONS,
    AttendancePhase,
    Presence,
    check_answer,
    check_invited,
)
from services.registry.operations.attendances.survivors import FAMILY
from services.registry.operations.attendances.tables import AttendanceRow
from services.registry.organizations.concerning import refer
from services.registry.organizations.model import AlreadyEnded
from services.registry.own.holder import check_about_own
from services.registry.tables import MatterStepRow

ATTENDANCES = Kind(
    AttendanceRow, AttendancePhase, TRANSITIONS, initial=AttendancePhase.INVITED,
    zh="参会记录", en="attendance", path="attendances", unit="人次", steps=MatterStepRow,
    states_zh={
        AttendancePhase.INVITED: "已邀请",
        AttendancePhase.ACCEPTED: "确认参加",
        AttendancePhase.ATTENDED: "到会",
        AttendancePhase.EXCUSED: "请假",
        AttendancePhase.ABSENT: "缺席",
        AttendancePhase.WITHDRAWN: "取消邀请",
        AttendancePhase.UNRECORDED: "未登记",
    },
    place=of_gathering, settled=SETTLED,
    unique=("meeting_id", "training_id", "organization_id", "body", "post", "participant"),
    filters=("meeting_id", "training_id", "organization_id", "gathering", "body", "post", "reason"),
    holder=check_about_own,
)  # fmt: skip
ATTENDANCES.ahead = lock_ahead

_OF_THE_SAME = (
    "with recursive "
    + FAMILY.format(one="$1")
    + """
select id from attendance
where organization_id in (select id from family) and organization_id <> $1
  and (meeting_id, training_id, post, participant)
      is not distinct from ($2::uuid, $3::uuid, $4::text, $5::text)
limit 1
"""
)


@ATTENDANCES.opens(contract.AttendanceInvited, zh="邀请", needs="write", by_workbook=True)
async def invite(
    uow: UnitOfWork, row: AttendanceRow, *,
    meeting_id: Annotated[UUID | None, Record("meeting"), Field(title="会议")] = None,
    training_id: Annotated[UUID | None, Record("training"), Field(title="培训")] = None,
    organization_id: Annotated[OrganizationId | None, Field(title="社会组织")] = None,
    body: Annotated[Code | None, Field(title="单位")] = None,
    post: Annotated[Code | None, Field(title="应到职务")] = None,
    participant: Annotated[PersonId | None, Field(title="参会人编号")] = None,
) -> None:  # fmt: skip
    """One place on the list: of an organisation, or of a body that is none."""
    check_invited(organization_id, body)
    if organization_id is not None:
        organization = await refer(uow, row, organization_id)
        await _check_not_listed(uow, row)
        if organization.ended and row.basis == Basis.LIVE.value:
            raise AlreadyEnded(status=organization.legal_status, into="-", at="/organization_id")
    await count_later(uow, await check_open(uow, row))


async def _check_not_listed(uow: UnitOfWork, row: AttendanceRow) -> None:
    """Raise `AlreadyThere` where another record of the same organisation has such a place."""
    same = row.organization_id, row.meeting_id, row.training_id, row.post, row.participant
    other = await uow.connection.fetchval(_OF_THE_SAME, *same)
    if other is not None:
        raise AlreadyThere(kind_zh=ATTENDANCES.zh, kind_en=ATTENDANCES.en, other=other)


@ATTENDANCES.step(
    contract.AttendanceAttended, zh="签到", en="record attendance", needs="write",
    path="presence", by_workbook="签到表", ready=is_open,
    instead={
        "presence": {
            Presence.EXCUSED.value: contract.AttendanceExcused,
            Presence.ABSENT.value: contract.AttendanceStayedAway,
        }
    },
)  # fmt: skip
async def record(
    uow: UnitOfWork, row: AttendanceRow, *,
    presence: Annotated[Presence, Field(title="出席情况", json_schema_extra=words(PRESENCE_ZH))],
    reason: Annotated[Code | None, Field(title="请假事由（请假时填）")] = None,
    came_as: Annotated[Code | None, Field(title="实到职务（代会时填）")] = None,
) -> None:  # fmt: skip
    """Came, was excused, or stayed away; said again it corrects what was said, until the list is closed."""
    check_answer(presence, reason, came_as)
    row.reason, row.came_as = reason, came_as
    await count_later(uow, await check_open(uow, row))


@ATTENDANCES.step(
    contract.AttendanceAccepted, zh="确认参加", needs="write", path="acceptance", ready=is_ahead
)
async def accept(uow: UnitOfWork, row: AttendanceRow) -> None:
    """Means to come, as long as it is still to come; who was excused has changed their mind."""
    await check_ahead(uow, row)
    row.reason = None


@ATTENDANCES.step(
    contract.AttendanceWithdrawn, zh="取消邀请", needs="write", path="withdrawal", ready=is_open
)
async def withdraw(
    uow: UnitOfWork, row: AttendanceRow, *, ground: Annotated[Code, Field(title="原因")]
) -> None:
    """Not on the list any more."""
    await count_later(uow, await check_open(uow, row))


@ATTENDANCES.step(contract.AttendanceClosed, zh="不再登记", needs="write", path="closing", ready=is_open)
async def close(uow: UnitOfWork, row: AttendanceRow) -> None:
    """Nobody knows any more whether somebody came; a list that is closed says so of all without an answer."""
    await count_later(uow, await check_open(uow, row))
