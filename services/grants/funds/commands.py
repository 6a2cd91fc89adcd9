"""Use cases of funds: `FundSums` decides each movement under the fund's row lock, then it is booked.

Lock order of the service: round, then applications by id, then fund.
"""

from datetime import date
from uuid import UUID

from shuniu_contracts import Ref, grants
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from chassis.model import step, within
from chassis.unit_of_work import NotFound, UnitOfWork
from services.grants.funds.model import (
    TRANSITIONS,
    CommitmentExists,
    CommitmentMissing,
    FundStatus,
    FundSums,
)
from services.grants.funds.tables import CommitmentRow, FundRow
from services.grants.ledger import commands as ledger
from services.grants.ledger.model import EntryKind, commit, lapse, receive
from services.grants.model import Basis, Occasion


async def open_fund(
    uow: UnitOfWork, *, division: str, title: str, source: str, fiscal_year: int, total_fen: int,
    source_body: str | None = None, custodian: str | None = None, purpose: str | None = None,
    id: UUID | None = None, basis: Basis = Basis.LIVE, effective_on: date | None = None,
) -> FundRow:  # fmt: skip
    """Open a fund with `total_fen` free; raises `SumOutOfRange`, `EffectiveInFuture`."""
    occasion = Occasion.of(basis, effective_on, today=uow.today)
    row = FundRow(
        id=id or uuid7(),
        division=division,
        effective_on=occasion.effective_on,
        basis=occasion.basis,
        title=title,
        source=source,
        source_body=source_body,
        custodian=custodian,
        fiscal_year=fiscal_year,
        purpose=purpose,
        total_fen=within(total_fen, 1, at="/total_fen"),
        opened_on=occasion.effective_on,
        recorded_at=uow.now,
    )
    uow.admit(row)
    ledger.post(uow, row.id, receive(EntryKind.OPENING, total_fen), occasion)
    uow.record(row, grants.FundOpened(state=row.public_state()))
    return row


async def increase(
    uow: UnitOfWork, *, id: UUID, amount_fen: int, basis: Basis = Basis.LIVE, effective_on: date | None = None
) -> FundRow:
    """More money came in; raises `SumOutOfRange`, `StepNotPossible` when closed."""
    row = await uow.load(FundRow, id)
    occasion = _change(uow, row, "increased", row.sums.increase(amount_fen), basis, effective_on)
    ledger.post(uow, row.id, receive(EntryKind.INCREASE, amount_fen), occasion)
    uow.record(row, grants.FundIncreased(state=row.public_state(), amount_fen=amount_fen))
    return row


async def lapse_rest(
    uow: UnitOfWork, *, id: UUID, amount_fen: int | None = None, basis: Basis = Basis.LIVE,
    effective_on: date | None = None,
) -> FundRow:  # fmt: skip
    """Free money may no longer be used: all of it where no amount is given; raises `FundOverspent`."""
    row = await uow.load(FundRow, id)
    fen = row.sums.available_fen if amount_fen is None else amount_fen
    occasion = _change(uow, row, "lapsed", row.sums.lapse(fen, title=row.title), basis, effective_on)
    ledger.post(uow, row.id, lapse(fen), occasion)
    uow.record(row, grants.FundLapsed(state=row.public_state(), amount_fen=fen))
    return row


async def close(
    uow: UnitOfWork, *, id: UUID, basis: Basis = Basis.LIVE, effective_on: date | None = None
) -> FundRow:
    """Close a settled fund; raises `FundHasCommitments` while anything in it is bound or free."""
    row = await uow.load(FundRow, id)
    row.sums.settled()
    occasion = _change(uow, row, "closed", row.sums, basis, effective_on)
    row.closed_on = occasion.effective_on
    uow.record(row, grants.FundClosed(state=row.public_state()))
    return row


