"""What teams did in a year: shifts, hours of all members together, matters found (L29)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading
from services.registry.area import OwnFigures

NAMES: Mapping[str, Named] = {
    "teams.year.shifts": Named("班次", "本年巡查班次", "shifts this year"),
    "teams.year.hours": Named("人时", "本年巡查时长", "hours of all members together this year"),
    "teams.year.found": Named("件", "本年巡查发现问题", "matters found on shifts this year"),
}
"""Of the calendar year of the day asked for, up to that day."""

_SHIFTS = """
select left(division, $4) as place, count(*) as shifts,
       coalesce(sum((arguments->>'person_hours')::bigint), 0)::bigint as hours,
       coalesce(sum((arguments->>'found')::bigint), 0)::bigint as found
from matter_step
where kind = 'team' and fact = 'shift_recorded' and effective_on between $1 and $2 and division like any($3)
group by 1
"""


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Shifts from the first of January to `day`, by place."""
    rows = await reading.connection.fetch(_SHIFTS, date(day.year, 1, 1), day, patterns, length)
    found: dict[str, dict[str, int | float]] = defaultdict(dict)
    for row in rows:
        for name in ("shifts", "hours", "found"):
            found[f"teams.year.{name}"][row["place"]] = row[name]
    return found


OF_YEAR = OwnFigures(NAMES, reckon)
