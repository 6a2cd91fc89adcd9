"""One read transaction of a query: session, clock, caller, policy, and the area the caller may see."""

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from chassis.acting import Acting
from chassis.model import division_code, is_within
from chassis.tables import AggregateRow
from chassis.unit_of_work import NotFound

Row = TypeVar("Row", bound=AggregateRow)


@dataclass(kw_only=True)
class Reading(Acting):
    """First argument of every query that a route calls through `Call.read`."""

    permission: str

    def authorize(self, division: str) -> None:
        """Raise `NotPermitted` unless the caller may read in `division`; for a single record."""
        self.principal.authorize(self.permission, division)

    async def record(self, kind: type[Row], id: UUID) -> Row:
        """One record; raises `NotFound`, and `NotPermitted` where the caller does not reach it."""
        row = await self.session.get(kind, id)
        if row is None:
            raise NotFound.of(kind, id)
        self.principal.reaches(self.permission, row.division, row.reached_from())
        return row

    async def sent_down(self, kind: type[Row], id: UUID) -> Row:
        """One record that is about everybody below: for whoever may read in its division, or anywhere below.

        Raises `NotFound`, `NotPermitted`.
        """
        row = await self.session.get(kind, id)
        if row is None:
            raise NotFound.of(kind, id)
        if not any(is_within(own, row.division) for own in self.principal.divisions):
            self.authorize(row.division)
        return row

    def scope(self, division: str | None = None) -> tuple[str, ...]:
        """The divisions to answer for: the one asked for, or all of the caller's.

        Raises `MalformedDivision`, or `NotPermitted` where the caller's divisions do not cover it.
        """
        if division is None:
            return self.principal.divisions
        self.authorize(division_code(division, at="/division"))
        return (division,)

    def within(self, column: Any, division: str | None = None) -> sa.ColumnElement[bool]:
        """A condition on a division column: in `scope(division)`, descendants included."""
        return sa.or_(
            sa.false(), *(column.startswith(code, autoescape=True) for code in self.scope(division))
        )

    def patterns(self, division: str | None = None) -> list[str]:
        """`scope(division)` for raw SQL: `where division like any($1)`."""
        return [f"{code}%" for code in self.scope(division)]
