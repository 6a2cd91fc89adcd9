"""An assessment's way: both parts, a conclusion with opinions, and a plan where it falls short."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class AssessmentPhase(StrEnum):
    """Where an assessment is."""

    OPENED = "opened"
    CONCLUDED = "concluded"
    UPGRADING = "upgrading"
    CLOSED = "closed"


TRANSITIONS: Transitions[AssessmentPhase] = {
    AssessmentPhase.OPENED: {
        "business_assessed": AssessmentPhase.OPENED,
        "party_assessed": AssessmentPhase.OPENED,
        "concluded": AssessmentPhase.CONCLUDED,
        "closed": AssessmentPhase.CLOSED,
        "reassigned": AssessmentPhase.OPENED,
    },
    AssessmentPhase.CONCLUDED: {
        "upgrade_planned": AssessmentPhase.UPGRADING,
        "closed": AssessmentPhase.CLOSED,
        "reassigned": AssessmentPhase.CONCLUDED,
    },
    AssessmentPhase.UPGRADING: {
        "upgrade_planned": AssessmentPhase.UPGRADING,
        "upgrade_reviewed": AssessmentPhase.UPGRADING,
        "closed": AssessmentPhase.CLOSED,
        "reassigned": AssessmentPhase.UPGRADING,
    },
    AssessmentPhase.CLOSED: {},
}
"""考核评价, 提出针对性意见, 有计划地促其改造提升 (TONGZHOU T06, R33); 党的建设与业务建设一起抓 (T21)."""


class AssessmentResult(StrEnum):
    """What the hub concluded; ours, the documents know met and not met alone."""

    EXCELLENT = "excellent"
    MET = "met"
    NOT_MET = "not_met"


RESULTS_ZH: Mapping[str, str] = {
    AssessmentResult.EXCELLENT.value: "优秀",
    AssessmentResult.MET.value: "符合要求",
    AssessmentResult.NOT_MET.value: "不符合要求",
}


class NotDirectlySupervised(Refusal):
    """An organisation that others supervise."""

    code = "assessment_not_direct"
    zh = "该组织与枢纽的关系是“{link}”，考核评价只针对直管社会组织。"
    en = "The organisation is '{link}'; only directly supervised ones are assessed."


class PartMissing(Refusal):
    """Concluded on one of the two parts."""

    code = "assessment_part_missing"
    zh = "尚未完成{parts_zh}考核，两部分都完成后方可作出结论。"
    en = "Not assessed yet: {parts_en}; both parts come before the conclusion."


class OpinionMissing(Refusal):
    """Falls short, and nobody says in what."""

    code = "assessment_opinion_missing"
    kind = RefusalKind.INVALID
    zh = "考核不符合要求的，必须提出针对性意见。"
    en = "What does not meet the requirements is told in what."


class PlanOwed(Refusal):
    """Closed without a plan though it falls short."""

    code = "assessment_plan_owed"
    zh = "考核不符合要求的，应先制定提升计划。"
    en = "An organisation that falls short gets a plan for its upgrading first."


class NothingToUpgrade(Refusal):
    """A plan with nothing in it."""

    code = "assessment_plan_empty"
    kind = RefusalKind.INVALID
    zh = "提升计划至少包括一项措施。"
    en = "A plan has one measure at least."


_PARTS_ZH = {"business": "业务建设", "party": "党的建设"}


def check_parts(business_on: date | None, party_on: date | None) -> None:
    """Raise `PartMissing` unless both were assessed."""
    found = {"business": business_on, "party": party_on}
    if missing := {part: _PARTS_ZH[part] for part, day in found.items() if day is None}:
        raise PartMissing(parts_zh=missing.values(), parts_en=missing.keys())
