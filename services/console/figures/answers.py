"""The comparison as it is shown: on a page, on a terminal and over HTTP."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from pydantic import BaseModel, Field

from chassis.model import yuan
from services.console.figures.model import Comparison, Number, Qualifier, Verdict

_FEN = "fen"


class ReadingOut(BaseModel):
    """One way to read a published figure, with its number."""

    statement: str
    statement_en: str
    formula: str
    computed: float | None
    computed_text: str
    verdict: Verdict


class ComparisonOut(BaseModel):
    """A published figure beside the computed one."""

    id: str
    statement: str
    statement_en: str
    printed: str = Field(description="as the source prints it")
    value: int
    upper: int | None
    qualifier: Qualifier
    unit: str = Field(description="money is in fen")
    time: str = Field(description="a day, or a period")
    as_of: date | None
    since: date | None = Field(serialization_alias="from")
    until: date | None = Field(serialization_alias="to")
    formula: str | None
    computed: float | None
    computed_text: str | None
    residual: float
    residual_text: str
    verdict: Verdict
    expect: Verdict
    reason: str
    reason_en: str
    readings: list[ReadingOut]


class ComparedOut(BaseModel):
    """The table of a region."""

    region: str
    source: str
    items: list[ComparisonOut]


def quantity(number: Number, unit: str) -> str:
    """A number with its unit; money, kept in fen, in yuan: `2,355 家`, `1,260,400 元`."""
    if unit == _FEN:
        return f"{yuan(round(Fraction(number)))} 元"
    shown = Fraction(number)
    digits = f"{int(shown):,}" if shown.denominator == 1 else f"{float(shown):,.2f}"
    return f"{digits} {unit}"


def shown(comparison: Comparison) -> ComparisonOut:
    """The comparison's view."""
    figure, times = comparison.figure, comparison.figure.times
    computed = comparison.computed
    return ComparisonOut(
        id=figure.id, statement=figure.statement, statement_en=figure.statement_en, printed=figure.printed,
        value=figure.value, upper=figure.upper, qualifier=figure.qualifier, unit=figure.unit,
        time=str(times.as_of) if times.as_of else f"{times.since} — {times.until}",
        as_of=times.as_of, since=times.since, until=times.until, formula=figure.formula,
        computed=None if computed is None else float(computed),
        computed_text=None if computed is None else quantity(computed, figure.unit),
        residual=float(comparison.residual), residual_text=quantity(comparison.residual, figure.unit),
        verdict=comparison.verdict, expect=figure.expect, reason=comparison.reason,
        reason_en=comparison.reason_en,
        readings=[
            ReadingOut(
                statement=r.reading.statement, statement_en=r.reading.statement_en, formula=r.reading.formula,
                computed=None if r.computed is None else float(r.computed),
                computed_text="—" if r.computed is None else quantity(r.computed, figure.unit),
                verdict=r.verdict,
            )
            for r in comparison.readings
        ],
    )  # fmt: skip


def unexpected(items: Sequence[ComparisonOut]) -> list[str]:
    """The ids of the figures whose verdict is not the one that the file expects."""
    return [item.id for item in items if item.verdict is not item.expect]
