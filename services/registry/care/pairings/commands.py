"""The use cases of pairings: pair, end, erase; and to look into one."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from shuniu_contracts import Basis
from sqlmodel import select
from uuid_utils.compat import uuid7

from chassis.matters.facts import check_day
from chassis.model import division_code, step
from chassis.service import DueTimer, timer
from chassis.unit_of_work import UnitOfWork
from chassis.vault import PersonErased
from services.registry.care.looks.commands import Looked, look
from services.registry.care.pairings.model import (
    TRANSITIONS,
    AlreadyPaired,
    GiverHasEnough,
    PairingBeforeConsent,
    PairingPhase,
    SamePerson,
)
from services.registry.care.pairings.tables import CarePairingRow
from services.registry.care.persons.erasing import let_go
from services.registry.policy import RegistryPolicy

KIND = "care_pairing"
_RETENTION_ENDS = f"{KIND}.retention_ends"


async def pair(
    uow: UnitOfWork, *, division: str, child_id: str, giver_id: str, worker: str,
    guardian_consented_on: date, effective_on: date | None = None, basis: Basis = Basis.LIVE,
    id: UUID | None = None,
) -> CarePairingRow:  # fmt: skip
    """Pair a giver with a child whose guardian consented.

    Raises `SamePerson`, `PairingBeforeConsent`, `AlreadyPaired`, `GiverHasEnough`, `SealingUnset`.
    """
    uow.authorize(division_code(division, at="/division"))
    day = effective_on or uow.today
    check_day(day, uow.today, day)
    if child_id == giver_id:
        raise SamePerson(at="/giver_id")
    if guardian_consented_on > day:
        raise PairingBeforeConsent(
            at="/guardian_consented_on", consented_on=guardian_consented_on, paired_on=day
        )
    vault = uow.vault
    ids = {"child": child_id, "giver": giver_id}
    marks = {whom: vault.keys.mark(person) for whom, person in ids.items()}
    # In the order of the marks, so that two pairings of the same two wait for each other, not for ever.
    in_order = sorted(marks, key=lambda whom: marks[whom])
    keys = {whom: await vault.key_for(marks[whom], uow.now) for whom in in_order}
    await _check_free(uow, marks["child"], marks["giver"])
    row = CarePairingRow(
        id=id or uuid7(), division=division, effective_on=day, basis=basis.value, recorded_at=uow.now,
        state=PairingPhase.PAIRED.value, worker=worker, paired_on=day,
        guardian_consented_on=guardian_consented_on, child_mark=marks["child"], giver_mark=marks["giver"],
        revision=1,
    )  # fmt: skip
    row.child = keys["child"].seal(row.place("child"), child_id)
    row.giver = keys["giver"].seal(row.place("giver"), giver_id)
    uow.admit(row)
    return row


async def _check_free(uow: UnitOfWork, child: bytes, giver: bytes) -> None:
    statement = select(CarePairingRow.child_mark).where(
        CarePairingRow.giver_mark == giver, CarePairingRow.state == PairingPhase.PAIRED.value
    )
    children = (await uow.session.exec(statement)).all()
    most = uow.policy(RegistryPolicy).care.children_a_giver
    if child in children:
        raise AlreadyPaired
    if len(children) >= most:
        raise GiverHasEnough(number=len(children), most=most)


async def end(
    uow: UnitOfWork, *, id: UUID, reason: str, effective_on: date | None = None
) -> CarePairingRow:  # fmt: skip
    """The pairing ends; it is kept for the time of the profile, then erased."""
    row = await uow.load(CarePairingRow, id)
    day = effective_on or uow.today
    check_day(day, uow.today, row.paired_on)
    _move(row, "ended", day)
    row.ended_on, row.end_reason = day, reason
    kept_until = day + timedelta(days=uow.policy(RegistryPolicy).care.retention_days)
    await uow.schedule(_RETENTION_ENDS, row.subject, row.division, on=kept_until)
    return row


async def erase(uow: UnitOfWork, row: CarePairingRow) -> None:
    """Erase who the two were from a locked pairing; its days stay, as a count."""
    _move(row, "erased", uow.today)
    row.ended_on = row.ended_on or uow.today
    marks = (row.child_mark, row.giver_mark)
    row.child_mark = row.giver_mark = row.child = row.giver = None
    await uow.cancel(_RETENTION_ENDS, [row.subject])
    await let_go(uow, marks)


async def look_into(uow: UnitOfWork, *, id: UUID, purpose: str) -> dict[str, Any]:
    """Who the two are, for a purpose; the look is written in the same transaction.

    One of the two who asks is told of herself alone: the other is None. Raises `NoSuchPurpose`,
    `PurposeNotYours`, `PurposeWithoutGround`, `PersonErased`.
    """
    row = await uow.load(CarePairingRow, id)
    request = await look(uow, looked(row), purpose=purpose)
    return {
        f"{whom}_id": await _opened(uow, row, whom)
        if request is None or request.mark == getattr(row, f"{whom}_mark")
        else None
        for whom in ("child", "giver")
    }


def looked(row: CarePairingRow) -> Looked:
    """The pairing as grounds of looks ask for it; pairings are not handed over."""
    marks = [mark for mark in (row.child_mark, row.giver_mark) if mark is not None]
    return Looked(KIND, row.id, row.division, row.worker, handed_over=False, marks=marks)


async def _opened(uow: UnitOfWork, row: CarePairingRow, whom: str) -> Any:
    mark, sealed = getattr(row, f"{whom}_mark"), getattr(row, whom)
    if mark is None or sealed is None:
        raise PersonErased
    return (await uow.vault.key(mark)).unseal(row.place(whom), sealed)


def _move(row: CarePairingRow, fact: str, day: date) -> None:
    row.state = step(TRANSITIONS, PairingPhase(row.state), fact).value
    row.effective_on = day
    row.revision += 1


@timer(_RETENTION_ENDS)
async def retention_ended(uow: UnitOfWork, due: DueTimer) -> None:
    """An ended pairing was kept long enough."""
    row = await uow.load(CarePairingRow, due.subject)
    if await due.take() and row.state == PairingPhase.ENDED.value:
        await erase(uow, row)


TIMERS: tuple[Any, ...] = (retention_ended,)
