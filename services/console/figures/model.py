"""Published figures, what their qualifiers mean, and the comparison with what the records give."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

ABOUT_SHARE = Fraction(5, 100)
"""How far `about` (左右, 约) reaches on either side: ours, no source says."""

PRINTED = "published"
"""Where formulas find what the same file prints: `published.f30_founded` is the value of F30-founded."""

Number = int | Fraction


class Qualifier(StrEnum):
    """How a source bounds a figure."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    ABOUT = "about"
    OVER = "over"


class Verdict(StrEnum):
    """What the comparison found."""

    MATCHES = "matches"
    DIFFERS = "differs"
    CANNOT = "cannot"


@dataclass(frozen=True)
class Times:
    """The time a figure speaks of: a day, or a period with both ends."""

    as_of: date | None = None
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if (self.as_of is None) == (self.since is None or self.until is None):
            raise ValueError("a figure is as of a day, or from a day to a day")

    def query(self) -> dict[str, str]:
        """The time as the services' figure routes take it."""
        if self.as_of is not None:
            return {"as_of": self.as_of.isoformat()}
        assert self.since is not None
        assert self.until is not None
        return {"from": self.since.isoformat(), "to": self.until.isoformat()}


@dataclass(frozen=True)
class Reading:
    """One way to read a published figure, with the formula that follows it."""

    statement: str
    statement_en: str
    formula: str


@dataclass(frozen=True)
class PublishedFigure:
    """A figure as a document prints it. `upper` is the open end of the interval that 多 or 余 means."""

    id: str
    statement: str
    statement_en: str
    printed: str
    value: int
    qualifier: Qualifier
    unit: str
    times: Times
    expect: Verdict
    upper: int | None = None
    formula: str | None = None
    reason: str = ""
    reason_en: str = ""
    readings: tuple[Reading, ...] = ()

    def __post_init__(self) -> None:
        if (self.formula is None) == (not self.reason):
            raise ValueError(
                f"{self.id}: a figure has either a formula or a reason why it cannot be computed"
            )
        if self.qualifier is Qualifier.OVER and self.upper is None:
            raise ValueError(f"{self.id}: 'over' needs the upper end of its interval")

    @property
    def name(self) -> str:
        """What formulas call the printed value: `published.` and the id in small letters, `-` as `_`."""
        return f"{PRINTED}.{self.id.lower().replace('-', '_')}"

    @property
    def formulas(self) -> tuple[str, ...]:
        """Its own formula, if it has one, and those of its readings."""
        own = () if self.formula is None else (self.formula,)
        return (*own, *(reading.formula for reading in self.readings))

    def residual(self, computed: Number) -> Number:
        """How far `computed` lies outside of what was published; 0 where it agrees."""
        low, high = self._bounds()
        if computed < low:
            return computed - low
        if high is not None and computed > high:
            return computed - high
        if self.qualifier is Qualifier.OVER and computed == self.upper:
            return 1
        return 0

    def _bounds(self) -> tuple[Number, Number | None]:
        match self.qualifier:
            case Qualifier.EXACT:
                return self.value, self.value
            case Qualifier.AT_LEAST:
                return self.value, None
            case Qualifier.OVER:
                return self.value, self.upper
            case Qualifier.ABOUT:
                return self.value * (1 - ABOUT_SHARE), self.value * (1 + ABOUT_SHARE)


@dataclass(frozen=True)
class ComputedReading:
    """A reading with its number and whether it agrees with the published one."""

    reading: Reading
    computed: Number | None
    verdict: Verdict


@dataclass(frozen=True)
class Comparison:
    """A published figure beside the computed one."""

    figure: PublishedFigure
    verdict: Verdict
    computed: Number | None = None
    residual: Number = 0
    reason: str = ""
    reason_en: str = ""
    readings: tuple[ComputedReading, ...] = ()

    @property
    def as_expected(self) -> bool:
        """Whether the verdict is the one that a register composed from the same document must give."""
        return self.verdict is self.figure.expect


def compare(figure: PublishedFigure, computed: Mapping[str, Number | None]) -> Comparison:
    """Put the figure beside `computed`, the results of its formulas (None: not answered)."""
    readings = tuple(
        ComputedReading(reading, computed[reading.formula], _verdict(figure, computed[reading.formula]))
        for reading in figure.readings
    )
    if figure.formula is None:
        return Comparison(
            figure, Verdict.CANNOT, reason=figure.reason, reason_en=figure.reason_en, readings=readings
        )
    value = computed[figure.formula]
    if value is None:
        return Comparison(
            figure, Verdict.CANNOT, readings=readings,
            reason=f"服务没有给出“{figure.formula}”", reason_en=f"no service answers '{figure.formula}'",
        )  # fmt: skip
    return Comparison(figure, _verdict(figure, value), value, figure.residual(value), readings=readings)


def _verdict(figure: PublishedFigure, computed: Number | None) -> Verdict:
    if computed is None:
        return Verdict.CANNOT
    return Verdict.MATCHES if figure.residual(computed) == 0 else Verdict.DIFFERS
