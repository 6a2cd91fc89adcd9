"""Bans: how long an organisation is barred from applying, and why one may be imposed."""

from datetime import date

from chassis.model import Refusal, RefusalKind
from services.grants.eligibility.model import months_later


class BanReversed(Refusal):
    """A ban lasts at least a day."""

    code = "ban_reversed"
    kind = RefusalKind.INVALID
    zh = "禁止申报的截止日期 {until} 早于开始日期 {imposed}。"
    en = "The ban ends on {until}, before it begins on {imposed}."


def ban_until(imposed_on: date, until: date | None, *, years: int) -> date:
    """The last day of a ban, `years` after it was imposed where none is given; raises `BanReversed`."""
    last = until or months_later(imposed_on, 12 * years)
    if last < imposed_on:
        raise BanReversed(until=last, imposed=imposed_on, at="/until")
    return last
