"""What was done in communities in the year, and under whose flag (S22)."""

from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading
from services.registry.area import OwnFigures
from services.registry.records.counting import by_place

NAMES: Mapping[str, Named] = {
    "activities.year.held": Named("次", "本年社区活动", "activities in communities this year"),
    "activities.year.under_party_flag": Named("次", "其中：亮出党旗", "of those: under the Party's flag"),
    "activities.year.reached": Named("人次", "本年社区活动服务人次", "person-times reached this year"),
    "activities.year.communities": Named(
        "个", "本年开展活动的社区", "communities with an activity this year"
    ),
}
"""Of the calendar year of the day asked for, up to that day."""

_HELD = """
select left(division, $3) as place, count(*) as held, count(*) filter (where party_flag) as under_party_flag,
       coalesce(sum(reached), 0) as reached, count(distinct division) as communities
from community_activity
where held_on between date_trunc('year', $1::date)::date and $1 and division like any($2)
group by 1
"""


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """The figures of a day by place; a community is counted once."""
    columns = {figure.rpartition(".")[2]: figure for figure in NAMES}
    return await by_place(reading, _HELD, columns, day, patterns, length)


ACTIVITY_FIGURES = OwnFigures(NAMES, reckon, frozenset(NAMES))
