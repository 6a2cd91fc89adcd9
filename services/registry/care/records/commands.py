"""The use cases of care records: open, plan, help, review, hand over, close, erase; and to look into one."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from shuniu_contracts import Basis
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from chassis.matters.facts import check_day
from chassis.model import division_code, step
from chassis.service import DueTimer, timer
from chassis.unit_of_work import UnitOfWork
from chassis.vault import PersonErased
from services.registry.care.looks.commands import Looked, look
from services.registry.care.persons.erasing import let_go
from services.registry.care.records.model import (
    TRANSITIONS,
    AlreadyInCare,
    CarePhase,
    ConsentAfterOpening,
    ConsentBy,
    HandedOverByAnother,
    NoSuchNeed,
    ReviewInPast,
)
from services.registry.care.records.tables import CareRecordRow, CareStepRow, place_of_step
from services.registry.policy import RegistryPolicy

KIND = "care_record"
_REVIEW_DUE, _RETENTION_ENDS = f"{KIND}.review_due", f"{KIND}.retention_ends"


async def open_(
    uow: UnitOfWork, *, division: str, person_id: str, need: str, worker: str, consented_on: date,
    consent_by: ConsentBy, consent_document: str | None = None, situation: str | None = None,
    plan: str | None = None, review_due_on: date | None = None, effective_on: date | None = None,
    basis: Basis = Basis.LIVE, id: UUID | None = None,
) -> CareRecordRow:  # fmt: skip
    """Take somebody into care, with consent.

    Raises `NoSuchNeed`, `ConsentAfterOpening`, `ReviewInPast`, `AlreadyInCare`, `SealingUnset`.
    """
    uow.authorize(division_code(division, at="/division"))
    known = [one.code for one in uow.policy(RegistryPolicy).care.needs]
    if need not in known:
        raise NoSuchNeed(at="/need", need=need, known=known)
    day = effective_on or uow.today
    check_day(day, uow.today, day)
    if consented_on > day:
        raise ConsentAfterOpening(at="/consented_on", consented_on=consented_on, opened_on=day)
    mark = uow.vault.keys.mark(person_id)
    key = await uow.vault.key_for(mark, uow.now)
    await _check_alone(uow, mark)
    row = CareRecordRow(
        id=id or uuid7(), division=division, effective_on=day, basis=basis.value, recorded_at=uow.now,
        state=CarePhase.ACTIVE.value, need=need, worker=worker, opened_on=day, consented_on=consented_on,
        consent_by=consent_by.value, mark=mark, revision=1,
    )  # fmt: skip
    row.sealed = key.seal(
        row.place,
        {"person_id": person_id, "consent_document": consent_document, "situation": situation, "plan": plan},
    )
    uow.admit(row)
    await _review_by(uow, row, review_due_on)
    await _remember(uow, row, "opened", None, None)
    return row


async def _check_alone(uow: UnitOfWork, mark: bytes) -> None:
    active = select(CareRecordRow.id).where(
        col(CareRecordRow.mark) == mark, CareRecordRow.state == CarePhase.ACTIVE.value
    )
    if (await uow.session.exec(active)).first() is not None:
        raise AlreadyInCare


async def plan(
    uow: UnitOfWork, *, id: UUID, plan: str, review_due_on: date | None = None,
    effective_on: date | None = None,
) -> CareRecordRow:  # fmt: skip
    """Agree on another plan."""
    row = await _begun(uow, id, "planned", effective_on)
    key = await uow.vault.key(_mark(row))
    details = key.unseal(row.place, _sealed(row))
    row.sealed = key.seal(row.place, {**details, "plan": plan})
    await _review_by(uow, row, review_due_on)
    await _remember(uow, row, "planned", None, plan)
    return row


async def help_(
    uow: UnitOfWork, *, id: UUID, kind: str, words: str | None = None, effective_on: date | None = None
) -> CareRecordRow:
    """Something was done for the person."""
    row = await _begun(uow, id, "helped", effective_on)
    await _remember(uow, row, "helped", kind, words)
    return row


async def review(
    uow: UnitOfWork, *, id: UUID, outcome: str, words: str | None = None, review_due_on: date | None = None,
    effective_on: date | None = None,
) -> CareRecordRow:  # fmt: skip
    """Look at need and plan again; the next review follows."""
    row = await _begun(uow, id, "reviewed", effective_on)
    row.reviewed_on = row.effective_on
    await _review_by(uow, row, review_due_on)
    await _remember(uow, row, "reviewed", outcome, words)
    return row


async def hand_over(
    uow: UnitOfWork, *, id: UUID, worker: str, words: str | None = None, effective_on: date | None = None
) -> CareRecordRow:
    """Another worker goes on. Raises `HandedOverByAnother` unless the worker or a supervisor says so."""
    row = await _begun(uow, id, "handed_over", effective_on)
    if uow.principal.actor_id != row.worker and not uow.principal.has("care:oversee"):
        raise HandedOverByAnother
    row.worker = worker
    await _remember(uow, row, "handed_over", None, words)
    return row


async def close(
    uow: UnitOfWork, *, id: UUID, reason: str, words: str | None = None, effective_on: date | None = None
) -> CareRecordRow:
    """Care ends; the record is kept for the time of the profile, then erased."""
    row = await _begun(uow, id, "closed", effective_on)
    await _end(uow, row)
    await _remember(uow, row, "closed", reason, words)
    ends_on = row.effective_on + timedelta(days=uow.policy(RegistryPolicy).care.retention_days)
    await uow.schedule(_RETENTION_ENDS, row.subject, row.division, on=ends_on)
    return row


async def reopen(
    uow: UnitOfWork, *, id: UUID, review_due_on: date | None = None, effective_on: date | None = None
) -> CareRecordRow:
    """Care goes on. Raises `AlreadyInCare`."""
    row = await _begun(uow, id, "reopened", effective_on)
    await uow.vault.key_for(_mark(row), uow.now)
    with uow.session.no_autoflush:
        await _check_alone(uow, _mark(row))
    row.ended_on = None
    await uow.cancel(_RETENTION_ENDS, [row.subject])
    await _review_by(uow, row, review_due_on)
    await _remember(uow, row, "reopened", None, None)
    return row


async def withdraw_consent(uow: UnitOfWork, *, id: UUID, effective_on: date | None = None) -> CareRecordRow:
    """The person takes the consent back: what is known of her in this record is erased at once (PIPL 47)."""
    row = await _begun(uow, id, "consent_withdrawn", effective_on)
    await _erase(uow, row, "consent_withdrawn", None)
    return row


async def erase(uow: UnitOfWork, row: CareRecordRow, reason: str) -> None:
    """Erase what a locked record knows of its person; need, division and days stay, as a count."""
    _move(row, "erased", uow.today)
    await _erase(uow, row, "erased", reason)


async def look_into(uow: UnitOfWork, *, id: UUID, purpose: str) -> dict[str, Any]:
    """What is sealed in a record, for a purpose; the look is written in the same transaction.

    Raises `NoSuchPurpose`, `PurposeNotYours`, `PurposeWithoutGround`, `PersonErased`.
    """
    row = await uow.load(CareRecordRow, id)
    await look(uow, await looked(uow, row), purpose=purpose)
    key = await uow.vault.key(_mark(row))
    steps = await uow.session.exec(
        select(CareStepRow).where(CareStepRow.record_id == row.id).order_by(col(CareStepRow.number))
    )
    return {
        **key.unseal(row.place, _sealed(row)),
        "steps": [
            {
                "fact": one.fact, "code": one.code, "effective_on": one.effective_on,
                "actor_id": one.actor_id,
                "words": one.sealed and key.unseal(place_of_step(row.id, one.fact), one.sealed),
            }
            for one in steps
        ],
    }  # fmt: skip


async def looked(uow: UnitOfWork, row: CareRecordRow) -> Looked:
    """The record as grounds of looks ask for it."""
    passed_on = select(CareStepRow.number).where(
        CareStepRow.record_id == row.id, CareStepRow.fact == "handed_over"
    )
    handed_over = (await uow.session.exec(passed_on.limit(1))).first() is not None
    marks = [row.mark] if row.mark is not None else []
    return Looked(KIND, row.id, row.division, row.worker, handed_over, marks)


async def _begun(uow: UnitOfWork, id: UUID, fact: str, effective_on: date | None) -> CareRecordRow:
    """The locked record after `fact`. Raises `StepNotPossible`, `FutureDay`, `BeforeOpening`."""
    row = await uow.load(CareRecordRow, id)
    day = effective_on or uow.today
    check_day(day, uow.today, row.opened_on)
    _move(row, fact, day)
    return row


def _move(row: CareRecordRow, fact: str, day: date) -> None:
    row.state = step(TRANSITIONS, CarePhase(row.state), fact).value
    row.effective_on = day
    row.revision += 1


def _mark(row: CareRecordRow) -> bytes:
    if row.mark is None:
        raise PersonErased
    return row.mark


def _sealed(row: CareRecordRow) -> bytes:
    if row.sealed is None:
        raise PersonErased
    return row.sealed


async def _review_by(uow: UnitOfWork, row: CareRecordRow, review_due_on: date | None) -> None:
    if review_due_on is not None and review_due_on <= row.effective_on:
        raise ReviewInPast(at="/review_due_on", review_due_on=review_due_on, day=row.effective_on)
    days = uow.policy(RegistryPolicy).care.review_days
    row.review_due_on, row.overdue = review_due_on or row.effective_on + timedelta(days=days), False
    if row.basis == Basis.LIVE.value:
        await uow.schedule(_REVIEW_DUE, row.subject, row.division, on=row.review_due_on)


async def _end(uow: UnitOfWork, row: CareRecordRow) -> None:
    row.ended_on = row.ended_on or row.effective_on
    row.review_due_on, row.overdue = None, False
    await uow.cancel(_REVIEW_DUE, [row.subject])


async def _erase(uow: UnitOfWork, row: CareRecordRow, fact: str, reason: str | None) -> None:
    await _end(uow, row)
    await uow.cancel(_RETENTION_ENDS, [row.subject])
    mark, row.mark, row.sealed = row.mark, None, None
    await _remember(uow, row, fact, reason, None)
    await uow.flush()
    await uow.session.exec(
        sa.update(CareStepRow).where(col(CareStepRow.record_id) == row.id).values(sealed=None)
    )
    await let_go(uow, [mark])


async def _remember(
    uow: UnitOfWork, row: CareRecordRow, fact: str, code: str | None, words: str | None
) -> None:
    sealed = None
    if words is not None:
        key = await uow.vault.key(_mark(row))
        sealed = key.seal(place_of_step(row.id, fact), words)
    uow.session.add(
        CareStepRow(
            record_id=row.id, fact=fact, code=code, effective_on=row.effective_on, recorded_at=uow.now,
            actor_id=uow.principal.actor_id, sealed=sealed,
        )
    )  # fmt: skip


@timer(_REVIEW_DUE)
async def review_fell_due(uow: UnitOfWork, due: DueTimer) -> None:
    """The day of the review passed: the record is marked, and tells nobody but those who read it."""
    row = await uow.load(CareRecordRow, due.subject)
    if await due.take() and row.state == CarePhase.ACTIVE.value:
        row.overdue = True
        row.revision += 1


@timer(_RETENTION_ENDS)
async def retention_ended(uow: UnitOfWork, due: DueTimer) -> None:
    """A closed record was kept long enough."""
    row = await uow.load(CareRecordRow, due.subject)
    if await due.take() and row.state == CarePhase.CLOSED.value:
        await erase(uow, row, "retention_ended")


TIMERS: tuple[Any, ...] = (review_fell_due, retention_ended)
