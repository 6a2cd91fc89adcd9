"""What is known of an organisation that enrols; figures: who was evaluated (F11), who holds a grade."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from chassis.http import Named, Reading
from chassis.matters import as_of
from chassis.unit_of_work import UnitOfWork
from services.registry.area import OwnFigures
from services.registry.enforcement.official_decisions.queries import standing as decisions_about
from services.registry.enforcement.official_decisions.tables import AppliedDecisionRow
from services.registry.inspections.evaluations.model import Candidate, Grade, Inspected, Lowered, Punished
from services.registry.inspections.evaluations.tables import EvaluationRow
from services.registry.inspections.policy import EvaluationPolicy
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy
from services.registry.tables import MatterStepRow

_INSPECTED = """
select year, coalesce(result, state) as result
from inspection
where organization_id = $1 and form = 'annual_inspection' and state in ('concluded', 'missed')
  and ended_on <= $2
order by year desc
limit $3
"""


async def in_progress(uow: UnitOfWork, organization_id: UUID, states: Sequence[str]) -> UUID | None:
    """The organisation's evaluation that is not decided yet."""
    with uow.session.no_autoflush:
        found = await uow.session.exec(
            select(EvaluationRow.id).where(
                EvaluationRow.organization_id == organization_id, col(EvaluationRow.state).in_(states)
            )
        )
        return found.first()


async def candidate(uow: UnitOfWork, organization: OrganizationRow, day: date) -> Candidate:
    """What of the organisation's records speaks for or against its enrolling on `day`."""
    policy = uow.policy(RegistryPolicy).inspections.evaluation
    inspected = await uow.connection.fetch(_INSPECTED, organization.id, day, policy.basically_qualified_times)
    with uow.session.no_autoflush:
        found = await uow.session.exec(
            select(EvaluationRow).where(EvaluationRow.organization_id == organization.id)
        )
        earlier = found.all()
    decisions = await decisions_about(uow, organization.id)
    investigations = decisions.of("investigation", on=day)
    standing = next((one for one in earlier if one.state == "graded" and _valid(one, day)), None)
    return Candidate(
        form=organization.legal_form,
        status=organization.legal_status,
        registered_on=organization.registered_on,
        listing=decisions.listing_on(day),
        inspections=[Inspected(row["year"], row["result"]) for row in inspected],
        grade=standing.grade if standing else None,
        graded_on=standing.graded_on if standing else None,
        lowered=[
            Lowered(one.lowered_on, one.state == "revoked") for one in earlier if one.lowered_on is not None
        ],
        punished=[
            Punished(one.decided_on, _stands(policy, one, day))
            for one in decisions.decisions
            if one.kind in policy.penalties and one.decided_on <= day
        ],
        investigated_since=min((one.decided_on for one in investigations), default=None),
    )


_INVOLVED = """
select coalesce(s.arguments ->> 'coach', s.actor_id) as person, 'coached' as ground
from matter_step s where s.record_id = $1 and s.fact = 'coaching_given'
union
select s.arguments ->> 'adviser', 'advised'
from guidance g join matter_step s on s.record_id = g.id
where g.organization_id = $2 and s.effective_on > $3 and s.arguments ->> 'adviser' is not null
union
select s.arguments ->> 'person', 'stood_aside'
from evaluation e join matter_step s on s.record_id = e.id
where e.organization_id = $2 and e.id <> $1 and s.fact = 'conflict_declared'
  and (
      s.arguments ->> 'relation' <> 'employment' or s.arguments ->> 'left_on' is null
      or (s.arguments ->> 'left_on')::date > $3
  )
"""


async def involved(uow: UnitOfWork, row: EvaluationRow, since: date) -> Mapping[str, str]:
    """Who coached or advised the organisation, or stood aside in an earlier evaluation, and which: person to
    ground. Advice and employment that ended before `since` do not count any more."""
    found = await uow.connection.fetch(_INVOLVED, row.id, row.organization_id, since)
    return {one["person"]: one["ground"] for one in found}


_VOTE = """
select arguments from matter_step
where record_id = $1 and fact = 'graded'
order by number desc
limit 1
"""