async def commit_money(
    uow: UnitOfWork, *, id: UUID, subject: str, amount_fen: int, basis: Basis = Basis.LIVE,
    effective_on: date | None = None,
) -> FundRow:  # fmt: skip
    """Bind part of a fund to a subject other than an award, which binds its own."""
    row = await uow.load(FundRow, id)
    await bind(uow, row, subject=subject, fen=amount_fen, occasion=_occasion(uow, row, basis, effective_on))
    return row


async def release_money(
    uow: UnitOfWork, *, id: UUID, subject: str, basis: Basis = Basis.LIVE, effective_on: date | None = None
) -> FundRow:
    """Give up what a subject has bound in this fund; raises `CommitmentMissing`."""
    row = await uow.load(FundRow, id)
    await free(uow, row, subject=subject, occasion=_occasion(uow, row, basis, effective_on))
    return row


async def locked(uow: UnitOfWork, id: UUID) -> FundRow:
    """The fund, locked, as the second record of a command: If-Match and permission speak of the first."""
    statement = (
        select(FundRow).where(FundRow.id == id).with_for_update().execution_options(populate_existing=True)
    )
    row = (await uow.session.exec(statement)).one_or_none()
    if row is None:
        raise NotFound.of(FundRow, id)
    return row


async def bind(
    uow: UnitOfWork, row: FundRow, *, subject: str, fen: int, occasion: Occasion,
    application: Ref | None = None,
) -> None:  # fmt: skip
    """Commit `fen` of the locked fund to `subject`; raises `FundOverspent`, `CommitmentExists`."""
    existing = await _open_commitment(uow, row, subject)
    if existing is not None:
        raise CommitmentExists(subject=subject, fen=existing.fen)
    _apply(row, "committed", row.sums.commit(fen, title=row.title), occasion)
    entry_id = ledger.post(uow, row.id, commit(fen), occasion, subject=subject)
    uow.session.add(CommitmentRow(entry_id=entry_id, fund_id=row.id, subject=subject, fen=fen))
    uow.record(row, grants.FundCommitted(state=row.public_state(), amount_fen=fen, application=application))


async def free(
    uow: UnitOfWork, row: FundRow, *, subject: str, occasion: Occasion, application: Ref | None = None
) -> None:
    """Release what `subject` has bound in the locked fund, by a reversal; raises `CommitmentMissing`."""
    commitment = await _open_commitment(uow, row, subject)
    if commitment is None:
        raise CommitmentMissing(subject=subject)
    _apply(row, "released", row.sums.release(commitment.fen), occasion)
    reversal = commit(commitment.fen).reversal(EntryKind.RELEASE)
    commitment.released_by = ledger.post(
        uow, row.id, reversal, occasion, subject=subject, reverses=commitment.entry_id
    )
    uow.record(
        row,
        grants.FundReleased(state=row.public_state(), amount_fen=commitment.fen, application=application),
    )


async def _open_commitment(uow: UnitOfWork, fund: FundRow, subject: str) -> CommitmentRow | None:
    statement = select(CommitmentRow).where(
        CommitmentRow.fund_id == fund.id,
        CommitmentRow.subject == subject,
        col(CommitmentRow.released_by).is_(None),
    )
    return (await uow.session.exec(statement)).one_or_none()


def _occasion(uow: UnitOfWork, row: FundRow, basis: Basis, effective_on: date | None) -> Occasion:
    return Occasion.of(basis, effective_on, today=uow.today, previous=row.opened_on)


def _change(
    uow: UnitOfWork, row: FundRow, fact: str, sums: FundSums, basis: Basis, effective_on: date | None
) -> Occasion:
    occasion = _occasion(uow, row, basis, effective_on)
    _apply(row, fact, sums, occasion)
    return occasion


def _apply(row: FundRow, fact: str, sums: FundSums, occasion: Occasion) -> None:
    row.status = step(TRANSITIONS, FundStatus(row.status), fact)
    row.sums = sums
    row.effective_on = occasion.effective_on
    row.basis = occasion.basis
