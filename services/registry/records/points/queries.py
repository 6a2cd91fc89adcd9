"""How many kinds of stations there are (F29), in how many communities, and what was held in the year."""

from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading
from services.registry.area import OwnFigures
from services.registry.records.counting import by_place

NAMES: Mapping[str, Named] = {
    "service_points.stations": Named("个", "服务站点", "service points"),
    "service_points.kinds": Named("种", "服务站点类别", "kinds of service points"),
    "service_points.communities": Named("个", "有服务站点的社区", "communities with a service point"),
    "service_points.sessions": Named("次", "本年服务站点开展服务", "sessions at service points this year"),
    "service_points.attended": Named(
        "人次", "本年服务站点参加人次", "person-times at service points this year"
    ),
    "service_points.public_affairs": Named(
        "次", "其中：参与社区公共事务", "of the sessions: on public affairs"
    ),
}
"""Stations that were there on the day asked for; sessions of its calendar year up to that day."""

_STANDING = """
with here as (
    select *, left(division, $3) as place
    from service_point
    where opened_on <= $1 and (ended_on is null or ended_on > $1) and division like any($2)
), held as (
    select left(division, $3) as place, count(*) as sessions,
           sum((arguments ->> 'attended')::int) as attended,
           count(*) filter (where (arguments ->> 'public_affairs')::bool) as public_affairs
    from matter_step
    where kind = 'service_point' and fact = 'session_held' and division like any($2)
      and effective_on between date_trunc('year', $1::date)::date and $1
    group by 1
), counted as (
    select place, count(*) as stations, count(distinct station) as kinds,
           count(distinct division) as communities
    from here
    group by 1
)
select place, coalesce(stations, 0) as stations, coalesce(kinds, 0) as kinds,
       coalesce(communities, 0) as communities, coalesce(sessions, 0) as sessions,
       coalesce(attended, 0) as attended, coalesce(public_affairs, 0) as public_affairs
from counted full join held using (place)
"""


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """The figures of a day by place; a kind is counted once for the whole."""
    columns = {figure.partition(".")[2]: figure for figure in NAMES}
    return await by_place(reading, _STANDING, columns, day, patterns, length)


POINT_FIGURES = OwnFigures(NAMES, reckon, frozenset(NAMES))
