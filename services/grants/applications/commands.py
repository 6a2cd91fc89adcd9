"""Use cases of applications up to the ranking; awards and refusals are in `decisions`.

Each locks the round (shared) before the application, as every command of the service does.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from shuniu_contracts import Event, Ref, grants
from sqlmodel import select
from uuid_utils.compat import uuid7

from chassis.model import LARGEST_FEN, Refusal, SumOutOfRange, is_within, refuse_all, step
from chassis.received import Received
from chassis.unit_of_work import NotFound, UnitOfWork
from services.grants.applications.model import (
    JUDGED_IN,
    TRANSITIONS,
    ApplicationStatus,
    AreaNotOfRound,
    RequestMissing,
    RequestNotWanted,
    RequestOverCap,
    SameApplication,
    Window,
    changeable,
    sifting,
)
from services.grants.applications.tables import ApplicationHistory, ApplicationRow
from services.grants.eligibility.model import (
    ORGANIZATION_UNKNOWN,
    Judgement,
    OrganizationFacts,
    judge,
)
from services.grants.funds import commands as funds
from services.grants.model import Basis, Occasion
from services.grants.organizations.queries import facts_of
from services.grants.policy import GrantsPolicy
from services.grants.rounds.commands import shared as shared_round
from services.grants.rounds.model import RoundKind, RoundStatus, UnknownTargetGroup
from services.grants.rounds.tables import RoundRow


async def apply(
    uow: UnitOfWork, *, round_id: UUID, organization_id: UUID, title: str, requested_fen: int,
    area: str | None = None, target_groups: Sequence[str] = (), draft: bool = False,
    id: UUID | None = None, basis: Basis = Basis.LIVE, effective_on: date | None = None,
) -> ApplicationRow:  # fmt: skip
    """Apply in a round: submitted at once and judged, or kept as the applicant's draft.

    Where the local copy does not have the organisation yet, the application is taken and waits. Raises every
    fault of the application at once, and `OutsideWindow`, `RoundTakesNone`, `SameApplication`.
    """
    round_ = await shared_round(uow, round_id)
    facts = await facts_of(uow.connection, organization_id)
    occasion = Occasion.of(basis, effective_on, today=uow.today)
    row = ApplicationRow(
        id=id or uuid7(),
        division=_division(round_, facts),
        effective_on=occasion.effective_on,
        basis=occasion.basis,
        recorded_at=uow.now,
        round_id=round_id,
        organization_id=organization_id,
        title=title,
        area=area,
        target_groups=list(target_groups),
        requested_fen=requested_fen,
    )
    uow.authorize(row.division)
    refuse_all(_faults(row, round_, uow.policy(GrantsPolicy)))
    await _unlike_others(uow, row)
    uow.admit(row)
    if draft:
        row.revision += 1
    else:
        await _submit(uow, row, round_, facts, occasion)
    return row


async def amend(
    uow: UnitOfWork, *, id: UUID, title: str | None = None, requested_fen: int | None = None,
    area: str | None = None, target_groups: Sequence[str] | None = None,
) -> ApplicationRow:  # fmt: skip
    """Change a draft or a returned application; what is not given stays. Told to others when submitted."""
    round_ = await _round_of(uow, id)
    row = await uow.load(ApplicationRow, id)
    changeable(ApplicationStatus(row.status))
    row.title = row.title if title is None else title
    row.requested_fen = row.requested_fen if requested_fen is None else requested_fen
    row.area = row.area if area is None else area
    row.target_groups = row.target_groups if target_groups is None else list(target_groups)
    refuse_all(_faults(row, round_, uow.policy(GrantsPolicy)))
    await _unlike_others(uow, row)
    row.revision += 1
    return row


async def submit(
    uow: UnitOfWork, *, id: UUID, basis: Basis = Basis.LIVE, effective_on: date | None = None
) -> ApplicationRow:
    """Submit a draft, or a returned application again; it is judged at once where that is possible."""
    round_ = await _round_of(uow, id)
    row = await uow.load(ApplicationRow, id)
    previous = row.effective_on if row.submitted_on else None
    occasion = Occasion.of(basis, effective_on, today=uow.today, previous=previous)
    await _submit(uow, row, round_, await facts_of(uow.connection, row.organization_id), occasion)
    return row


async def judge_eligibility(
    uow: UnitOfWork, *, id: UUID, unknown_is_ineligible: bool = False, basis: Basis = Basis.LIVE,
    effective_on: date | None = None,
) -> ApplicationRow:  # fmt: skip
    """Judge by the local copy, again where facts have changed since.

    Without the organisation in the copy it keeps waiting, unless the officer says that unknown is ineligible.
    """
    round_ = await _round_of(uow, id)
    row = await uow.load(ApplicationRow, id)
    sifting(RoundStatus(round_.status))
    facts = await facts_of(uow.connection, row.organization_id)
    if facts is None and not unknown_is_ineligible:
        step(TRANSITIONS, ApplicationStatus(row.status), "found_eligible")
        return row
    _judge(uow, row, round_, facts, Occasion.of(basis, effective_on, today=uow.today))
    return row


async def return_(
    uow: UnitOfWork, *, id: UUID, items: Sequence[str] = (), basis: Basis = Basis.LIVE,
    effective_on: date | None = None,
) -> ApplicationRow:  # fmt: skip
    """Send it back to be completed; `items` are the codes of what is missing."""
    round_ = await _round_of(uow, id)
    row = await uow.load(ApplicationRow, id)
    take(uow, row, "returned", Occasion.of(basis, effective_on, today=uow.today, previous=row.effective_on))
    sifting(RoundStatus(round_.status))
    record(uow, row, grants.ApplicationReturned(state=row.public_state(), items=tuple(items)))
    return row


async def withdraw(
    uow: UnitOfWork, *, id: UUID, basis: Basis = Basis.LIVE, effective_on: date | None = None
) -> ApplicationRow:
    """The applicant gives up; what was committed for an award is free again."""
    round_ = await _round_of(uow, id)
    row = await uow.load(ApplicationRow, id)
    before = ApplicationStatus(row.status)
    previous = row.effective_on if row.submitted_on else None
    occasion = Occasion.of(basis, effective_on, today=uow.today, previous=previous)
    take(uow, row, "withdrawn", occasion)
    row.ended = True
    if before is ApplicationStatus.DRAFT:
        row.revision += 1
        return row
    if before is ApplicationStatus.AWARDED:
        await release_award(uow, row, round_, occasion)
    record(uow, row, grants.ApplicationWithdrawn(state=row.public_state()))
    return row


_WAITING = """
select id, round_id, organization_id from application
where organization_id = any($1::uuid[]) and status = 'submitted' and organization_sequence = 0
order by round_id, id
"""


async def judge_waiting(uow: UnitOfWork, events: Mapping[str, Received[Any]]) -> None:
    """Judge the applications that waited for these organisations (by id), because of their events."""
    await uow.session.flush()
    for id, round_id, organization_id in await uow.connection.fetch(_WAITING, list(events)):
        round_ = await shared_round(uow, round_id)
        row = await uow.load(ApplicationRow, id)
        facts = await facts_of(uow.connection, organization_id)
        if facts is None or not row.waits_for_organization or round_.status not in JUDGED_IN:
            continue
        occasion = Occasion(row.submitted_on or uow.today, Basis(row.basis))
        _judge(uow, row, round_, facts, occasion, because=events[str(organization_id)])


def take(uow: UnitOfWork, row: ApplicationRow, fact: str, occasion: Occasion) -> None:
    """Take the step `fact` on its day; raises `StepNotPossible`."""
    row.status = step(TRANSITIONS, ApplicationStatus(row.status), fact)
    row.effective_on = occasion.effective_on
    row.basis = occasion.basis


def record(
    uow: UnitOfWork, row: ApplicationRow, event: Event, *, because: Received[Any] | None = None
) -> None:
    """Record the event and from which day the application stands as it now does."""
    uow.record(row, event, because=because)
    uow.session.add(
        ApplicationHistory(
            application_id=row.id,
            sequence=row.sequence,
            status=row.status,
            awarded_fen=row.awarded_fen,
            effective_on=row.effective_on,
        )
    )


async def release_award(uow: UnitOfWork, row: ApplicationRow, round_: RoundRow, occasion: Occasion) -> None:
    """Give the committed money of an award back to the fund, if there was any."""
    fen, row.awarded_fen = row.awarded_fen, None
    if round_.fund_id is not None and fen:
        fund = await funds.locked(uow, round_.fund_id)
        await funds.free(
            uow, fund, subject=row.subject, occasion=occasion, application=Ref(row.subject, row.sequence)
        )


async def _round_of(uow: UnitOfWork, id: UUID) -> RoundRow:
    """The application's round, shared. Only its id is read before, since the row is not locked yet."""
    statement = select(ApplicationRow.round_id).where(ApplicationRow.id == id)
    round_id = (await uow.session.exec(statement)).one_or_none()
    if round_id is None:
        raise NotFound.of(ApplicationRow, id)
    return await shared_round(uow, round_id)


