"""Opening, settling and ending duties, and the coverings from which they are settled.

Locks are taken in one order everywhere: what covers, then organisations, then duties, each by id.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from shuniu_contracts import Basis, Event, Ref
from shuniu_contracts.partybuild import (
    CoverageDutyBecameOverdue,
    CoverageDutyCorrected,
    CoverageDutyCovered,
    CoverageDutyEnded,
    CoverageDutyLapsed,
    CoverageDutyModeChanged,
    CoverageDutyModeProposed,
    CoverageDutyOpened,
    CoverageDutyReopened,
    CoverageDutyState,
    CoverageMode,
)
from shuniu_contracts.registry import OrganizationState
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from chassis.clock import day_of
from chassis.model import Refusal, is_within, refuse_all
from chassis.received import Received
from chassis.service import DueTimer, timer
from chassis.unit_of_work import UnitOfWork
from services.partybuild.coverage.model import (
    CoverageClass,
    Covering,
    Duty,
    Line,
    Mode,
    ModeRules,
    OpensOn,
    Proposal,
    Reason,
    coverage_class,
    deadline,
    owes_coverage,
    owing,
    propose,
)
from services.partybuild.coverage.queries import Around, Seeking, look_around
from services.partybuild.coverage.tables import CoverageDutyRow, CoveringRow, duty_state
from services.partybuild.dating import Dated
from services.partybuild.organizations.commands import lock_copies
from services.partybuild.organizations.tables import OrganizationCopy
from services.partybuild.policy import PartybuildPolicy

DUTY_DUE = "coverage.duty_due"
DEADLINE_RULE = "partybuild.deadline_days"


class AlreadyCovered(Refusal):
    """An organisation belongs to one party organisation at a time."""

    code = "organization_already_covered"
    zh = "社会组织“{organization}”已由党组织“{by}”覆盖，请先在该党组织中移出。"
    en = "Organisation '{organization}' is covered by party organisation '{by}'; take it out there first."


# --- opening -------------------------------------------------------------------------------------------

_OWED = """
select o.id, o.sequence, o.division, o.area, o.categories, o.legal_status, o.full_members, o.obliged_on,
       o.basis, line, p.applied_on, p.basis as applied_basis
from organization o
cross join unnest($2::text[]) as line
left join preparation p on p.organization_id = o.id
where o.id = any($1::uuid[]) and not o.ended and o.merged_into is null
  and (o.legal_status = any($3::text[]) or p.applied_on is not null)
  and not exists (select from coverage_duty d where d.organization_id = o.id and d.line = line.line)
order by o.id, line
"""

_OPEN = """
insert into coverage_duty (id, division, home, revision, sequence, effective_on, basis, recorded_at,
                           organization_id, organization_sequence, line, status, covered_by_sequence,
                           proposed_mode, proposed_reason, opened_on, due_on, overdue)
select id, division, $2, 1, 1, effective_on, basis, $3, organization_id, organization_sequence, line,
       'open', 0, proposed_mode, proposed_reason, opened_on, due_on, false
from unnest($1::uuid[], $4::text[], $5::date[], $6::text[], $7::uuid[], $8::bigint[], $9::text[], $10::text[],
            $11::text[], $12::date[], $13::date[])
     as fresh(id, division, effective_on, basis, organization_id, organization_sequence, line, proposed_mode,
              proposed_reason, opened_on, due_on)
