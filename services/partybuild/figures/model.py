"""What party-building costs in a period: the readings of one published sum side by side (R19, F06, F08)."""

from bisect import bisect_left
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True)
class Span:
    """Somebody or something from `since`, until the day `until` on which it no longer was."""

    holder: str
    since: date
    until: date | None = None


@dataclass(frozen=True)
class Rates:
    """Fen per party organisation and year, fen per cadre and month."""

    organization_year: int
    cadre_month: int


class ProRata(StrEnum):
    """How a year that began or ended in between is counted."""

    MONTH = "month"
    NONE = "none"


@dataclass(frozen=True)
class Readings:
    """Fen of one period under each definition of a cadre, with the counts behind them."""

    organizations_fen: int
    secretary_months: int
    instructor_months: int
    cadre_months: int
    """secretaries and instructors, a person who is both counted once"""
    secretaries_only: int
    instructors_only: int
    secretaries_and_instructors: int


def _month_ends(start: date, end: date) -> Iterator[date]:
    year, month = start.year, start.month
    while (last := date(year, month, monthrange(year, month)[1])) <= end:
        yield last
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _year_ends(start: date, end: date) -> Iterator[date]:
    for year in range(start.year, end.year + 1):
        yield min(date(year, 12, 31), end)


def months_held(spans: Iterable[Span], start: date, end: date, pro_rata: ProRata) -> int:
    """Holder-months from `start` through `end`, a holder counted once a month.

    By month, whoever is in post on the month's last day draws it, so a hand-over never pays twice. Without
    pro rata, whoever is in post on the year's last day (or the period's) draws twelve months.
    """
    days = list((_month_ends if pro_rata is ProRata.MONTH else _year_ends)(start, end))
    held: defaultdict[str, int] = defaultdict(int)  # a bit for each day: spans of one holder may overlap
    for span in spans:
        first = bisect_left(days, span.since)
        last = len(days) if span.until is None else bisect_left(days, span.until)
        if first < last:
            held[span.holder] |= (1 << last) - (1 << first)
    return sum(bits.bit_count() for bits in held.values()) * (1 if pro_rata is ProRata.MONTH else 12)


def readings(
    organizations: Iterable[Span], secretaries: Iterable[Span], instructors: Iterable[Span], *,
    start: date, end: date, rates: Rates, pro_rata: ProRata,
) -> Readings:  # fmt: skip
    """The period's sum under each reading, in fen, rounded down to the fen."""
    secretaries, instructors = list(secretaries), list(instructors)
    by_organizations = months_held(organizations, start, end, pro_rata) * rates.organization_year // 12
    secretary, instructor, both = (
        months_held(spans, start, end, pro_rata)
        for spans in (secretaries, instructors, secretaries + instructors)
    )
    return Readings(
        organizations_fen=by_organizations,
        secretary_months=secretary,
        instructor_months=instructor,
        cadre_months=both,
        secretaries_only=by_organizations + secretary * rates.cadre_month,
        instructors_only=by_organizations + instructor * rates.cadre_month,
        secretaries_and_instructors=by_organizations + both * rates.cadre_month,
    )


def implied_cadres(
    organizations_fen: int, cadre_month: int, least: int, below: int, years: int = 1
) -> range | None:
    """The inverse reading: how many cadres in post all the time put the sum into [least, below), in fen.

    None where no number does.
    """
    yearly = cadre_month * 12 * years
    if yearly <= 0 or below <= organizations_fen:
        return None
    fewest = max(0, -(-(least - organizations_fen) // yearly))
    most = -(-(below - organizations_fen) // yearly) - 1
    return range(fewest, most + 1) if most >= fewest else None