async def _submit(
    uow: UnitOfWork,
    row: ApplicationRow,
    round_: RoundRow,
    facts: OrganizationFacts | None,
    occasion: Occasion,
) -> None:
    resubmitted = row.status == ApplicationStatus.RETURNED
    take(uow, row, "submitted", occasion)
    window = Window(RoundStatus(round_.status), round_.opens_on, round_.closes_on)
    window.admits(occasion.effective_on, live=occasion.is_live, resubmitted=resubmitted)
    row.submitted_on = row.submitted_on or occasion.effective_on
    row.round_sequence = round_.sequence
    row.organization_sequence = 0 if facts is None else facts.version.sequence
    row.eligibility_reasons, row.facts_used = [], []
    record(uow, row, grants.ApplicationSubmitted(state=row.public_state()))
    if facts is not None:
        _judge(uow, row, round_, facts, occasion)


def _judge(
    uow: UnitOfWork, row: ApplicationRow, round_: RoundRow, facts: OrganizationFacts | None,
    occasion: Occasion, *, because: Received[Any] | None = None,
) -> None:  # fmt: skip
    """Record whether the conditions hold on the day of submission, by the facts at hand."""
    if facts is None:
        judgement = Judgement((ORGANIZATION_UNKNOWN,), ())
    else:
        judgement = judge(round_.rules, facts, row.submitted_on or occasion.effective_on)
        row.organization_sequence = facts.version.sequence
    row.eligibility_reasons = [reason.code for reason in judgement.reasons]
    row.facts_used = [{"id": v.id, "sequence": v.sequence} for v in judgement.versions]
    row.round_sequence = round_.sequence
    if judgement.eligible:
        take(uow, row, "found_eligible", occasion)
        record(uow, row, grants.ApplicationFoundEligible(state=row.public_state()), because=because)
    else:
        take(uow, row, "found_ineligible", occasion)
        reasons = tuple(row.eligibility_reasons)
        event = grants.ApplicationFoundIneligible(state=row.public_state(), reasons=reasons)
        record(uow, row, event, because=because)


