"""An annual inspection's way from due to concluded or missed, and the rules of its steps."""

from collections.abc import Mapping
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class InspectionPhase(StrEnum):
    """Where one organisation's inspection is."""

    DUE = "due"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    HUB_REVIEWED = "hub_reviewed"
    CONCLUDED = "concluded"
    MISSED = "missed"
    RELEASED = "released"


TRANSITIONS: Transitions[InspectionPhase] = {
    InspectionPhase.DUE: {
        "guidance_given": InspectionPhase.DUE,
        "extended": InspectionPhase.DUE,
        "submitted": InspectionPhase.SUBMITTED,
        "submitted_late": InspectionPhase.SUBMITTED,
        "missed": InspectionPhase.MISSED,
        "released": InspectionPhase.RELEASED,
    },
    InspectionPhase.SUBMITTED: {
        "guidance_given": InspectionPhase.SUBMITTED,
        "returned": InspectionPhase.RETURNED,
        "hub_reviewed": InspectionPhase.HUB_REVIEWED,
        "concluded": InspectionPhase.CONCLUDED,
    },
    InspectionPhase.RETURNED: {
        "guidance_given": InspectionPhase.RETURNED,
        "extended": InspectionPhase.RETURNED,
        "submitted": InspectionPhase.SUBMITTED,
        "submitted_late": InspectionPhase.SUBMITTED,
        "missed": InspectionPhase.MISSED,
        "released": InspectionPhase.RELEASED,
    },
    InspectionPhase.HUB_REVIEWED: {
        "returned": InspectionPhase.RETURNED,
        "concluded": InspectionPhase.CONCLUDED,
    },
    InspectionPhase.CONCLUDED: {"corrected": InspectionPhase.CONCLUDED},
    InspectionPhase.MISSED: {
        "submitted": InspectionPhase.SUBMITTED,
        "submitted_late": InspectionPhase.SUBMITTED,
        "released": InspectionPhase.RELEASED,
    },
    InspectionPhase.RELEASED: {},
}
"""通知, 培训和指导, 填报, 督促和初审, 审查, 结论 (SUYU SM4, practice B2). Who missed it can hand in after all
(补检); a conclusion that was wrong is corrected (更正)."""

SETTLED = (InspectionPhase.CONCLUDED, InspectionPhase.MISSED)
"""Over, unless it is corrected or handed in after all."""


class InspectionResult(StrEnum):
    """What the authority concluded: 合格, 基本合格, 不合格."""

    QUALIFIED = "qualified"
    BASICALLY_QUALIFIED = "basically_qualified"
    UNQUALIFIED = "unqualified"


RESULTS_ZH: Mapping[str, str] = {
    InspectionResult.QUALIFIED.value: "合格",
    InspectionResult.BASICALLY_QUALIFIED.value: "基本合格",
    InspectionResult.UNQUALIFIED.value: "不合格",
}
OWES_RECTIFICATION = frozenset({InspectionResult.BASICALLY_QUALIFIED, InspectionResult.UNQUALIFIED})
"""These, and who missed it, owe a rectification report (practice B2)."""
NOT_INSPECTED = "not_inspected"
"""The topic of what is owed by who missed it."""


class NoSupervisoryUnit(Refusal):
    """A hub review of an organisation without a supervisory unit."""

    code = "inspection_without_supervisory_unit"
    kind = RefusalKind.CONFLICT
    zh = "该组织没有业务主管单位，无需初审，请直接由登记管理机关审查。"
    en = "The organisation has no supervisory unit, so there is no hub review; the authority concludes."


class NotReviewed(Refusal):
    """Concluded before the supervisory unit has reviewed it."""

    code = "inspection_not_reviewed"
    kind = RefusalKind.CONFLICT
    zh = "该组织有业务主管单位，应先完成初审再作结论。"
    en = "The organisation has a supervisory unit: its review comes before the conclusion."


class SameResult(Refusal):
    """A conclusion corrected to what it is."""

    code = "inspection_result_same"
    kind = RefusalKind.INVALID
    zh = "结论已是“{result}”，无需更正。"
    en = "The conclusion is '{result}' already."


class NothingToCorrect(Refusal):
    """Returned without saying what is wrong."""

    code = "inspection_returned_without_items"
    kind = RefusalKind.INVALID
    zh = "退回补正必须列明需要补正的事项。"
    en = "A return names the items to be corrected."
