"""The use cases of cadences: open, change, stop, resume, end; the timer that opens each period's record."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from shuniu_contracts import Basis
from shuniu_contracts import registry_meetings as contract
from sqlmodel import col, select

from chassis.matters import Kind, words
from chassis.service import DueTimer, Timer
from chassis.unit_of_work import UnitOfWork
from services.registry.fields import Code
from services.registry.operations.cadences.model import (
    TRANSITIONS,
    CadencePhase,
    NothingChanged,
    UnknownGathering,
)
from services.registry.operations.cadences.tables import CadenceRow
from services.registry.operations.meetings import commands as meetings
from services.registry.operations.meetings.tables import MeetingRow
from services.registry.operations.periods import (
    INTERVALS_ZH,
    STRENGTHS_ZH,
    Interval,
    Period,
    Strength,
    following,
    period_of,
)
from services.registry.operations.policy import Gathering, OperationsPolicy
from services.registry.operations.trainings import commands as trainings
from services.registry.operations.trainings.tables import TrainingRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

PERIOD = "cadences.period"
"""The timer of the next period's beginning."""
NOT_LISTED = "not_listed"
"""Why a cadence stops by itself: the region's profile has its meeting or training no more."""

CADENCES = Kind(
    CadenceRow, CadencePhase, TRANSITIONS, initial=CadencePhase.RUNNING,
    zh="定期会议（培训）制度", en="cadences", path="cadences", unit="项", steps=MatterStepRow,
    states_zh={
        CadencePhase.RUNNING: "执行中",
        CadencePhase.STOPPED: "已停止",
        CadencePhase.ENDED: "已废止",
    },
    unique=("division", "body", "gathering"), filters=("body", "gathering"),
)  # fmt: skip


