"""Records by the thousand: read, made and written without a session, which costs more than all the rest."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from shuniu_contracts import Ref, State
from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from chassis.matters.rows import Dated, MatterRow, rendering
from chassis.unit_of_work import UnitOfWork

_LOCK = 'select * from "{table}" where id = any($1) and {condition} order by id for update'
_UPDATE = """
update "{table}" r set {columns}
from jsonb_populate_recordset(null::"{table}", $1::jsonb) as fresh
where r.id = fresh.id
"""


class Draft:
    """A record's columns as plain attributes, for the rules of its kind and for its public state."""

    def __init__(self, shape: "Shape", values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)
        self.__dict__["_shape"] = shape

    if TYPE_CHECKING:  # which columns there are is the row's

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...

    @property
    def subject(self) -> str:
        """The record's id as the bus has it."""
        return str(self.id)

    @property
    def dated(self) -> Dated:
        """`MatterRow.dated`."""
        # To the checker a draft's own attributes are of any type, as its columns are, see `__getattr__`.
        return self._shape.row.dated  # type: ignore[no-any-return]

    @property
    def mended(self) -> Dated:
        """`MatterRow.mended`."""
        # As above.
        return self._shape.row.mended  # type: ignore[no-any-return]

    def reference(self) -> Ref:
        """This record as another event refers to it."""
        return Ref(self.subject, self.sequence)

    def public_state(self) -> State:
        """The contract's state, by the names of its fields."""
        return self._shape.rendering.state(self)  # type: ignore[no-any-return]


class Shape:
    """What of a kind's row has to be known to do without it."""

    def __init__(self, row: type[MatterRow]) -> None:
        self.row, self.table, self.rendering = row, str(row.__tablename__), rendering(row)
        self.columns = tuple(row.model_fields)
        self._in_order = itemgetter(*self.columns)
        self._plain: dict[str, Any] = {}
        self._made: dict[str, Callable[[], Any]] = {}
        for name, field in row.model_fields.items():
            if field.default_factory is not None:
                self._made[name] = field.default_factory  # type: ignore[assignment]
            elif not field.is_required():
                self._plain[name] = field.default
        self._required = {name for name, field in row.model_fields.items() if field.is_required()}
        columns = inspect(row).columns
        self._documents = {column.name for column in columns if isinstance(column.type, pg.JSONB)}

    def new(self, values: Mapping[str, Any]) -> Draft:
        """A record of these columns, the others by default; raises TypeError for unknown or missing ones."""
        if unknown := values.keys() - self.row.model_fields.keys():
            raise TypeError(f"{self.row.__name__} has no {', '.join(sorted(unknown))}")
        if missing := self._required - values.keys():
            raise TypeError(f"{self.row.__name__} needs {', '.join(sorted(missing))}")
        made = {name: make() for name, make in self._made.items() if name not in values}
        return Draft(self, {**self._plain, **made, **values})

    async def insert(self, uow: UnitOfWork, drafts: Sequence[Draft]) -> None:
        """Write new records, by COPY."""
        records = [self._in_order(self._stored(one.__dict__)) for one in drafts]
        await uow.connection.copy_records_to_table(self.table, columns=self.columns, records=records)

    async def locked(self, uow: UnitOfWork, ids: Sequence[UUID], condition: str, *more: Any) -> list[Draft]:
        """Those of the records that meet the condition, whose parameters begin with `$2`, locked in the order
        of their ids."""
        statement = _LOCK.format(table=self.table, condition=condition)
        await uow.flush()  # what a session has changed in them is to be read
        rows = [dict(found) for found in await uow.connection.fetch(statement, list(ids), *more)]
        return [Draft(self, {**values, "_before": values}) for values in rows]

    async def update(self, uow: UnitOfWork, drafts: Sequence[Draft]) -> None:
        """Write the columns in which the locked records, or some of them, have changed."""
        changed = sorted(set().union(*map(self._changed, drafts)))
        if not changed:
            return
        document = [{name: one.__dict__[name] for name in ("id", *changed)} for one in drafts]
        columns = ", ".join(f'"{name}" = fresh."{name}"' for name in changed)
        await uow.connection.execute(
            _UPDATE.format(table=self.table, columns=columns), msgspec.json.encode(document).decode()
        )
        for one in drafts:
            self._tell(uow, one, changed)

    def _tell(self, uow: UnitOfWork, draft: Draft, changed: Sequence[str]) -> None:
        """The session, where it has loaded the same record, sees what was written past it."""
        known = uow.session.identity_map.get(identity_key(self.row, draft.id))
        if known is not None:
            for name in changed:
                set_committed_value(known, name, getattr(draft, name))

    def _changed(self, draft: Draft) -> set[str]:
        now, before = draft.__dict__, draft._before
        return {name for name in self.columns if now[name] is not before[name] and now[name] != before[name]}

    def _stored(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The values as COPY takes them: documents as text."""
        given = [name for name in self._documents if values[name] is not None]
        return {**values, **{name: msgspec.json.encode(values[name]).decode() for name in given}}


@cache
def shape(row: type[MatterRow]) -> Shape:
    """The shape of this kind of row."""
    return Shape(row)
