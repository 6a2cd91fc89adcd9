"""Planned against actual: days of each phase, milestones met, late and missed, gaps in words (L37, F44)."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Named, Reading
from services.registry.area import OwnFigures
from services.registry.operations.plans.model import GapKind
from services.registry.operations.plans.tables import PlanRow

_GAPS_ZH = {
    GapKind.UNCOVERED: "没有任何阶段覆盖",
    GapKind.BEFORE: "阶段早于规划起始",
    GapKind.BEYOND: "阶段超出规划结束",
    GapKind.OVERLAP: "阶段相互重叠",
}


class PhaseProgress(BaseModel):
    """One phase as planned and as it ran."""

    title: str
    planned_days: int
    actual_days: int | None = Field(description="so far, where it still runs")
    days_late: int = Field(description="its end after the planned one; so far, where it still runs")


class GapOut(BaseModel):
    """Where span and phases disagree."""

    kind: GapKind
    begins_on: date
    ends_on: date
    days: int
    zh: str


class Progress(BaseModel):
    """A plan against what came of it."""

    planned_days: int
    phases: list[PhaseProgress]
    milestones: int
    met: int
    met_late: int
    missed: int = Field(description="of those not met: their day has passed")
    gaps: list[GapOut]


NAMES: Mapping[str, Named] = {
    "plans.months.span": Named("月", "规划起讫，首尾两月都计", "span of plans, both months counted"),
    "plans.months.phases": Named("月", "规划各阶段合计", "phases of plans, both months counted"),
    "plans.months.uncovered": Named("月", "规划期内没有阶段的月份", "months of plans that no phase covers"),
    "plans.months.beyond": Named("月", "阶段超出规划期的月份", "months of phases beyond their plans"),
}
"""Of the plans that were adopted by the day; one that was given up counts until then (F44)."""

_MONTHS = """
with standing as (
    select p.id, left(p.division, $3) as place, p.begins_on, p.ends_on, p.phases, p.gaps from plan p
    where p.division like any($2) and p.opened_on <= $1
      and not (p.state = 'abandoned' and p.ended_on <= $1)
), spans(place, figure, first, last) as (
    select place, 'span', begins_on, ends_on from standing
    union all
    select place, 'phases', (one->>'begins_on')::date, (one->>'ends_on')::date
    from standing, jsonb_array_elements(phases) one
    union all
    select place, one->>'kind', (one->>'begins_on')::date, (one->>'ends_on')::date
    from standing, jsonb_array_elements(gaps) one
    where one->>'kind' in ('uncovered', 'beyond')
)
select place, figure,
       sum(12 * (date_part('year', last) - date_part('year', first))
           + date_part('month', last) - date_part('month', first) + 1)::int as months
from spans
group by 1, 2
"""


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Months of plans, of their phases and of where the two disagree, by place."""
    found: dict[str, dict[str, int | float]] = {}
    for row in await reading.connection.fetch(_MONTHS, day, patterns, length):
        found.setdefault(f"plans.months.{row['figure']}", {})[row["place"]] = row["months"]
    return found


MONTHS = OwnFigures(NAMES, reckon)


async def progress(reading: Reading, *, id: UUID) -> Progress:
    """Planned against actual as of today. Raises `NotFound`, `NotPermitted`."""
    plan = await reading.record(PlanRow, id)
    met = [one for one in plan.milestones if one.get("met_on")]
    return Progress(
        planned_days=(plan.ends_on - plan.begins_on).days + 1,
        phases=[_phase(one, reading.today) for one in plan.phases],
        milestones=len(plan.milestones),
        met=len(met),
        met_late=sum(one["met_on"] > one["due_on"] for one in met),
        missed=sum(
            not one.get("met_on") and one["due_on"] < reading.today.isoformat() for one in plan.milestones
        ),
        gaps=[_gap(one) for one in plan.gaps],
    )


def _phase(one: Mapping[str, Any], today: date) -> PhaseProgress:
    begins_on, ends_on = date.fromisoformat(one["begins_on"]), date.fromisoformat(one["ends_on"])
    began_on = date.fromisoformat(one["began_on"]) if one.get("began_on") else None
    ended_on = date.fromisoformat(one["ended_on"]) if one.get("ended_on") else None
    until = ended_on or today
    return PhaseProgress(
        title=one["title"],
        planned_days=(ends_on - begins_on).days + 1,
        actual_days=(until - began_on).days + 1 if began_on else None,
        days_late=max((until - ends_on).days, 0),
    )


def _gap(one: Mapping[str, Any]) -> GapOut:
    kind = GapKind(one["kind"])
    begins_on, ends_on = date.fromisoformat(one["begins_on"]), date.fromisoformat(one["ends_on"])
    zh = f"{begins_on} 至 {ends_on}：{_GAPS_ZH[kind]}"
    return GapOut(kind=kind, begins_on=begins_on, ends_on=ends_on, days=(ends_on - begins_on).days + 1, zh=zh)
