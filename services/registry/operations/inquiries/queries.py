"""How long answers took, and how many came in time (R16: shorten the time)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading
from chassis.matters import as_of
from services.registry.area import WHOLE, OwnFigures
from services.registry.operations.inquiries.tables import InquiryRow
from services.registry.tables import MatterStepRow

NAMES: Mapping[str, Named] = {
    "inquiries.year.answered": Named("件", "本年答复的首问事项", "inquiries answered this year"),
    "inquiries.in_time": Named("%", "首问事项按期答复率", "inquiries answered in time"),
    "inquiries.working_days": Named("工作日", "首问事项平均用时", "average working days to the answer"),
}
"""Of the calendar year of the day asked for, up to that day."""

_ANSWERED = f"""
select left(division, $4) as place, count(*) as answered, count(*) filter (where not late) as in_time,
       coalesce(sum(working_days), 0)::bigint as days
from {as_of(InquiryRow, MatterStepRow, "r.division like any($3)", day="$2")} inquiry
where answered_on between $1 and $2
group by 1
"""


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Answers from the first of January to `day`, by place; averages of nothing are left out."""
    rows = await reading.connection.fetch(_ANSWERED, date(day.year, 1, 1), day, patterns, length)
    found: dict[str, dict[str, int | float]] = defaultdict(dict)
    whole = {name: sum(row[name] for row in rows) for name in ("answered", "in_time", "days")}
    for row in rows:
        found["inquiries.year.answered"][row["place"]] = row["answered"]
    groups: list[tuple[str, Mapping[str, int]]] = [(row["place"], dict(row)) for row in rows]
    for place, of in [*groups, (WHOLE, whole)]:
        if of["answered"]:
            found["inquiries.in_time"][place] = round(100 * of["in_time"] / of["answered"], 1)
            found["inquiries.working_days"][place] = round(of["days"] / of["answered"], 1)
    return found


ANSWERS = OwnFigures(NAMES, reckon, frozenset({"inquiries.in_time", "inquiries.working_days"}))
