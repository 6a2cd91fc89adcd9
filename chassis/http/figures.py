"""The form of `GET /v1/figures` in every service: what can be asked, and how the answer looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self

from fastapi import Query
from pydantic import BaseModel, Field

from chassis.http.fields import Day, Division
from chassis.http.reading import Reading
from chassis.model import Refusal, RefusalKind, length_below

Values = Mapping[str, int | float]
"""By figure. What cannot be reckoned, such as a rate of nothing, is left out."""


class TimesMixed(Refusal):
    """A day and a period at once."""

    code = "figures_time_ambiguous"
    kind = RefusalKind.INVALID
    zh = "as_of（截至某日）与 from、to（期间）只能选择一种。"
    en = "Give either the day `as_of` or the period `from` and `to`, not both."


class PeriodIncomplete(Refusal):
    """One end of a period."""

    code = "period_incomplete"
    kind = RefusalKind.INVALID
    zh = "统计期间应同时给出 from 和 to。"
    en = "A period needs both `from` and `to`."


class PeriodReversed(Refusal):
    """A period that ends before it begins."""

    code = "period_reversed"
    kind = RefusalKind.INVALID
    zh = "期间的结束 {end} 早于开始 {start}。"
    en = "The period ends on {end}, before it begins on {start}."


@dataclass(frozen=True)
class FiguresRequest:
    """Which figures are wanted; a route takes it as `Annotated[FiguresRequest, Depends()]`.

    Raises `TimesMixed`, `PeriodIncomplete`, `PeriodReversed`.
    """

    as_of: Annotated[Day | None, Query(description="the day; today where no time is given")] = None
    start: Annotated[
        Day | None, Query(alias="from", description="first day of a period; with `to`, without `as_of`")
    ] = None
    end: Annotated[Day | None, Query(alias="to", description="last day of the period")] = None
    division: Annotated[
        Division | None, Query(description="with all below it; all of the caller's where it is left out")
    ] = None
    by: Annotated[
        Literal["division"] | None, Query(description="also the values of each division directly below")
    ] = None

    def __post_init__(self) -> None:
        if self.as_of is not None and (self.start is not None or self.end is not None):
            raise TimesMixed(at="/as_of")
        if (self.start is None) != (self.end is None):
            raise PeriodIncomplete(at="/to" if self.end is None else "/from")
        if self.start is not None and self.end is not None and self.end < self.start:
            raise PeriodReversed(at="/to", start=self.start, end=self.end)

    def day(self, reading: Reading) -> date:
        """The day that the figures are as of: the given one, the period's last, or today in Asia/Shanghai."""
        return self.as_of or self.end or reading.today

    def group_length(self, reading: Reading) -> int:
        """How many first digits of a division code make a group of `by`; 0 where no split is wanted.

        They are the divisions directly below the one asked for, or the stack's, as the profile has them. What
        lies on none of them has the code of the division itself: `left(division, n)` in SQL.
        """
        if self.by is None:
            return 0
        whole = self.division or reading.stack
        below = reading.region.children(whole)
        return len(below[0].code) if below else length_below(whole)


@dataclass(frozen=True)
class Named:
    """What a figure is counted in and called. Money is in `fen`."""

    unit: str
    zh: str
    en: str


class FigureOut(BaseModel):
    """One number with what it counts."""

    value: int | float = Field(description="money in fen, rates in percent")
    unit: str
    qualifier: Literal["exact"] = Field("exact", description="exact as far as the records go")
    name_zh: str
    name_en: str


class FiguresOut(BaseModel):
    """A service's figures, as of a day or for a period, of a division or of all that the caller may see."""

    as_of: date
    from_: date | None = Field(serialization_alias="from", description="period of what happened, if any")
    to: date | None
    division: str | None
    figures: dict[str, FigureOut]
    by: dict[str, dict[str, int | float]] | None = Field(
        description="division -> figure -> value, with by=division; what lies on none of the divisions below "
        "stands under the division's own code"
    )

    @classmethod
    def of(
        cls, asked: FiguresRequest, reading: Reading, names: Mapping[str, Named], whole: Values,
        by: Mapping[str, Values], *, period: tuple[date, date] | None = None,
    ) -> Self:  # fmt: skip
        """The answer; `period` where the service takes one of its own for what happened in time."""
        start, end = period or (asked.start, asked.end)
        return cls(
            as_of=asked.day(reading),
            from_=start,
            to=end,
            division=asked.division,
            figures={
                key: FigureOut(value=whole[key], unit=named.unit, name_zh=named.zh, name_en=named.en)
                for key, named in names.items()
                if key in whole
            },
            by=None if asked.by is None else {place: dict(by[place]) for place in sorted(by)},
        )
