"""Records as they stood on a past day, as SQL: for figures of a day, where a later step can change a row."""

import msgspec

from chassis.matters.rows import MatterRow, MatterStepColumns

_AS_OF = """(
    select stood.*
    from "{table}" r
    cross join lateral (
        select jsonb_object_agg(one.key, one.value order by s.effective_on, s.number) as found
        from "{steps}" s, jsonb_each(
            coalesce(s.dated, '{{}}') || jsonb_build_object('state', s.state, 'ended', s.ended)
        ) one
        where s.record_id = r.id and s.effective_on <= {day}
    ) told
    cross join lateral jsonb_populate_record(r, '{unset}'::jsonb || coalesce(told.found, '{{}}')) stood
    where r.opened_on <= {day} and {where}
)"""


def as_of(
    row: type[MatterRow], steps: type[MatterStepColumns], where: str = "true", *, day: str = "$1"
) -> str:
    """What stands in `from`: the rows of this kind that were open by `day`, as they stood on it.

    That is `state`, `ended` and the columns of `MatterRow.dated`; all others are as they are now. A column
    that no step by then has set is at its default, and one that has none as it is now: of a record that came
    from elsewhere in the middle of its course the first steps are not known. `where` is about the row of now,
    `r`: for what no later step changes.
    """
    fields = row.model_fields
    columns = {name for names in row.dated.values() for name in names}
    unset = {
        name: fields[name].get_default(call_default_factory=True)
        for name in sorted(columns)
        if not fields[name].is_required()
    }
    return _AS_OF.format(
        table=row.__tablename__, steps=steps.__tablename__, day=day, where=where,
        unset=msgspec.json.encode(unset).decode(),
    )  # fmt: skip
