"""What a command and a query have in common: one transaction, its clock, who acts, and the region's rules."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import asyncpg
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.clock import day_of
from chassis.database import Transaction
from chassis.principal import Principal
from chassis.region import Region
from chassis.sealing import SealingKeys
from chassis.vault import SealingUnset, Vault

Policy = TypeVar("Policy", bound=BaseModel)


@dataclass(kw_only=True)
class Acting:
    """Somebody at work in one transaction of one service; a unit of work, or a reading."""

    service: str
    stack: str
    transaction: Transaction
    principal: Principal
    region: Region
    policies: BaseModel | None = None
    sealing: SealingKeys | None = None

    @property
    def session(self) -> AsyncSession:
        """The SQLModel session."""
        return self.transaction.session

    @property
    def connection(self) -> asyncpg.Connection:
        """The same transaction as a raw asyncpg connection; flush the session before set-based SQL."""
        return self.transaction.connection

    @property
    def now(self) -> datetime:
        """When this transaction happens, UTC, by the database's clock."""
        return self.transaction.now

    @property
    def today(self) -> date:
        """The day in Asia/Shanghai."""
        return day_of(self.now)

    @property
    def vault(self) -> Vault:
        """The persons' keys of this service; raises `SealingUnset`."""
        if self.sealing is None:
            raise SealingUnset
        return Vault(self.sealing, self.connection)

    def policy(self, kind: type[Policy]) -> Policy:
        """This service's section of the region profile, typed."""
        if not isinstance(self.policies, kind):
            raise TypeError(f"{self.service} has no policy of type {kind.__name__}")
        return self.policies
