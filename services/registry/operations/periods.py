"""Months, quarters, half years and years, of days in Asia/Shanghai; and how strongly something is asked."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Interval(StrEnum):
    """How often."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


class Strength(StrEnum):
    """Must; generally (一般应: comply or explain); in principle (原则上)."""

    MUST = "must"
    GENERALLY = "generally"
    IN_PRINCIPLE = "in_principle"


INTERVALS_ZH = {
    Interval.MONTH: "每月",
    Interval.QUARTER: "每季度",
    Interval.HALF_YEAR: "每半年",
    Interval.YEAR: "每年",
}
STRENGTHS_ZH = {
    Strength.MUST: "必须",
    Strength.GENERALLY: "一般应",
    Strength.IN_PRINCIPLE: "原则上",
}
_MONTHS = {Interval.MONTH: 1, Interval.QUARTER: 3, Interval.HALF_YEAR: 6, Interval.YEAR: 12}
_LETTER = {Interval.QUARTER: "Q", Interval.HALF_YEAR: "H"}


@dataclass(frozen=True)
class Period:
    """One month, quarter, half year or year, both days included."""

    code: str
    begins_on: date
    ends_on: date


def period_of(day: date, interval: Interval) -> Period:
    """The period that `day` lies in: `2026-11`, `2026-Q4`, `2026-H2`, `2026`."""
    months = _MONTHS[interval]
    place = (day.month - 1) // months
    begin = date(day.year, place * months + 1, 1)
    after = date(day.year + (begin.month + months > 12), (begin.month + months - 1) % 12 + 1, 1)
    if interval is Interval.YEAR:
        code = f"{day.year}"
    elif interval is Interval.MONTH:
        code = f"{day.year}-{day.month:02}"
    else:
        code = f"{day.year}-{_LETTER[interval]}{place + 1}"
    return Period(code, begin, after - timedelta(days=1))


def following(period: Period, interval: Interval) -> Period:
    """The period after this one."""
    return period_of(period.ends_on + timedelta(days=1), interval)
