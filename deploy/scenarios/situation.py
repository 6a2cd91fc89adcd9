"""What the situations of all regions have in common: a register brought in by workbook, steps to watch."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.scenarios.client import Stack
from deploy.scenarios.register import Entry, write_workbook
from deploy.scenarios.running import Failed, out

HISTORICAL = "historical"
REST_S = 60.0


@dataclass
class Situation:
    """Steps against one running stack, each of which looks before it writes: a second run adds nothing."""

    stack: Stack
    progress: Progress
    register: list[Entry]
    ids: dict[str, UUID] = field(default_factory=dict)
    name: ClassVar[str]
    division: ClassVar[str]
    workbook: ClassVar[str]
    """what the office's own file is called"""
    as_of: ClassVar[date | None] = None
    """the day of facts whose row has none; otherwise that of the founding, or today"""

    @classmethod
    @asynccontextmanager
    async def begin(cls, stack: Stack, register: list[Entry], started: float) -> AsyncIterator[Self]:
        """The situation with its progress bars; at the end how long it took."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=out) as progress:
            yield cls(stack, progress, register)
        out.print(f"[dim]{time.monotonic() - started:.1f} s from the start[/dim]")

    @classmethod
    def made(cls, name: str) -> str:
        """A stable id for what the scenario makes, so that a second run finds it."""
        return str(uuid5(NAMESPACE_URL, f"urn:shuniu:scenario:{cls.name}:{name}"))

    def bar(self, title: str, total: int) -> Callable[[], None]:
        """A progress bar; the callable moves it by one."""
        task = self.progress.add_task(title, total=total)
        return lambda: self.progress.advance(task)

    async def settle(self, title: str) -> None:
        """Wait until every event has reached every service."""
        task = self.progress.add_task(title, total=None)
        await self.stack.at_rest(REST_S)
        self.progress.update(task, total=1, completed=1)

    async def load_register(self) -> None:
        """Import the workbook as historical facts; the same file twice changes nothing."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "register.xlsx"
            write_workbook(self.register, file)
            content = file.read_bytes()
        task = self.progress.add_task("导入名册 import the register", total=len(self.register))
        dated = {"effective_on": str(self.as_of)} if self.as_of else {}
        job = await self.stack.ask(
            "POST", "registry", "/v1/imports",
            files={"file": (self.workbook, content)},
            data={"division": self.division, "basis": HISTORICAL, "apply": "all", **dated},
        )  # fmt: skip
        while job["state"] in {"received", "applying"}:
            await asyncio.sleep(0.1)
            job = await self.stack.get("registry", f"/v1/imports/{job['id']}")
            self.progress.update(task, completed=job["rows_applied"])
        if job["state"] != "applied":
            raise Failed(f"the import ended as '{job['state']}': {job['problem'] or job['faults']}")
        self.progress.update(task, completed=len(self.register))
        await self._learn_ids()

    async def _learn_ids(self) -> None:
        items = await self.stack.every("registry", "/v1/organizations", division=self.division)
        self.ids = {item["name"]: UUID(item["id"]) for item in items}
        missing = [entry.name for entry in self.register if entry.name not in self.ids]
        if missing:
            raise Failed(
                f"{len(missing)} organisations of the workbook are not in the register: {missing[:3]}"
            )

    async def once(self, path: str, /, *, called: str = "title", **body: Any) -> dict[str, Any]:
        """The registry's record of this title, or what `called` names, opened where there is none."""
        for item in await self.stack.every("registry", path, division=self.division):
            if item[called] == body[called] and item["division"] == body["division"]:
                return dict(item)
        made: dict[str, Any] = await self.stack.post("registry", path, **body)
        return made


def on(day: date | str) -> dict[str, str]:
    """A historical fact's day, as every request takes it."""
    return {"effective_on": str(day), "basis": HISTORICAL}
