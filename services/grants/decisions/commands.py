"""Use cases that settle applications: publicity, decision, awards from the reserve list, reopening, the end.

The round is locked exclusively, then its applications by id, then the fund.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from shuniu_contracts import Ref, grants
from sqlmodel import col, select

from chassis.unit_of_work import NotFound, UnitOfWork
from services.grants.applications import commands as applications
from services.grants.applications.model import ApplicationStatus, AwardOverBudget, NotNextInReserve
from services.grants.applications.tables import ApplicationRow
from services.grants.funds import commands as funds
from services.grants.funds.tables import FundRow
from services.grants.model import Basis, Occasion
from services.grants.ranking.commands import confirmed, lines
from services.grants.ranking.model import AwardTooHigh, Line, Outcome
from services.grants.rounds.commands import CLOSES, OPENS, record, take
from services.grants.rounds.model import (
    PublicityNotOver,
    RoundStatus,
    publicised_until,
)
from services.grants.rounds.tables import RoundRow

_FACTS = {Outcome.AWARD: "awarded", Outcome.RESERVE: "reserved", Outcome.DECLINE: "not_selected"}
_EVENTS = {
    Outcome.AWARD: grants.ApplicationAwarded,
    Outcome.RESERVE: grants.ApplicationReserved,
    Outcome.DECLINE: grants.ApplicationNotSelected,
}
_OPEN_CASES = (ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED, ApplicationStatus.ELIGIBLE)
_SETTLED = (ApplicationStatus.AWARDED, ApplicationStatus.RESERVED, ApplicationStatus.NOT_SELECTED)


async def publicise(
    uow: UnitOfWork, *, id: UUID, basis: Basis = Basis.LIVE, effective_on: date | None = None
) -> RoundRow:
    """Put the proposed ranking up for objections; raises `RankingStale`."""
    row = await uow.load(RoundRow, id)
    occasion = take(uow, row, "publicised", basis, effective_on)
    ranking = await confirmed(uow, row)
    row.publicised_on = occasion.effective_on
    row.publicised_until = publicised_until(occasion.effective_on, row.publicity_days)
    record(uow, row, grants.RoundPublicised(state=row.public_state(), ranking=lines(ranking)))
    return row


async def decide(
    uow: UnitOfWork, *, id: UUID, basis: Basis = Basis.LIVE, effective_on: date | None = None
) -> RoundRow:
    """Decide the round as publicised; each award commits its money in the same transaction.

    Raises `PublicityNotOver` for a live round within the days for objections, `RankingStale`, and
    `FundOverspent` where the fund has less free than the awards need: then nothing is decided.
    """
    row = await uow.load(RoundRow, id)
    occasion = take(uow, row, "decided", basis, effective_on)
    if occasion.is_live and row.publicised_until and occasion.effective_on <= row.publicised_until:
        raise PublicityNotOver(until=row.publicised_until)
    ranking = await confirmed(uow, row)
    cases = await _locked(uow, row.id, [ApplicationStatus.ELIGIBLE])
    fund = None if row.fund_id is None else await funds.locked(uow, row.fund_id)
    await _settle(uow, ranking.lines, cases, fund, occasion)
    row.decided_on = occasion.effective_on
    row.awarded_fen = ranking.awarded_fen
    row.awarded_count = sum(line.outcome is Outcome.AWARD for line in ranking.lines)
    row.fund_sequence = row.fund_sequence if fund is None else fund.sequence
    record(uow, row, grants.RoundDecided(state=row.public_state()))
    return row


async def award_reserved(
    uow: UnitOfWork, *, id: UUID, award_fen: int | None = None, reason: str | None = None,
    basis: Basis = Basis.LIVE, effective_on: date | None = None,
) -> ApplicationRow:  # fmt: skip
    """Award an application of the reserve list, within what the round's budget has left.

    Raises `NotNextInReserve` where another comes first and no reason is given, `AwardOverBudget`,
    `AwardTooHigh`, `FundOverspent`.
    """
    round_ = await _exclusive_round_of(uow, id)
    row = await uow.load(ApplicationRow, id)
    occasion = Occasion.of(basis, effective_on, today=uow.today, previous=row.effective_on)
    first = await _first_reserved(uow, round_.id)
    applications.take(uow, row, "awarded", occasion)
    if first is not None and first != row.id and reason is None:
        raise NotNextInReserve(next=first, at="/reason")
    row.awarded_fen = await _affordable(uow, round_, row, award_fen)
    row.deviation = reason
    row.decided_on = occasion.effective_on
    fund = None if round_.fund_id is None else await funds.locked(uow, round_.fund_id)
    await _award(uow, row, fund, occasion)
    return row


async def reopen(
    uow: UnitOfWork, *, id: UUID, reason: str, basis: Basis = Basis.LIVE, effective_on: date | None = None
) -> RoundRow:
    """Go back to the closed round, because of a conflict or an objection; awards give their money back."""
    row = await uow.load(RoundRow, id)
    was_decided = row.status == RoundStatus.DECIDED
    occasion = take(uow, row, "reopened", basis, effective_on)
    if was_decided:
        await _undo(uow, row, await _locked(uow, row.id, _SETTLED), occasion)
    row.publicised_on = row.publicised_until = row.decided_on = None
    row.awarded_count = row.awarded_fen = 0
    record(uow, row, grants.RoundReopened(state=row.public_state(), reason=reason))
    return row


async def cancel(
    uow: UnitOfWork, *, id: UUID, reason: str, basis: Basis = Basis.LIVE, effective_on: date | None = None
) -> RoundRow:
    """Cancel the round; every application still in it ends as not selected."""
    row = await uow.load(RoundRow, id)
    occasion = take(uow, row, "cancelled", basis, effective_on)
    _end(uow, (await _locked(uow, row.id, _OPEN_CASES)).values(), occasion)
    await uow.cancel(OPENS, [row.subject])
    await uow.cancel(CLOSES, [row.subject])
    record(uow, row, grants.RoundCancelled(state=row.public_state(), reason=reason))
    return row


async def conclude(
    uow: UnitOfWork, *, id: UUID, basis: Basis = Basis.LIVE, effective_on: date | None = None
) -> RoundRow:
    """Conclude the round; who is still on the reserve list ends as not selected."""
    row = await uow.load(RoundRow, id)
    occasion = take(uow, row, "concluded", basis, effective_on)
    _end(uow, (await _locked(uow, row.id, [ApplicationStatus.RESERVED])).values(), occasion)
    record(uow, row, grants.RoundConcluded(state=row.public_state()))
    return row


async def _settle(
    uow: UnitOfWork, ranked: Sequence[Line], cases: Mapping[str, ApplicationRow], fund: FundRow | None,
    occasion: Occasion,
) -> None:  # fmt: skip
    """Give each application its outcome, in order of rank."""
    for line in ranked:
        row = cases[line.application]
        applications.take(uow, row, _FACTS[line.outcome], occasion)
        row.rank = line.rank
        row.score_thousandths = line.score_thousandths
        row.deviation = line.deviation
        row.decided_on = occasion.effective_on
        if line.outcome is Outcome.AWARD:
            row.awarded_fen = line.award_fen
            await _award(uow, row, fund, occasion)
        else:
            applications.record(uow, row, _EVENTS[line.outcome](state=row.public_state()))


async def _award(uow: UnitOfWork, row: ApplicationRow, fund: FundRow | None, occasion: Occasion) -> None:
    """Record the award and commit its money; without money (honours) nothing is committed."""
    applications.record(uow, row, grants.ApplicationAwarded(state=row.public_state()))
    if fund is not None and row.awarded_fen:
        await funds.bind(
            uow, fund, subject=row.subject, fen=row.awarded_fen, occasion=occasion,
            application=Ref(row.subject, row.sequence),
        )  # fmt: skip


async def _undo(
    uow: UnitOfWork, round_: RoundRow, cases: Mapping[str, ApplicationRow], occasion: Occasion
) -> None:
    for row in cases.values():
        awarded = row.status == ApplicationStatus.AWARDED
        applications.take(uow, row, "found_eligible", occasion)
        row.rank = row.score_thousandths = row.deviation = row.decided_on = None
        if awarded:
            await applications.release_award(uow, row, round_, occasion)
        applications.record(uow, row, grants.ApplicationFoundEligible(state=row.public_state()))


def _end(uow: UnitOfWork, cases: Iterable[ApplicationRow], occasion: Occasion) -> None:
    for row in cases:
        applications.take(uow, row, "not_selected", occasion)
        row.decided_on = occasion.effective_on
        row.ended = True
        applications.record(uow, row, grants.ApplicationNotSelected(state=row.public_state()))


async def _locked(
    uow: UnitOfWork, round_id: UUID, statuses: Sequence[ApplicationStatus]
) -> dict[str, ApplicationRow]:
    """The round's applications in these states, locked in order of id."""
    statement = (
        select(ApplicationRow)
        .where(ApplicationRow.round_id == round_id, col(ApplicationRow.status).in_(statuses))
        .order_by(col(ApplicationRow.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.subject: row for row in (await uow.session.exec(statement)).all()}


async def _exclusive_round_of(uow: UnitOfWork, id: UUID) -> RoundRow:
    """The application's round, locked against another award of its reserve list."""
    statement = (
        select(RoundRow)
        .join(ApplicationRow, col(ApplicationRow.round_id) == col(RoundRow.id))
        .where(ApplicationRow.id == id)
        .with_for_update(of=RoundRow)
    )
    row = (await uow.session.exec(statement)).one_or_none()
    if row is None:
        raise NotFound.of(ApplicationRow, id)
    return row


async def _first_reserved(uow: UnitOfWork, round_id: UUID) -> UUID | None:
    statement = (
        select(ApplicationRow.id)
        .where(ApplicationRow.round_id == round_id, ApplicationRow.status == ApplicationStatus.RESERVED)
        .order_by(col(ApplicationRow.rank))
        .limit(1)
    )
    return (await uow.session.exec(statement)).one_or_none()


async def _affordable(uow: UnitOfWork, round_: RoundRow, row: ApplicationRow, asked: int | None) -> int:
    """The sum of a later award: what was asked for up to the cap, or `asked`, within the budget left."""
    cap = round_.cap_per_application_fen
    most = row.requested_fen if cap is None else min(row.requested_fen, cap)
    fen = most if asked is None else asked
    if fen > most:
        raise AwardTooHigh(application=row.subject, award=fen, most=most, at="/award_fen")
    if round_.budget_fen is not None:
        with uow.session.no_autoflush:
            statement = select(ApplicationRow.awarded_fen).where(
                ApplicationRow.round_id == round_.id, ApplicationRow.status == ApplicationStatus.AWARDED
            )
            spent = sum(filter(None, (await uow.session.exec(statement)).all()))
        if fen > round_.budget_fen - spent:
            raise AwardOverBudget(left=round_.budget_fen - spent, fen=fen, at="/award_fen")
    return fen
