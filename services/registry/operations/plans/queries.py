"""Planned against actual: days of each phase, milestones met, late and missed, gaps in words (L37, F44)."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.http import Reading
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
