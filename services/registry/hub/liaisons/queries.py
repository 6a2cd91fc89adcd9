"""Which communities have a liaison (村居全部设立联络点和联络员, B06), as a list and as a rate of a day."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from pydantic import BaseModel, Field

from chassis.http import Named, Reading
from chassis.matters import as_of
from chassis.model import is_within, length_below
from services.registry.area import WHOLE, OwnFigures
from services.registry.hub.liaisons.model import COMMUNITY_DIGITS
from services.registry.hub.liaisons.tables import LiaisonRow
from services.registry.tables import MatterStepRow

NAMES: Mapping[str, Named] = {
    "liaisons.communities": Named("个", "有联络员的社区（村）", "communities with a liaison"),
    "liaisons.points": Named("个", "设有联络点的社区（村）", "communities with a liaison point"),
    "liaisons.coverage": Named("%", "社区（村）联络员覆盖率", "share of communities with a liaison"),
}

_COMMUNITIES = "r.kind = 'community' and r.division like any($2)"
_THERE = f"""
select division, bool_or(point) as point
from {as_of(LiaisonRow, MatterStepRow, _COMMUNITIES)} liaison
where not ended
group by 1
"""


class Coverage(BaseModel):
    """The communities of one division below the one asked for."""

    division: str
    name_zh: str
    communities: int
    with_liaison: int
    with_point: int
    without: list[str] = Field(description="communities without a liaison")


async def coverage(reading: Reading, *, division: str) -> list[Coverage]:
    """Communities with and without a liaison, by the divisions below. Raises `NotPermitted`."""
    rows = await _there(reading, reading.today, reading.patterns(division))
    length = length_below(division)
    groups: dict[str, list[str]] = defaultdict(list)
    for community in _communities(reading, [division], reading.today):
        groups[community[:length]].append(community)
    return [
        Coverage(
            division=place, name_zh=reading.region.division_name(place), communities=len(there),
            with_liaison=sum(one in rows for one in there),
            with_point=sum(rows.get(one, False) for one in there),
            without=[one for one in there if one not in rows],
        )
        for place, there in sorted(groups.items())
    ]  # fmt: skip


async def _there(reading: Reading, day: date, patterns: list[str]) -> dict[str, bool]:
    """Community with a liaison on `day` -> whether there is a liaison point."""
    return {row["division"]: row["point"] for row in await reading.connection.fetch(_THERE, day, patterns)}


def _communities(reading: Reading, areas: Collection[str], day: date) -> Iterable[str]:
    return (
        one.code
        for one in reading.region.divisions
        if len(one.code) == COMMUNITY_DIGITS
        and any(is_within(one.code, area) for area in areas)
        and one.in_use(day)
    )


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Communities with a liaison on `day`, by place; the rate of a place without communities is left out."""
    rows = await _there(reading, day, patterns)
    areas = [pattern.removesuffix("%") for pattern in patterns]
    in_use = list(_communities(reading, areas, day))
    all_ = Counter(community[:length] for community in in_use)
    covered = Counter(community[:length] for community in in_use if community in rows)
    found: dict[str, dict[str, int | float]] = defaultdict(dict)
    found["liaisons.communities"] |= Counter(community[:length] for community in rows)
    found["liaisons.points"] |= Counter(place[:length] for place, point in rows.items() if point)
    for place, number in [*all_.items(), (WHOLE, all_.total())]:
        share = covered.total() if place == WHOLE else covered[place]
        if number:
            found["liaisons.coverage"][place] = round(100 * share / number, 1)
    return found


COVERAGE = OwnFigures(NAMES, reckon, frozenset({"liaisons.coverage"}))
