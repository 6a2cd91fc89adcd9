"""Which records are about one organisation, where several were found to be the same."""

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

FAMILY: Final = """
chain as (
    select id, merged_into from organization where id = {one}
    union
    select o.id, o.merged_into from chain c join organization o on o.id = c.merged_into
), family as (
    select id from chain
    union
    select o.id from family f join organization o on o.merged_into = f.id
)
"""
"""Parts of a `with recursive`: `family` has the record `{one}` and every other of the same organisation."""