@CADENCES.opens(contract.CadenceOpened, zh="建立", needs="write")
async def open_(
    uow: UnitOfWork, row: CadenceRow, *,
    body: Annotated[Code, Field(title="单位")],
    gathering: Annotated[Code, Field(title="会议或培训类别")],
    interval: Annotated[
        Interval | None, Field(title="周期", json_schema_extra=words(INTERVALS_ZH))
    ] = None,
    strength: Annotated[
        Strength | None, Field(title="要求强度", json_schema_extra=words(STRENGTHS_ZH))
    ] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """A body holds this regularly; interval and strength are the profile's unless it sets its own."""
    listed = _listed(uow, gathering)
    row.interval, row.strength = (interval or listed.interval).value, (strength or listed.strength).value
    await _run(uow, row)


@CADENCES.step(contract.CadenceChanged, zh="调整", needs="write", path="change")
async def change(
    uow: UnitOfWork, row: CadenceRow, *,
    interval: Annotated[
        Interval | None, Field(title="周期", json_schema_extra=words(INTERVALS_ZH))
    ] = None,
    strength: Annotated[
        Strength | None, Field(title="要求强度", json_schema_extra=words(STRENGTHS_ZH))
    ] = None,
    owner: Annotated[Code | None, Field(title="负责人")] = None,
) -> None:  # fmt: skip
    """Another interval or strength from the next period on; the record of the present one stays as it is.

    Raises `NothingChanged`.
    """
    if interval is None and strength is None and owner is None:
        raise NothingChanged(at="/interval")


@CADENCES.step(contract.CadenceStopped, zh="停止", needs="write", path="stop")
async def stop(uow: UnitOfWork, row: CadenceRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """No further period is opened; what is open stays due."""
    await uow.cancel(PERIOD, [row.subject])


@CADENCES.step(contract.CadenceResumed, zh="恢复", needs="write", path="resumption")
async def resume(uow: UnitOfWork, row: CadenceRow) -> None:
    """It goes on, from the present period; raises `UnknownGathering`."""
    _listed(uow, row.gathering)
    await _run(uow, row)


@CADENCES.step(contract.CadenceEnded, zh="废止", needs="write", path="end")
async def end(uow: UnitOfWork, row: CadenceRow, *, reason: Annotated[Code, Field(title="原因")]) -> None:
    """Given up for good: no further period is opened, and the body can have a new one."""
    await uow.cancel(PERIOD, [row.subject])


reassign = CADENCES.reassigns(needs="write")


async def _run(uow: UnitOfWork, row: CadenceRow) -> None:
    """Open the record of the present period at once; history opens none."""
    if row.basis == Basis.LIVE.value:
        await uow.schedule(PERIOD, row.subject, row.division, at=uow.now, payload=_payload(uow.today))


async def open_all(uow: UnitOfWork, *, division: str, body: str) -> Sequence[CadenceRow]:
    """Every cadence of the profile's list that the body does not have (R01-R04, R35).

    One that was stopped it still has: whoever stopped it resumes it.
    """
    uow.authorize(division)
    there = await uow.session.exec(
        select(CadenceRow.gathering).where(
            CadenceRow.division == division, CadenceRow.body == body, col(CadenceRow.ended).is_(False)
        )
    )
    known = set(there)
    wanted = [one.code for one in _policy(uow).gatherings if one.code not in known]
    return [await open_(uow, division=division, body=body, gathering=code) for code in wanted]


async def end_all(uow: UnitOfWork, *, division: str, body: str, on: date, reason: str) -> None:
    """Every cadence that the body had on the day `on` ends, with this reason; later ones are not of then."""
    found = await uow.session.exec(
        select(CadenceRow)
        .where(CadenceRow.division == division, CadenceRow.body == body, CadenceRow.home == uow.stack)
        .where(col(CadenceRow.ended).is_(False), CadenceRow.opened_on <= on)
        .order_by(col(CadenceRow.id))
        .with_for_update()
    )
    for row in found:
        await end.on(uow, row, reason=reason)


def _policy(uow: UnitOfWork) -> OperationsPolicy:
    return uow.policy(RegistryPolicy).operations


def _listed(uow: UnitOfWork, code: str) -> Gathering:
    policy = _policy(uow)
    found = policy.gathering(code)
    if found is None:
        known = [one.code for one in policy.gatherings]
        raise UnknownGathering(at="/gathering", gathering=code, known=known)
    return found


def _payload(day: date) -> dict[str, str]:
    return {"day": day.isoformat()}


async def _begin(uow: UnitOfWork, due: DueTimer) -> None:
    """Open the record of the period that has begun, and wait for the next; those missed follow at once.

    A cadence of what the profile lists no more stops, and says so.
    """
    row = await uow.load(CadenceRow, due.subject)
    if not await due.take():
        return
    listed = _policy(uow).gathering(row.gathering)
    if listed is None:
        await stop.on(uow, row, reason=NOT_LISTED)
        return
    interval = Interval(row.interval)
    period = period_of(date.fromisoformat(due.payload["day"]), interval)
    await _record(uow, row, listed, period)
    after = following(period, interval)
    await uow.schedule(
        PERIOD, row.subject, row.division, on=period.ends_on, payload=_payload(after.begins_on)
    )


async def _record(uow: UnitOfWork, row: CadenceRow, listed: Gathering, period: Period) -> None:
    common: dict[str, Any] = {
        "division": row.division, "body": row.body, "cadence_id": row.id, "owner": row.owner,
        "interval": Interval(row.interval), "strength": Strength(row.strength),
        "effective_on": period.begins_on,
    }  # fmt: skip
    if listed.kind == "meeting" and not await _is_there(uow, MeetingRow, row.id, period):
        await meetings.open_(uow, gathering=row.gathering, **common)
    elif listed.kind == "training" and not await _is_there(uow, TrainingRow, row.id, period):
        await trainings.open_(uow, course=row.gathering, **common)


async def _is_there(
    uow: UnitOfWork, kind: type[MeetingRow] | type[TrainingRow], cadence: UUID, period: Period
) -> bool:
    """Whether the period has its record: a cadence that was stopped and resumed within it."""
    found = await uow.session.exec(
        select(kind.id).where(kind.cadence_id == cadence, kind.period == period.code)
    )
    return found.first() is not None


TIMERS = (Timer(PERIOD, _begin),)
