"""The workbook of a step: downloaded as the list is filtered, checked row by row, then brought in."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from html import escape
from typing import Any

from nicegui import events, ui

from services.console.matters.kinds import SERVICE, KindWords, StepWords
from services.console.neighbours import NotDone
from services.console.pages.dialog import problem_line, say
from services.console.pages.frame import Frame

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAX_BYTES = 20 * 1024 * 1024
_SHOWN_FAULTS = 200


class SheetDialog:
    """Download, choose, check, apply: what is checked has changed nothing."""

    def __init__(
        self, frame: Frame, kind: KindWords, step: StepWords, wanted: Mapping[str, Any],
        done: Callable[[], Awaitable[None]],
    ) -> None:  # fmt: skip
        self.frame, self.said, self.kind, self.step = frame, frame.words, kind, step
        self.wanted, self.done = wanted, done
        self.registry = frame.desk.neighbours(frame.person)
        self.name, self.content = "", b""

    def open(self) -> None:
        """Show the dialog."""
        called = self.step.called(self.said.language)
        with ui.dialog() as self.dialog, ui.card().classes("dialog broad"):
            ui.label(self.said("sheet_title", step=called)).classes("title").props("role=heading")
            ui.label(self.said("sheet_how")).classes("muted small")
            self.problem = problem_line()
            ui.button(self.said("download"), on_click=self._download).props(
                "outline dense no-caps padding='4px 12px' icon=download"
            )
            ui.upload(
                label=self.said("choose_file"), auto_upload=True, max_files=1, max_file_size=_MAX_BYTES,
                on_upload=self._chosen,
            ).props('accept=".xlsx" flat bordered').style("width:100%")  # fmt: skip
            self.progress = ui.element("div").classes("working")
            self.report = ui.element("div").props('data-card="report"').style("width:100%")
            with ui.element("div").classes("buttons"):
                ui.button(self.said("close"), on_click=self.dialog.close).props("flat dense no-caps")
        self.dialog.open()

    def _working(self, text: str | None) -> None:
        self.progress.clear()
        if text:
            with self.progress:
                ui.spinner(size="sm")
                ui.label(text).props("role=status")

    async def _download(self) -> None:
        self._working(self.said("downloading"))
        try:
            path = f"/v1/{self.kind.path}/{self.step.path}/sheet.xlsx"
            content = await self.registry.file(SERVICE, path, **self.wanted)
        except NotDone as refused:
            say(self.problem, str(refused))
            return
        finally:
            self._working(None)
        ui.download.content(content, f"{self.kind.zh}-{self.step.zh}.xlsx", _XLSX)

    async def _chosen(self, event: events.UploadEventArguments) -> None:
        self.name, self.content = event.file.name, await event.file.read()
        # The sender of an upload is the ui.upload; the library types it as any element.
        event.sender.reset()  # type: ignore[attr-defined]
        await self._bring("none")

    async def _bring(self, apply: str) -> None:
        self.problem.visible = False
        self.report.clear()
        self._working(self.said("checking"))
        try:
            path = f"/v1/{self.kind.path}/{self.step.path}/sheet"
            report = await self.registry.bring(SERVICE, path, self.name, self.content, apply=apply)
        except NotDone as refused:
            say(self.problem, str(refused))
            return
        finally:
            self._working(None)
        with self.report:
            if apply == "none":
                self._draw_checked(report)
            else:
                bad = len({fault["row"] for fault in report["faults"]})
                self._say(self.said("applied", applied=report["applied"], bad=bad), good=not bad)
                self._draw_faults(report["faults"])
        if apply != "none":
            await self.done()

    def _draw_checked(self, report: Mapping[str, Any]) -> None:
        rows, bad = report["rows"], len({fault["row"] for fault in report["faults"]})
        if not rows:
            self._say(self.said("nothing_filled"), good=False)
            return
        self._say(self.said("checked", rows=rows, good=rows - bad, bad=bad), good=not bad)
        self._draw_faults(report["faults"])
        if not bad:
            self._button(self.said("apply_all", rows=rows), "all")
        elif rows > bad:
            self._button(self.said("apply_valid", rows=rows - bad), "valid")

    def _button(self, label: str, apply: str) -> None:
        ui.button(label, on_click=lambda: self._bring(apply)).props(
            "unelevated dense no-caps padding='4px 16px'"
        )

    def _say(self, text: str, *, good: bool) -> None:
        ui.label(text).classes("banner" if good else "banner bad").props("role=status")

    def _draw_faults(self, faults: Sequence[Mapping[str, Any]]) -> None:
        if not faults:
            return
        words = "message_zh" if self.said.language == "zh" else "message_en"
        heads = "".join(f"<th>{escape(self.said(name))}</th>" for name in ("row", "column", "fault"))
        rows = "".join(
            f"<tr><td>{fault['row']}</td><td>{escape(fault['column'] or '—')}</td>"
            f"<td>{escape(fault[words])}</td></tr>"
            for fault in faults[:_SHOWN_FAULTS]
        )
        ui.html(f'<table class="plain"><tr>{heads}</tr>{rows}</table>', sanitize=False)
        if len(faults) > _SHOWN_FAULTS:
            ui.label(self.said("only_first", count=_SHOWN_FAULTS)).classes("muted small")
