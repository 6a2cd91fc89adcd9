"""Which organisation a record is about whose organisation was found to be another one."""

from typing import Final

SURVIVORS: Final = """
merger as (
    select o.id as was, o.merged_into as now from organization o
    where o.id in ({about}) and o.merged_into is not null
    union
    select m.was, o.merged_into from merger m join organization o on o.id = m.now
    where o.merged_into is not null
), survivor as (
    select m.was, m.now from merger m join organization o on o.id = m.now where o.merged_into is null
)
"""
"""Parts of a `with recursive`: `survivor` has the organisation that goes on (`now`) for each of those that
the query `{about}` gives and that were merged (`was`), however often."""
