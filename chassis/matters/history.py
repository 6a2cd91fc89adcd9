"""The steps of matters by the days from which they hold: what figures of any past day are counted from."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import pydantic_core

from chassis.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from chassis.matters.drafts import Draft
    from chassis.matters.rows import MatterRow, MatterStepColumns

_REMEMBER = """
with fresh as (
    select * from jsonb_to_recordset($1::jsonb) as fresh(
        kind text, record_id uuid, division text, fact text, state text, ended boolean, effective_on date,
        basis text, recorded_at timestamptz, actor_id text, arguments jsonb, dated jsonb
    )
), closed as (
    update {steps} s set until = f.effective_on
    from (select record_id, min(effective_on) as effective_on from fresh group by 1) f
    where s.record_id = f.record_id and s.effective_on <= f.effective_on
      and (s.until is null or s.until > f.effective_on)
)
insert into {steps} (kind, record_id, division, fact, state, ended, effective_on, basis, recorded_at,
                     actor_id, arguments, dated, until)
select kind, record_id, division, fact, state, ended, effective_on, basis, recorded_at, actor_id,
       coalesce(arguments, '{{}}'), dated,
       least(
           lead(effective_on) over (partition by record_id order by effective_on, recorded_at),
           (select min(s.effective_on) from {steps} s
            where s.record_id = fresh.record_id and s.effective_on > fresh.effective_on)
       )
from fresh
"""

_MEND = """
update {steps} s set dated = s.dated || jsonb_build_object(one.key, one.value)
from jsonb_each($2::jsonb) one
where s.number = (
    select number from {steps} where record_id = $1 and dated ? one.key
    order by effective_on desc, number desc limit 1
)
"""
_FIRST = ("kind", "record_id", "division", "fact", "state", "ended", "effective_on", "basis", "recorded_at",
          "actor_id")  # fmt: skip
_DOCUMENTS = ("arguments", "dated")


async def remember(
    uow: UnitOfWork, steps: "type[MatterStepColumns]", row: "MatterRow", fact: str, said: Mapping[str, Any],
    left_out: Collection[str] = (),
) -> None:  # fmt: skip
    """Write one step and how the record stands from its day on, in one statement."""
    await remember_all(uow, steps, [step_of(uow, row.stream[1], row, fact, said, left_out)])


def step_of(
    uow: UnitOfWork, kind: str, row: "MatterRow | Draft", fact: str, said: Mapping[str, Any],
    left_out: Collection[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """The step that a record of this kind has just taken, as `remember_all` takes it.

    `left_out` are columns that the fact could have set and did not.
    """
    return {
        "kind": kind, "record_id": row.subject, "division": row.division, "fact": fact,
        "state": row.state, "ended": row.ended, "effective_on": row.effective_on, "basis": row.basis,
        "recorded_at": uow.now, "actor_id": uow.principal.actor_id,
        "arguments": plain(dict(said)) if said else {}, "dated": dated(row, fact, left_out),
        "mended": mended(row, fact),
    }  # fmt: skip


def dated(row: "MatterRow | Draft", fact: str, left_out: Collection[str] = ()) -> dict[str, Any] | None:
    """The columns that hold from the day of this fact on."""
    names = row.dated.get(fact)
    return None if names is None else {n: plain(getattr(row, n)) for n in names if n not in left_out}


def mended(row: "MatterRow | Draft", fact: str) -> dict[str, Any] | None:
    """The columns that never were otherwise by this fact."""
    names = row.mended.get(fact)
    return None if names is None else {n: plain(getattr(row, n)) for n in names}


async def remember_all(
    uow: UnitOfWork, steps: "type[MatterStepColumns]", taken: Sequence[Mapping[str, Any]]
) -> None:
    """The same for steps of many records, those of one record in the order of their days."""
    waiting: list[Mapping[str, Any]] = []
    for place, step in enumerate(taken, 1):
        waiting.append(step)
        said = step["mended"]
        if not said and place < len(taken):
            continue
        document = msgspec.json.encode(waiting).decode()
        await uow.connection.execute(_REMEMBER.format(steps=steps.__tablename__), document)
        waiting = []
        if said:  # what it mends was said by those before it, which have to be there
            mending = msgspec.json.encode(said).decode()
            id = UUID(str(step["record_id"]))
            await uow.connection.execute(_MEND.format(steps=steps.__tablename__), id, mending)


async def begin_all(
    uow: UnitOfWork, steps: "type[MatterStepColumns]", taken: Sequence[Mapping[str, Any]]
) -> None:
    """The same for the first steps of new records, by COPY: none has to find its place among others."""
    records = [
        (*map(step.__getitem__, _FIRST), *(_document(step[name]) for name in _DOCUMENTS)) for step in taken
    ]
    await uow.connection.copy_records_to_table(
        str(steps.__tablename__), columns=(*_FIRST, *_DOCUMENTS), records=records
    )


def _document(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def plain(value: Any) -> Any:
    """A value as plain data, for an event and for the record of a step."""
    return pydantic_core.to_jsonable_python(value)
