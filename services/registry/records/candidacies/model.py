"""A candidate's way to an organisation, and what is asked of it."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions
from services.registry.organizations.model import STATUS_NAMED


class CandidacyPhase(StrEnum):
    """How far a candidate has come."""

    PROPOSED = "proposed"
    SURVEYED = "surveyed"
    ASSESSED = "assessed"
    DEFERRED = "deferred"
    NOMINATED = "nominated"
    CONCLUDED = "concluded"
    ABANDONED = "abandoned"


class Mode(StrEnum):
    """The three development modes (LUOHU A4.3)."""

    UPGRADING = "upgrading"
    GUIDANCE = "guidance"
    COOPERATION = "cooperation"


class Check(StrEnum):
    """What is asked of a candidate (LUOHU L04)."""

    SCALE = "scale"
    STANDARD = "standard"
    EFFECT = "effect"
    NECESSITY = "necessity"
    FEASIBILITY = "feasibility"


MODES_ZH = {
    Mode.UPGRADING: "规范提升",
    Mode.GUIDANCE: "协调指导",
    Mode.COOPERATION: "合作发展",
}
CHECKS_ZH = {
    Check.SCALE: "有规模",
    Check.STANDARD: "有标准",
    Check.EFFECT: "有成效",
    Check.NECESSITY: "必要性",
    Check.FEASIBILITY: "可行性",
}

_GIVEN_UP = {"abandoned": CandidacyPhase.ABANDONED}
TRANSITIONS: Transitions[CandidacyPhase] = {
    CandidacyPhase.PROPOSED: {
        "joined": CandidacyPhase.PROPOSED,
        "surveyed": CandidacyPhase.SURVEYED,
        **_GIVEN_UP,
        "reassigned": CandidacyPhase.PROPOSED,
    },
    CandidacyPhase.SURVEYED: {
        "joined": CandidacyPhase.PROPOSED,
        "surveyed": CandidacyPhase.SURVEYED,
        "assessed": CandidacyPhase.ASSESSED,
        **_GIVEN_UP,
        "reassigned": CandidacyPhase.SURVEYED,
    },
    CandidacyPhase.ASSESSED: {
        "assessed": CandidacyPhase.ASSESSED,
        "deferred": CandidacyPhase.DEFERRED,
        "nominated": CandidacyPhase.NOMINATED,
        **_GIVEN_UP,
        "reassigned": CandidacyPhase.ASSESSED,
    },
    CandidacyPhase.DEFERRED: {
        "joined": CandidacyPhase.PROPOSED,
        "surveyed": CandidacyPhase.SURVEYED,
        **_GIVEN_UP,
        "reassigned": CandidacyPhase.DEFERRED,
    },
    CandidacyPhase.NOMINATED: {
        "concluded": CandidacyPhase.CONCLUDED,
        **_GIVEN_UP,
        "reassigned": CandidacyPhase.NOMINATED,
    },
    CandidacyPhase.CONCLUDED: {},
    CandidacyPhase.ABANDONED: {},
}
"""通过调研全面掌握基本情况, 分析成立的必要性和可行性, 对条件成熟的帮助规范提升并注册 (LUOHU L03, L04). A
project that joins makes it another candidate, to be surveyed again."""


class WithoutProject(Refusal):
    """A candidate that is neither a project nor a group on the record."""

    code = "candidacy_without_project"
    kind = RefusalKind.INVALID
    zh = "规范提升须列出项目；协调指导须指明登记册中的草根组织。"
    en = "Upgrading needs a project; guidance needs the grass-roots organisation on the record."


class NothingJoined(Refusal):
    """A merger of nothing."""

    code = "candidacy_nothing_joined"
    kind = RefusalKind.INVALID
    zh = "请列出并入的项目，或指明并入的另一转化对象。"
    en = "List the projects that join, or name the other candidate."


class NotRipe(Refusal):
    """Nominated though a check failed."""

    code = "candidacy_not_ripe"
    zh = "条件尚不成熟，未满足：{failed_zh}。"
    en = "It is not ripe; not met: {failed_en}."


class NotYetOrganization(Refusal):
    """Concluded before filing or registration."""

    code = "candidacy_not_registered"
    zh = "该组织现为“{status}”，备案或登记后方可办结。"
    en = "The organisation is '{status}'; it must be filed or registered first."
    names = STATUS_NAMED


def check_projects(mode: Mode, projects: Sequence[object], *, on_record: bool) -> None:
    """Raise `WithoutProject`."""
    lacking = {
        Mode.UPGRADING: not projects,
        Mode.GUIDANCE: not on_record,
        Mode.COOPERATION: not projects and not on_record,
    }
    if lacking[mode]:
        raise WithoutProject(at="/projects")


def check_ripe(failed: Iterable[str]) -> None:
    """Raise `NotRipe` with the checks that failed."""
    if names := {one: CHECKS_ZH[Check(one)] for one in failed}:
        raise NotRipe(failed_zh=names.values(), failed_en=names.keys())
