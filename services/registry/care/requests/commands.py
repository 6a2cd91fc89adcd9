"""The use cases of requests: take one down, answer it; unanswered, it lapses as a ground."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from shuniu_contracts import Basis
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from chassis.matters.facts import check_day
from chassis.model import division_code, is_within, step
from chassis.service import DueTimer, timer
from chassis.unit_of_work import UnitOfWork
from services.registry.care.requests.model import TRANSITIONS, RequestBy, RequestOpen, RequestPhase
from services.registry.care.requests.tables import CareRequestRow
from services.registry.policy import RegistryPolicy

_LAPSES = "care_request.lapses"


async def ask(
    uow: UnitOfWork, *, division: str, person_id: str, asked_by: RequestBy, document: str,
    asked_on: date | None = None, id: UUID | None = None,
) -> CareRequestRow:  # fmt: skip
    """Somebody asks what is kept of them, and signed a paper to say so; `document` is its number.

    Raises `FutureDay`, `RequestOpen`, `SealingUnset`.
    """
    uow.authorize(division_code(division, at="/division"))
    day = asked_on or uow.today
    check_day(day, uow.today, day)
    mark = uow.vault.keys.mark(person_id)
    if await open_request(uow, [mark], [division]) is not None:
        raise RequestOpen
    row = CareRequestRow(
        id=id or uuid7(), division=division, effective_on=day, basis=Basis.LIVE.value, recorded_at=uow.now,
        state=RequestPhase.OPEN.value, asked_on=day, asked_by=asked_by.value, document=document,
        received_by=uow.principal.actor_id, mark=mark, revision=1,
        due_on=day + timedelta(days=uow.policy(RegistryPolicy).care.request_days),
    )  # fmt: skip
    try:
        async with uow.session.begin_nested():
            uow.admit(row)
            await uow.session.flush()
    except IntegrityError:  # one that was taken down at the same time, or whose day has just passed
        raise RequestOpen from None
    await uow.schedule(_LAPSES, row.subject, row.division, on=row.due_on)
    return row


async def answer(uow: UnitOfWork, *, id: UUID, answered_on: date | None = None) -> CareRequestRow:
    """The person was told; from now on the request opens nothing. Raises `StepNotPossible`."""
    row = await uow.load(CareRequestRow, id)
    day = answered_on or uow.today
    check_day(day, uow.today, row.asked_on)
    _end(row, "answered")
    row.answered_on = day
    await uow.cancel(_LAPSES, [row.subject])
    return row


async def open_request(
    uow: UnitOfWork, marks: Collection[bytes], divisions: Collection[str]
) -> CareRequestRow | None:
    """The open request of one of these people that was taken down in one of these divisions or below."""
    found = await uow.session.exec(
        select(CareRequestRow)
        .where(col(CareRequestRow.mark).in_(marks), CareRequestRow.due_on >= uow.today)
        .order_by(col(CareRequestRow.id))
    )
    return next((row for row in found if any(is_within(row.division, one) for one in divisions)), None)


def _end(row: CareRequestRow, fact: str) -> None:
    row.state = step(TRANSITIONS, RequestPhase(row.state), fact).value
    row.mark = None
    row.revision += 1


@timer(_LAPSES)
async def lapsed(uow: UnitOfWork, due: DueTimer) -> None:
    """The days for the answer passed: the request is no ground any more, and nobody answered."""
    row = await uow.load(CareRequestRow, due.subject)
    if await due.take():
        _end(row, "lapsed")


TIMERS: tuple[Any, ...] = (lapsed,)
