"""An application's states and what must hold for its steps (SM7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions
from services.grants.rounds.model import STATUS_NAMED as ROUND_STATUS_NAMED
from services.grants.rounds.model import RoundStatus


class ApplicationStatus(StrEnum):
    """Where an application is. A draft is the applicant's own and is not told to anybody."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    WITHDRAWN = "withdrawn"
    AWARDED = "awarded"
    RESERVED = "reserved"
    NOT_SELECTED = "not_selected"


STATUSES_ZH: Mapping[str, str] = {
    ApplicationStatus.DRAFT: "草稿",
    ApplicationStatus.SUBMITTED: "已提交",
    ApplicationStatus.RETURNED: "退回补正",
    ApplicationStatus.ELIGIBLE: "符合条件",
    ApplicationStatus.INELIGIBLE: "不符合条件",
    ApplicationStatus.WITHDRAWN: "已撤回",
    ApplicationStatus.AWARDED: "立项",
    ApplicationStatus.RESERVED: "备选",
    ApplicationStatus.NOT_SELECTED: "未立项",
}
_STATUS_NAMED = {"status": STATUSES_ZH}

_S = ApplicationStatus
TRANSITIONS: Transitions[ApplicationStatus] = {
    _S.DRAFT: {"submitted": _S.SUBMITTED, "withdrawn": _S.WITHDRAWN},
    _S.SUBMITTED: {
        "found_eligible": _S.ELIGIBLE,
        "found_ineligible": _S.INELIGIBLE,
        "returned": _S.RETURNED,
        "withdrawn": _S.WITHDRAWN,
        "not_selected": _S.NOT_SELECTED,
    },
    _S.RETURNED: {
        "submitted": _S.SUBMITTED,
        "withdrawn": _S.WITHDRAWN,
        "not_selected": _S.NOT_SELECTED,
    },
    _S.ELIGIBLE: {
        "found_eligible": _S.ELIGIBLE,
        "found_ineligible": _S.INELIGIBLE,
        "returned": _S.RETURNED,
        "withdrawn": _S.WITHDRAWN,
        "awarded": _S.AWARDED,
        "reserved": _S.RESERVED,
        "not_selected": _S.NOT_SELECTED,
    },
    _S.INELIGIBLE: {
        "found_eligible": _S.ELIGIBLE,
        "found_ineligible": _S.INELIGIBLE,
        "withdrawn": _S.WITHDRAWN,
    },
    _S.AWARDED: {"found_eligible": _S.ELIGIBLE, "withdrawn": _S.WITHDRAWN},
    _S.RESERVED: {
        "awarded": _S.AWARDED,
        "found_eligible": _S.ELIGIBLE,
        "not_selected": _S.NOT_SELECTED,
        "withdrawn": _S.WITHDRAWN,
    },
    _S.NOT_SELECTED: {"found_eligible": _S.ELIGIBLE},
    _S.WITHDRAWN: {},
}

JUDGED_IN = (RoundStatus.OPEN, RoundStatus.CLOSED)
"""While a round takes or sifts applications they may be judged, returned and judged again."""


class RoundTakesNone(Refusal):
    """The round does not take applications now."""

    code = "round_takes_no_applications"
    zh = "轮次状态为“{status}”,现在不能提交申请。"
    en = "The round is '{status}' and takes no applications now."
    names = ROUND_STATUS_NAMED


class OutsideWindow(Refusal):
    """The day lies outside the window."""

    code = "outside_window"
    zh = "{day} 不在申报期内({opens} 至 {closes})。"
    en = "{day} is outside the window for applications ({opens} to {closes})."


class RequestOverCap(Refusal):
    """No more than the cap may be asked for."""

    code = "request_over_cap"
    kind = RefusalKind.INVALID
    zh = "申请金额 {fen:yuan} 元超过单项上限 {cap:yuan} 元。"
    en = "The request of {fen:yuan} yuan exceeds the cap of {cap:yuan} yuan."


class RequestMissing(Refusal):
    """A round of money needs a sum."""

    code = "request_missing"
    kind = RefusalKind.INVALID
    zh = "资助类轮次须填写大于 0 的申请金额。"
    en = "A round of grants needs the sum asked for, above 0."


class RequestNotWanted(Refusal):
    """A round of honours hands out no money."""

    code = "request_not_wanted"
    kind = RefusalKind.INVALID
    zh = "荣誉类轮次不涉及资金,申请金额应为 0。"
    en = "A round of honours hands out no money; ask for 0."


class AreaNotOfRound(Refusal):
    """Not an area the round names."""

    code = "area_not_of_round"
    kind = RefusalKind.INVALID
    zh = "领域“{area}”不在本轮范围内:{areas}。"
    en = "Area '{area}' is not one of this round's: {areas}."


class SameApplication(Refusal):
    """An organisation applies once with one project."""

    code = "application_exists"
    zh = "该组织在本轮已有同名申请“{title}”(编号 {other})。"
    en = "The organisation already applies in this round with '{title}' (id {other})."


class NotJudgedNow(Refusal):
    """Eligibility is settled before the ranking."""

    code = "round_not_sifting"
    zh = "轮次状态为“{status}”,不能再审查或退回申请;如需更正请先退回轮次。"
    en = "The round is '{status}': applications are no longer judged or returned; reopen it to correct."
    names = ROUND_STATUS_NAMED


class NotNextInReserve(Refusal):
    """The reserve list has an order."""

    code = "not_next_in_reserve"
    zh = "候补名单中排在前面的是“{next}”;越过它递补须填写理由。"
    en = "Application '{next}' comes first on the reserve list; passing over it needs a reason."


class AwardOverBudget(Refusal):
    """A later award stays within the round's budget."""

    code = "award_over_budget"
    zh = "本轮预算尚余 {left:yuan} 元,不足 {fen:yuan} 元。"
    en = "{left:yuan} yuan of the round's budget are left, less than {fen:yuan}."


class DraftIsPrivate(Refusal):
    """Only a draft or a returned application is changed."""

    code = "application_not_changeable"
    zh = "申请状态为“{status}”,只有草稿或被退回的申请可以修改。"
    en = "The application is '{status}'; only a draft or a returned one can be changed."
    names = _STATUS_NAMED


@dataclass(frozen=True)
class Window:
    """Which days a round takes applications on, first and last included; None is without limit."""

    status: RoundStatus
    opens_on: date | None
    closes_on: date | None

    def admits(self, day: date, *, live: bool, resubmitted: bool = False) -> None:
        """Raise unless an application may come in on `day`.

        What is entered as history may come in after the round has closed, and what was returned may come
        back until the ranking.
        """
        late = resubmitted or not live
        if self.status is not RoundStatus.OPEN and not (late and self.status is RoundStatus.CLOSED):
            raise RoundTakesNone(status=self.status.value)
        early = self.opens_on is not None and day < self.opens_on
        over = self.closes_on is not None and day > self.closes_on and not resubmitted
        if early or over:
            raise OutsideWindow(day=day, opens=self.opens_on or "-", closes=self.closes_on or "-")


def changeable(status: ApplicationStatus) -> None:
    """Raise `DraftIsPrivate` unless the application may be changed by the applicant."""
    if status not in (ApplicationStatus.DRAFT, ApplicationStatus.RETURNED):
        raise DraftIsPrivate(status=status.value)


def sifting(status: RoundStatus) -> None:
    """Raise `NotJudgedNow` unless the round still sifts applications."""
    if status not in JUDGED_IN:
        raise NotJudgedNow(status=status.value)
