"""A plan's way, the days it waits for, and the gap between its span and its phases (F44)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from chassis.model import Refusal, RefusalKind, Transitions


class PlanPhase(StrEnum):
    """Where a plan is."""

    ADOPTED = "adopted"
    UNDER_WAY = "under_way"
    CONCLUDED = "concluded"
    ABANDONED = "abandoned"


_ALWAYS = {"abandoned": PlanPhase.ABANDONED, "phase_started": PlanPhase.UNDER_WAY}

TRANSITIONS: Transitions[PlanPhase] = {
    PlanPhase.ADOPTED: {
        "amended": PlanPhase.ADOPTED,
        "milestone_met": PlanPhase.ADOPTED,
        "milestone_missed": PlanPhase.ADOPTED,
        **_ALWAYS,
        "reassigned": PlanPhase.ADOPTED,
    },
    PlanPhase.UNDER_WAY: {
        "amended": PlanPhase.UNDER_WAY,
        "phase_ended": PlanPhase.UNDER_WAY,
        "milestone_met": PlanPhase.UNDER_WAY,
        "milestone_missed": PlanPhase.UNDER_WAY,
        "concluded": PlanPhase.CONCLUDED,
        **_ALWAYS,
        "reassigned": PlanPhase.UNDER_WAY,
    },
    PlanPhase.CONCLUDED: {},
    PlanPhase.ABANDONED: {},
}
"""动员部署, 组织实施, 总结巩固 (LUOHU R36, SM12)."""


class SpanReversed(Refusal):
    """A plan or phase that ends before it begins."""

    code = "plan_span_reversed"
    kind = RefusalKind.INVALID
    zh = "结束日期 {ends_on} 早于开始日期 {begins_on}。"
    en = "It ends on {ends_on}, before it begins on {begins_on}."


class NoSuchPart(Refusal):
    """A phase or milestone that the plan does not have."""

    code = "plan_no_such_part"
    kind = RefusalKind.MISSING
    zh = "该规划（方案）没有第 {number} 项；共 {count} 项。"
    en = "The plan has no number {number}; it has {count}."


class PartDone(Refusal):
    """A phase or milestone that is done already, or a phase that has not begun."""

    code = "plan_part_not_open"
    kind = RefusalKind.CONFLICT
    zh = "第 {number} 项尚未开始，或已经完成。"
    en = "Number {number} has not begun, or is done already."


class PhasesMissing(Refusal):
    """A plan without phases where it has to have some."""

    code = "plan_phases_missing"
    kind = RefusalKind.INVALID
    zh = "规划（方案）应分阶段，请填写至少一个阶段及其起止日期。"
    en = "A plan is carried out in phases; name at least one with its days."


class PhasesDisagree(Refusal):
    """Phases that do not make up the span of their plan where they have to."""

    code = "plan_phases_disagree"
    kind = RefusalKind.INVALID
    zh = "各阶段应与规划起止一致、首尾相接：{begins_on} 至 {ends_on}：{gap_zh}，请调整。"
    en = "Phases follow one another from the plan's first day to its last: {begins_on} to {ends_on} {gap_en}."


class GapKind(StrEnum):
    """How phases and span disagree."""

    UNCOVERED = "uncovered"
    BEFORE = "before"
    BEYOND = "beyond"
    OVERLAP = "overlap"


GAPS_ZH: Mapping[GapKind, str] = {
    GapKind.UNCOVERED: "没有任何阶段覆盖",
    GapKind.BEFORE: "阶段早于规划起始",
    GapKind.BEYOND: "阶段超出规划结束",
    GapKind.OVERLAP: "阶段相互重叠",
}
_GAPS_EN: Mapping[GapKind, str] = {
    GapKind.UNCOVERED: "has no phase",
    GapKind.BEFORE: "lies before the plan begins",
    GapKind.BEYOND: "lies beyond its end",
    GapKind.OVERLAP: "is in two phases",
}


@dataclass(frozen=True)
class Gap:
    """Days on which they disagree, both included."""

    kind: GapKind
    begins_on: date
    ends_on: date


_DAY = timedelta(days=1)


def gaps(begins_on: date, ends_on: date, phases: Iterable[tuple[date, date]]) -> list[Gap]:
    """Where the phases leave the span uncovered, reach beyond it, or overlap; none where there are none."""
    ordered = sorted(phases)
    found: list[Gap] = []
    covered = None
    for first, last in ordered:
        if first < begins_on and covered is None:
            found.append(Gap(GapKind.BEFORE, first, min(last, begins_on - _DAY)))
        expected = begins_on if covered is None else max(begins_on, covered + _DAY)
        if first > expected:
            found.append(Gap(GapKind.UNCOVERED, expected, min(first - _DAY, ends_on)))
        elif covered is not None and first <= covered:
            found.append(Gap(GapKind.OVERLAP, first, min(last, covered)))
        covered = last if covered is None else max(covered, last)
    if covered is not None and covered < ends_on:
        found.append(Gap(GapKind.UNCOVERED, max(covered + _DAY, begins_on), ends_on))
    if covered is not None and covered > ends_on:
        found.append(Gap(GapKind.BEYOND, ends_on + _DAY, covered))
    return [gap for gap in found if gap.begins_on <= gap.ends_on]


def check_phases(asked: str, phases: int, found: Iterable[Gap]) -> list[Refusal]:
    """What is wrong with the phases of a plan, by what the profile asks for: `free`, `some` or `whole`."""
    if asked == "free":
        return []
    if not phases:
        return [PhasesMissing(at="/stages")]
    return [
        PhasesDisagree(
            at="/stages", begins_on=gap.begins_on, ends_on=gap.ends_on, gap_zh=GAPS_ZH[gap.kind],
            gap_en=_GAPS_EN[gap.kind],
        )
        for gap in found
        if asked == "whole"
    ]  # fmt: skip


def check_span(begins_on: date, ends_on: date, *, at: str) -> list[Refusal]:
    """What is wrong with the days of a plan or phase."""
    return [] if begins_on <= ends_on else [SpanReversed(at=at, begins_on=begins_on, ends_on=ends_on)]


def part(parts: Sequence[Mapping[str, Any]], number: int) -> dict[str, Any]:
    """The phase or milestone of this number, from 1, as a copy. Raises `NoSuchPart`."""
    if not 1 <= number <= len(parts):
        raise NoSuchPart(at="/number", number=number, count=len(parts))
    return dict(parts[number - 1])


def replaced(parts: Sequence[Mapping[str, Any]], number: int, new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The list with this one in the place of the old."""
    return [dict(new) if place == number else dict(old) for place, old in enumerate(parts, 1)]


def waiting(
    phases: Sequence[Mapping[str, Any]], milestones: Sequence[Mapping[str, Any]]
) -> list[tuple[date, str, int]]:
    """(day, `phases` or `milestones`, number) of all that is neither done nor known to be late."""
    found = [
        (date.fromisoformat(one["ends_on"]), "phases", number)
        for number, one in enumerate(phases, 1)
        if not one.get("ended_on") and not one.get("overran")
    ]
    found += [
        (date.fromisoformat(one["due_on"]), "milestones", number)
        for number, one in enumerate(milestones, 1)
        if not one.get("met_on") and not one.get("missed")
    ]
    return sorted(found)


def next_day(
    phases: Sequence[Mapping[str, Any]], milestones: Sequence[Mapping[str, Any]], not_before: date
) -> date | None:
    """The next day on which something has to be done."""
    return next((day for day, _, _ in waiting(phases, milestones) if day >= not_before), None)
