"""Reports reach the body addressed, and answers those who sent them, in one stack or between two."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shuniu_contracts import Basis
from shuniu_contracts import registry_operations as contract
from sqlmodel import col, select

from chassis.matters import advance_many
from chassis.model import is_within
from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.registry.operations.answers import commands
from services.registry.operations.answers.tables import ReportAnswerRow
from services.registry.operations.upward import commands as upward
from services.registry.operations.upward.tables import UpwardReportRow


@reaction(contract.UpwardReportFiled, contract.UpwardReportEscalated)
async def receive_those_addressed(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """The body addressed here has its record; where it was raised, the one below keeps its own: the next tier
    may be of no stack, and whoever answers first answers for all."""
    for received in events:
        state: contract.UpwardReportState = received.data.state
        if state.basis is not Basis.LIVE:
            continue
        report = UUID(received.subject)
        if _is_here(uow, state.addressee) and not await _is_there(uow, report, state.addressee):
            await commands.receive(
                uow, division=state.addressee, report_id=report, sender=state.division, kind=state.kind,
                category=state.category, title=state.title, due_on=state.due_on, because=received,
            )  # fmt: skip


@reaction(contract.UpwardReportEscalated)
async def note_who_is_late(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """The body from which it was raised because its day had passed is late; one from which it was raised
    before is not."""
    for received in events:
        raised: contract.UpwardReportEscalated = received.data
        if raised.state.basis is not Basis.LIVE or raised.state.effective_on <= raised.due_on:
            continue
        found = await uow.session.exec(
            select(ReportAnswerRow)
            .where(
                ReportAnswerRow.report_id == UUID(received.subject),
                ReportAnswerRow.division == raised.previous_addressee,
                ReportAnswerRow.home == uow.stack,
                col(ReportAnswerRow.ended).is_(False),
                col(ReportAnswerRow.overdue).is_(False),
            )
            .with_for_update()
        )
        if (row := found.one_or_none()) is not None:
            row.overdue = True
            await commands.REPORT_ANSWERS.remark(
                uow, row, "became_overdue", contract.ReportAnswerBecameOverdue,
                {"due_on": raised.due_on, "rule": raised.rule}, because=received,
            )  # fmt: skip


@reaction(contract.UpwardReportAnswered, contract.UpwardReportWithdrawn)
async def let_go(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Answered by somebody, or taken back: nobody else has to answer."""
    for received in events:
        found = await uow.session.exec(
            select(ReportAnswerRow.id).where(
                ReportAnswerRow.report_id == UUID(received.subject),
                ReportAnswerRow.home == uow.stack,
                col(ReportAnswerRow.ended).is_(False),
            )
        )
        await advance_many(
            uow, commands.REPORT_ANSWERS, list(found), contract.ReportAnswerClosed, because=received
        )


@reaction(contract.ReportAnswerAnswered)
async def tell_the_sender(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """The sender's own report has the answer; its words, where they are in this stack."""
    for received in events:
        state: contract.ReportAnswerState = received.data.state
        found = await uow.session.exec(
            select(UpwardReportRow)
            .where(UpwardReportRow.id == UUID(state.report.id), UpwardReportRow.home == uow.stack)
            .with_for_update()
        )
        row = found.one_or_none()
        if row is None or not upward.UPWARD_REPORTS.allows(row, "answered"):
            continue
        answer = await uow.session.get(ReportAnswerRow, UUID(received.subject))
        await upward.take_answer.on(
            uow, row, answered_by=state.division, result=state.result or "answered",
            answer_document=state.answer_document, reply=answer.reply if answer else None,
            because=received,
        )  # fmt: skip


def _is_here(uow: UnitOfWork, division: str) -> bool:
    return is_within(division, uow.stack) and uow.home_of(division) == uow.stack


async def _is_there(uow: UnitOfWork, report: UUID, division: str) -> bool:
    found = await uow.session.exec(
        select(ReportAnswerRow.id).where(
            ReportAnswerRow.report_id == report, ReportAnswerRow.division == division
        )
    )
    return found.first() is not None
