"""Reads one workbook in a process of its own, so that a hostile file can exhaust nothing but that process.

`python -m services.registry.imports.reader MAX_UNCOMPRESSED MAX_ROWS [SHEET]`, the workbook on standard
input. On standard output frames, each its length and a `Handed` in MessagePack: a `Refused`, or a `Head`, the
`Portion`s and an `End`. Dates come as ISO texts, whole numbers as integers, empty cells as nothing.
"""

import datetime
import gc
import io
import re
import resource
import sys
import zipfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any
from xml.etree import ElementTree

import msgspec
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from chassis.model import listed
from services.registry.imports.model import is_header, proposed_mapping

ADDRESS_SPACE = 2 << 30
"""Bytes: 200,000 rows with every column of a register filled take 1.8 GB; one cell in the far corner of an
empty sheet wants terabytes, and 30 KB of file can want any size between the two."""
CPU_S = 100
HEADER_WITHIN = 30
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# Neither looks beyond the cell that it began in: a file of cells that never end would take hours otherwise.
_ERROR_CELL = re.compile(
    rb'<c\b(?=[^<>]*\bt="e")[^<>]*\br="([A-Z]{1,3})(\d{1,7})"[^<>]*(?<!/)>(?:[^<]|<(?!/?c\b))*</c>'
)
_UNCOMPUTED = re.compile(
    rb'<c\b[^<>]*\br="([A-Z]{1,3})(\d{1,7})"[^<>]*>\s*<f\b[^<>]*(?:/>|>[^<]*</f>)\s*'
    rb"(?:<v\s*/>|<v></v>)?\s*</c>"
)
_PIECE = 1 << 18
LENGTH = 4
"""Bytes before a frame that say how long it is."""
PORTION = 1000
"""Rows handed over at once."""
Cell = str | int | float | bool | None


class Refused(msgspec.Struct, tag="refused"):
    """The file as a whole is no register; why, in both languages."""

    zh: str
    en: str


class Head(msgspec.Struct, tag="head"):
    """One sheet without its rows. Row numbers are the sheet's own, as the person sees them."""

    sheet: str
    header_row: int
    headers: list[str]
    rows: int
    """how many are filled below the header"""
    merged: list[tuple[int, int, int, int]]
    """(first row, first column, last row, last column), columns from 0"""
    broken: list[tuple[int, int, str]]
    """(row, column from 0, what): formulas whose result is an error or was never computed"""


class Cells(msgspec.Struct, array_like=True):
    """One column's cells in some rows: themselves, or each different one once and, for every row, its place
    among these (`H` of `array`), so that what is done with a cell is done once for all that are the same."""

    values: list[Cell]
    places: bytes | None = None

    @property
    def each(self) -> Sequence[Cell]:
        """The cells row by row."""
        if self.places is None:
            return self.values
        return [self.values[place] for place in memoryview(self.places).cast("H")]


class Portion(msgspec.Struct, tag="portion"):
    """Some filled rows, column by column."""

    numbers: list[int]
    columns: list[Cells]


class End(msgspec.Struct, tag="end"):
    """All has been handed over; without it nothing of what was may be believed."""


Handed = Refused | Head | Portion | End


@dataclass
class Reading:
    """One sheet below its header, whole."""

    sheet: str
    headers: list[str]
    numbers: list[int]
    rows: list[list[Cell]]


class _Refusal(Exception):
    def __init__(self, zh: str, en: str) -> None:
        self.refused = Refused(zh, en)


def _value(cell: Any) -> Cell:
    kind = type(cell)
    if kind is str:
        return cell.strip() or None
    if kind is float:
        return int(cell) if cell.is_integer() else cell
    if kind is datetime.date or kind is datetime.time:
        return str(cell.isoformat())
    if kind is datetime.datetime:
        return str(cell.date().isoformat())
    return cell if cell is None or kind is bool or kind is int else str(cell)


