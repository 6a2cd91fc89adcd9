"""A clean-up's four steps."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class CleanUpPhase(StrEnum):
    """Which step a clean-up is at."""

    SELF_CHECK = "self_check"
    REVIEW = "review"
    HANDLING = "handling"
    ACCEPTANCE = "acceptance"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


TRANSITIONS: Transitions[CleanUpPhase] = {
    CleanUpPhase.SELF_CHECK: {
        "extended": CleanUpPhase.SELF_CHECK,
        "step_completed": CleanUpPhase.REVIEW,
        "cancelled": CleanUpPhase.CANCELLED,
        "reassigned": CleanUpPhase.SELF_CHECK,
    },
    CleanUpPhase.REVIEW: {
        "extended": CleanUpPhase.REVIEW,
        "step_completed": CleanUpPhase.HANDLING,
        "cancelled": CleanUpPhase.CANCELLED,
        "reassigned": CleanUpPhase.REVIEW,
    },
    CleanUpPhase.HANDLING: {
        "extended": CleanUpPhase.HANDLING,
        "step_completed": CleanUpPhase.ACCEPTANCE,
        "cancelled": CleanUpPhase.CANCELLED,
        "reassigned": CleanUpPhase.HANDLING,
    },
    CleanUpPhase.ACCEPTANCE: {
        "extended": CleanUpPhase.ACCEPTANCE,
        "concluded": CleanUpPhase.CONCLUDED,
        "reassigned": CleanUpPhase.ACCEPTANCE,
    },
    CleanUpPhase.CONCLUDED: {},
    CleanUpPhase.CANCELLED: {},
}
"""自查自纠, 业务主管单位清理审查, 登记管理机关整顿处理, 总结验收 (SUYU SM6, S06)."""


class UnknownCleanUpKind(Refusal):
    """A kind that the profile does not list."""

    code = "clean_up_kind_unknown"
    kind = RefusalKind.INVALID
    zh = "专项类别“{given}”不在本地区目录中；可用：{known}。"
    en = "The kind '{given}' is not in this region's list: {known}."


class CleanUpExtendedBackwards(Refusal):
    """An extension that gives less time."""

    code = "clean_up_extended_backwards"
    kind = RefusalKind.INVALID
    zh = "新的截止日期 {new} 应晚于原截止日期 {old}。"
    en = "The new deadline {new} must be after the old one, {old}."
