"""The meeting or training that a list belongs to. It is locked before the places on its list: whoever holds
it, approves its minutes or takes it back finds no answer half-way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from chassis.acting import Acting
from chassis.unit_of_work import NotFound, UnitOfWork
from services.registry.operations.attendances.model import ListClosed, NotAhead, OneGathering
from services.registry.operations.attendances.tables import AttendanceRow
from services.registry.operations.meetings.model import MeetingPhase
from services.registry.operations.meetings.tables import MeetingRow
from services.registry.operations.trainings.model import TrainingPhase
from services.registry.operations.trainings.tables import TrainingRow

Gathering = MeetingRow | TrainingRow


@dataclass(frozen=True)
class Kept:
    """How the list of one kind of gathering is kept."""

    row: type[Any]
    name: str
    """its reference in a place: `<name>_id`, `<name>_sequence`"""
    called: str
    """the column with the code of what it is"""
    ahead: frozenset[str]
    """states in which it is still to come"""
    closed: frozenset[str]
    """states in which the list does not change any more"""

    def columns(self, gathering: Gathering) -> dict[str, Any]:
        """What a place on its list takes from it."""
        return {
            "division": gathering.division, "gathering": getattr(gathering, self.called),
            f"{self.name}_id": gathering.id, f"{self.name}_sequence": gathering.sequence,
        }  # fmt: skip


OF_MEETINGS = Kept(
    MeetingRow, "meeting", "gathering",
    frozenset({MeetingPhase.DUE.value, MeetingPhase.SCHEDULED.value}),
    frozenset({MeetingPhase.MINUTED.value, MeetingPhase.EXPLAINED.value, MeetingPhase.CANCELLED.value}),
)  # fmt: skip
OF_TRAININGS = Kept(
    TrainingRow, "training", "course",
    frozenset({TrainingPhase.DUE.value, TrainingPhase.SURVEYED.value, TrainingPhase.SCHEDULED.value}),
    frozenset({TrainingPhase.CONCLUDED.value, TrainingPhase.EXPLAINED.value, TrainingPhase.CANCELLED.value}),
)  # fmt: skip
_AHEAD = 'select from "{table}" g join attendance a on a.{name}_id = g.id where a.id = $1 for share of g'


def kept(gathering: Gathering) -> Kept:
    """How the list of this one is kept."""
    return OF_MEETINGS if isinstance(gathering, MeetingRow) else OF_TRAININGS


async def of_gathering(uow: UnitOfWork, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Place of a new entry of a list: that of its meeting or training.

    Raises `OneGathering`, `NotFound`, `NotPermitted` and `ListClosed`.
    """
    found = await _open(uow, arguments["meeting_id"], arguments["training_id"])
    return kept(found).columns(found)


async def check_open(uow: UnitOfWork, row: AttendanceRow) -> Gathering:
    """The gathering of a place whose list can still change; raises `ListClosed`."""
    return await _open(uow, row.meeting_id, row.training_id)


async def check_ahead(uow: UnitOfWork, row: AttendanceRow) -> None:
    """Raise `NotAhead` where one can come to it no more; `ListClosed`."""
    gathering = await check_open(uow, row)
    if gathering.state not in kept(gathering).ahead:
        raise NotAhead()


async def is_open(acting: Acting, row: AttendanceRow) -> None:
    """What `check_open` says of a place, without its lock."""
    of, state = await _state(acting, row)
    if state in of.closed:
        raise ListClosed()


async def is_ahead(acting: Acting, row: AttendanceRow) -> None:
    """What `check_ahead` says of a place, without its lock."""
    of, state = await _state(acting, row)
    if state not in of.ahead:
        raise NotAhead()


async def _state(acting: Acting, row: AttendanceRow) -> tuple[Kept, str | None]:
    of, id = (OF_MEETINGS, row.meeting_id) if row.meeting_id is not None else (OF_TRAININGS, row.training_id)
    found = await acting.session.exec(select(of.row.state).where(col(of.row.id) == id))
    return of, found.one_or_none()


async def _open(uow: UnitOfWork, meeting_id: UUID | None, training_id: UUID | None) -> Gathering:
    if (meeting_id is None) == (training_id is None):
        raise OneGathering(at="/meeting_id")
    of, id = (OF_MEETINGS, meeting_id) if meeting_id is not None else (OF_TRAININGS, training_id)
    found = await uow.session.exec(
        select(of.row)
        .where(col(of.row.id) == id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    row: Gathering | None = found.one_or_none()
    if row is None:
        raise NotFound.of(of.row, str(id), at=f"/{of.name}_id")
    uow.authorize(row.division)
    if row.state in of.closed:
        raise ListClosed()
    return row


async def lock_ahead(uow: UnitOfWork, id: UUID) -> None:
    """Lock the gathering of a place."""
    for of in (OF_MEETINGS, OF_TRAININGS):
        await uow.connection.execute(_AHEAD.format(table=of.row.__tablename__, name=of.name), id)
