"""Rates of annual inspections: who took part of those due, who passed of those concluded (F10, J32)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading
from services.registry.area import WHOLE, OwnFigures
from services.registry.policy import RegistryPolicy

NAMES: Mapping[str, Named] = {
    "inspections.year.due": Named("家", "应参加年检", "due for inspection"),
    "inspections.year.taken_part": Named("家", "已参加年检", "took part"),
    "inspections.participation": Named("%", "年检参检率", "participation"),
    "inspections.year.passed": Named("家", "年检合格", "passed"),
    "inspections.pass_rate": Named("%", "年检合格率", "pass rate of those concluded"),
}
"""Of the inspections that fell due in the year of the day asked for, or the year before it."""

_COUNTS = """
select left(i.division, $3) as place,
       count(*) filter (where i.state <> 'released' or i.ended_on > $1) as due,
       count(*) filter (where i.submitted_on <= $1) as taken_part,
       count(*) filter (where i.state = 'concluded' and i.ended_on <= $1) as concluded,
       count(*) filter (where i.state = 'concluded' and i.ended_on <= $1 and i.result = any($4)) as passed
from inspection i
where i.division like any($2) and i.opened_on <= $1
  and not exists (select from organization o where o.id = i.organization_id and o.merged_into is not null)
  and i.year = (select max(year) from inspection where opened_on <= $1 and division like any($2))
group by 1
"""

RATES = frozenset({"inspections.participation", "inspections.pass_rate"})


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """The figures of the newest year that was inspected by `day`, by place; rates of nothing are left out."""
    passing = [result.value for result in reading.policy(RegistryPolicy).inspections.passing]
    rows = await reading.connection.fetch(_COUNTS, day, patterns, length, passing)
    whole = {name: sum(row[name] for row in rows) for name in ("due", "taken_part", "concluded", "passed")}
    found: dict[str, dict[str, int | float]] = defaultdict(dict)
    for row in rows:
        for name in ("due", "taken_part", "passed"):
            found[f"inspections.year.{name}"][row["place"]] = row[name]
    groups: list[tuple[str, Mapping[str, int]]] = [(row["place"], dict(row)) for row in rows]
    for place, of in [*groups, (WHOLE, whole)]:
        if of["due"]:
            found["inspections.participation"][place] = round(100 * of["taken_part"] / of["due"], 1)
        if of["concluded"]:
            found["inspections.pass_rate"][place] = round(100 * of["passed"] / of["concluded"], 1)
    return found


OF_YEAR = OwnFigures(NAMES, reckon, RATES)
