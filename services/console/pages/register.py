"""The register as a workbook: exported as it is filtered; brought, checked row by row, then imported."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from html import escape
from typing import Any, Final

from nicegui import events, ui

from services.console.matters.kinds import SERVICE
from services.console.neighbours import NotDone
from services.console.pages.dialog import problem_line, say
from services.console.pages.frame import Frame

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAX_BYTES = 20 * 1024 * 1024
_SHOWN_FAULTS = 200
_LOOK_S = 0.5
_UNDER_WAY = frozenset({"received", "applying"})
_FILTERS: Final = {
    "text": "q", "division": "division", "legal_form": "legal_form", "legal_status": "legal_status",
    "hub_link": "hub_link",
}  # fmt: skip
"""The filters of the list as the registry's export has them; it knows nothing of party coverage."""


async def export(frame: Frame, wanted: Mapping[str, str]) -> None:
    """Download the register as the list is filtered."""
    said = frame.words
    if wanted.get("coverage"):
        ui.notify(said("export_without_coverage"), type="warning")
    asked = {theirs: wanted[ours] for ours, theirs in _FILTERS.items() if wanted.get(ours)}
    waiting = ui.notification(said("exporting"), spinner=True, timeout=None)
    try:
        content = await frame.desk.neighbours(frame.person).file(
            SERVICE, "/v1/organizations/export.xlsx", **asked
        )
    except NotDone as refused:
        ui.notify(str(refused), type="negative", multi_line=True)
        return
    finally:
        waiting.dismiss()
    ui.download.content(content, f"{said('organizations')}.xlsx", _XLSX)


class ImportDialog:
    """Choose, check, import: what is checked has changed nothing."""

    def __init__(self, frame: Frame) -> None:
        self.frame, self.said = frame, frame.words
        self.registry = frame.desk.neighbours(frame.person)

    def open(self) -> None:
        """Show the dialog."""
        with ui.dialog() as self.dialog, ui.card().classes("dialog broad"):
            ui.label(self.said("import_register")).classes("title").props("role=heading")
            ui.label(self.said("import_how")).classes("muted small")
            self.problem = problem_line()
            ui.button(self.said("template"), on_click=self._template).props(
                "outline dense no-caps padding='4px 12px' icon=download"
            )
            ui.upload(
                label=self.said("list_file"), auto_upload=True, max_files=1, max_file_size=_MAX_BYTES,
                on_upload=self._chosen,
            ).props('accept=".xlsx,.xls,.ods" flat bordered').style("width:100%")  # fmt: skip
            self.progress = ui.element("div").classes("working")
            self.report = ui.element("div").props('data-card="report"').style("width:100%")
            with ui.element("div").classes("buttons"):
                ui.button(self.said("close"), on_click=self.dialog.close).props("flat dense no-caps")
        self.dialog.open()

    async def _template(self) -> None:
        try:
            content = await self.registry.file(SERVICE, "/v1/organizations/template.xlsx")
        except NotDone as refused:
            say(self.problem, str(refused))
            return
        ui.download.content(content, f"{self.said('organizations')}.xlsx", _XLSX)

    async def _chosen(self, event: events.UploadEventArguments) -> None:
        name, content = event.file.name, await event.file.read()
        # The sender of an upload is the ui.upload; the library types it as any element.
        event.sender.reset()  # type: ignore[attr-defined]
        await self._follow(lambda: self.registry.bring(SERVICE, "/v1/imports", name, content))

    async def _apply(self, id: str, rows: str) -> None:
        await self._follow(
            lambda: self.registry.send("POST", SERVICE, f"/v1/imports/{id}/application", {"rows": rows})
        )

    async def _follow(self, begin: Callable[[], Awaitable[Any]]) -> None:
        """Begin, look until it is done, and say what came of it."""
        self.problem.visible = False
        self.report.clear()
        self._working(self.said("checking"))
        try:
            found = await begin()
            while found["state"] in _UNDER_WAY and not self.dialog.is_deleted:
                await asyncio.sleep(_LOOK_S)
                found = await self.registry.get(SERVICE, f"/v1/imports/{found['id']}")
                if found["state"] == "applying":
                    self._working(self.said("importing", rows=f"{found['rows_applied']:,}"))
            faults = await self.registry.get(
                SERVICE, f"/v1/imports/{found['id']}/faults", limit=_SHOWN_FAULTS
            )
        except NotDone as refused:
            say(self.problem, str(refused))
            return
        finally:
            self._working(None)
        with self.report:
            self._draw(found, faults["items"])

    def _working(self, text: str | None) -> None:
        self.progress.clear()
        if text:
            with self.progress:
                ui.spinner(size="sm")
                ui.label(text).props("role=status")

    def _draw(self, found: Mapping[str, Any], faults: Sequence[Mapping[str, Any]]) -> None:
        said, bad = self.said, found["rows_faulty"]
        if found["problem"]:
            say(self.problem, found["problem"]["zh" if said.language == "zh" else "en"])
        if found["state"] == "failed":
            return
        if found["state"] == "applied":
            text = said("imported", applied=found["rows_applied"], unchanged=found["rows_unchanged"], bad=bad)
        else:
            text = said("checked", rows=found["rows_read"], good=found["rows_valid"], bad=bad)
        ui.label(text).classes("banner bad" if bad else "banner").props("role=status")
        self._draw_faults(faults)
        if found["state"] == "checked" and found["rows_valid"]:
            key, rows = ("apply_valid", "valid") if bad else ("apply_all", "all")
            ui.button(
                said(key, rows=found["rows_valid"]), on_click=lambda: self._apply(found["id"], rows)
            ).props("unelevated dense no-caps padding='4px 16px'")

    def _draw_faults(self, faults: Sequence[Mapping[str, Any]]) -> None:
        if not faults:
            return
        heads = "".join(f"<th>{escape(self.said(name))}</th>" for name in ("row", "column", "fault"))
        rows = "".join(
            f"<tr><td>{one['row']}</td><td>{escape(one['column'])}</td>"
            f"<td>{escape(one['zh' if self.said.language == 'zh' else 'en'])}</td></tr>"
            for one in faults
        )
        ui.html(f'<table class="plain"><tr>{heads}</tr>{rows}</table>', sanitize=False)
        if len(faults) == _SHOWN_FAULTS:
            ui.label(self.said("only_first", count=_SHOWN_FAULTS)).classes("muted small")
