"""Attendance of what is held: people, share of women, series (B11)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading
from chassis.matters import MatterRow, as_of
from services.registry.area import WHOLE, OwnFigures
from services.registry.operations.meetings.tables import MeetingRow
from services.registry.operations.trainings.tables import TrainingRow
from services.registry.tables import MatterStepRow

NAMES: Mapping[str, Named] = {
    "trainings.year.attended": Named("人次", "本年培训人次", "attended trainings this year"),
    "trainings.year.women": Named("人次", "其中：女性", "of those: women"),
    "trainings.women_share": Named("%", "培训女性比例", "share of women where it was counted"),
    "trainings.year.lectures": Named("讲", "本年讲堂", "lectures of a series this year"),
    "meetings.year.attended": Named("人次", "本年参会人次", "attended meetings this year"),
    "meetings.women_share": Named("%", "参会女性比例", "share of women at meetings where it was counted"),
}
"""Of the calendar year of the day asked for, up to that day."""

_HELD = """
select left(division, $4) as place, coalesce(sum(attended), 0)::bigint as attended,
       coalesce(sum(women) filter (where attended is not null), 0)::bigint as women,
       coalesce(sum(attended) filter (where women is not null), 0)::bigint as counted,
       {lectures} as lectures
from {held} held
group by 1
"""
_THIS_YEAR = "r.held_on between $1 and $2 and r.division like any($3)"
_RATES = frozenset({"trainings.women_share", "meetings.women_share"})


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Attendance from the first of January to `day`, by place; shares of nothing are left out."""
    found: dict[str, dict[str, int | float]] = defaultdict(dict)
    kinds: tuple[tuple[str, type[MatterRow], str], ...] = (
        ("trainings", TrainingRow, "count(*) filter (where series is not null)"),
        ("meetings", MeetingRow, "0::bigint"),
    )
    for path, row_of, lectures in kinds:
        held = as_of(row_of, MatterStepRow, _THIS_YEAR, day="$2")
        statement = _HELD.format(held=held, lectures=lectures)
        rows = await reading.connection.fetch(statement, date(day.year, 1, 1), day, patterns, length)
        women = counted = 0
        for row in rows:
            place = row["place"]
            for name in ("attended", "women", "lectures"):
                if f"{path}.year.{name}" in NAMES:
                    found[f"{path}.year.{name}"][place] = row[name]
            if row["counted"] and place != WHOLE:
                found[f"{path}.women_share"][place] = _share(row["women"], row["counted"])
            women, counted = women + row["women"], counted + row["counted"]
        if counted:
            found[f"{path}.women_share"][WHOLE] = _share(women, counted)
    return found


def _share(part: int, whole: int) -> float:
    return round(100 * part / whole, 1)


ATTENDANCE = OwnFigures(NAMES, reckon, _RATES)
