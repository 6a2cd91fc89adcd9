"""Rates of annual inspections and reports, by form and year: who took part of those due, who passed of those
concluded (F10, J32). As figures of the year that was being inspected on a day, and of any year by itself."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, Field
from shuniu_contracts.registry_inspections import InspectionResult

from chassis.http import Named, Reading
from services.registry.area import WHOLE, OwnFigures
from services.registry.policy import RegistryPolicy

_FORMS = {
    "annual_inspection": ("inspections", "年检", "annual inspection"),
    "annual_report": ("inspections.reports", "年报", "annual report"),
}
"""Form -> the figures it is told by: who reports is not due for inspection, so neither counts the other."""
_COUNTED = ("due", "taken_part", "passed")
NAMES: Mapping[str, Named] = {
    name: named
    for path, zh, en in _FORMS.values()
    for name, named in (
        (f"{path}.year.due", Named("家", f"应参加{zh}", f"due for {en}")),
        (f"{path}.year.taken_part", Named("家", f"已参加{zh}", f"took part in the {en}")),
        (f"{path}.participation", Named("%", f"{zh}参检率", f"participation in the {en}")),
        (f"{path}.year.passed", Named("家", f"{zh}合格", f"passed the {en}")),
        (f"{path}.pass_rate", Named("%", f"{zh}合格率", f"pass rate of those concluded, {en}")),
    )
}
"""Of each form's newest year that a campaign for the whole division had asked for by the day, or one for part
of it; where none had, of the newest year before the day's own that is on record. What is opened by hand for
another year moves no rate."""
RATES = frozenset(name for name, named in NAMES.items() if named.unit == "%")

_STOOD = """
select left(i.division, {length}) as place, i.form, i.year,
       count(*) filter (where s.state <> 'released') as due,
       count(*) filter (where s.state <> 'released' and i.submitted_on <= $1) as taken_part,
       count(*) filter (where s.state = 'missed') as missed,
       count(*) filter (where s.state = 'concluded') as concluded,
       count(*) filter (
           where s.state = 'concluded' and coalesce(s.dated ->> 'result', i.result) = any($3)
       ) as passed
from inspection i
join lateral (
    select state, dated
    from matter_step s
    where s.record_id = i.id and s.effective_on <= $1 and (s.until is null or s.until > $1)
    limit 1
) s on true
where i.division like any($2) and i.opened_on <= $1 and {which}
  and not exists (select from organization o where o.id = i.organization_id and o.merged_into is not null)
group by 1, 2, 3
order by 1, 2, 3
"""
"""As everybody stood on the day $1: who was released, handed in or was corrected later, later."""
_IN_COURSE = """
(i.form, i.year) in (
    select f.form, coalesce(
        (select max(c.year) from inspection_campaign c
         where c.form = f.form and c.opened_on <= $1 and c.division = any($4)),
        (select max(c.year) from inspection_campaign c
         where c.form = f.form and c.opened_on <= $1 and c.division like any($2)),
        (select max(n.year) from inspection n
         where n.form = f.form and n.opened_on <= $1 and n.division like any($2)
           and n.year < extract(year from $1::date))
    )
    from unnest($5::text[]) f(form)
)
"""
_OF_DAY = _STOOD.format(length="$6", which=_IN_COURSE)
_OF_YEAR = _STOOD.format(
    length="0", which="($4::int is null or i.year = $4) and ($5::text is null or i.form = $5)"
)


class Rules(BaseModel):
    """Rules by which inspections are counted."""

    passing: list[InspectionResult] = Field(description="results that count as passed (F10)")


async def rules(reading: Reading) -> Rules:
    """The region's rules."""
    return Rules(passing=list(reading.policy(RegistryPolicy).inspections.passing))


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """The figures of `day`, by place; rates of nothing are left out."""
    rows = await reading.connection.fetch(
        _OF_DAY, day, patterns, _passing(reading), _whole(patterns), list(_FORMS), length
    )
    found: dict[str, dict[str, int | float]] = defaultdict(dict)
    for form, (path, _, _) in _FORMS.items():
        of_form = [dict(row) for row in rows if row["form"] == form]
        for row in of_form:
            for name in _COUNTED:
                found[f"{path}.year.{name}"][row["place"]] = row[name]
        whole = {name: sum(row[name] for row in of_form) for name in ("concluded", *_COUNTED)}
        for row in (*of_form, {"place": WHOLE, **whole}):
            participation, passed = _rates(row)
            if participation is not None:
                found[f"{path}.participation"][row["place"]] = participation
            if passed is not None:
                found[f"{path}.pass_rate"][row["place"]] = passed
    return found


class YearOut(BaseModel):
    """How the inspections of one form and year stood on a day."""

    year: int
    form: str
    due: int = Field(description="all that were asked and not released")
    taken_part: int = Field(description="of those due: handed in by the day")
    missed: int
    concluded: int
    passed: int = Field(description="of those concluded: with a result that counts as passed")
    participation: float | None = Field(description="taken part of those due, percent")
    pass_rate: float | None = Field(description="passed of those concluded, percent")


async def rates(
    reading: Reading, *, as_of: date | None = None, division: str | None = None, year: int | None = None,
    form: str | None = None,
) -> list[YearOut]:  # fmt: skip
    """Every year, or the one asked for, as it stood on a day, the newest first.

    Raises `NotPermitted`.
    """
    rows = await reading.connection.fetch(
        _OF_YEAR, as_of or reading.today, reading.patterns(division), _passing(reading), year, form
    )
    newest_first = sorted(rows, key=lambda row: (-row["year"], row["form"]))
    return [_year(dict(row)) for row in newest_first]


def _year(row: Mapping[str, Any]) -> YearOut:
    participation, passed = _rates(row)
    return YearOut.model_validate({**row, "participation": participation, "pass_rate": passed})


def _rates(row: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Participation and pass rate in percent; None of nobody."""
    return (
        round(100 * row["taken_part"] / row["due"], 1) if row["due"] else None,
        round(100 * row["passed"] / row["concluded"], 1) if row["concluded"] else None,
    )


def _passing(reading: Reading) -> list[str]:
    return [result.value for result in reading.policy(RegistryPolicy).inspections.passing]


def _whole(patterns: list[str]) -> list[str]:
    """The divisions asked for and those above: a campaign of theirs asks everybody there."""
    codes = [pattern.rstrip("%") for pattern in patterns]
    return sorted({code[:length] for code in codes for length in range(2, len(code) + 1)})


OF_YEAR = OwnFigures(NAMES, reckon, RATES)