"""


async def oblige(uow: UnitOfWork, causes: Mapping[UUID, Received[Any]]) -> None:
    """Open the duties that these organisations owe and do not have, because of the events given.

    The caller has locked the organisations' rows, so nobody opens the same duty at the same time.
    """
    policy = uow.policy(PartybuildPolicy)
    await uow.session.flush()
    candidates = await uow.connection.fetch(
        _OWED, list(causes), list(policy.lines), list(owing(OpensOn(policy.opens_on)))
    )
    owed = [row for row in map(dict, candidates) if _owes(row, policy) and _is_home(uow, row["division"])]
    if not owed:
        return
    seeking = {row["id"]: Seeking(row["area"], row["full_members"], row["categories"]) for row in owed}
    around = await look_around(uow.connection, seeking, policy)
    opened = [_opened(row, policy, causes[row["id"]], _proposal(row, around, policy)) for row in owed]
    await _insert(uow, opened)
    for opening in opened:
        because = causes[opening.organization_id]
        uow.append(
            CoverageDutyOpened(state=opening.state(), cause=because.envelope.fact),
            subject=str(opening.id), sequence=1, division=opening.division, because=because,
        )  # fmt: skip
    await _start_deadlines(uow, [(o.id, o.division, o.duty.opened_on, o.duty.due_on) for o in opened])
    await _settle_those_already_covered(uow, causes)
    await _propose_joining(uow, seeking, causes)


def _owes(row: Mapping[str, Any], policy: PartybuildPolicy) -> bool:
    applied = row["applied_on"] is not None
    return owes_coverage(row["legal_status"], has_applied=applied, opens_on=OpensOn(policy.opens_on))


def _is_home(uow: UnitOfWork, division: str) -> bool:
    return is_within(division, uow.stack) and uow.home_of(division) == uow.stack


def _rules(policy: PartybuildPolicy) -> ModeRules:
    return ModeRules(policy.min_members_independent, policy.joint_max_units)


def _proposal(row: Mapping[str, Any], around: Around, policy: PartybuildPolicy) -> Proposal | None:
    if row["line"] != Line.PARTY:
        return None  # R18 measures by party members; a women's organisation has no such threshold
    return propose(row["id"], row["full_members"], around.of(row["id"]), _rules(policy))


@dataclass(frozen=True)
class _Opening:
    """A duty on its way into the table, in bulk: rows in memory would cost as much as the database."""

    id: UUID
    organization_id: UUID
    organization_sequence: int
    division: str
    line: str
    duty: Duty
    when: Dated

    def state(self) -> CoverageDutyState:
        organization = Ref(str(self.organization_id), self.organization_sequence)
        return duty_state(
            self.duty, self.when, division=self.division, organization=organization, line=self.line
        )


def _opened(
    row: Mapping[str, Any], policy: PartybuildPolicy, because: Received[Any], proposal: Proposal | None
) -> _Opening:
    basis: Basis = because.data.state.basis
    entered_on = day_of(because.envelope.time)
    by_application = row["legal_status"] not in {"registered", "suspended", "filed"}
    opened_on: date = row["applied_on"] if by_application else row["obliged_on"]
    due_on = deadline(opened_on, entered_on, policy.deadline_days, live=basis is Basis.LIVE)
    return _Opening(
        id=uuid7(),
        organization_id=row["id"],
        organization_sequence=row["sequence"],
        division=row["division"],
        line=row["line"],
        duty=Duty(opened_on, proposal=proposal, due_on=due_on),
        when=Dated(opened_on, basis),
    )


async def _insert(uow: UnitOfWork, opened: Sequence[_Opening]) -> None:
    proposals = [opening.duty.proposal for opening in opened]
    await uow.connection.execute(
        _OPEN,
        [opening.id for opening in opened],
        uow.stack,
        uow.now,
        [opening.division for opening in opened],
        [opening.when.on for opening in opened],
        [opening.when.basis.value for opening in opened],
        [opening.organization_id for opening in opened],
        [opening.organization_sequence for opening in opened],
        [opening.line for opening in opened],
        [proposal.mode.value if proposal else None for proposal in proposals],
        [proposal.reason.value if proposal else None for proposal in proposals],
        [opening.duty.opened_on for opening in opened],
        [opening.duty.due_on for opening in opened],
    )


async def _start_deadlines(uow: UnitOfWork, starting: Iterable[tuple[UUID, str, date, date | None]]) -> None:
    """Deadlines of duties (id, division, begun on, due on) with their timers."""
    for id, division, started_on, due_on in starting:
        if due_on is None:
            continue
        await uow.connection.execute(
            "insert into duty_deadline (duty_id, started_on, due_on) values ($1, $2, $3)"
            " on conflict (duty_id, started_on) do update set due_on = excluded.due_on",
            id, started_on, due_on,
        )  # fmt: skip
        payload = {"due_on": due_on.isoformat()}
        await uow.schedule(DUTY_DUE, str(id), division, on=due_on, payload=payload)


async def _settle_those_already_covered(uow: UnitOfWork, causes: Mapping[UUID, Received[Any]]) -> None:
    """A party organisation may have been recorded before the duty: streams come in any order."""
    rows = await uow.connection.fetch(
        "select organization_id, min(since) as since from covering"
        " where organization_id = any($1::uuid[]) and until is null group by organization_id",
        list(causes),
    )
    for row in rows:
        because = causes[row["organization_id"]]
        when = Dated(row["since"], because.data.state.basis)
        await settle(uow, [row["organization_id"]], when, because=because)


async def prepare(uow: UnitOfWork, applications: Mapping[UUID, Received[Any]]) -> None:
    """Registration was applied for: remember it, and open the duties that are owed from then on (R17).

    The register's event about the organisation may still be on its way; it then opens the duty.
    """
    for id, event in applications.items():
        state = event.data.state
        await uow.connection.execute(
            "insert into preparation (organization_id, applied_on, basis) values ($1, $2, $3)"
            " on conflict (organization_id) do nothing",
            id, state.submitted_on or state.effective_on, state.basis.value,
        )  # fmt: skip
    await lock_copies(uow, applications)
    await oblige(uow, applications)


# --- proposing -----------------------------------------------------------------------------------------

_COULD_JOIN_NOW = """
select d.organization_id
from coverage_duty d join organization o on o.id = d.organization_id
where d.line = 'party' and d.status in ('open', 'lapsed')
  and d.proposed_reason in ('no_neighbour_no_host', 'host_in_area')
  and o.area = any($1::text[]) and not d.organization_id = any($2::uuid[])
