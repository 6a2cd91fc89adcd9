"""Engines of these tests' own where the session's cannot serve: roles belong to a whole server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from chassis.embedded.broker import EmbeddedBroker
from chassis.embedded.postgres import EmbeddedPostgres
from chassis.keys import EmbeddedKey


@pytest.fixture(scope="session")
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedKey:
    """The key of these tests' tokens."""
    return EmbeddedKey.open(tmp_path_factory.mktemp("keys"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedPostgres]:
    """A PostgreSQL server whose roles may be changed."""
    root = tmp_path_factory.mktemp("postgres")
    _passable(root)
    async with EmbeddedPostgres(root, settings={"fsync": "off"}) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedBroker]:
    """A broker whose topics no other test reads."""
    async with EmbeddedBroker(tmp_path_factory.mktemp("broker")) as server:
        yield server


def _passable(directory: Path) -> None:
    """PostgreSQL's own account, where we are root, has to pass through; pytest's folders are its owner's."""
    for folder in (directory, directory.parent, directory.parent.parent):
        folder.chmod(folder.stat().st_mode | 0o011)  # never less: one of them may be everybody's /tmp
