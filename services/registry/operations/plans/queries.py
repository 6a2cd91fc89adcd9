"""Planned against actual: days of each phase, milestones met, late and missed, gaps in words (L37, F44)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import BaseModel, Field

from chassis.http import Named, Reading
from chassis.matters import as_of
from services.registry.area import OwnFigures
from services.registry.operations.plans.model import GAPS_ZH, GapKind, gaps
from services.registry.operations.plans.tables import PlanRow
from services.registry.tables import MatterStepRow


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

_STANDING = f"""
select left(division, $3) as place, begins_on, ends_on, array(
    select ((one ->> 'begins_on')::date, (one ->> 'ends_on')::date) from jsonb_array_elements(phases) one
) as phases
from {as_of(PlanRow, MatterStepRow, "r.division like any($2)")} plan
where state <> 'abandoned'
"""


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Months of plans, of their phases and of where the two disagree, by place."""
    found: dict[str, dict[str, int | float]] = defaultdict(lambda: defaultdict(int))
    for plan in await reading.connection.fetch(_STANDING, day, patterns, length):
        for figure, first, last in _spans(plan):
            found[f"plans.months.{figure}"][plan["place"]] += _months(first, last)
    return found


def _spans(plan: asyncpg.Record) -> Iterator[tuple[str, date, date]]:
    """(figure, first day, last day) of all that counts."""
    begins_on, ends_on, phases = plan["begins_on"], plan["ends_on"], [tuple(one) for one in plan["phases"]]
    yield "span", begins_on, ends_on
    for first, last in phases:
        yield "phases", first, last
    for gap in gaps(begins_on, ends_on, phases):
        if gap.kind in (GapKind.UNCOVERED, GapKind.BEYOND):
            yield gap.kind.value, gap.begins_on, gap.ends_on


def _months(first: date, last: date) -> int:
    """How many months, the first and the last both counted."""
    return 12 * (last.year - first.year) + last.month - first.month + 1


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
    zh = f"{begins_on} 至 {ends_on}：{GAPS_ZH[kind]}"
    return GapOut(kind=kind, begins_on=begins_on, ends_on=ends_on, days=(ends_on - begins_on).days + 1, zh=zh)
