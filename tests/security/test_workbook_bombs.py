"""Workbooks made to exhaust whoever opens them: the process that reads them is bounded in memory and time."""

import asyncio
import io
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from services.registry.imports import workbook as module
from services.registry.imports.reader import ADDRESS_SPACE, LENGTH, End, Handed, Head
from services.registry.imports.workbook import Frames
from tests.registry.workbooks import row, workbook

GOOD = workbook([row("滨海书画协会")])
SHEET, BOOK, LINKS = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
QUICK_S = 20.0
"""Each takes a second or two where nothing else runs."""
SMALL = 512 << 20
"""Address space for these tests, so that the machine is not filled to show that it would not be."""
READ = """
from services.registry.imports import reader
reader.ADDRESS_SPACE = {space}
raise SystemExit(reader.main(["536870912", "200000"]))
"""


@dataclass(frozen=True)
class Outcome:
    """What became of a reader."""

    handed: list[Handed]
    seconds: float
    resident_mb: float


def read(content: bytes, space: int = SMALL) -> Outcome:
    """Have a workbook read as the service has it read, with so much address space."""
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as output:
        file.write(content)
        file.seek(0)
        begun, most = time.monotonic(), 0.0
        child = subprocess.Popen(
            [sys.executable, "-c", READ.format(space=space)],
            stdin=file, stdout=output, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while child.poll() is None:
            most = max(most, resident_mb(child.pid))
            time.sleep(0.02)
        output.seek(0)
        told = output.read()
    return Outcome(list(frames(told)), time.monotonic() - begun, most)


def frames(told: bytes) -> Iterator[Handed]:
    """What a reader handed over, as far as it came."""
    while told:
        end = LENGTH + int.from_bytes(told[:LENGTH])
        yield msgspec.msgpack.decode(told[LENGTH:end], type=Handed)
        told = told[end:]


def resident_mb(pid: int) -> float:
    """The most memory that a process has had so far, 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def changed(change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A good workbook with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    change(parts)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def with_rows(rows: bytes) -> bytes:
    """A sheet with these rows below its own."""
    return changed(lambda parts: parts.update({SHEET: before(parts[SHEET], b"</sheetData>", rows)}))


def before(content: bytes, place: bytes, added: bytes) -> bytes:
    """The content with something put in before a place."""
    return content.replace(place, added + place, 1)


def cell(reference: str) -> bytes:
    """A cell with a text."""
    return f'<c r="{reference}" t="inlineStr"><is><t>x</t></is></c>'.encode()


def many_sheets(parts: dict[str, bytes]) -> None:
    """Twenty thousand sheets that are one."""
    relation = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    numbers, sheet = range(20_000), b'<sheet xmlns:q="%s" name="s%d" sheetId="%d" q:id="x%d"/>'
    parts[BOOK] = before(parts[BOOK], b"</sheets>", b"".join(
        sheet % (relation, n, n + 10, n) for n in numbers
    ))  # fmt: skip
    parts[LINKS] = before(parts[LINKS], b"</Relationships>", b"".join(
        b'<Relationship Id="x%d" Type="%s/worksheet" Target="worksheets/sheet1.xml"/>' % (n, relation)
        for n in numbers
    ))  # fmt: skip


def many_strings(parts: dict[str, bytes]) -> None:
    """Three million shared texts that no cell uses."""
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    texts = b"<si><t>a</t></si>" * 3_000_000
    parts["xl/sharedStrings.xml"] = b'<?xml version="1.0"?><sst xmlns="%s">%s</sst>' % (space, texts)


def understated(size: int) -> bytes:
    """A sheet of which the archive says that it is small."""
    text = b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + b"x" * size + b"</t></is></c></row>"
    content = bytearray(with_rows(text))
    for signature, sizes_at, name_at in ((b"PK\x01\x02", 24, 46), (b"PK\x03\x04", 22, 30)):
        place = content.find(signature)
        while place >= 0:
            if content[place + name_at :].startswith(SHEET.encode()):
                content[place + sizes_at : place + sizes_at + 4] = (1000).to_bytes(4, "little")
            place = content.find(signature, place + 4)
    return bytes(content)


BOMBS: dict[str, Callable[[], bytes]] = {
    "twenty thousand sheets": lambda: changed(many_sheets),
    "three million texts": lambda: changed(many_strings),
    "a cell in the far corner": lambda: with_rows(b'<row r="1048576">' + cell("XFD1048576") + b"</row>"),
    "a cell at the end of each row": lambda: with_rows(
        b"".join(b'<row r="%d">' % n + cell(f"XFD{n}") + b"</row>" for n in range(3, 5000))
    ),
    "a size that is not true": lambda: understated(100 << 20),
    "errors that never end": lambda: with_rows(b'<row r="3">' + b'<c t="e" r="A3"/>' * 200_000 + b"</row>"),
    "formulas that never end": lambda: with_rows(
        b'<row r="3">' + b'<c r="A3"><f>1</f></c>' * 200_000 + b"</row>"
    ),
    "texts within texts": lambda: with_rows(
        b'<row r="3"><c r="A3" t="inlineStr">' + b"<is>" * 100_000 + b"</is>" * 100_000 + b"</c></row>"
    ),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_ends_its_reader_or_is_answered(bomb: Callable[[], bytes]) -> None:
    content = bomb()
    assert len(content) < 1 << 20, "it comes as a small file"
    outcome = read(content)
    assert outcome.seconds < QUICK_S
    assert outcome.resident_mb < SMALL / (1 << 20)


def test_who_reads_a_strangers_file_knows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNIU_DATABASE_DSN", "postgresql://u:secret@h/db")
    monkeypatch.setenv("PGPASSWORD", "secret")
    assert "secret" not in str(module.environment())
    assert "PATH" in module.environment()


async def test_workbooks_are_read_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several hostile ones at once would each take what one may take."""
    started: list[float] = []
    ended: list[float] = []
    read_one = module._read

    async def timed(arguments: Sequence[str], content: bytes, to: Frames) -> None:
        started.append(time.monotonic())
        await read_one(arguments, content, to)
        ended.append(time.monotonic())

    monkeypatch.setattr(module, "_read", timed)
    readings = [
        module.read_workbook(GOOD, "a.xlsx", sheet=None, max_uncompressed=1 << 29, max_rows=100)
        for _ in range(3)
    ]
    assert len(await asyncio.gather(*readings)) == 3
    assert all(later >= earlier for later, earlier in zip(started[1:], ended, strict=False))


def test_what_a_good_workbook_needs_is_far_below_the_limit() -> None:
    outcome = read(GOOD)
    assert isinstance(outcome.handed[0], Head)
    assert isinstance(outcome.handed[-1], End)
    assert outcome.resident_mb < 150
    assert ADDRESS_SPACE <= 2 << 30
