"""One read transaction of a query: session, clock, caller, policy, and the area the caller may see."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import asyncpg
import sqlalchemy as sa
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.database import Transaction
from chassis.model import division_code
from chassis.principal import Principal
from chassis.region import Region

SHANGHAI = ZoneInfo("Asia/Shanghai")
Policy = TypeVar("Policy", bound=BaseModel)


@dataclass(frozen=True)
class Reading:
    """First argument of every query that a route calls through `Call.read`."""

    service: str
    stack: str
    transaction: Transaction
    principal: Principal
    permission: str
    region: Region
    policies: BaseModel | None = None

    @property
    def session(self) -> AsyncSession:
        """The SQLModel session."""
        return self.transaction.session

    @property
    def connection(self) -> asyncpg.Connection:
        """The same transaction as a raw asyncpg connection."""
        return self.transaction.connection

    @property
    def now(self) -> datetime:
        """When this reading happens, UTC, by the database's clock."""
        return self.transaction.now

    @property
    def today(self) -> date:
        """The day in Asia/Shanghai."""
        return self.now.astimezone(SHANGHAI).date()

    def policy(self, kind: type[Policy]) -> Policy:
        """This service's section of the region profile, typed."""
        if not isinstance(self.policies, kind):
            raise TypeError(f"{self.service} has no policy of type {kind.__name__}")
        return self.policies

    def authorize(self, division: str) -> None:
        """Raise `NotPermitted` unless the caller may read in `division`; for a single record."""
        self.principal.authorize(self.permission, division)

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
