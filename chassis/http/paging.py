"""Pages by cursor: keyset values of the last row, opaque to callers and checked when they come back."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from fastapi import Query
from pydantic import BaseModel, Field

from chassis.model import Refusal, RefusalKind

T = TypeVar("T")
R = TypeVar("R")


class MalformedCursor(Refusal):
    """The cursor was not given by this query."""

    code = "cursor_malformed"
    kind = RefusalKind.INVALID
    zh = "翻页标记无效，请从第一页重新查询。"
    en = "The cursor is not one of this query; start again from the first page."


@dataclass(frozen=True)
class PageRequest:
    """Which page is wanted; a route takes it as `Annotated[PageRequest, Depends()]`."""

    cursor: Annotated[str | None, Query(max_length=2000, description="`next` of the page before")] = None
    limit: Annotated[int, Query(ge=1, le=500, description="rows a page")] = 50

    @property
    def fetch(self) -> int:
        """How many rows to select: one more than the page, to know whether another follows."""
        return self.limit + 1

    def after(self, *kinds: Any) -> tuple[Any, ...] | None:
        """The keyset values to continue after, of the given types; None on the first page.

        Raises `MalformedCursor` where the cursor does not hold values of these types.
        """
        if self.cursor is None:
            return None
        try:
            padded = self.cursor + "=" * (-len(self.cursor) % 4)
            content = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
            values: tuple[Any, ...] = msgspec.json.decode(content, type=tuple[kinds])  # type: ignore[valid-type]
        except (binascii.Error, UnicodeError, msgspec.MsgspecError):
            raise MalformedCursor(at="/cursor") from None
        return values


def cursor_of(values: Sequence[Any]) -> str:
    """The opaque form of a row's keyset values."""
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).rstrip(b"=").decode()


class Page(BaseModel, Generic[T]):
    """Some rows and where the next page begins."""

    items: list[T]
    next: str | None = Field(None, description="cursor of the next page; null on the last")

    @classmethod
    def of(
        cls,
        rows: Sequence[R],
        page: PageRequest,
        *,
        item: Callable[[R], T],
        key: Callable[[R], Sequence[Any]],
    ) -> "Page[T]":
        """The page of `rows`, selected with `limit page.fetch`; `key` gives a row's keyset values."""
        shown = rows[: page.limit]
        more = len(rows) > page.limit
        return cls(items=[item(row) for row in shown], next=cursor_of(key(shown[-1])) if more else None)
