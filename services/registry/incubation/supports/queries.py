"""Who was helped outside a stay, each organisation once (F24), and how much."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading
from chassis.matters import as_of
from services.registry.area import OwnFigures
from services.registry.incubation.supports.tables import SupportRow
from services.registry.tables import MatterStepRow

NAMES: Mapping[str, Named] = {
    "supports.organizations": Named("家", "获得扶持的组织", "organisations that were helped"),
    "supports.organizations.community": Named(
        "家", "其中：社区社会组织", "of those: community organisations"
    ),
    "supports.hours": Named("小时", "扶持时长", "hours of help"),
}
"""From the beginning to the day asked for, as corrected and without what was taken back by then: what is to
hold from the beginning is said with the day of the beginning."""

_HELPED = f"""
select left(division, $3) as place, count(distinct organization_id) as organizations,
       count(distinct organization_id) filter (where legal_form = 'community_organization') as community,
       coalesce(sum(hours), 0)::bigint as hours
from {as_of(SupportRow, MatterStepRow, "r.division like any($2)")} support
where state <> 'revoked'
group by 1
"""


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """The figures of `day`, by place."""
    found: dict[str, dict[str, int | float]] = defaultdict(dict)
    for row in await reading.connection.fetch(_HELPED, day, patterns, length):
        found["supports.organizations"][row["place"]] = row["organizations"]
        found["supports.organizations.community"][row["place"]] = row["community"]
        found["supports.hours"][row["place"]] = row["hours"]
    return found


SUPPORTED = OwnFigures(NAMES, reckon)
