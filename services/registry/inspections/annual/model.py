"""An annual inspection's way from due to concluded or missed, and the rules of its steps."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions
from services.registry.organizations.model import FORM_NAMED, HOLDING, LEGAL_PERSONS, STATUS_NAMED


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
ANNUAL_INSPECTION, ANNUAL_REPORT = "annual_inspection", "annual_report"
FORMS_ZH: Mapping[str, str] = {ANNUAL_INSPECTION: "年检", ANNUAL_REPORT: "年报"}
FORM_AND_STATUS_NAMED = FORM_NAMED | STATUS_NAMED
NOT_INSPECTED = "not_inspected"
"""The topic of what is owed by who missed it."""


class NotInspected(Refusal):
    """Who holds no registration has no annual inspection."""

    code = "inspection_of_unregistered"
    kind = RefusalKind.INVALID
    zh = (
        "该组织类型为“{form}”、目前“{status}”，只有登记的社会团体、民办非企业单位和基金会参加年检、报送年报。"
    )
    en = "A '{form}' that is '{status}' is not inspected; registered legal persons are."
    names = FORM_AND_STATUS_NAMED


class OtherForm(Refusal):
    """The annual report asked of no charity, or the inspection of one."""

    code = "inspection_of_other_form"
    kind = RefusalKind.INVALID
    zh = "慈善组织报送年报、不参加年检，其他组织参加年检：该组织应为“{form_zh}”。"
    en = "Charities hand in the annual report, all others the annual inspection; this one owes '{form}'."


class OtherFormThere(Refusal):
    """Inspection and report of one year, both."""

    code = "inspection_of_other_form_there"
    kind = RefusalKind.CONFLICT
    zh = "该组织本年度已有另一形式的记录（编号 {other}），年检和年报不重复办理。"
    en = "The organisation has the other form for this year ({other}): it owes either, not both."


class WindowNotOpen(Refusal):
    """Handed in before the window begins."""

    code = "inspection_window_not_open"
    zh = "{begins_on} 起受理，尚未开始。"
    en = "Forms are taken from {begins_on} on."


def check_form(form: str, charity: bool) -> None:
    """Raise `OtherForm` where the organisation owes the other one."""
    owed = ANNUAL_REPORT if charity else ANNUAL_INSPECTION
    if form != owed:
        raise OtherForm(at="/form", form=owed, form_zh=FORMS_ZH[owed])


class YearNotBegun(Refusal):
    """A year of which there is nothing to inspect yet."""

    code = "inspection_year_in_future"
    kind = RefusalKind.INVALID
    zh = "{year} 年度尚未开始，不能列入年检，请核对年度。"
    en = "The year {year} has not begun; check it."


def check_inspected(form: str, status: str) -> None:
    """Raise `NotInspected` unless a legal person holds a registration."""
    if form not in LEGAL_PERSONS or status not in HOLDING:
        raise NotInspected(at="/organization_id", form=form, status=status)


def check_year(year: int, day: date) -> None:
    """Raise `YearNotBegun` for a year after that of `day`."""
    if year > day.year:
        raise YearNotBegun(at="/year", year=year)


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
    zh = "结论已是“{result_zh}”，无需更正。"
    en = "The conclusion is '{result_en}' already."


class ReturnedWithoutItems(Refusal):
    """Returned without saying what is wrong."""

    code = "inspection_returned_without_items"
    kind = RefusalKind.INVALID
    zh = "退回补正必须列明需要补正的事项。"
    en = "A return names the items to be corrected."
