"""The register as a workbook: exported as it is filtered; brought, checked row by row, then imported."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from nicegui import ui

from services.console.matters.kinds import SERVICE
from services.console.neighbours import NotDone
from services.console.pages.frame import Frame
from services.console.pages.workbook import SHOWN_FAULTS, XLSX, Fault, Outcome

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
    ui.download.content(content, f"{said('organizations')}.xlsx", XLSX)


class RegisterImport:
    """A register that is brought: checked by the registry on its own time, then imported."""

    accepts = ".xlsx,.xls,.ods"

    def __init__(self, frame: Frame) -> None:
        self.said = frame.words
        self.registry = frame.desk.neighbours(frame.person)
        self.id = ""
        self.title, self.how = self.said("import_register"), self.said("import_how")
        self.fetch_label, self.choose_label = self.said("template"), self.said("list_file")

    async def fetch(self) -> tuple[bytes, str]:
        """A register without rows."""
        content = await self.registry.file(SERVICE, "/v1/organizations/template.xlsx")
        return content, f"{self.said('organizations')}.xlsx"

    async def check(self, name: str, content: bytes, told: Callable[[str], bool]) -> Outcome:
        """Bring it and wait until every row is checked."""
        return await self._follow(await self.registry.bring(SERVICE, "/v1/imports", name, content), told)

    async def apply(self, rows: str, told: Callable[[str], bool]) -> Outcome:
        """Import these rows and wait until they are in the register."""
        path = f"/v1/imports/{self.id}/application"
        return await self._follow(await self.registry.send("POST", SERVICE, path, {"rows": rows}), told)

    async def _follow(self, found: Mapping[str, Any], told: Callable[[str], bool]) -> Outcome:
        self.id = found["id"]
        path = f"/v1/imports/{self.id}"
        while found["state"] in _UNDER_WAY and told(self._under_way(found)):
            await asyncio.sleep(_LOOK_S)
            found = await self.registry.get(SERVICE, path)
        faults = await self.registry.get(SERVICE, f"{path}/faults", limit=SHOWN_FAULTS + 1)
        return self._outcome(found, faults["items"])

    def _under_way(self, found: Mapping[str, Any]) -> str:
        if found["state"] == "received":
            return self.said("checking")
        return self.said("importing", rows=f"{found['rows_applied']:,}")

    def _outcome(self, found: Mapping[str, Any], faults: Sequence[Mapping[str, Any]]) -> Outcome:
        said, bad = self.said, found["rows_faulty"]
        language = "zh" if said.language == "zh" else "en"
        problem = found["problem"][language] if found["problem"] else ""
        if found["state"] == "failed":
            return Outcome("", problem=problem)
        ready = 0
        if found["state"] == "applied":
            text = said("imported", applied=found["rows_applied"], unchanged=found["rows_unchanged"], bad=bad)
        else:
            text = said("checked", rows=found["rows_read"], good=found["rows_valid"], bad=bad)
            ready = found["rows_valid"] if found["state"] == "checked" else 0
        listed = [Fault(one["row"], one["column"], one[language], _named(one["other"])) for one in faults]
        return Outcome(text, listed, bad=bool(bad), ready=ready, problem=problem)


def _named(other: str | None) -> Mapping[str, str]:
    """The page of what a row collides with or resembles: an organisation has one, another row has none."""
    try:
        return {str(other): f"/organizations/{UUID(other or '')}"}
    except ValueError:
        return {}