def _check_size(content: bytes, limit: int) -> None:
    """Raise `_Refusal` where the archive would unpack to more than `limit` bytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        return  # an .xls is no archive; calamine decides
    if size > limit:
        raise _Refusal(
            f"解压后有 {size:,} 字节，超过上限 {limit:,} 字节",
            f"it unpacks to {size:,} bytes, more than {limit:,}",
        )


def _sheet(book: CalamineWorkbook, wanted: str | None) -> CalamineSheet:
    """The sheet asked for, or the first visible one that holds a header; raises `_Refusal`."""
    visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
    if wanted is not None and wanted not in book.sheet_names:
        raise _Refusal(
            f"没有工作表“{wanted}”；可见的工作表：{listed(visible, 'zh')}",
            f"no sheet '{wanted}'; visible: {listed(visible, 'en')}",
        )
    sheets = [book.get_sheet_by_name(name) for name in ([wanted] if wanted is not None else visible)]
    filled = [sheet for sheet in sheets if sheet.height]
    for sheet in filled:
        if _header(sheet.to_python(skip_empty_area=False, nrows=HEADER_WITHIN)) is not None:
            return sheet
    if filled:
        return filled[0]
    hidden = [name for name in book.sheet_names if name not in visible]
    if hidden and wanted is None:
        raise _Refusal(
            f"可见的工作表中没有数据；隐藏的工作表（{listed(hidden, 'zh')}）不会导入",
            f"only hidden sheets have data: {listed(hidden, 'en')}",
        )
    raise _Refusal("工作表为空", "the sheet is empty")


def _header(rows: list[list[Any]]) -> int | None:
    """The index of the row that is the header."""
    texts = [[str(cell).strip() for cell in row] for row in rows]
    found = [index for index, row in enumerate(texts) if is_header(row)]
    return max(found, key=lambda index: (len(proposed_mapping(texts[index])), -index)) if found else None


def _first_filled(rows: list[list[Any]]) -> int:
    return next(
        index for index, row in enumerate(rows) if sum(cell != "" for cell in row) > 1 or len(row) == 1
    )


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1


def _sheet_entry(archive: zipfile.ZipFile, name: str) -> str | None:
    """Where the archive of an .xlsx has a sheet."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for sheet in book.iter("{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"):
        if sheet.get("name") == name:
            target = targets[sheet.get(_RELATION)]
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return None


def _suspect_xml(content: bytes, name: str) -> bytes:
    """The XML of an .xlsx sheet that has formulas or errors; empty for all others and other formats."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entry = _sheet_entry(archive, name)
            if entry is None:
                return b""
            with archive.open(entry) as file:
                suspect = _has_formulas(file)
            return archive.read(entry) if suspect else b""
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        return b""


def _has_formulas(file: IO[bytes]) -> bool:
    """Whether there is a formula or an error, with only a little of the file in memory at a time."""
    tail = b""
    while piece := file.read(_PIECE):
        text = tail + piece
        # The letter alone is found much faster, and hardly any sheet without formulas has it.
        if (b"f" in text and b"<f" in text) or b't="e"' in text:
            return True
        tail = piece[-len(b't="e"') :]
    return False


def _broken(xml: bytes) -> list[tuple[int, int, str]]:
    """Cells that a reader sees as empty although a formula stands in them."""
    found = []
    if b't="e"' in xml:
        for match in _ERROR_CELL.finditer(xml):
            shown = re.search(rb"<v>([^<]*)</v>", match[0])
            text = shown[1].decode() if shown else "#ERROR"
            found.append((int(match[2]), _column(match[1]), text))
    if b"<f" in xml:
        found += [(int(match[2]), _column(match[1]), "") for match in _UNCOMPUTED.finditer(xml)]
    return found


def _opened(
    content: bytes, max_uncompressed: int, max_rows: int, wanted: str | None
) -> tuple[CalamineSheet, list[list[Any]]]:
    """The sheet and its cells; raises `_Refusal`."""
    try:
        _check_size(content, max_uncompressed)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = _sheet(book, wanted)
        if sheet.total_height > max_rows + HEADER_WITHIN:
            raise _Refusal(
                f"超过 {max_rows:,} 行，请分成几个文件", f"more than {max_rows:,} rows; split the file"
            )
        return sheet, sheet.to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        if "password" in str(error).lower():
            raise _Refusal("文件有密码，请先取消密码保护", "it is protected by a password") from None
        raise _Refusal(
            "不是可读取的 Excel 工作簿（.xlsx、.xls、.ods）", "it is no readable workbook (.xlsx, .xls, .ods)"
        ) from None


def read(content: bytes, max_uncompressed: int, max_rows: int, wanted: str | None) -> Iterator[Handed]:
    """The sheet's header and filled rows, some at a time, or why there is none."""
    try:
        sheet, cells = _opened(content, max_uncompressed, max_rows, wanted)
    except _Refusal as refusal:
        yield refusal.refused
        return
    top = _header(cells[:HEADER_WITHIN])
    top = _first_filled(cells) if top is None else top
    filled = [number for number, row in enumerate(cells[top + 1 :], top + 2) if any(map(_is_filled, row))]
    yield Head(
        sheet.name,
        top + 1,
        [str(cell).strip() for cell in cells[top]],
        len(filled),
        [
            (first[0] + 1, first[1], last[0] + 1, last[1])
            for first, last in (sheet.merged_cell_ranges or [])
            if last[0] > top
        ],
        [cell for cell in _broken(_suspect_xml(content, sheet.name)) if cell[0] > top + 1],
    )
    columns = _Columns()
    for start in range(0, len(filled), PORTION):
        numbers = filled[start : start + PORTION]
        by_column = zip(*(cells[number - 1] for number in numbers), strict=True)
        yield Portion(numbers, columns.handed(by_column))
    yield End()


def _is_filled(cell: Any) -> bool:
    """Whether anything stands in a cell, white space apart."""
    return cell != "" and _value(cell) is not None


class _Places(dict[Any, int]):
    """The places of cells, each given when the cell is first met."""

    def __missing__(self, cell: Any) -> int:
        self[cell] = place = len(self)
        return place


class _Columns:
    """Hands over columns; one of which nearly every cell was different is not searched for repeated ones."""

    def __init__(self) -> None:
        self._diverse: set[int] = set()

    def handed(self, columns: Iterable[Sequence[Any]]) -> list[Cells]:
        """The columns of some rows."""
        return [self._cells(number, column) for number, column in enumerate(columns)]

    def _cells(self, number: int, column: Sequence[Any]) -> Cells:
        if number not in self._diverse:
            places = _Places()
            each = array("H", map(places.__getitem__, column))
            if len(places) * 2 > len(column):
                self._diverse.add(number)
            # True and 1 are equal, and have one place.
            elif not ((0 in places or 1 in places) and bool in map(type, column)):
                return Cells([_value(cell) for cell in places], each.tobytes())
        return Cells([_value(cell) for cell in column])


def main(arguments: list[str]) -> int:
    """Read standard input; the exit status is 0 whenever an answer was written."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    gc.disable()  # rows make no cycles, and the process ends with its answer
    wanted = arguments[2] if len(arguments) > 2 else None
    for handed in read(sys.stdin.buffer.read(), int(arguments[0]), int(arguments[1]), wanted):
        frame = msgspec.msgpack.encode(handed)
        sys.stdout.buffer.write(len(frame).to_bytes(LENGTH) + frame)
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