def _division(round_: RoundRow, facts: OrganizationFacts | None) -> str:
    """The organisation's own division where the round covers it, else the round's."""
    if facts is not None and is_within(facts.division, round_.division):
        return facts.division
    return round_.division


def _faults(row: ApplicationRow, round_: RoundRow, policy: GrantsPolicy) -> list[Refusal]:
    found: list[Refusal] = []
    if row.area is not None and not round_.terms.takes_area(row.area):
        found.append(AreaNotOfRound(area=row.area, areas=round_.areas_named, at="/area"))
    known = round_.target_groups or [group.code for group in policy.target_groups]
    found += [
        UnknownTargetGroup(group=group, known=known, at=f"/target_groups/{position}")
        for position, group in enumerate(row.target_groups)
        if group not in known
    ]
    found += _request_faults(row.requested_fen, round_)
    return found


def _request_faults(fen: int, round_: RoundRow) -> list[Refusal]:
    at, cap = "/requested_fen", round_.cap_per_application_fen
    if round_.kind == RoundKind.HONOURS:
        return [RequestNotWanted(at=at)] if fen else []
    if fen <= 0:
        return [RequestMissing(at=at)]
    if fen > LARGEST_FEN:
        return [SumOutOfRange(fen=fen, least=1, most=LARGEST_FEN, at=at)]
    return [RequestOverCap(fen=fen, cap=cap, at=at)] if cap is not None and fen > cap else []


async def _unlike_others(uow: UnitOfWork, row: ApplicationRow) -> None:
    """An organisation applies once with one project in one round; raises `SameApplication`.

    Two such requests at the same moment are put one after the other by a lock on the three together.
    """
    key = f"application:{row.round_id}:{row.organization_id}:{row.title}"
    await uow.connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", key)
    with uow.session.no_autoflush:
        statement = select(ApplicationRow.id).where(
            ApplicationRow.round_id == row.round_id,
            ApplicationRow.organization_id == row.organization_id,
            ApplicationRow.title == row.title,
            ApplicationRow.status != ApplicationStatus.WITHDRAWN,
            ApplicationRow.id != row.id,
        )
        other = (await uow.session.exec(statement)).first()
    if other is not None:
        raise SameApplication(title=row.title, other=other, at="/title")
