"""What an organisation is invited to, whether it will come, and whether it came. The offices' divisions do
not matter: whoever is invited to the district is told in the street, and answers there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.acting import Acting
from chassis.http import AggregateOut, Page, PageRequest, Reading
from chassis.http.fields import Body
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code
from services.registry.operations.attendances import commands as attendances
from services.registry.operations.attendances.commands import ATTENDANCES
from services.registry.operations.attendances.model import AttendancePhase, Presence
from services.registry.operations.attendances.tables import AttendanceRow
from services.registry.operations.meetings.model import MeetingPhase
from services.registry.operations.trainings.model import TrainingPhase
from services.registry.own.holder import organization_of, own_record
from services.registry.own.model import ACCEPT, EXCUSE, Invitation

_PLACES: Final = """
with place as (
    select a.id, a.home, a.state, a.opened_on, a.gathering, a.post, a.effective_on,
           coalesce(m.body, t.body) as body, coalesce(m.state, t.state) as stands,
           coalesce(m.held_on, t.held_on) as held_on, coalesce(m.scheduled_on, t.scheduled_on) as scheduled_on
    from attendance a
    left join meeting m on m.id = a.meeting_id
    left join training t on t.id = a.training_id
    where a.organization_id = $1
)
"""
_AHEAD: Final = _PLACES + "select * from place where scheduled_on >= $2"
_ONE: Final = _PLACES + "select * from place where id = $2"
_PAST: Final = (
    _PLACES
    + """
, past as (
    select *, coalesce(held_on, scheduled_on, effective_on) as day from place
    where case when state = 'withdrawn' then exists (
                   select from matter_step step
                   where step.record_id = place.id and step.fact = 'withdrawn'
                     and step.arguments ->> 'ground' = 'not_held'
               )
               else stands = any($2) or held_on is not null or state in ('attended', 'absent')
                    or scheduled_on < $3 end
)
select * from past where $4::date is null or (day, id) < ($4, $5) order by day desc, id desc limit $6
"""
)
_CALLED_OFF: Final = [
    MeetingPhase.CANCELLED.value, MeetingPhase.EXPLAINED.value,
    TrainingPhase.CANCELLED.value, TrainingPhase.EXPLAINED.value,
]  # fmt: skip


class Acceptance(Body):
    """That somebody comes; nothing else is said."""


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


class OwnPresence(BaseModel):
    """What the organisation was invited to that is over, and whether it came."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    day: date = Field(description="on which it was held, was to be held, or was called off")
    gathering: str
    body: str = Field(description="who invited")
    post: str | None = Field(description="in which post somebody was asked to come")
    held: bool = Field(description="it is on the record as held")
    state: AttendancePhase = Field(description="absent: expected, did not come, not excused")


@dataclass(frozen=True)
class Ahead:
    """An invitation to what is to come, as the organisation is told of it."""

    id: UUID
    state: AttendancePhase
    gathering: str
    body: str
    post: str | None
    opened_on: date
    day: date
    may: list[str]


async def invited(acting: Acting, organization_id: UUID) -> Sequence[Ahead]:
    """What is still to come, with what can be answered."""
    found = await acting.connection.fetch(_AHEAD, organization_id, acting.today)
    return [
        Ahead(
            one["id"], AttendancePhase(one["state"]), one["gathering"], one["body"], one["post"],
            one["opened_on"], one["scheduled_on"], [*answers] if one["home"] == acting.stack else [],
        )
        for one in found
        if (answers := _as_invitation(one).answers(acting.today))
    ]  # fmt: skip


def _as_invitation(place: Any) -> Invitation:
    return Invitation(AttendancePhase(place["state"]), place["stands"], place["scheduled_on"])


async def past(reading: Reading, *, page: PageRequest) -> Page[OwnPresence]:
    """What is over of that to which the organisation was invited, the newest first.

    What was called off is told, an invitation that was taken back is not. Raises `StandsForNobody`,
    `NotPermitted`, `MalformedCursor`.
    """
    organization = await organization_of(reading)
    if organization is None:
        return Page(items=[], next=None)
    reading.authorize(organization.division)
    after = page.after(date, UUID) or (None, None)
    found = await reading.connection.fetch(
        _PAST, organization.id, _CALLED_OFF, reading.today, *after, page.fetch
    )

    def told(one: Any) -> OwnPresence:
        return OwnPresence.model_validate({**one, "held": one["held_on"] is not None})

    return Page[OwnPresence].of(found, page, item=told, key=lambda one: (one["day"], one["id"]))


async def invitation(reading: Reading, *, id: UUID) -> OwnInvitation:
    """One of them. Raises as `own_record`."""
    return OwnInvitation.model_validate(await own_record(reading, AttendanceRow, id))


async def accept(uow: UnitOfWork, *, id: UUID) -> AttendanceRow:
    """The organisation means to come, as long as it is still to come.

    Raises as `own_record`, `InvitationOver`, and what the step raises.
    """
    return await attendances.accept.on(uow, await _answered(uow, id, ACCEPT))


async def excuse(uow: UnitOfWork, *, id: UUID, reason: str) -> AttendanceRow:
    """The organisation will not come; raises as `accept`."""
    row = await _answered(uow, id, EXCUSE)
    return await attendances.record.on(uow, row, presence=Presence.EXCUSED, reason=reason)


async def _answered(uow: UnitOfWork, id: UUID, answer: str) -> AttendanceRow:
    """The locked place, which can be answered so."""
    await own_record(uow, AttendanceRow, id)
    uow.permission = None  # it was asked of the organisation: the list is that of another division, perhaps
    row = await ATTENDANCES.load(uow, id)
    uow.expected_revision = None  # it was this record's
    [place] = await uow.connection.fetch(_ONE, row.organization_id, id)
    _as_invitation(place).check(answer, uow.today, state_zh=ATTENDANCES.states_zh[AttendancePhase(row.state)])
    return row
