"""Outage, bug or bad message: by the error alone."""

import asyncpg
import pytest
import sqlalchemy.exc

from chassis.faults import Nature, describe, nature_of, signature
from chassis.parking import NoSuchParked


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.DeadlockDetectedError("deadlock"),
        asyncpg.SerializationError("conflict"),
        asyncpg.TooManyConnectionsError("full"),
        asyncpg.DiskFullError("full"),
        asyncpg.LockNotAvailableError("locked"),
        asyncpg.AdminShutdownError("stopping"),
        asyncpg.QueryCanceledError("statement timeout"),
        asyncpg.InterfaceError("connection is closed"),
        ConnectionResetError("reset"),
        OSError("Multiple exceptions: [Errno 111] Connect call failed"),
        TimeoutError(),
        sqlalchemy.exc.TimeoutError("pool"),
    ],
)
def test_an_outage_passes(error: Exception) -> None:
    assert nature_of(error) is Nature.TRANSIENT


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.UndefinedTableError("no table"),
        asyncpg.UndefinedColumnError("no column"),
        asyncpg.InsufficientPrivilegeError("not allowed"),
        asyncpg.InterfaceError("cannot perform operation: another operation is in progress"),
        ImportError("module"),
        TypeError("type"),
        AttributeError("attribute"),
        NameError("name"),
        sqlalchemy.exc.InvalidRequestError("mapper"),
    ],
)
def test_a_fault_of_the_code_or_the_schema_is_a_bug(error: Exception) -> None:
    assert nature_of(error) is Nature.BUG


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.UniqueViolationError("twice"),
        asyncpg.NumericValueOutOfRangeError("too large"),
        asyncpg.DataError("invalid input for query argument $1: 'x'"),
        NoSuchParked(number=1),
        ValueError("value"),
        KeyError("key"),
        FileNotFoundError("no such file"),
    ],
)
def test_anything_else_is_about_the_message(error: Exception) -> None:
    assert nature_of(error) is Nature.DATA


@pytest.mark.parametrize(
    ("original", "nature"),
    [
        (asyncpg.UndefinedTableError("no table"), Nature.BUG),
        (asyncpg.AdminShutdownError("stopping"), Nature.TRANSIENT),
        (asyncpg.CheckViolationError("check"), Nature.DATA),
    ],
)
def test_a_wrapped_error_counts_as_what_it_wraps(original: Exception, nature: Nature) -> None:
    class Translated(Exception):
        sqlstate = original.sqlstate  # type: ignore[attr-defined]

    translated = Translated()
    translated.__cause__ = original
    wrapped = sqlalchemy.exc.DBAPIError("insert", None, translated)
    assert nature_of(wrapped) is nature


def test_one_error_is_one_place_in_the_code() -> None:
    def fail(value: int) -> None:
        if value > 1:
            raise ValueError(value)
        raise ValueError(value)

    found = []
    for value in (1, 2, 3):
        try:
            fail(value)
        except ValueError as error:
            found.append(signature(error))
    assert found[1] == found[2] != found[0]


def test_an_errors_text_fits_a_database_column() -> None:
    assert describe(ValueError("a\x00b" * 5000)).startswith("ValueError: a\\0b")
    assert len(describe(ValueError("x" * 5000))) == 2000
