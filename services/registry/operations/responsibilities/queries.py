"""A year under the three responsibilities: each heading with its figures (TONGZHOU A4.23, T31)."""

from datetime import date

from pydantic import BaseModel, Field

from chassis.http import FiguresRequest, Reading
from services.registry.policy import RegistryPolicy


class Line(BaseModel):
    """One figure of a heading."""

    figure: str
    name_zh: str | None
    unit: str | None
    value: float | None = Field(description="none where no record could hold it")


class Heading(BaseModel):
    """One responsibility."""

    code: str
    name_zh: str
    lines: list[Line]


class YearlyReport(BaseModel):
    """One year of one division, or of all that the caller may see."""

    year: int
    as_of: date
    division: str | None
    headings: list[Heading]


async def yearly(reading: Reading, *, year: int, division: str | None) -> YearlyReport:
    """The year up to its end, or to today. Raises `NotPermitted`."""
    from services.registry.figures.queries import figures  # it is composed of the areas, this one included

    end = max(min(date(year, 12, 31), reading.today), date(year, 1, 1))
    asked = FiguresRequest(start=date(year, 1, 1), end=end, division=division)
    known = (await figures(reading, asked=asked)).figures
    headings = []
    for one in reading.policy(RegistryPolicy).operations.responsibilities:
        found = [(name, known.get(name)) for name in one.figures]
        lines = [
            Line(
                figure=name, name_zh=figure.name_zh if figure else None,
                unit=figure.unit if figure else None, value=figure.value if figure else None,
            )
            for name, figure in found
        ]  # fmt: skip
        headings.append(Heading(code=one.code, name_zh=one.name_zh, lines=lines))
    return YearlyReport(year=year, as_of=end, division=division, headings=headings)
