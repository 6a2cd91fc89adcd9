"""Errors from below that have a plain answer: an unavailable database, a value it cannot keep, a clash."""

import asyncio
from collections.abc import Iterator

import asyncpg
import sqlalchemy.exc
from shuniu_contracts import EventTooLarge, InvalidEvent

from chassis.faults import is_connection_lost
from chassis.http.problems import Explained

_UNAVAILABLE = frozenset({"08", "40", "53", "55", "57", "58"})
_CLASHES = frozenset({"23505", "23503", "23P01"})
_VALUE = "22"


def _chain(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        current = getattr(current, "orig", None) or current.__cause__


def explained(error: BaseException) -> Explained | None:
    """The answer to give for `error`, None where it is a fault of ours."""
    for link in _chain(error):
        if (answer := _one(link)) is not None:
            return answer
    return None


def _one(error: BaseException) -> Explained | None:
    state = str(getattr(error, "sqlstate", None) or "")
    if state[:2] in _UNAVAILABLE or _connection_lost(error):
        return Explained(
            503,
            "database_unavailable",
            "数据库暂不可用或正忙，请稍后再试。",
            "The database is unavailable or busy at the moment; try again.",
            headers={"retry-after": "2"},
        )
    if state in _CLASHES:
        return Explained(
            409,
            "already_exists",
            "与已有记录冲突（可能有人刚刚办理了同一事项），请刷新后重试。",
            "It clashes with an existing record, perhaps a simultaneous one; reload and try again.",
        )
    if state.startswith(_VALUE) or isinstance(error, asyncpg.exceptions.DataError | UnicodeEncodeError):
        return Explained(
            422,
            "value_not_storable",
            "某个值无法保存：数字超出范围，或文字含有无效字符。",
            "A value cannot be kept: a number out of range, or text with characters that are not valid.",
        )
    if isinstance(error, EventTooLarge):
        return Explained(
            422, "event_too_large", f"内容过多，无法发布：{error}。", f"Too much content: {error}."
        )
    if isinstance(error, InvalidEvent):
        return Explained(
            422, "event_invalid", f"内容不符合事件约定：{error}。", f"Not a valid event: {error}."
        )
    return None


def _connection_lost(error: BaseException) -> bool:
    if isinstance(error, sqlalchemy.exc.DBAPIError):
        return error.connection_invalidated
    return is_connection_lost(error) or isinstance(
        error,
        sqlalchemy.exc.TimeoutError | asyncio.TimeoutError | ConnectionError | asyncpg.CannotConnectNowError,
    )
