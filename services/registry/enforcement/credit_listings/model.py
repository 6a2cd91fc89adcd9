"""A listing's way from its grounds to the list and off it, and the rules of its steps."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class ListingPhase(StrEnum):
    """Where a listing is."""

    OPENED = "opened"
    NOTICED = "noticed"
    ANSWERED = "answered"
    LISTED = "listed"
    PUBLICISED = "publicised"
    REMOVED = "removed"
    DROPPED = "dropped"


TRANSITIONS: Transitions[ListingPhase] = {
    ListingPhase.OPENED: {"noticed": ListingPhase.NOTICED, "dropped": ListingPhase.DROPPED},
    ListingPhase.NOTICED: {
        "answered": ListingPhase.ANSWERED,
        "listed": ListingPhase.LISTED,
        "dropped": ListingPhase.DROPPED,
    },
    ListingPhase.ANSWERED: {"listed": ListingPhase.LISTED, "dropped": ListingPhase.DROPPED},
    ListingPhase.LISTED: {
        "publicised": ListingPhase.PUBLICISED,
        "repeated": ListingPhase.LISTED,
        "removed": ListingPhase.REMOVED,
    },
    ListingPhase.PUBLICISED: {"repeated": ListingPhase.PUBLICISED, "removed": ListingPhase.REMOVED},
    ListingPhase.REMOVED: {},
    ListingPhase.DROPPED: {},
}
"""告知, 陈述申辩, 决定, 公布, 移出 (practice B2; people, civil-affairs inspector 3)."""

LISTS_ZH: Mapping[str, str] = {
    "none": "无",
    "abnormal": "活动异常名录",
    "seriously_untrustworthy": "严重违法失信名单",
}


class UnknownGround(Refusal):
    """A ground that does not lead to this list."""

    code = "listing_ground_unknown"
    kind = RefusalKind.INVALID
    zh = "“{ground}”不是列入“{listing_zh}”的情形；可用：{known}。"
    en = "'{ground}' is no ground for the list '{listing_en}'; those that are: {known}."


class NoGround(Refusal):
    """A listing without a ground."""

    code = "listing_without_ground"
    kind = RefusalKind.INVALID
    zh = "请写明列入名录的情形。"
    en = "Name the grounds of the listing."


class TimeToAnswer(Refusal):
    """Decided while the organisation may still answer."""

    code = "listing_time_to_answer"
    zh = "该组织可在 {due_on} 前陈述申辩，期满或收到申辩后方可决定。"
    en = "The organisation may answer until {due_on}; decide after that day or after its answer."


class GraverIsFinal(Refusal):
    """A repeated ground on the list that no time leads on from."""

    code = "listing_has_no_term"
    zh = "严重违法失信名单没有重新计算的在列期限。"
    en = "Only time on the list of abnormal activities is counted, and counted anew."


def years_after(day: date, years: int) -> date:
    """The same day `years` later; 28 February where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
