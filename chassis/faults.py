"""Telling apart what failed: an outage passes, a bug stops the consumer, a bad message stops one subject."""

import asyncio
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

import asyncpg
import sqlalchemy.exc

_TRANSIENT_CLASSES = frozenset({"08", "40", "53", "55", "57", "58"})
_BUG_CLASS = "42"
_QUERY_CANCELED = "57014"
_SACRIFICED = frozenset({"40P01", "40001"})
DATABASE_ERRORS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What the driver raises: about a statement, about a connection that is gone, about none to be had."""
_LOCAL_FILE_ERRORS = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)
_BUGS = (
    ImportError,
    TypeError,
    AttributeError,
    NameError,
    SyntaxError,
    NotImplementedError,
    sqlalchemy.exc.InvalidRequestError,
    sqlalchemy.exc.ArgumentError,
)


class Nature(Enum):
    """What to do about an error."""

    TRANSIENT = "transient"
    BUG = "bug"
    DATA = "data"


class ConsumerBug(Exception):
    """The consumer's own code or schema is at fault: it stops, with nothing committed."""


def is_connection_lost(error: BaseException) -> bool:
    """Whether the driver says that its connection is gone.

    A server that goes down says so on an idle connection. Until the end of the connection arrives too, the
    driver waits for the rest of an answer that nobody asked for, and refuses statements as its own mistake
    (`InternalClientError: cannot switch to state ...`).
    """
    if isinstance(error, asyncpg.InternalClientError):
        return str(error).startswith(("cannot switch to", "not connected"))
    if isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError):  # a wrong value
        return "closed" in str(error) or "released" in str(error)
    return False


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        current = todo.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        todo += [getattr(current, "orig", None), current.__cause__]


def _one(error: BaseException) -> Nature | None:
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        if state[:2] in _TRANSIENT_CLASSES:
            return Nature.TRANSIENT
        return Nature.BUG if state[:2] == _BUG_CLASS else Nature.DATA
    if isinstance(error, sqlalchemy.exc.DBAPIError) and error.connection_invalidated:
        return Nature.TRANSIENT
    if is_connection_lost(error):
        return Nature.TRANSIENT
    if isinstance(error, asyncpg.InterfaceError):
        return Nature.DATA if isinstance(error, ValueError) else Nature.BUG
    if isinstance(error, sqlalchemy.exc.TimeoutError | asyncio.TimeoutError):
        return Nature.TRANSIENT
    if isinstance(error, OSError) and not isinstance(error, _LOCAL_FILE_ERRORS):
        return Nature.TRANSIENT
    if isinstance(error, ConsumerBug):
        return Nature.BUG
    return Nature.BUG if isinstance(error, _BUGS) and not hasattr(error, "orig") else None


def nature_of(error: BaseException) -> Nature:
    """Transient (SQLSTATE 08, 40, 53, 55, 57, 58, a lost connection), bug (42, type errors), or data.

    A wrapped error counts as what it wraps.
    """
    found = [nature for nature in map(_one, _chain(error)) if nature is not None]
    for nature in (Nature.TRANSIENT, Nature.BUG):
        if nature in found:
            return nature
    return Nature.DATA


def was_cancelled(error: BaseException) -> bool:
    """Whether the database cancelled a statement (57014): it ran longer than it may.

    An outage while the database is busy; again and again, the fault of what the statement is about.
    """
    return any(getattr(link, "sqlstate", None) == _QUERY_CANCELED for link in _chain(error))


def was_sacrificed(error: BaseException) -> bool:
    """Whether the database rolled this transaction back so that others could go on (40P01, 40001).

    Nothing of it happened, and nothing is wrong with it: it may be run again at once.
    """
    return any(getattr(link, "sqlstate", None) in _SACRIFICED for link in _chain(error))


def signature(error: BaseException) -> str:
    """Two failures are one error when kind and place in the code are the same."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename]
    place = f"{own[-1].filename}:{own[-1].lineno}" if own else "-"
    return f"{type(error).__qualname__} at {place}"


def describe(error: BaseException) -> str:
    """The error for people, in one piece of text that a database column accepts."""
    return f"{type(error).__qualname__}: {error}".replace("\x00", "\\0")[:2000]


@dataclass
class Breaker:
    """Notices one error on many subjects, in a batch or over time, so that a bug never sweeps them aside.

    More than `subjects` within `window_s`, or more than `share` of a batch and than `minimum`, is a bug.
    """

    subjects: int
    share: float
    minimum: int = 5
    window_s: float = 600.0
    _seen: dict[str, dict[tuple[str, str], float]] = field(default_factory=dict)

    def trips(self, what: str, subject: tuple[str, str], batch: int, now: float) -> bool:
        """Note that `what` failed on `subject`, of a batch of so many subjects; whether it is a bug."""
        recent = {s: at for s, at in self._seen.get(what, {}).items() if now - at < self.window_s}
        recent[subject] = now
        self._seen[what] = recent
        within_batch = sum(at == now for at in recent.values())
        return len(recent) > self.subjects or within_batch > max(self.minimum, self.share * batch)
