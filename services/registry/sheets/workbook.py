"""The list as a workbook: what is known, what is to be filled in, with lists to choose from.

Who writes one loads this module then: openpyxl is large, and most processes never need it.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
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
"""Characters of a list to choose from that Excel keeps in the cell's rule."""


def write(
    title: str, known: Mapping[str, str], to_fill: Sequence[Column], rows: Iterable[Mapping[str, Any]],
    added: Sequence[Column] = (),
) -> Path:  # fmt: skip
    """A temporary .xlsx with one row a record; whoever sends it removes it.

    `known` are the columns that are shown only: name -> Chinese title. In rows that have no record yet, those
    of them that are `added` can be filled in, too.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "D2"
    shown = {"id": ID, "revision": REVISION, **known}
    titles = [*shown.values(), *(column.title for column in to_fill)]
    for place, text in enumerate(titles, 1):
        sheet.column_dimensions[get_column_letter(place)].width = _width(text, place)
    for place, column in enumerate(to_fill, len(shown) + 1):
        _offer(sheet, get_column_letter(place), column)
    for column in added:
        if column.name in known:
            _offer(sheet, get_column_letter(list(shown).index(column.name) + 1), column)
    sheet.append(
        [*(header(sheet, text, KNOWN) for text in shown.values()),
         *(header(sheet, column.title, _TO_FILL) for column in to_fill)]
    )  # fmt: skip
    for row in rows:
        sheet.append([cell(sheet, row.get(name)) for name in shown])
    file = tempfile.NamedTemporaryFile(prefix="shuniu-sheet-", suffix=".xlsx", delete=False)  # noqa: SIM115
    with file:
        book.save(file)
    return Path(file.name)


def _width(title: str, place: int) -> int:
    return 38 if place == 1 else max(12, 2 * len(title) + 4)


def header(sheet: Any, text: str, fill: PatternFill = KNOWN) -> Any:
    """A heading."""
    cell = WriteOnlyCell(sheet, text)
    cell.font, cell.fill, cell.alignment = Font(bold=True), fill, Alignment(wrap_text=True)
    return cell


def cell(sheet: Any, value: Any) -> Any:
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


def _offer(sheet: Any, letter: str, column: Column) -> None:
    names = ["是", "否"] if column.boolean else list(column.choices.values())
    if not column.many:
        offer(sheet, letter, names, only=not column.open)


def offer(sheet: Any, letter: str, names: Sequence[str], *, only: bool = True) -> None:
    """Let the column's cells be chosen from `names`, where Excel can keep so many; `only` from those."""
    text = ",".join(names)
    if not names or len(text) > _LONGEST_LIST:
        return
    choice = DataValidation(type="list", formula1=f'"{text}"', allow_blank=True)
    choice.errorTitle, choice.error, choice.showErrorMessage = "可选值", "请从列表中选择", only
    choice.add(f"{letter}2:{letter}{_ROWS_WITH_LISTS}")
    sheet.data_validations.append(choice)
