"""What a report of rows says of a workbook, as HTML; and whose report it is."""

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

from nicegui import Client, ui

from services.console.pages.frame import Frame
from services.console.pages.register import RegisterImport, _named
from services.console.pages.words import Words
from services.console.pages.workbook import Fault, WorkbookDialog

ID = "01a20267-5077-75c2-9723-33b1be243ef0"
EARLIER, LATER = "earlier", "later"


def test_a_record_that_a_fault_names_is_one_click_away_in_a_tab_of_its_own() -> None:
    fault = Fault(2, "名称", f"与“<b>晨光</b>”（{ID}）相似", _named(ID))
    link = f'<a href="/organizations/{ID}" target="_blank" rel="noopener">{ID}</a>'
    assert fault.shown() == f"与“&lt;b&gt;晨光&lt;/b&gt;”（{link}）相似"


def test_what_is_no_record_is_no_link() -> None:
    for other in (None, "row 5", '"><script>'):
        assert Fault(2, "名称", f"与 {other} 相似", _named(other)).shown().count("<") == 0


class Imports:
    """Two imports, the earlier of which does not answer before `go_on`."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.sent: list[str] = []

    async def get(self, service: str, path: str, **asked: Any) -> Any:
        """What an import says of itself: nothing is wrong with it."""
        if EARLIER in path:
            await self.go_on.wait()
        return [] if path.endswith("/columns") else {"items": []}

    async def send(self, method: str, service: str, path: str, body: Mapping[str, Any]) -> Any:
        """Note what is asked for."""
        self.sent.append(path)
        return applied(path.split("/")[3])


def applied(id: str) -> Mapping[str, Any]:
    """An import that is in the register."""
    return {
        "id": id, "state": "applied", "file_name": f"{id}.xlsx", "problem": None, "headers": [],
        "rows_applied": 7, "rows_unchanged": 0, "rows_faulty": 0,
    }  # fmt: skip


async def test_what_is_taken_back_is_the_import_whose_report_is_shown() -> None:
    imports = Imports()
    desk = SimpleNamespace(neighbours=lambda person: imports)
    brought = RegisterImport(cast(Frame, SimpleNamespace(words=Words("zh"), person=None, desk=desk)))
    with Client(ui.page(""), request=None):
        dialog = WorkbookDialog(Words("zh"), brought)
        dialog.open()
        first = asyncio.ensure_future(dialog._follow(lambda told: brought._follow(applied(EARLIER), told)))
        await asyncio.sleep(0)
        await dialog._follow(lambda told: brought._follow(applied(LATER), told))
        imports.go_on.set()
        await first
    shown = [one.text for one in dialog.report.descendants() if isinstance(one, ui.label)]
    assert not [text for text in shown if EARLIER in text]
    assert len([text for text in shown if LATER in text]) == 1
    await brought._send("undo", {}, lambda text: True)
    assert imports.sent == [f"/v1/imports/{LATER}/undo"]
