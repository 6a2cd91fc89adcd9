"""Rates of annual inspections: who took part of those due, who passed of those concluded (F10, J32)."""

from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading

NAMES: Mapping[str, Named] = {
    "inspections.due": Named("家", "应参加年检", "due for inspection"),
    "inspections.taken_part": Named("家", "已参加年检", "took part"),
    "inspections.participation": Named("%", "年检参检率", "participation"),
    "inspections.passed": Named("家", "年检合格", "passed"),
    "inspections.pass_rate": Named("%", "年检合格率", "pass rate of those concluded"),
}
"""Of the inspections that fell due in the year of the day asked for, or the year before it."""

_COUNTS = """
select left(i.division, $3) as place, count(*) as due,
       count(*) filter (where i.submitted_on <= $1) as taken_part,
       count(*) filter (where i.state = 'concluded' and i.ended_on <= $1) as concluded,
       count(*) filter (where i.state = 'concluded' and i.ended_on <= $1 and i.result = any($4)) as passed
from inspection i
where i.division like any($2) and i.opened_on <= $1
  and i.year = (select max(year) from inspection where opened_on <= $1 and division like any($2))
group by 1
"""

Counts = Mapping[str, Mapping[str, int]]


async def counts(
    reading: Reading, day: date, patterns: list[str], length: int, passing: list[str]
) -> dict[str, dict[str, int]]:
    """Per place: due, taken_part, concluded and passed of the newest year inspected by `day`."""
    rows = await reading.connection.fetch(_COUNTS, day, patterns, length, passing)
    return {
        row["place"]: {name: row[name] for name in ("due", "taken_part", "concluded", "passed")}
        for row in rows
    }
