"""Workbooks for tests, small and large, right and wrong."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook

HEADERS = (
    "名称",
    "登记证号",
    "行政区划代码",
    "法律形式",
    "法律状态",
    "类别",
    "成立日期",
    "登记日期",
    "备案日期",
)


def row(name: str, **changes: Any) -> list[Any]:
    """A registered association of 2012, with changes by header."""
    values: dict[str, Any] = {
        "名称": name,
        "登记证号": None,
        "行政区划代码": "120116005",
        "法律形式": "社会团体",
        "法律状态": "登记",
        "类别": "公益慈善类",
        "成立日期": date(2011, 11, 1),
        "登记日期": date(2012, 3, 1),
        "备案日期": None,
    }
    return list((values | changes).values())


def workbook(rows: Iterable[Sequence[Any]], headers: Sequence[str] | None = HEADERS) -> bytes:
    """An .xlsx with one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    if headers is not None:
        sheet.append(list(headers))
    for cells in rows:
        sheet.append(list(cells))
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The workbook's file."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
