"""The workbook of a step: downloaded as the list is filtered, checked row by row, then brought in."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from services.console.matters.kinds import SERVICE, KindWords, StepWords
from services.console.pages.frame import Frame
from services.console.pages.workbook import Fault, Outcome, Told


class StepSheet:
    """One step of the records that a filter finds; `done` is awaited when something was applied."""

    accepts = ".xlsx"

    def __init__(
        self, frame: Frame, kind: KindWords, step: StepWords, wanted: Mapping[str, Any],
        done: Callable[[], Awaitable[None]],
    ) -> None:  # fmt: skip
        self.said, self.kind, self.step, self.wanted, self.done = frame.words, kind, step, wanted, done
        self.registry = frame.desk.neighbours(frame.person)
        self.path = f"/v1/{kind.path}/{step.path}/sheet"
        self.name, self.content = "", b""
        self.title = self.said("sheet_title", step=step.called(self.said.language))
        self.how, self.fetch_label = self.said("sheet_how"), self.said("download")
        self.choose_label = self.said("choose_file")

    async def fetch(self) -> tuple[bytes, str]:
        """The list to fill in."""
        content = await self.registry.file(SERVICE, f"{self.path}.xlsx", **self.wanted)
        return content, f"{self.kind.zh}-{self.step.zh}.xlsx"

    async def check(self, name: str, content: bytes, told: Told) -> Outcome:
        """What is filled in, row by row."""
        self.name, self.content = name, content
        report = await self._bring("none")
        rows, bad = report["rows"], _faulty(report)
        if not rows:
            return Outcome(self.said("nothing_filled"), bad=True)
        text = self.said("checked", rows=rows, good=rows - bad, bad=bad)
        return Outcome(text, self._faults(report), bad=bool(bad), ready=rows - bad)

    async def apply(self, rows: str, told: Told) -> Outcome:
        """Take the step for these rows."""
        report = await self._bring(rows)
        await self.done()
        bad = _faulty(report)
        text = self.said("applied", applied=report["applied"], bad=bad)
        return Outcome(text, self._faults(report), bad=bool(bad))

    async def _bring(self, apply: str) -> Mapping[str, Any]:
        report: Mapping[str, Any] = await self.registry.bring(
            SERVICE, self.path, self.name, self.content, apply=apply
        )
        return report

    def _faults(self, report: Mapping[str, Any]) -> list[Fault]:
        words = "message_zh" if self.said.language == "zh" else "message_en"
        return [Fault(one["row"], one["column"], one[words]) for one in report["faults"]]


def _faulty(report: Mapping[str, Any]) -> int:
    """How many rows have a fault."""
    return len({fault["row"] for fault in report["faults"]})
