"""How many organisations have which system, a current charter, and all four no's (J12, B25, S03)."""

from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading
from services.registry.area import OwnFigures
from services.registry.records.counting import by_place
from services.registry.records.governance.model import SYSTEMS_ZH, FeeRule

NAMES: Mapping[str, Named] = {
    **{
        f"governance.{system.value}": Named("家", f"已建立{zh}", f"organisations with {system.value}")
        for system, zh in SYSTEMS_ZH.items()
    },
    "governance.charter_current": Named("家", "采用现行章程范本", "with the charter template in force"),
    "governance.party_clause": Named("家", "章程载明党的建设", "with the clause on Party building"),
    "governance.four_no": Named("家", "作出收费“四无”承诺", "that declared all four no's of fees"),
}
"""Of the checklists open on the day asked for, by the days on which systems were adopted."""

_BY_SYSTEM = ", ".join(
    f"count(*) filter (where '{system.value}' = any(there)) as {system.value}" for system in SYSTEMS_ZH
)
_STANDING = f"""
with here as (
    select *, left(division, $3) as place,
           array(
               select one ->> 'system' from jsonb_array_elements(systems) as one
               where (one ->> 'adopted_on')::date <= $1
           ) as there
    from governance_checklist
    where opened_on <= $1 and (ended_on is null or ended_on > $1) and division like any($2)
)
select place, {_BY_SYSTEM},
       count(*) filter (where charter_current and charter_adopted_on <= $1) as charter_current,
       count(*) filter (where charter_party_clause and charter_adopted_on <= $1) as party_clause,
       count(*) filter (
           where cardinality(fees_declared) = {len(FeeRule)} and fees_declared_on <= $1
       ) as four_no
from here
group by 1
"""


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """The figures of a day by place."""
    columns = {figure.partition(".")[2]: figure for figure in NAMES}
    return await by_place(reading, _STANDING, columns, day, patterns, length)


GOVERNANCE = OwnFigures(NAMES, reckon, frozenset(NAMES))
