"""Use cases of rounds up to the closing of the window; what settles applications is in `decisions`."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from shuniu_contracts import Event, grants
from sqlmodel import col, func, select
from uuid_utils.compat import uuid7

from chassis.model import is_within, refuse_all, step
from chassis.unit_of_work import NotFound, UnitOfWork
from services.grants.applications.tables import ApplicationRow
from services.grants.eligibility.model import Rule
from services.grants.funds.commands import locked as locked_fund
from services.grants.funds.tables import FundRow
from services.grants.model import Basis, Occasion
from services.grants.policy import GrantsPolicy
from services.grants.rounds.model import (
    TRANSITIONS,
    BudgetExceedsFund,
    FundElsewhere,
    RoundKind,
    RoundStatus,
    WindowStillOpen,
    entered_status,
    extension,
    faults,
)
from services.grants.rounds.tables import RoundHistory, RoundRow

OPENS = "round.opens"
CLOSES = "round.closes"


async def announce(
    uow: UnitOfWork, *, division: str, title: str, year: int, kind: RoundKind = RoundKind.GRANTS,
    issuers: Sequence[str] = (), planning_members: Sequence[str] = (), programme: str | None = None,
    areas_declared: int | None = None, areas_named: Sequence[str] = (), target_groups: Sequence[str] = (),
    opens_on: date | None = None, closes_on: date | None = None, budget_fen: int | None = None,
    cap_per_application_fen: int | None = None, fund_id: UUID | None = None,
    eligibility: Sequence[Rule] | None = None, criteria: Sequence[dict[str, Any]] | None = None,
    criteria_version: str | None = None, publicity_days: int | None = None,
    begins_as: RoundStatus = RoundStatus.ANNOUNCED, id: UUID | None = None, basis: Basis = Basis.LIVE,
    effective_on: date | None = None,
) -> RoundRow:  # fmt: skip
    """Announce a round; where a term is not given, the profile's holds.

    A round entered as history may begin as already open or closed. Raises every fault of the terms at once,
    `FundElsewhere`, `BudgetExceedsFund`, `StatusNotEntered`.
    """
    uow.authorize(division)
    policy = uow.policy(GrantsPolicy)
    occasion = Occasion.of(basis, effective_on, today=uow.today)
    row = RoundRow(
        id=id or uuid7(),
        division=division,
        effective_on=occasion.effective_on,
        basis=occasion.basis,
        recorded_at=uow.now,
        title=title,
        kind=kind,
        status=entered_status(begins_as, live=occasion.is_live),
        year=year,
        issuers=list(issuers),
        planning_members=list(planning_members),
        programme=programme,
        areas_declared=areas_declared,
        areas_named=list(areas_named),
        target_groups=list(target_groups),
        opens_on=opens_on,
        closes_on=closes_on,
        budget_fen=budget_fen,
        cap_per_application_fen=_cap(cap_per_application_fen, kind, policy),
        fund_id=fund_id,
        eligibility=_rules(eligibility, division, policy),
        criteria=_criteria(criteria, policy),
        criteria_version=criteria_version,
        publicity_days=policy.publicity_days if publicity_days is None else publicity_days,
    )
    refuse_all(
        faults(
            row.terms,
            live=occasion.is_live,
            areas=[area.code for area in policy.areas],
            target_groups=[group.code for group in policy.target_groups],
        )
    )
    await _within_fund(uow, row)
    uow.admit(row)
    record(uow, row, _ENTERED[RoundStatus(row.status)](state=row.public_state()))
    await _start_window(uow, row)
    return row


async def open_now(
    uow: UnitOfWork, *, id: UUID, basis: Basis = Basis.LIVE, effective_on: date | None = None
) -> RoundRow:
    """Take applications from now on."""
    row = await uow.load(RoundRow, id)
    take(uow, row, "opened", basis, effective_on)
    await uow.cancel(OPENS, [row.subject])
    record(uow, row, grants.RoundOpened(state=row.public_state()))
    return row


async def extend(
    uow: UnitOfWork, *, id: UUID, closes_on: date, basis: Basis = Basis.LIVE, effective_on: date | None = None
) -> RoundRow:
    """Let the window close later; a closed round opens again. Raises `NotAnExtension`."""
    row = await uow.load(RoundRow, id)
    occasion = take(uow, row, "extended", basis, effective_on)
    previous = row.closes_on
    row.closes_on = extension(previous, closes_on, uow.today if occasion.is_live else None)
    await _start_window(uow, row)
    record(uow, row, grants.RoundExtended(state=row.public_state(), previously_closed_on=previous))
    return row


async def close(
    uow: UnitOfWork, *, id: UUID, basis: Basis = Basis.LIVE, effective_on: date | None = None
) -> RoundRow:
    """Take no more applications. A live window runs to its announced end: raises `WindowStillOpen`."""
    row = await uow.load(RoundRow, id)
    occasion = take(uow, row, "closed", basis, effective_on)
    if occasion.is_live and row.closes_on is not None and occasion.effective_on <= row.closes_on:
        raise WindowStillOpen(closes=row.closes_on)
    await uow.cancel(CLOSES, [row.subject])
    await record_closed(uow, row)
    return row


async def record_closed(uow: UnitOfWork, row: RoundRow) -> None:
    """Record the end of the window with how many applications came in (F15)."""
    await count_submitted(uow, row)
    record(uow, row, grants.RoundClosed(state=row.public_state()))


async def count_submitted(uow: UnitOfWork, row: RoundRow) -> None:
    """Count the applications that were ever submitted, those withdrawn since included."""
    statement = (
        select(func.count())
        .select_from(ApplicationRow)
        .where(ApplicationRow.round_id == row.id, col(ApplicationRow.submitted_on).is_not(None))
    )
    row.submitted_count = (await uow.session.exec(statement)).one()


def take(uow: UnitOfWork, row: RoundRow, fact: str, basis: Basis, effective_on: date | None) -> Occasion:
    """Take the step `fact` on its day; raises `StepNotPossible`, `EffectiveBeforePrevious`."""
    after = step(TRANSITIONS, RoundStatus(row.status), fact)
    occasion = Occasion.of(basis, effective_on, today=uow.today, previous=row.effective_on)
    row.status = after
    row.effective_on = occasion.effective_on
    row.basis = occasion.basis
    return occasion


def record(uow: UnitOfWork, row: RoundRow, event: Event) -> None:
    """Record the event and from which day the round stands as it now does."""
    uow.record(row, event)
    uow.session.add(
        RoundHistory(round_id=row.id, sequence=row.sequence, status=row.status, effective_on=row.effective_on)
    )


async def shared(uow: UnitOfWork, id: UUID) -> RoundRow:
    """The round, kept from changing while a command on one of its applications runs; raises `NotFound`."""
    statement = (
        select(RoundRow)
        .where(RoundRow.id == id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    row = (await uow.session.exec(statement)).one_or_none()
    if row is None:
        raise NotFound.of(RoundRow, id)
    return row


_ENTERED = {
    RoundStatus.ANNOUNCED: grants.RoundAnnounced,
    RoundStatus.OPEN: grants.RoundOpened,
    RoundStatus.CLOSED: grants.RoundClosed,
}


async def _start_window(uow: UnitOfWork, row: RoundRow) -> None:
    """A live round opens when its first day begins and closes when its last day has ended."""
    if row.basis != Basis.LIVE:
        return
    if row.status == RoundStatus.ANNOUNCED and row.opens_on is not None:
        await uow.schedule(OPENS, row.subject, row.division, on=row.opens_on - timedelta(days=1))
    if row.closes_on is not None:
        await uow.schedule(CLOSES, row.subject, row.division, on=row.closes_on)


async def _within_fund(uow: UnitOfWork, row: RoundRow) -> None:
    """A round is paid from a fund of its own division or one above it, and promises no more than is free."""
    if row.fund_id is None:
        return
    fund: FundRow = await locked_fund(uow, row.fund_id)
    if not is_within(row.division, fund.division):
        raise FundElsewhere(fund=row.fund_id, division=row.division, at="/fund_id")
    if row.budget_fen is None:
        return
    row.fund_sequence = fund.sequence
    if row.budget_fen > fund.sums.available_fen:
        raise BudgetExceedsFund(
            budget=row.budget_fen, fund=fund.title, available=fund.sums.available_fen, at="/budget_fen"
        )


def _cap(given: int | None, kind: RoundKind, policy: GrantsPolicy) -> int | None:
    if given is not None or kind is RoundKind.HONOURS:
        return given
    return policy.cap_per_application_fen


def _rules(given: Sequence[Rule] | None, division: str, policy: GrantsPolicy) -> list[dict[str, Any]]:
    """The round's conditions; by default: of this division, on no list, under no ban, covered if required."""
    rules = list(given) if given is not None else [Rule("division_within", (division,)), Rule("not_listed")]
    words = {rule.rule for rule in rules}
    if "not_banned" not in words:
        rules.append(Rule("not_banned"))
    if policy.coverage_required and "covered" not in words:
        rules.append(Rule("covered", ("party",)))
    return [{"rule": rule.rule, "parameters": list(rule.parameters)} for rule in rules]


def _criteria(given: Sequence[dict[str, Any]] | None, policy: GrantsPolicy) -> list[dict[str, Any]]:
    if given is not None:
        return [dict(criterion) for criterion in given]
    return [criterion.model_dump() for criterion in policy.criteria]
