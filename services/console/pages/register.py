"""The register as a workbook: exported as it is filtered; brought, checked row by row, then imported."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from nicegui import ui

from services.console.matters.forms import english
from services.console.matters.kinds import SERVICE
from services.console.neighbours import NotDone
from services.console.pages.dialog import asked_twice
from services.console.pages.frame import Frame
from services.console.pages.places import places_below
from services.console.pages.shown import moment
from services.console.pages.workbook import SHOWN_FAULTS, XLSX, Fault, Follow, Outcome, Told

_LOOK_S = 0.5
_UNDER_WAY = frozenset({"received", "applying", "undoing"})
_CHECKABLE = frozenset({"checked", "failed"})
_BASES = ("historical", "imported", "live")
_RECENT = 10
_PATH = "/v1/imports"
Columns = Sequence[Mapping[str, Any]]
"""What an import understands, field by field."""
_ELSEWHERE: Final = {"text": "q"}
"""Filters that the registry calls otherwise."""
_UNKNOWN_THERE: Final = frozenset({"coverage"})
"""Filters of the list that the registry does not have: it knows nothing of party coverage."""


async def export(frame: Frame, wanted: Mapping[str, str]) -> None:
    """Download the register as the list is filtered."""
    said = frame.words
    if wanted.get("coverage"):
        ui.notify(said("export_without_coverage"), type="warning")
    asked = {
        _ELSEWHERE.get(name, name): value
        for name, value in wanted.items() if value and name not in _UNKNOWN_THERE
    }  # fmt: skip
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
    ui.download.content(content, f"{said('organizations')}.xlsx", XLSX)


class RegisterImport:
    """A register that is brought: checked by the registry on its own time, then imported."""

    accepts = ".xlsx,.xls,.ods"

    def __init__(self, frame: Frame) -> None:
        self.frame, self.said = frame, frame.words
        self.registry = frame.desk.neighbours(frame.person)
        self.id = ""
        self.title, self.how = self.said("import_register"), self.said("import_how")
        self.fetch_label, self.choose_label = self.said("template"), self.said("list_file")
        self.of_all: dict[str, ui.select | ui.input] = {}
        self.update: ui.checkbox | None = None
        self.choices: dict[str, dict[str, str]] = {}
        self.again: ui.button | None = None

    async def fetch(self) -> tuple[bytes, str]:
        """A register without rows."""
        content = await self.registry.file(SERVICE, "/v1/organizations/template.xlsx")
        return content, f"{self.said('organizations')}.xlsx"

    async def check(self, name: str, content: bytes, told: Told) -> Outcome:
        """Bring it and wait until every row is checked."""
        form = {field: str(value).lower() for field, value in self._said_of_all().items() if value}
        return await self._follow(await self.registry.bring(SERVICE, _PATH, name, content, **form), told)

    async def apply(self, rows: str, told: Told) -> Outcome:
        """Import these rows and wait until they are in the register."""
        return await self._send("application", {"rows": rows}, told)

    def draw_of_all(self, follow: Follow) -> None:
        """What is said of all rows: of the next workbook, or of the one whose report is shown."""
        said, own = self.said, self.frame.person.principal.divisions
        region = self.frame.desk.runtime.region
        places = {code: self._called("division", code) for code in own}
        places |= places_below(region, own, said)
        bases = {code: self._called("basis", code) for code in _BASES}
        self.choices = {"division": places, "basis": bases}
        with ui.element("div").classes("columns").props('data-card="of-all"'):
            self.of_all = {
                "division": ui.select(
                    places, label=said("import_division"), value=next(iter(places), None), with_input=True
                ),
                "basis": ui.select(bases, label=said("import_basis"), value=_BASES[0]),
                "effective_on": ui.input(said("import_day")).props("type=date"),
            }
            for field in self.of_all.values():
                field.props("dense options-dense stack-label")
        self.update = ui.checkbox(said("import_update")).props("dense")
        self.again = ui.button(
            said("check_again"), on_click=lambda: follow(lambda told: self._send("mapping", {}, told))
        )
        self.again.props("outline dense no-caps padding='4px 12px'").visible = False

    def _called(self, name: str, code: str) -> str:
        if name == "basis":
            return self.said.code("basis", code)
        return self.frame.desk.runtime.region.division_name(code)

    def _said_of_all(self) -> dict[str, Any]:
        fields = {name: str(field.value) if field.value else None for name, field in self.of_all.items()}
        return fields if self.update is None else {**fields, "update": bool(self.update.value)}

    def _show_of_all(self, found: Mapping[str, Any]) -> None:
        """What was said of the import's rows; as long as it can be checked again, so can something else."""
        for name, field in self.of_all.items():
            value = found[name] or ""
            if isinstance(field, ui.select) and value not in field.options:
                self.choices[name][value] = self._called(name, value)
                field.set_options(self.choices[name])
            field.value = value
        if self.update is not None:
            self.update.value = found["update"]
        if self.again is not None:
            self.again.visible = found["state"] in _CHECKABLE

    async def _follow(self, found: Mapping[str, Any], told: Told) -> Outcome:
        path = f"{_PATH}/{found['id']}"
        while found["state"] in _UNDER_WAY and told(self._under_way(found)):
            await asyncio.sleep(_LOOK_S)
            found = await self.registry.get(SERVICE, path)
        faults = await self.registry.get(SERVICE, f"{path}/faults", limit=SHOWN_FAULTS + 1)
        columns = await self.registry.get(SERVICE, f"{_PATH}/columns")
        if told(""):
            self.id = found["id"]  # whose buttons are drawn next
            self._show_of_all(found)
        return self._outcome(found, faults["items"], columns)

    def _under_way(self, found: Mapping[str, Any]) -> str:
        if found["state"] == "received":
            return self.said("checking")
        return self.said(found["state"], rows=f"{found['rows_applied']:,}")

    def _outcome(
        self, found: Mapping[str, Any], faults: Sequence[Mapping[str, Any]], columns: Columns
    ) -> Outcome:
        said, state, language = self.said, found["state"], self.said.language
        problem = found["problem"][language] if found["problem"] else ""
        again = partial(self._draw_mapping, found, columns) if found["headers"] else None
        if state == "failed":
            return Outcome("", problem=problem, more=again)
        if state == "undone":
            return Outcome(said("undone", undone=found["rows_undone"], kept=found["rows_kept"]))
        bad = found["rows_faulty"]
        listed = [Fault(one["row"], one["column"], one[language], _named(one["other"])) for one in faults]
        if state == "applied":
            text = said("imported", applied=found["rows_applied"], unchanged=found["rows_unchanged"], bad=bad)
            if found.get("update"):
                text += said("imported_changes", changed=found["rows_changed"])
            undo = partial(self._draw_undo, found) if found["rows_applied"] else None
            return Outcome(text, listed, bad=bool(bad), problem=problem, more=undo)
        text = said("checked", rows=found["rows_read"], good=found["rows_valid"], bad=bad)
        if found.get("update"):
            text += said("checked_changes", changed=found["rows_changed"], unchanged=found["rows_unchanged"])
        return Outcome(text, listed, bad=bool(bad), ready=found["rows_valid"], problem=problem, more=again)

    def _draw_mapping(self, found: Mapping[str, Any], columns: Columns, follow: Follow) -> None:
        """Which column of the workbook is which field; open where it could not be read as it is."""
        said, chosen = self.said, dict[str, ui.select]()
        headers = list(dict.fromkeys(filter(None, found["headers"])))

        async def check_again() -> None:
            mapping = {field: select.value or "" for field, select in chosen.items()}
            body = {"mapping": mapping, "sheet": sheet.value.strip() or None}
            await follow(lambda told: self._send("mapping", body, told))

        opened = ui.expansion(said("mapping"), value=found["state"] == "failed").classes("folded")
        with opened.props('dense data-card="mapping"'):
            ui.label(said("mapping_how")).classes("muted small")
            with ui.element("div").classes("columns"):
                for one in columns:
                    chosen[one["field"]] = self._column(one, headers, found["mapping"])
                sheet = ui.input(said("sheet_name"), value=found["sheet"] or "").props("dense stack-label")
            ui.button(said("check_again"), on_click=check_again).props(
                "unelevated dense no-caps padding='4px 16px'"
            )

    def _column(self, one: Mapping[str, Any], headers: Sequence[str], known: Mapping[str, str]) -> ui.select:
        """The choice of a field's column: as it was read; where nothing could be, the one called like it."""
        name = one["header"] if self.said.language == "zh" else english(one["field"])
        like = next((header for header in headers if header in (one["header"], *one["aliases"])), None)
        label = f"{name} *" if one["required"] else name
        read = known.get(one["field"]) if known else like
        return ui.select(list(headers), label=label, value=read, clearable=True).props(
            "dense options-dense stack-label"
        )

    def _draw_undo(self, found: Mapping[str, Any], follow: Follow) -> None:
        question = self.said("undo_question", rows=found["rows_applied"], file=found["file_name"])

        async def undo() -> None:
            await follow(lambda told: self._send("undo", {}, told))

        asked_twice(self.said, self.said("undo"), question, undo)

    async def _send(self, what: str, body: Mapping[str, Any], told: Told) -> Outcome:
        """Ask for another piece of work on the import, and wait until it is done.

        It is checked again with what is said of all rows.
        """
        if what == "mapping":
            body = {**self._said_of_all(), **body}
        path = f"{_PATH}/{self.id}/{what}"
        return await self._follow(await self.registry.send("POST", SERVICE, path, body), told)

    def draw_recent(self, follow: Follow) -> None:
        """The imports before this one, each with its report."""

        async def fill() -> None:
            place.clear()
            with place:
                try:
                    found = await self.registry.get(SERVICE, _PATH, limit=_RECENT)
                except NotDone as refused:
                    ui.label(str(refused)).classes("muted small").props("role=alert")
                    return
                for one in found["items"]:
                    self._draw_one(one, follow)
                if not found["items"]:
                    ui.label(self.said("no_imports")).classes("muted small")

        with (
            ui.expansion(self.said("recent_imports"), on_value_change=fill)
            .classes("folded")
            .props('dense data-card="imports"')
        ):
            place = ui.element("div").classes("imports")

    def _draw_one(self, one: Mapping[str, Any], follow: Follow) -> None:
        said = self.said
        with ui.element("div").classes("titled import"):
            with ui.element("div"):
                ui.label(one["file_name"])
                state = said(f"import_{one['state']}", rows=f"{one['rows_applied']:,}")
                ui.label(f"{moment(one['created_at'])} · {state}").classes("muted small")
            again = partial(self._follow, one)
            ui.button(said("open_import"), on_click=lambda: follow(again)).props(
                "outline dense no-caps size=sm padding='2px 10px'"
            )


def _named(other: str | None) -> Mapping[str, str]:
    """The page of what a row collides with or resembles: an organisation has one, another row has none."""
    try:
        return {str(other): f"/organizations/{UUID(other or '')}"}
    except ValueError:
        return {}