"""


async def _propose_joining(
    uow: UnitOfWork, arrived: Mapping[UUID, Seeking], causes: Mapping[UUID, Received[Any]]
) -> None:
    """Newcomers may be the neighbours that others were waiting for: propose to those others anew."""
    minimum = uow.policy(PartybuildPolicy).min_members_independent
    joinable = {id: s for id, s in arrived.items() if s.full_members and s.full_members < minimum}
    if not joinable:
        return
    areas = {seeking.area: id for id, seeking in joinable.items()}
    rows = await uow.connection.fetch(_COULD_JOIN_NOW, list(areas), list(arrived))
    because = next(iter(causes.values()))
    await reassess(uow, {row["organization_id"]: because for row in rows})


async def reassess(uow: UnitOfWork, causes: Mapping[UUID, Received[Any]]) -> None:
    """Propose a mode anew for uncovered duties of these organisations; record it where it is another one.

    An officer's own decision stays.
    """
    if not causes:
        return
    policy = uow.policy(PartybuildPolicy)
    rows = [
        row
        for row in await _lock_duties(uow, causes)
        if row.duty().uncovered and row.line == Line.PARTY and row.proposed_reason != Reason.DECIDED
    ]
    if not rows:
        return
    organizations = await _organizations(uow, [row.organization_id for row in rows])
    seeking = {id: Seeking(o.area, o.full_members, o.categories) for id, o in organizations.items()}
    around = await look_around(uow.connection, seeking, policy)
    for row in rows:
        organization = organizations[row.organization_id]
        proposal = propose(
            organization.id, organization.full_members, around.of(organization.id), _rules(policy)
        )
        if (proposal.mode, proposal.reason) != (row.proposed_mode, row.proposed_reason):
            because = causes[organization.id]
            _change(row, row.duty().propose(proposal), Dated(uow.today, because.data.state.basis))
            uow.record(row, CoverageDutyModeProposed(state=row.public_state()), because=because)  # type: ignore[arg-type]


async def propose_mode(uow: UnitOfWork, *, id: UUID, mode: str) -> CoverageDutyRow:
    """An officer proposes a mode of his own for an uncovered duty; raises `StepNotPossible`."""
    row = await uow.load(CoverageDutyRow, id)
    proposal = Proposal(Mode(mode), Reason.DECIDED)
    _change(row, row.duty().propose(proposal), Dated(uow.today, Basis(row.basis)))
    uow.record(row, CoverageDutyModeProposed(state=row.public_state()))  # type: ignore[arg-type]
    return row


# --- covering ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """What covers: a party organisation or an instructor, as it was when it began to."""

    kind: str
    id: UUID
    sequence: int
    mode: Mode
    line: Line = Line.PARTY


async def begin_covering(uow: UnitOfWork, source: Source, organization_ids: Sequence[UUID], on: date) -> None:
    """Let `source` cover these organisations, whose rows the caller has locked; raises `AlreadyCovered`."""
    kind = coverage_class(source.mode)
    if kind is CoverageClass.ORGANISATION:
        await _refuse_covered(uow, organization_ids, source)
    for organization_id in organization_ids:
        uow.session.add(
            CoveringRow(
                organization_id=organization_id, line=source.line.value, mode=source.mode.value,
                coverage_class=kind.value, source_kind=source.kind, source_id=source.id,
                source_sequence=source.sequence, since=on,
            )
        )  # fmt: skip
    await uow.session.flush()


async def _refuse_covered(uow: UnitOfWork, ids: Sequence[UUID], source: Source) -> None:
    by_others = await covered_by_organisation(uow, ids, source.line)
    refuse_all(
        AlreadyCovered(organization=id, by=by_others[id], at=f"/organization_ids/{place}")
        for place, id in enumerate(ids)
        if by_others.get(id, source.id) != source.id
    )


async def covered_by_organisation(uow: UnitOfWork, ids: Iterable[UUID], line: Line) -> dict[UUID, UUID]:
    """Which party organisation each of these organisations belongs to now."""
    statement = select(CoveringRow.organization_id, CoveringRow.source_id).where(
        col(CoveringRow.organization_id).in_(list(ids)),
        CoveringRow.line == line.value,
        col(CoveringRow.until).is_(None),
        CoveringRow.coverage_class == CoverageClass.ORGANISATION.value,
    )
    return dict((await uow.session.exec(statement)).all())


async def sources_of(uow: UnitOfWork, ids: Iterable[UUID]) -> set[UUID]:
    """What covers any of these organisations now, party organisations and instructors."""
    statement = select(CoveringRow.source_id).where(
        col(CoveringRow.organization_id).in_(list(ids)), col(CoveringRow.until).is_(None)
    )
    return set((await uow.session.exec(statement)).all())


async def cease_covering(uow: UnitOfWork, source_id: UUID, ids: Iterable[UUID], on: date) -> None:
    """Close what `source_id` covers among these organisations; nothing is covered backwards in time."""
    await uow.session.flush()
    await uow.connection.execute(
        "update covering set until = greatest(since, $3)"
        " where source_id = $1 and organization_id = any($2::uuid[]) and until is null",
        source_id, list(ids), on,
    )  # fmt: skip


_SPLIT = """
with touched as (
    select * from covering
    where source_id = $1 and since < $4 and (until is null or until > $3) and mode <> $2
), before as (
    insert into covering (organization_id, line, mode, coverage_class, source_kind, source_id,
                          source_sequence, since, until)
    select organization_id, line, mode, coverage_class, source_kind, source_id, source_sequence, since, $3
    from touched where since < $3
), after as (
    insert into covering (organization_id, line, mode, coverage_class, source_kind, source_id,
                          source_sequence, since, until)
    select organization_id, line, $2, $5, source_kind, source_id, source_sequence, greatest(since, $3), $4
    from touched where coalesce(until > $4, true)
)
update covering c
set since = case when coalesce(c.until > $4, true) then $4 else greatest(c.since, $3) end,
    mode = case when coalesce(c.until > $4, true) then c.mode else $2 end,
    coverage_class = case when coalesce(c.until > $4, true) then c.coverage_class else $5 end