async def vote_for_grade(uow: UnitOfWork, id: UUID) -> Mapping[str, Any]:
    """What was said when the grade was given: `committee` and `votes`, where it was by a vote here."""
    said = await uow.connection.fetchval(_VOTE, id)
    found: dict[str, Any] = said or {}
    return found


_SAID = """
select fact, dated ->> 'grade' as grade from matter_step
where record_id = $1 and dated ->> 'grade' is not null
order by effective_on desc, number desc limit 2
"""


async def lowered_from(uow: UnitOfWork, id: UUID) -> Grade | None:
    """The grade before the one on record, where it was lowered to that."""
    said = await uow.connection.fetch(_SAID, id)
    return Grade(said[1]["grade"]) if len(said) > 1 and said[0]["fact"] == "downgraded" else None


_FOUND_SINCE = """
select exists (
    select from matter_step c
    where c.record_id = $1 and c.fact = 'conflict_declared'
      and c.number > (select max(g.number) from matter_step g where g.record_id = $1 and g.fact = 'graded')
)
"""


async def found_since_graded(uow: UnitOfWork, id: UUID) -> bool:
    """Whether a conflict was declared after the grade was given."""
    return bool(await uow.connection.fetchval(_FOUND_SINCE, id))


def _stands(policy: EvaluationPolicy, one: AppliedDecisionRow, day: date) -> bool:
    """Whether a penalty is not carried out yet on `day`."""
    if one.result in policy.penalties_done_at_once:
        return False
    over = one.lifted_on or one.until
    return over is None or over > day


def _valid(row: EvaluationRow, day: date) -> bool:
    return row.valid_until is None or row.valid_until >= day


NAMES: Mapping[str, Named] = {
    "evaluations.evaluated": Named("家", "参加过等级评估的组织", "organisations evaluated so far"),
    "evaluations.holders": Named("家", "持有有效等级的组织", "organisations holding a valid grade"),
    **{
        f"evaluations.holders.{grade.value}": Named("家", f"其中：{grade.value}", f"of those: {grade.value}")
        for grade in Grade
    },
}
"""Of the day asked for; an organisation counts once however often it was evaluated."""

_EVALUATED = """
select left(division, $3) as place, count(distinct organization_id) as number
from evaluation
where opened_on <= $1 and division like any($2) and (state <> 'withdrawn' or ended_on > $1)
group by 1
"""
_HOLDERS = f"""
select left(division, $3) as place, grade, count(distinct organization_id) as number
from {as_of(EvaluationRow, MatterStepRow, "r.graded_on <= $1 and r.division like any($2)")} evaluation
where valid_until >= $1 and state = 'graded'
group by 1, 2
"""


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Evaluated up to `day`, and holding a grade on it, by place."""
    found: dict[str, dict[str, int | float]] = defaultdict(lambda: defaultdict(int))
    for row in await reading.connection.fetch(_EVALUATED, day, patterns, length):
        found["evaluations.evaluated"][row["place"]] = row["number"]
    for row in await reading.connection.fetch(_HOLDERS, day, patterns, length):
        found["evaluations.holders"][row["place"]] += row["number"]
        found[f"evaluations.holders.{row['grade']}"][row["place"]] = row["number"]
    return found


NAMES_OF_PERIOD: Mapping[str, Named] = {
    "evaluations.organizations": Named(
        "家", "期内参加等级评估的组织", "organisations evaluated in the period"
    )
}
_TOOK_PART = """
select left(division, $4) as place, count(distinct organization_id) as number
from evaluation
where opened_on between $1 and $2 and division like any($3) and (state <> 'withdrawn' or ended_on > $2)
group by 1
"""


async def happened(
    reading: Reading, begin: date, end: date, patterns: list[str], length: int
) -> dict[str, dict[str, int]]:
    """Distinct organisations that enrolled from `begin` to `end` and did not withdraw, by place."""
    rows = await reading.connection.fetch(_TOOK_PART, begin, end, patterns, length)
    return {"evaluations.organizations": {row["place"]: row["number"] for row in rows}}


HOLDERS = OwnFigures(NAMES, reckon, names_of_period=NAMES_OF_PERIOD, happened=happened)
