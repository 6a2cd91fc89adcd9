"""Keeping filters under a name, each person's own; a name given again replaces the query."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

MOST = 50
"""Filters of one person for one list."""
LONGEST_NAME = 40


@dataclass(frozen=True)
class SavedFilter:
    """One filter."""

    id: UUID
    name: str
    query: str


class TooManyFilters(Exception):
    """A person keeps as many as are allowed for this list."""


_SAVE = """
insert into saved_filter (id, actor_id, path, name, query, saved_at) values ($1, $2, $3, $4, $5, now())
on conflict (actor_id, path, name) do update set query = excluded.query, saved_at = excluded.saved_at
"""


async def saved(connection: asyncpg.Connection, actor_id: str, path: str) -> list[SavedFilter]:
    """The person's filters of one list, by name."""
    rows = await connection.fetch(
        "select id, name, query from saved_filter where actor_id = $1 and path = $2 order by name",
        actor_id, path,
    )  # fmt: skip
    return [SavedFilter(**row) for row in rows]


async def save(connection: asyncpg.Connection, actor_id: str, path: str, name: str, query: str) -> None:
    """Keep the query under the name. Raises `TooManyFilters`."""
    others = [one for one in await saved(connection, actor_id, path) if one.name != name]
    if len(others) >= MOST:
        raise TooManyFilters
    await connection.execute(_SAVE, uuid7(), actor_id, path, name, query)


async def forget(connection: asyncpg.Connection, actor_id: str, id: UUID) -> None:
    """Keep it no longer; somebody else's is left alone."""
    await connection.execute("delete from saved_filter where id = $1 and actor_id = $2", id, actor_id)
