"""The way of one organisation through a clean-up, and what it declares of its fees."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class CleanUpCheckPhase(StrEnum):
    """Where one organisation is."""

    DUE = "due"
    SELF_CHECKED = "self_checked"
    REVIEWED = "reviewed"
    HANDLED = "handled"
    ACCEPTED = "accepted"
    CLOSED = "closed"


TRANSITIONS: Transitions[CleanUpCheckPhase] = {
    CleanUpCheckPhase.DUE: {
        "extended": CleanUpCheckPhase.DUE,
        "self_checked": CleanUpCheckPhase.SELF_CHECKED,
        "closed": CleanUpCheckPhase.CLOSED,
    },
    CleanUpCheckPhase.SELF_CHECKED: {
        "self_checked": CleanUpCheckPhase.SELF_CHECKED,
        "returned": CleanUpCheckPhase.DUE,
        "reviewed": CleanUpCheckPhase.REVIEWED,
        "closed": CleanUpCheckPhase.CLOSED,
    },
    CleanUpCheckPhase.REVIEWED: {
        "self_checked": CleanUpCheckPhase.SELF_CHECKED,
        "handled": CleanUpCheckPhase.HANDLED,
        "accepted": CleanUpCheckPhase.ACCEPTED,
        "closed": CleanUpCheckPhase.CLOSED,
    },
    CleanUpCheckPhase.HANDLED: {
        "accepted": CleanUpCheckPhase.ACCEPTED,
        "closed": CleanUpCheckPhase.CLOSED,
    },
    CleanUpCheckPhase.ACCEPTED: {},
    CleanUpCheckPhase.CLOSED: {},
}
"""自查自纠, 审查, 整顿处理, 验收 (SUYU SM6); 自查, 督办整改, 完成 for decoupling (S02): checked again after
it was pressed."""


class FourNo(StrEnum):
    """What an organisation declares that it does not do (四个“无”, SUYU A4.22)."""

    ENTERPRISE_FEES = "enterprise_fees"
    ADMINISTRATIVE_FEES = "administrative_fees"
    WIDENED_FEES = "widened_fees"
    OWN_STANDARDS = "own_standards"


FOUR_NOS_ZH: Mapping[str, str] = {
    FourNo.ENTERPRISE_FEES.value: "涉企收费项目",
    FourNo.ADMINISTRATIVE_FEES.value: "私设行政事业性收费项目",
    FourNo.WIDENED_FEES.value: "擅自扩大收费范围、提高收费标准",
    FourNo.OWN_STANDARDS.value: "越权自定收费标准",
}


class DeclarationMissing(Refusal):
    """A self-check of fees without the declaration."""

    code = "clean_up_declaration_missing"
    kind = RefusalKind.INVALID
    zh = "请说明是否作出“四个无”承诺。"
    en = "Say whether the organisation declares the four no's."


class DeclarationContradicts(Refusal):
    """Declares all four, and names one that does not hold; or the reverse."""

    code = "clean_up_declaration_contradicts"
    kind = RefusalKind.INVALID
    zh = "“四个无”承诺与填报的违规收费不一致，请核对。"
    en = "The declaration of four no's and the fees named do not agree."


class LeadersMissing(Refusal):
    """A self-check of decoupling without the number it is about."""

    code = "clean_up_leaders_missing"
    kind = RefusalKind.INVALID
    zh = "请填写担任领导职务的行政机关工作人员人数，没有的填 0。"
    en = "Say how many administrative staff hold leading posts; 0 where none does."


class ReturnedForNothing(Refusal):
    """Returned without saying what is wrong."""

    code = "clean_up_returned_without_items"
    kind = RefusalKind.INVALID
    zh = "退回必须列明需要补正的事项。"
    en = "A return names the items to be corrected."


class NothingToHandle(Refusal):
    """Handled though nothing was found."""

    code = "clean_up_nothing_to_handle"
    zh = "未发现问题，无需整顿处理，可直接验收。"
    en = "Nothing was found, so there is nothing to handle; accept it."


class HandlingOwed(Refusal):
    """Accepted with problems that nobody dealt with."""

    code = "clean_up_handling_owed"
    zh = "审查发现的问题（{problems}）尚未整顿处理，不能验收。"
    en = "What was found ({problems}) has not been handled yet."


class RectificationStillOpen(Refusal):
    """Accepted before it was put right."""

    code = "clean_up_rectification_open"
    zh = "整改（编号 {other}）尚未办结，不能验收。"
    en = "The rectification {other} is still open."


def check_declaration(asked: Collection[str], declares: bool | None, violations: Collection[object]) -> None:
    """Raise `DeclarationMissing` or `DeclarationContradicts`."""
    if "four_nos" in asked and declares is None:
        raise DeclarationMissing(at="/four_nos")
    if declares is not None and declares == bool(violations):
        raise DeclarationContradicts(at="/violations")


def check_leaders(asked: Collection[str], leaders: int | None) -> None:
    """Raise `LeadersMissing`."""
    if "administrative_staff" in asked and leaders is None:
        raise LeadersMissing(at="/administrative_staff")
