"""A risk's way, and its level."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class RiskPhase(StrEnum):
    """Where a risk is."""

    OPENED = "opened"
    ASSESSED = "assessed"
    MITIGATED = "mitigated"
    CLOSED = "closed"


TRANSITIONS: Transitions[RiskPhase] = {
    RiskPhase.OPENED: {
        "assessed": RiskPhase.ASSESSED,
        "reassigned": RiskPhase.OPENED,
        "closed": RiskPhase.CLOSED,
    },
    RiskPhase.ASSESSED: {
        "assessed": RiskPhase.ASSESSED,
        "reassigned": RiskPhase.ASSESSED,
        "mitigated": RiskPhase.MITIGATED,
        "closed": RiskPhase.CLOSED,
    },
    RiskPhase.MITIGATED: {
        "assessed": RiskPhase.ASSESSED,
        "reassigned": RiskPhase.MITIGATED,
        "closed": RiskPhase.CLOSED,
    },
    RiskPhase.CLOSED: {},
}
"""排查发现并化解风险隐患 (SUYU S05); an assessment after the measures says that they did not suffice."""


class UnknownRiskLevel(Refusal):
    """A level that the profile does not have."""

    code = "risk_level_unknown"
    kind = RefusalKind.INVALID
    zh = "风险等级“{level}”不在目录中；可用：{known}。"
    en = "There is no risk level '{level}'; those there are: {known}."
