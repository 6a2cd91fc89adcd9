"""How many people are in care at the end of a month, in the whole stack; small numbers are hidden.

There is one table of counts a month and no breakdown by place: nobody can take one answer from another to
learn what was hidden.
"""

from collections.abc import Mapping
from datetime import date

import asyncpg

from chassis.http import Named, Reading
from services.registry.area import WHOLE, OwnFigures
from services.registry.care.censuses.model import Shown, month_end, shown
from services.registry.policy import RegistryPolicy

_PERSONS = """
select need, count(*) as number from care_record
where home = $1 and (
    select fact in ('opened', 'reopened') from care_step
    where record_id = care_record.id and effective_on <= $2
      and fact in ('opened', 'reopened', 'closed', 'consent_withdrawn', 'erased')
    order by effective_on desc, number desc
    limit 1
)
group by 1
"""
_PAIRINGS = """
select count(*) from care_pairing
where home = $1 and paired_on <= $2 and (ended_on is null or ended_on > $2)
"""

NAMES: Mapping[str, Named] = {
    "care.persons": Named("人", "在帮扶的困难群众（上月末）", "people in care at the last month's end"),
    "care.pairings": Named("对", "爱心牵手结对（上月末）", "givers and children paired at the month's end"),
}


async def persons(connection: asyncpg.Connection, stack: str, day: date, policy: RegistryPolicy) -> Shown:
    """People in care by need, as they may be seen."""
    rows = await connection.fetch(_PERSONS, stack, day)
    counts = {need.code: 0 for need in policy.care.needs} | {row["need"]: row["number"] for row in rows}
    return shown(counts, policy.care.smallest)


async def pairings(
    connection: asyncpg.Connection, stack: str, day: date, policy: RegistryPolicy
) -> int | None:
    """Pairings, or None where there are few."""
    number = int(await connection.fetchval(_PAIRINGS, stack, day))
    return None if 0 < number < policy.care.smallest else number


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Both figures for callers who asked for the whole stack; a hidden one is left out."""
    if not any(reading.stack.startswith(pattern.removesuffix("%")) for pattern in patterns):
        return {}
    policy, on = reading.policy(RegistryPolicy), month_end(day)
    found = {
        "care.persons": (await persons(reading.connection, reading.stack, on, policy)).total,
        "care.pairings": await pairings(reading.connection, reading.stack, on, policy),
    }
    return {name: {WHOLE: value} for name, value in found.items() if value is not None}


COUNTED = OwnFigures(NAMES, reckon, frozenset(NAMES))
