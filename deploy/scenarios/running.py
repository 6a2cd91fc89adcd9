"""Running a scenario: the stack it starts, its steps, and the published figures beside the computed ones."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from chassis.embedded.connection import Connection, NoStackRunning, read_connection_file
from chassis.keys import issue_token
from deploy.scenarios.client import Stack, StepFailed

Build = Callable[[Stack, float], Awaitable[None]]
"""What builds a situation in a running stack; the number is when it began, by the monotonic clock."""

out = Console()


class Failed(Exception):
    """The scenario cannot go on; the message says why."""


@contextlib.asynccontextmanager
async def running_stack(region: str, data_dir: Path, port: int) -> AsyncIterator[Connection]:
    """`shuniu up` as a process of its own; it is stopped cleanly when the block ends."""
    arguments = ["up", "--region", region, "--data-dir", str(data_dir), "--port", str(port)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chassis.command", *arguments, start_new_session=True
    )
    try:
        yield await _connection(data_dir, process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            await process.wait()


async def _connection(data_dir: Path, process: asyncio.subprocess.Process) -> Connection:
    while process.returncode is None:
        with contextlib.suppress(NoStackRunning):
            return read_connection_file(data_dir)
        await asyncio.sleep(0.05)
    raise Failed(f"the stack did not start (exit code {process.returncode}); see the lines above")


async def compared(stack: Stack) -> list[dict[str, Any]]:
    """The region's published figures beside the computed ones, as the console answers them."""
    answer = await stack.get("console", "/v1/figures/published")
    items: list[dict[str, Any]] = answer["items"]
    return items


_VERDICTS = {
    "matches": "[green]一致 matches[/green]",
    "differs": "[red]不一致 differs[/red]",
    "cannot": "[dim]暂不能计算 cannot yet[/dim]",
}


def show_figures(items: Sequence[dict[str, Any]]) -> list[str]:
    """Print the table; returns the ids of the figures that should match and do not."""
    table = Table(
        title="公布的数字与系统算出的数字 published figures beside the computed ones", show_lines=True
    )
    for heading in ("编号", "数字 figure", "时间 time", "公布 published", "算出 computed", "结论 verdict"):
        table.add_column(heading)
    for item in items:
        table.add_row(
            item["id"], f"{item['statement']}\n[dim]{item['statement_en']}[/dim]", item["time"],
            f"{item['printed']}\n[dim]{item['qualifier']}[/dim]", _computed(item),
            f"{_VERDICTS[item['verdict']]}{_residual(item)}",
        )  # fmt: skip
    out.print(table)
    return [item["id"] for item in items if item["verdict"] != item["expect"]]


def _computed(item: dict[str, Any]) -> str:
    lines = [] if item["computed_text"] is None else [item["computed_text"]]
    lines += [
        f"[dim]{reading['statement']}: {reading['computed_text']} ({reading['verdict']})[/dim]"
        for reading in item["readings"]
    ]
    return "\n".join(lines) or f"[dim]{item['reason']}[/dim]"


def _residual(item: dict[str, Any]) -> str:
    return f"\n差 by {item['residual_text']}" if item["verdict"] == "differs" else ""


def keys_of(data_dir: Path) -> Path:
    """Where an embedded stack has the key that signs its tokens."""
    return data_dir / "keys"


def operator_token(data_dir: Path, connection: Connection) -> str:
    """A token of the embedded stack's own key for one who may do everything in the stack."""
    return issue_token(
        keys_of(data_dir), subject="u-scenario", roles=["operator"], divisions=[connection.stack]
    )


async def _main(region: str, build: Build, data_dir: Path, port: int, once: bool) -> int:
    started = time.monotonic()
    async with running_stack(region, data_dir, port) as connection:
        token = operator_token(data_dir, connection)
        async with Stack.open(connection, token, keys_of(data_dir)) as stack:
            await build(stack, started)
            wrong = show_figures(await compared(stack))
        out.print(f"[dim]{time.monotonic() - started:.1f} s in all[/dim]")
        if once:
            return 1 if wrong else 0
        out.print(f"控制台 console: {connection.services['console']}/  (Ctrl-C 停止 stops it)")
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await stop.wait()
    return 0


def _each(failures: BaseExceptionGroup[Any]) -> Iterator[BaseException]:
    """What failed, out of the groups of tasks in which it did."""
    for failure in failures.exceptions:
        if isinstance(failure, BaseExceptionGroup):
            yield from _each(failure)
        else:
            yield failure


def run(region: str, build: Build, doc: str | None) -> None:
    """The command of a scenario's module: start the embedded stack, build the situation, compare figures."""

    def main(
        data_dir: Annotated[Path, typer.Option(help="where the stack keeps everything")] = Path(".shuniu"),
        port: Annotated[int, typer.Option(help="first of the stack's ports")] = 8600,
        once: Annotated[
            bool, typer.Option("--once", help="stop after the figures; exit 1 if one is wrong")
        ] = False,
    ) -> None:
        try:
            code = asyncio.run(_main(region, build, data_dir.resolve(), port, once))
        except* (Failed, StepFailed, httpx.HTTPError) as failures:
            for failure in _each(failures):
                out.print(f"[red]{failure}[/red]")
            code = 2
        raise SystemExit(code)

    os.environ.setdefault("COLUMNS", "140")
    main.__doc__ = doc
    typer.run(main)
