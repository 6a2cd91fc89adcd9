"""A governance checklist's way, and what it lacks."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from chassis.model import Refusal, Transitions, in_words


class ChecklistPhase(StrEnum):
    """Where a checklist is."""

    IN_PROGRESS = "in_progress"
    COMPLETE = "complete"
    CLOSED = "closed"


class System(StrEnum):
    """The four systems (JIANGMEN A4.21)."""

    INTERNAL_MANAGEMENT = "internal_management"
    DISCLOSURE = "disclosure"
    FINANCIAL_AUDIT = "financial_audit"
    ANNUAL_REVIEW = "annual_review"


class FeeRule(StrEnum):
    """The four no's of fees (SUYU A4.22)."""

    NO_FEES_ON_FIRMS = "no_fees_on_firms"
    NO_SELF_MADE_ADMINISTRATIVE_FEES = "no_self_made_administrative_fees"
    NO_WIDENED_FEES = "no_widened_fees"
    NO_SELF_SET_STANDARDS = "no_self_set_standards"


SYSTEMS_ZH = {
    System.INTERNAL_MANAGEMENT: "内部管理制度",
    System.DISCLOSURE: "信息公开制度",
    System.FINANCIAL_AUDIT: "财务审计制度",
    System.ANNUAL_REVIEW: "年审制度",
}
FEE_RULES_ZH = {
    FeeRule.NO_FEES_ON_FIRMS: "无涉企收费项目",
    FeeRule.NO_SELF_MADE_ADMINISTRATIVE_FEES: "无私设行政事业性收费项目",
    FeeRule.NO_WIDENED_FEES: "无擅自扩大收费范围、提高收费标准",
    FeeRule.NO_SELF_SET_STANDARDS: "无越权自定收费标准",
}

TRANSITIONS: Transitions[ChecklistPhase] = {
    ChecklistPhase.IN_PROGRESS: {
        "system_adopted": ChecklistPhase.IN_PROGRESS,
        "system_abolished": ChecklistPhase.IN_PROGRESS,
        "charter_adopted": ChecklistPhase.IN_PROGRESS,
        "fees_declared": ChecklistPhase.IN_PROGRESS,
        "completed": ChecklistPhase.COMPLETE,
        "closed": ChecklistPhase.CLOSED,
        "reassigned": ChecklistPhase.IN_PROGRESS,
    },
    ChecklistPhase.COMPLETE: {
        "system_adopted": ChecklistPhase.COMPLETE,
        "charter_adopted": ChecklistPhase.COMPLETE,
        "system_abolished": ChecklistPhase.IN_PROGRESS,
        "fees_declared": ChecklistPhase.IN_PROGRESS,
        "closed": ChecklistPhase.CLOSED,
        "reassigned": ChecklistPhase.COMPLETE,
    },
    ChecklistPhase.CLOSED: {},
}
"""内部管理、信息公开、财务审计、年审 (J12); 章程范本 (B25); 收费“四无” (S03). A declaration made anew
is looked at anew."""


class StillLacking(Refusal):
    """A checklist called complete before it is."""

    code = "checklist_incomplete"
    zh = "治理清单尚缺：{lacking_zh}。"
    en = "The checklist still lacks: {lacking_en}."


class SystemNotThere(Refusal):
    """A system abolished that was never adopted."""

    code = "checklist_system_absent"
    zh = "尚未建立“{system_zh}”，无需废止。"
    en = "'{system_en}' was never adopted; there is nothing to abolish."


def adopted(
    systems: Sequence[Mapping[str, Any]], system: System, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The systems with this one as it is now, in the order of A4.21."""
    found = {one["system"]: dict(one) for one in systems}
    found[system.value] = {
        "system": system.value,
        **{name: value for name, value in values.items() if value is not None},
    }
    return [found[each.value] for each in System if each.value in found]


def abolished(systems: Sequence[Mapping[str, Any]], system: System) -> list[dict[str, Any]]:
    """The systems without this one; raises `SystemNotThere`."""
    left = [dict(one) for one in systems if one["system"] != system.value]
    if len(left) == len(systems):
        raise SystemNotThere(at="/system", system_zh=SYSTEMS_ZH[system], system_en=in_words(system))
    return left


def lacking_fees(declared: Iterable[str]) -> list[FeeRule]:
    """The no's that are not declared."""
    said = set(declared)
    return [rule for rule in FeeRule if rule.value not in said]


def check_complete(systems: Sequence[Mapping[str, Any]], *, charter: bool, declared: Iterable[str]) -> None:
    """Raise `StillLacking` with all that is missing."""
    there = {one["system"] for one in systems}
    lacking = {in_words(system): SYSTEMS_ZH[system] for system in System if system.value not in there}
    lacking |= {} if charter else {"charter": "章程"}
    lacking |= {in_words(rule): FEE_RULES_ZH[rule] for rule in lacking_fees(declared)}
    if lacking:
        raise StillLacking(lacking_zh=lacking.values(), lacking_en=lacking.keys())
