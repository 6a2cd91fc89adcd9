"""The service's side of reading a workbook: a bounded child process does it, this asks and listens."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from services.registry.imports.model import WorkbookRefused
from services.registry.imports.reader import LENGTH, End, Handed, Head, Portion, Reading, Refused

PATIENCE_S = 120.0
_READING = asyncio.Semaphore(1)
"""One reader at a time: each may take as much memory as its limit allows, whoever sends the workbooks."""
_ROOT = Path(__file__).parents[3]
_HANDED = msgspec.msgpack.Decoder(Handed)
_BUFFER = 1 << 20
_ENDED = b""
Frames = asyncio.Queue[bytes]


@dataclass(frozen=True)
class Book:
    """A workbook that is being read: what is known of its sheet, and the rows as they come."""

    head: Head
    _frames: Frames
    _reading: asyncio.Task[None]
    _file_name: str

    async def portions(self) -> AsyncIterator[Portion]:
        """The rows, once; raises `WorkbookRefused` where the reader ended before its work: what came until
        then may not be believed."""
        while not isinstance(handed := await _next(self._frames, self._reading, self._file_name), End):
            if not isinstance(handed, Portion):
                raise TypeError(f"the reader handed over {type(handed).__name__} among rows")
            yield handed


@asynccontextmanager
async def opened(
    content: bytes, file_name: str, *, sheet: str | None, max_uncompressed: int, max_rows: int
) -> AsyncIterator[Book]:
    """The sheet of the workbook; raises `WorkbookRefused` for what is no workbook, empty or too large.

    A file that kills its reader, by memory or by time, is refused like any other. The reader waits for
    nobody: what it has read waits here, so that it is soon gone and another's can begin.
    """
    arguments = [str(max_uncompressed), str(max_rows), *([sheet] if sheet else [])]
    frames = Frames()
    reading = asyncio.create_task(_in_turn(arguments, content, frames))
    try:
        head = await _next(frames, reading, file_name)
        if not isinstance(head, Head):
            raise TypeError(f"the reader began with {type(head).__name__}")
        yield Book(head, frames, reading, file_name)
        await reading
    finally:
        reading.cancel()
        await asyncio.wait([reading])


async def read_workbook(
    content: bytes, file_name: str, *, sheet: str | None, max_uncompressed: int, max_rows: int
) -> Reading:
    """The sheet whole, row by row; raises as `opened` does."""
    limits = {"max_uncompressed": max_uncompressed, "max_rows": max_rows}
    async with opened(content, file_name, sheet=sheet, **limits) as book:
        reading = Reading(book.head.sheet, book.head.headers, [], [])
        async for portion in book.portions():
            reading.numbers += portion.numbers
            reading.rows += map(list, zip(*(cells.each for cells in portion.columns), strict=True))
    return reading


def environment() -> dict[str, str]:
    """The child's: nothing of our settings, so that whoever takes it over learns no password."""
    ours = ("SHUNIU_", "OTEL_", "PG")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


async def _next(frames: Frames, reading: asyncio.Task[None], file_name: str) -> Handed:
    """What comes next; raises `WorkbookRefused` where the file was refused, or its reader was ended."""
    frame = await frames.get()
    if not frame:
        await reading  # raises what kept us from listening, which is not the file's fault
        raise WorkbookRefused(
            file=file_name,
            fault_zh="内容超出可处理的范围（例如末端单元格离数据太远），请另存为只含数据的新文件",
            fault_en="it asks for more memory or time than a register needs; save the data alone anew",
        )
    handed: Handed = _HANDED.decode(frame)
    if isinstance(handed, Refused):
        raise WorkbookRefused(file=file_name, fault_zh=handed.zh, fault_en=handed.en)
    return handed


async def _in_turn(arguments: Sequence[str], content: bytes, frames: Frames) -> None:
    try:
        async with _READING:
            await _read(arguments, content, frames)
    finally:
        frames.put_nowait(_ENDED)


async def _read(arguments: Sequence[str], content: bytes, frames: Frames) -> None:
    """What the child hands over, up to where it ended or was ended."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.registry.imports.reader", *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT, env=environment(), limit=_BUFFER,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                child.stdin.write(content)
                await child.stdin.drain()
                child.stdin.close()
            with contextlib.suppress(asyncio.IncompleteReadError):
                while True:
                    length = int.from_bytes(await child.stdout.readexactly(LENGTH))
                    frames.put_nowait(await child.stdout.readexactly(length))
    except TimeoutError:
        return
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
        await child.communicate()  # an unread pipe that is full would keep `wait` waiting