from touched where c.number = touched.number
"""
"""Those that go on after the span keep their row, and what is told of them; of the others the span does."""


async def cover_otherwise_then(
    uow: UnitOfWork, source_id: UUID, mode: Mode, since: date, until: date
) -> None:
    """What this covered from `since` until another mode was on record, it covered in this one."""
    await uow.session.flush()
    await uow.connection.execute(_SPLIT, source_id, mode.value, since, until, coverage_class(mode).value)


async def settle(
    uow: UnitOfWork, organization_ids: Iterable[UUID], when: Dated, *, reason: str | None = None,
    because: Received[Any] | None = None,
) -> None:  # fmt: skip
    """Bring these organisations' duties into line with what covers them now, and record what follows."""
    ids = list(organization_ids)
    days = uow.policy(PartybuildPolicy).deadline_days
    rows = await _lock_duties(uow, ids)
    coverings = await _open_coverings(uow, ids)
    lapsed: list[CoverageDutyRow] = []
    covered: list[CoverageDutyRow] = []
    for row in rows:
        before = row.duty()
        again_by = deadline(when.on, uow.today, days, live=when.live)
        duty, fact = before.settle(coverings[row.organization_id, row.line], next_deadline=again_by)
        if fact is None:
            continue
        _change(row, duty, when)
        uow.record(row, _settled(row, fact, before, reason), because=because)
        (lapsed if fact == "lapsed" else covered).append(row)
    if timed := [row.subject for row in covered if row.due_on is not None]:
        await uow.cancel(DUTY_DUE, timed)
    await _start_deadlines(uow, [(row.id, row.division, when.on, row.due_on) for row in lapsed])


