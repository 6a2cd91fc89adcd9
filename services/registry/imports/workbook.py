"""The service's side of reading a workbook: a bounded child process does it, this asks and listens."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from services.registry.imports.model import WorkbookRefused
from services.registry.imports.reader import Reading, Refused

PATIENCE_S = 120.0
_READING = asyncio.Semaphore(1)
"""One reader at a time: each may take as much memory as its limit allows, whoever sends the workbooks."""
_ROOT = Path(__file__).parents[3]
_ANSWER = msgspec.msgpack.Decoder(Reading | Refused)


async def read_workbook(
    content: bytes, file_name: str, *, sheet: str | None, max_uncompressed: int, max_rows: int
) -> Reading:
    """The sheet of the workbook; raises `WorkbookRefused` for what is no workbook, empty or too large.

    A file that kills its reader, by memory or by time, is refused like any other.
    """
    arguments = [str(max_uncompressed), str(max_rows), *([sheet] if sheet else [])]
    async with _READING:
        output = await _read(arguments, content)
    if not output:
        raise WorkbookRefused(
            file=file_name,
            fault_zh="内容超出可处理的范围（例如末端单元格离数据太远），请另存为只含数据的新文件",
            fault_en="it asks for more memory or time than a register needs; save the data alone anew",
        )
    answer: Reading | Refused = _ANSWER.decode(output)
    if isinstance(answer, Refused):
        raise WorkbookRefused(file=file_name, fault_zh=answer.zh, fault_en=answer.en)
    return answer


def environment() -> dict[str, str]:
    """The child's: nothing of our settings, so that whoever takes it over learns no password."""
    ours = ("SHUNIU_", "OTEL_", "PG")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


async def _read(arguments: Sequence[str], content: bytes) -> bytes:
    """What the child answers, nothing where it was ended."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.registry.imports.reader", *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT, env=environment(),
    )  # fmt: skip
    try:
        output, _ = await asyncio.wait_for(child.communicate(content), PATIENCE_S)
    except TimeoutError:
        output = b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.communicate()  # an unread pipe that is full would keep `wait` waiting
    return output
