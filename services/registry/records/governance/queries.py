"""How many organisations have which system, a current charter, and all four no's (J12, B25, S03)."""

from collections.abc import Mapping
from datetime import date

from chassis.http import Named, Reading
from chassis.matters import as_of
from services.registry.area import OwnFigures
from services.registry.records.counting import by_place
from services.registry.records.governance.model import SYSTEMS_ZH, FeeRule
from services.registry.records.governance.tables import GovernanceChecklistRow
from services.registry.tables import MatterStepRow

NAMES: Mapping[str, Named] = {
    **{
        f"governance.{system.value}": Named("家", f"已建立{zh}", f"organisations with {system.value}")
        for system, zh in SYSTEMS_ZH.items()
    },
    "governance.charter_current": Named("家", "采用现行章程范本", "with the charter template in force"),
    "governance.party_clause": Named("家", "章程载明党的建设", "with the clause on Party building"),
    "governance.four_no": Named("家", "作出收费“四无”承诺", "that declared all four no's of fees"),
}
"""Of the checklists open on the day asked for, by the days on which systems were adopted and abolished."""

_BY_SYSTEM = ", ".join(
    f"count(*) filter (where '{system.value}' = any(there)) as {system.value}" for system in SYSTEMS_ZH
)
_STANDING = f"""
with here as (
    select *, left(division, $3) as place,
           array(
               select system from (
                   select distinct on (system) arguments ->> 'system' as system, fact
                   from matter_step
                   where record_id = checklist.id and effective_on <= $1
                     and fact in ('system_adopted', 'system_abolished')
                   order by 1, effective_on desc, number desc
               ) last where fact = 'system_adopted'
           ) as there
    from {as_of(GovernanceChecklistRow, MatterStepRow, "r.division like any($2)")} checklist
    where not ended
)
select place, {_BY_SYSTEM},
       count(*) filter (where charter_current) as charter_current,
       count(*) filter (where charter_party_clause) as party_clause,
       count(*) filter (where cardinality(fees_declared) = {len(FeeRule)}) as four_no
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