def _settled(row: CoverageDutyRow, fact: str, before: Duty, reason: str | None) -> Event:
    state: Any = row.public_state()
    if fact == "covered":
        return CoverageDutyCovered(state=state)
    if fact == "lapsed":
        return CoverageDutyLapsed(state=state, reason=reason)
    assert before.cover is not None  # a mode changes from one to another
    return CoverageDutyModeChanged(state=state, previous=CoverageMode(before.cover.mode.value))


async def _open_coverings(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[tuple[UUID, str], list[Covering]]:
    statement = select(CoveringRow).where(
        col(CoveringRow.organization_id).in_(ids), col(CoveringRow.until).is_(None)
    )
    found: defaultdict[tuple[UUID, str], list[Covering]] = defaultdict(list)
    for row in (await uow.session.exec(statement)).all():
        covering = Covering(row.source_id, Mode(row.mode), row.since, row.source_sequence)
        found[row.organization_id, row.line].append(covering)
    return found


# --- ending --------------------------------------------------------------------------------------------


async def end(uow: UnitOfWork, gone: Mapping[UUID, Received[Any]]) -> None:
    """These organisations are gone, as the events say: their duties end, whatever state they are in."""
    rows = [row for row in await _lock_duties(uow, gone) if row.duty().ended_on is None]
    for row in rows:
        because = gone[row.organization_id]
        state = because.data.state
        _change(row, row.duty().end(state.effective_on), Dated(state.effective_on, state.basis))
        ended: Any = row.public_state()
        uow.record(row, CoverageDutyEnded(state=ended, reason=because.envelope.fact), because=because)
    await uow.cancel(DUTY_DUE, [row.subject for row in rows])


async def follow_corrected_ends(uow: UnitOfWork, corrected: Mapping[UUID, Received[Any]]) -> None:
    """The register put right when these organisations ended, or that they never did: so do their duties.

    What covered one until the wrong day did so until the right one. One that never ended is owed coverage
    again; what covered it is entered anew, by who knows whether it still does.
    """
    for row in await _lock_duties(uow, corrected):
        because, was = corrected[row.organization_id], row.ended_on
        state: OrganizationState = because.data.state
        if was is None or state.ended_on == was:
            continue
        duty, fact = row.duty().end_corrected(state.ended_on)
        _change(row, duty, Dated(state.effective_on, state.basis))
        event = CoverageDutyReopened if fact == "reopened" else CoverageDutyCorrected
        stands: Any = row.public_state()
        uow.record(row, event(state=stands, previous_ended_on=was), because=because)
        if state.ended_on is not None:
            await uow.connection.execute(_COVERED_UNTIL, row.organization_id, row.line, was, state.ended_on)


_COVERED_UNTIL = """
update covering set until = greatest(since, $4) where organization_id = $1 and line = $2 and until = $3
"""


@timer(DUTY_DUE)
async def duty_became_overdue(uow: UnitOfWork, due: DueTimer) -> None:
    """The day to cover an organisation has passed: record it, once for this deadline."""
    row = await uow.load(CoverageDutyRow, due.subject)
    if not await due.take():
        return
    due_on = date.fromisoformat(due.payload["due_on"])
    passed = row.duty().pass_deadline(due_on)
    if passed is None:
        return
    _change(row, passed, Dated(due_on + timedelta(days=1), Basis.LIVE))
    overdue: Any = row.public_state()
    uow.record(row, CoverageDutyBecameOverdue(state=overdue, due_on=due_on, rule=DEADLINE_RULE))


# --- rows ----------------------------------------------------------------------------------------------


def _change(row: CoverageDutyRow, duty: Duty, when: Dated) -> None:
    row.take(duty)
    row.effective_on, row.basis = when.on, when.basis.value


async def _lock_duties(uow: UnitOfWork, organization_ids: Iterable[UUID]) -> Sequence[CoverageDutyRow]:
    statement = (
        select(CoverageDutyRow)
        .where(
            col(CoverageDutyRow.organization_id).in_(list(organization_ids)),
            CoverageDutyRow.home == uow.stack,
        )
        .order_by(col(CoverageDutyRow.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await uow.session.exec(statement)).all()


async def _organizations(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, OrganizationCopy]:
    statement = select(OrganizationCopy).where(col(OrganizationCopy.id).in_(ids))
    return {row.id: row for row in (await uow.session.exec(statement)).all()}
