"""Personal data at rest: sealed under a key of its own for each person, so that a key destroyed erases one.

A person's key lies in the service's database, wrapped by a key of the installation that does not
(`sealing.py`). Whoever reads what is sealed leaves a look, which nobody can take back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from chassis.model import Refusal, RefusalKind
from chassis.sealing import PersonKey, SealingKeys, fresh_key


class SealingUnset(Refusal):
    """The installation has no keys, so nothing personal is taken or shown."""

    code = "sealing_unset"
    kind = RefusalKind.UNAVAILABLE
    zh = "本平台尚未设置个人信息加密密钥，暂不能办理。请管理员设置 SHUNIU_SEALING_KEYS_FILE。"
    en = "This installation has no keys for personal data yet; set SHUNIU_SEALING_KEYS_FILE."


class PersonErased(Refusal):
    """The person's key is destroyed: what was sealed under it cannot be read by anybody."""

    code = "person_erased"
    kind = RefusalKind.MISSING
    zh = "该人员的个人信息已删除，无法恢复。"
    en = "The personal data of this person was erased and cannot be read again."


class PersonKeyColumns(SQLModel):
    """A person's key. A service that seals has one such table, named `person_key`, withheld from readers."""

    mark: bytes = Field(primary_key=True, sa_type=sa.LargeBinary)
    wrapped: bytes = Field(sa_type=sa.LargeBinary)
    wrapped_by: str
    made_at: datetime = Field(sa_type=sa.DateTime(timezone=True))


class LookColumns(SQLModel):
    """Somebody looked at what is sealed in a record: who, for what purpose, when. Rows are only added."""

    number: int | None = Field(default=None, sa_type=sa.BigInteger, primary_key=True)
    kind: str
    record_id: UUID = Field(index=True)
    division: str = Field(index=True)
    purpose: str
    actor_id: str
    looked_at: datetime = Field(sa_type=sa.DateTime(timezone=True))


@dataclass(frozen=True)
class Vault:
    """The persons' keys of one service, in one transaction."""

    keys: SealingKeys
    connection: asyncpg.Connection

    async def key(self, mark: bytes) -> PersonKey:
        """The person's key; raises `PersonErased`."""
        row = await self.connection.fetchrow(
            "select wrapped, wrapped_by from person_key where mark = $1", mark
        )
        if row is None:
            raise PersonErased
        return PersonKey(self.keys.unwrap(mark, row["wrapped"], row["wrapped_by"]))

    async def key_for(self, mark: bytes, now: datetime) -> PersonKey:
        """The person's key, made where there is none; whoever else asks so, or erases, waits meanwhile."""
        await self.connection.execute(
            "insert into person_key (mark, wrapped, wrapped_by, made_at) values ($1, $2, $3, $4)"
            " on conflict do nothing",
            mark, self.keys.wrap(mark, fresh_key()), self.keys.in_use, now,
        )  # fmt: skip
        await self.connection.execute("select from person_key where mark = $1 for update", mark)
        return await self.key(mark)

    async def erase(self, marks: Collection[bytes]) -> int:
        """Destroy these persons' keys; how many there were."""
        status = await self.connection.execute("delete from person_key where mark = any($1)", list(marks))
        return int(status.rsplit(" ", 1)[1])


async def rewrap(connection: asyncpg.Connection, keys: SealingKeys) -> int:
    """Wrap every person's key by the one in use; how many were wrapped by another.

    Once old wrapping keys are destroyed, copies of the database from before open nobody's data, those who
    were erased since included. Raises `KeysUnreadable` where a wrapping key is missing.
    """
    rows = await connection.fetch(
        "select mark, wrapped, wrapped_by from person_key where wrapped_by <> $1 order by mark for update",
        keys.in_use,
    )
    for row in rows:
        key = keys.unwrap(row["mark"], row["wrapped"], row["wrapped_by"])
        await connection.execute(
            "update person_key set wrapped = $2, wrapped_by = $3 where mark = $1",
            row["mark"], keys.wrap(row["mark"], key), keys.in_use,
        )  # fmt: skip
    return len(rows)
