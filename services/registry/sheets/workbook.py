"""The list as a workbook: what is known, what is to be filled in, with lists to choose from.

Who writes one loads this module then: openpyxl is large, and most processes never need it.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from services.registry.sheets.model import ID, REVISION, Column

KNOWN = PatternFill("solid", start_color="DDEBF7")
_TO_FILL = PatternFill("solid", start_color="FFF2CC")
_ROWS_WITH_LISTS = 200_000
_LONGEST_LIST = 250
"""Characters of a list to choose from that Excel keeps in the cell's rule; a longer one stands on a sheet."""
_LISTS = "选项"
"""The hidden sheet with the longer lists to choose from."""


def begun(
    title: str, known: Mapping[str, str], to_fill: Sequence[Column], added: Sequence[Column] = ()
) -> "Book":
    """A list with its headings. `known` are the columns that are shown only, name -> Chinese title; those of
    them that are `added` can be filled in, too, in rows that have no record yet."""
    shown = {"id": ID, "revision": REVISION, **known}
    titles = [*shown.values(), *(column.title for column in to_fill)]
    book = Book(title, freeze="D2", widths=[_width(text, place) for place, text in enumerate(titles, 1)])
    for place, column in enumerate(to_fill, len(shown) + 1):
        _offer(book, place, column)
    for column in added:
        if column.name in known:
            _offer(book, list(shown).index(column.name) + 1, column)
    book.head(shown.values(), [column.title for column in to_fill])
    return book


async def write(
    book: "Book", known: Mapping[str, str], rows: AsyncIterator[Sequence[Mapping[str, Any]]],
    blank: Sequence[Mapping[str, Any]],
) -> Path:  # fmt: skip
    """One row a record and the `blank` ones at the end, as a temporary .xlsx; whoever sends it removes it."""
    names = ("id", "revision", *known)
    async for portion in rows:
        await asyncio.to_thread(book.append, [[row.get(name) for name in names] for row in portion])
    book.append([[row.get(name) for name in names] for row in blank])
    return await asyncio.to_thread(book.save, "shuniu-sheet-")


class Book:
    """A workbook of one sheet on its way to the disk: a long one takes no more memory than a short one.

    The lists to choose from are in the columns' rules, or on a hidden sheet of their own.
    """

    def __init__(self, title: str, *, freeze: str, widths: Sequence[int]) -> None:
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title[:31])
        self._sheet.freeze_panes = freeze
        for place, width in enumerate(widths, 1):
            self._sheet.column_dimensions[get_column_letter(place)].width = width
        self._lists: list[Sequence[str]] = []

    def offer(self, place: int, names: Sequence[str], *, only: bool = True) -> None:
        """Let the cells of the column be chosen from `names`; `only` from those."""
        if not names:
            return
        letter = get_column_letter(place)
        choice = DataValidation(type="list", formula1=self._source(names), allow_blank=True)
        choice.errorTitle, choice.error, choice.showErrorMessage = "可选值", "请从列表中选择", only
        choice.add(f"{letter}2:{letter}{_ROWS_WITH_LISTS}")
        self._sheet.data_validations.append(choice)

    def _source(self, names: Sequence[str]) -> str:
        """Where the rule finds the names: in itself, or where Excel would cut or part them, on a sheet."""
        text = ",".join(names)
        if len(text) <= _LONGEST_LIST and not any("," in name or '"' in name for name in names):
            return f'"{text}"'
        self._lists.append(names)
        letter = get_column_letter(len(self._lists))
        return f"{_LISTS}!${letter}$1:${letter}${len(names)}"

    def head(self, known: Iterable[str], to_fill: Iterable[str] = ()) -> None:
        """The headings, of what is shown and of what is to be filled in."""
        self._sheet.append(
            [
                *(self._header(text, KNOWN) for text in known),
                *(self._header(text, _TO_FILL) for text in to_fill),
            ]
        )

    def _header(self, text: str, fill: PatternFill) -> Any:
        cell = WriteOnlyCell(self._sheet, text)
        cell.font, cell.fill, cell.alignment = Font(bold=True), fill, Alignment(wrap_text=True)
        return cell

    def append(self, rows: Iterable[Sequence[Any]]) -> None:
        """More rows."""
        for row in rows:
            self._sheet.append([_cell(self._sheet, value) for value in row])

    def save(self, prefix: str) -> Path:
        """The file, which whoever sends it removes."""
        if self._lists:
            sheet = self._book.create_sheet(_LISTS)
            sheet.sheet_state = "hidden"
            for names in zip_longest(*self._lists):
                sheet.append([_cell(sheet, name) for name in names])
        file = tempfile.NamedTemporaryFile(prefix=prefix, suffix=".xlsx", delete=False)  # noqa: SIM115
        with file:
            self._book.save(file)
        return Path(file.name)


def _width(title: str, place: int) -> int:
    return 38 if place == 1 else max(12, 2 * len(title) + 4)


def _cell(sheet: Any, value: Any) -> Any:
    """A text that begins like a formula is a text; a decimal is a sum of money."""
    if isinstance(value, list | tuple):
        value = "、".join(map(str, value))
    if isinstance(value, Decimal):
        cell = WriteOnlyCell(sheet)
        cell.value, cell.number_format = value, "#,##0.00"
        return cell
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@"}:
        cell = WriteOnlyCell(sheet, value)
        cell.data_type = "s"
        return cell
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _offer(book: Book, place: int, column: Column) -> None:
    names = ["是", "否"] if column.boolean else list(column.choices.values())
    if not column.many:
        book.offer(place, names, only=not column.open)
