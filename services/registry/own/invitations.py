"""What an organisation is invited to, and that it will not come (请假). The offices' divisions do not matter:
whoever is invited to the district is told in the street, and answers there."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg
from pydantic import ConfigDict, Field

from chassis.acting import Acting
from chassis.http import AggregateOut, Reading
from chassis.http.fields import Body
from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.fields import Code
from services.registry.operations.attendances import commands as attendances
from services.registry.operations.attendances.commands import ATTENDANCES
from services.registry.operations.attendances.model import AttendancePhase, Presence
from services.registry.operations.attendances.tables import AttendanceRow
from services.registry.operations.meetings.model import MeetingPhase
from services.registry.operations.trainings.model import TrainingPhase
from services.registry.organizations.tables import OrganizationRow
from services.registry.own.holder import check_about_own
from services.registry.own.model import InvitationOver

EXCUSE: Final = "excused"
_AHEAD = frozenset({MeetingPhase.SCHEDULED.value, TrainingPhase.SCHEDULED.value})
_INVITED = """
select a.id, a.home, a.state, a.opened_on, a.gathering, coalesce(m.scheduled_on, t.scheduled_on) as day,
       coalesce(m.state, t.state) as stands
from attendance a
left join meeting m on m.id = a.meeting_id
left join training t on t.id = a.training_id
where a.organization_id = $1 and a.state = 'invited' and coalesce(m.scheduled_on, t.scheduled_on) >= $2
"""


class Excuse(Body):
    """Why nobody comes."""

    reason: Code = Field(title="请假事由")


class OwnInvitation(AggregateOut):
    """A place that the organisation has on the list of a meeting or training."""

    model_config = ConfigDict(from_attributes=True)

    division: str
    state: AttendancePhase
    gathering: str
    opened_on: date
    reason: str | None


async def invited(acting: Acting, organization_id: UUID) -> Sequence[asyncpg.Record]:
    """What is still to come."""
    found: Sequence[asyncpg.Record] = await acting.connection.fetch(_INVITED, organization_id, acting.today)
    return found


def may(acting: Acting, place: asyncpg.Record) -> list[str]:
    """What the organisation can answer now."""
    return [EXCUSE] if place["home"] == acting.stack and place["stands"] in _AHEAD else []


async def invitation(reading: Reading, *, id: UUID) -> OwnInvitation:
    """One of them. Raises `StandsForNobody`, `NotFound`, `NotOwn`, `NotPermitted`."""
    return OwnInvitation.model_validate(await _own_place(reading, id))


async def excuse(uow: UnitOfWork, *, id: UUID, reason: str) -> AttendanceRow:
    """The organisation will not come, as long as it is still to come and nobody has said anything else.

    Raises as `invitation`, `InvitationOver`, and what the step raises.
    """
    place = await _own_place(uow, id)
    uow.permission = None  # it was asked of the organisation: the list is that of another division, perhaps
    row = await ATTENDANCES.load(uow, id)
    uow.expected_revision = None  # it was this record's
    now = {one["id"]: may(uow, one) for one in await invited(uow, place.organization_id)}
    if EXCUSE not in now.get(row.id, ()):
        raise InvitationOver(state_zh=ATTENDANCES.states_zh[AttendancePhase(row.state)], state=row.state)
    return await attendances.record.on(uow, row, presence=Presence.EXCUSED, reason=reason)


async def _own_place(acting: UnitOfWork | Reading, id: UUID) -> Any:
    row = await acting.session.get(AttendanceRow, id)
    if row is None:
        raise NotFound.of(AttendanceRow, id)
    invited = await acting.session.get(OrganizationRow, row.organization_id) if row.organization_id else None
    acting.authorize(invited.division if invited else row.division)
    await check_about_own(acting, row)
    return row
