"""What was given to organisations that are being incubated, as far as both sides agree (L14)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading
from services.registry.area import OwnFigures

NAMES: Mapping[str, Named] = {
    "service-entries.year.confirmed": Named("次", "本年双方确认的入驻服务", "services both sides confirmed"),
    "service-entries.year.on_paper": Named(
        "次", "其中：组织意见凭书面", "of those: on the organisation's paper"
    ),
    "service-entries.year.hours": Named("小时", "其中：时长", "of those: hours"),
    "service-entries.year.people": Named("人次", "其中：服务人次", "of those: person-times"),
    "service-entries.year.organizations": Named("家", "其中：服务的组织", "of those: organisations"),
}
"""Of the calendar year of the day asked for, up to that day; by the day of the service."""

_GIVEN = """
select left(division, $4) as place, count(*) as confirmed,
       count(*) filter (where on_paper) as on_paper, coalesce(sum(hours), 0)::bigint as hours,
       coalesce(sum(people), 0)::bigint as people, count(distinct organization_id) as organizations
from service_entry
where opened_on between $1 and $2 and confirmed_on <= $2 and division like any($3)
group by 1
"""


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Services from the first of January to `day`, by place."""
    found: dict[str, dict[str, int | float]] = defaultdict(dict)
    rows = await reading.connection.fetch(_GIVEN, date(day.year, 1, 1), day, patterns, length)
    for row in rows:
        for name in ("confirmed", "on_paper", "hours", "people", "organizations"):
            found[f"service-entries.year.{name}"][row["place"]] = row[name]
    return found


SERVED = OwnFigures(NAMES, reckon)
