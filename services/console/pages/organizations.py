"""社会组织: the list with search by name, pinyin initials or code, filters, and pages made on the server."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any
from urllib.parse import urlencode

from nicegui import events, ui
from starlette.requests import Request

from services.console.matters.kinds import Kinds, KindWords, StepWords
from services.console.pages.details import offered, possible_buttons
from services.console.pages.form import Opening
from services.console.pages.frame import Frame, address, in_turn
from services.console.pages.narrowing import Narrowing
from services.console.pages.register import RegisterImport, export
from services.console.pages.saved import SavedFilters
from services.console.pages.session import Desk
from services.console.pages.workbook import WorkbookDialog
from services.console.projection import queries
from services.console.projection.queries import Filter, Listed

_TONES = {
    "registered": "good", "filed": "info", "suspended": "warn", "covered": "good", "open": "warn",
    "overdue": "bad",
}  # fmt: skip
_CHIP_CELL = (
    '<q-td :props="props"><span v-if="props.value" :class="\'chip \' + props.row.TONE">'
    "{{ props.value }}</span></q-td>"
)
_NAME_CELL = (
    '<q-td :props="props" class="name"><a class="open" :href="\'/organizations/\' + props.row.id"'
    " @click.stop>{{ props.value }}</a></q-td>"
)
_SIZES = (25, 50, 100)
_LONGEST = 200

_BRING = frozenset({"operator", "hub_officer", "registration_authority"})
"""Roles that bring registers; the registry decides for itself."""


_IN_FEW_FIELDS = frozenset({"enter"})
"""What is entered outside, with a telephone: what may wait is folded away."""


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/organizations", "organizations")
    async def organizations(frame: Frame, request: Request) -> None:
        wanted = {field.name: request.query_params.get(field.name, "")[:_LONGEST] for field in fields(Filter)}
        await _List(frame, wanted, await offered(frame, "organizations")).begin()


class _List:
    """The list of one visitor: what is wanted, which page, in which order."""

    def __init__(self, frame: Frame, wanted: dict[str, str], offered: KindWords | None) -> None:
        self.frame, self.said, self.wanted, self.offered = frame, frame.words, wanted, offered
        self.pagination: dict[str, Any] = {
            "page": 1, "rowsPerPage": _SIZES[0], "sortBy": "name", "descending": False, "rowsNumber": 0,
        }  # fmt: skip
        self.dialogs = ui.element("div")
        self._draw_head()
        self.narrowing = Narrowing(frame, wanted, offered, self._want)
        self.narrowing.draw()
        self.saved = SavedFilters(frame, "/organizations", self._query)
        self._draw_table()

    async def begin(self) -> None:
        """Show the first page, then follow the events."""
        await self.saved.draw()
        with self.new:
            possible_buttons(self.offered, (), self._open_form, self.said, "new_organization")
        await self._refresh()
        self.frame.follow(self._refresh)

    def _draw_head(self) -> None:
        with ui.element("div").classes("head"):
            ui.label(self.said("organizations")).classes("h1").props("role=heading aria-level=1")
            self.count = ui.label().classes("muted").props("role=status")
            ui.link(self.said("applications"), "/applications")
            ui.element("div").style("flex:1")
            ui.button(self.said("export_register"), on_click=self._export).props(
                "outline dense no-caps padding='4px 12px' icon=download"
            )
            if self.frame.person.principal.roles & _BRING:
                ui.button(self.said("import_register"), on_click=self._import).props(
                    "outline dense no-caps padding='4px 12px' icon=upload"
                )
            self.new = ui.element("div")

    async def _export(self) -> None:
        await export(self.frame, self.wanted)

    def _import(self) -> None:
        self.dialogs.clear()
        with self.dialogs:
            brought = RegisterImport(self.frame)
            WorkbookDialog(self.said, brought, more=brought.draw_recent, before=brought.draw_of_all).open()

    async def _open_form(self, step: StepWords) -> None:
        assert self.offered is not None, "the step is one of those offered"
        self.dialogs.clear()
        with self.dialogs:
            brief = step.fact in _IN_FEW_FIELDS
            await Opening(self.frame, Kinds(), self.offered, step, done=self._opened, brief=brief).open()

    async def _opened(self, record: Mapping[str, Any]) -> None:
        ui.navigate.to(f"/organizations/{record['id']}")

    def _draw_table(self) -> None:
        columns = [
            self._column("name", classes="name", sortable=True),
            self._column("division", wide=True, sortable=True),
            self._column("form", wide=True),
            self._column("status"),
            self._column("duty"),
            self._column("since", wide=True, sortable=True),
            {**self._column("members", wide=True, sortable=True), "name": "full_members",
             "field": "full_members", "align": "right"},
            self._column("code", wide=True),
        ]  # fmt: skip
        self.table = ui.table(columns=columns, rows=[], row_key="id", pagination=self.pagination)
        self.table.props("data-list")
        self.table.props(f'flat bordered dense :rows-per-page-options="[{",".join(map(str, _SIZES))}]"')
        self.table.props(
            f'no-data-label="{self.said("none_found")}" rows-per-page-label="{self.said("per_page")}"'
        )
        self.table.props(""":pagination-label="(first, last, all) => `${first}–${last} / ${all}`" """)
        for name in ("status", "duty"):
            self.table.add_slot(f"body-cell-{name}", _CHIP_CELL.replace("TONE", f"{name}_tone"))
        self.table.add_slot("body-cell-name", _NAME_CELL)
        self.table.on("request", self._turn)
        self.table.on("rowClick", self._open, [[], ["id"], None])

    def _column(
        self, name: str, *, classes: str = "", wide: bool = False, sortable: bool = False
    ) -> dict[str, Any]:
        css = f"{classes} {'wide' if wide else ''}".strip()
        return {
            "name": name, "label": self.said(name), "field": name, "align": "left", "sortable": sortable,
            "classes": css, "headerClasses": css,
        }  # fmt: skip

    async def _want(self, name: str, value: str | None) -> None:
        if self.wanted[name] == (value or ""):
            return
        self.wanted[name] = value or ""
        self.narrowing.tell()
        self.pagination["page"] = 1
        await self._refresh()
        query = self._query()
        ui.navigate.history.replace(f"/organizations{'?' if query else ''}{query}")

    def _query(self) -> str:
        """What is wanted, as the address has it and as it is kept under a name."""
        return urlencode({key: text for key, text in self.wanted.items() if text})

    async def _turn(self, event: events.GenericEventArguments) -> None:
        asked = event.args["pagination"]
        size = asked["rowsPerPage"] if asked["rowsPerPage"] in _SIZES else _SIZES[0]
        self.pagination |= {
            "page": max(1, int(asked["page"])), "rowsPerPage": size, "sortBy": str(asked["sortBy"] or "name"),
            "descending": bool(asked["descending"]),
        }  # fmt: skip
        await self._refresh()

    def _open(self, event: events.GenericEventArguments) -> None:
        ui.navigate.to(f"/organizations/{event.args[1]['id']}")

    @in_turn
    async def _refresh(self) -> None:
        pages, person = self.pagination, self.frame.person
        async with self.frame.desk.runtime.database.transaction() as transaction:
            count, found = await queries.organizations(
                transaction.connection, person.patterns, Filter(**self.wanted), sort=pages["sortBy"],
                descending=pages["descending"], offset=(pages["page"] - 1) * pages["rowsPerPage"],
                limit=pages["rowsPerPage"], units=self.narrowing.units,
            )  # fmt: skip
        pages["rowsNumber"] = count
        self.count.text = self.said("found", count=f"{count:,}")
        self.table.pagination = dict(pages)
        self.table.rows = [self._row(one) for one in found]
        self.frame.fresh()

    def _row(self, one: Listed) -> dict[str, Any]:
        said = self.said
        return {
            **asdict(one), "id": str(one.id), "since": str(one.since or "—"),
            "division": self.frame.desk.runtime.region.division_name(one.division),
            "form": said.code("legal_form", one.legal_form), "code": one.code or "—",
            "status": said.code("legal_status", one.legal_status),
            "status_tone": _TONES.get(one.legal_status, ""),
            "duty": said.code("coverage", one.coverage) if one.coverage else "",
            "duty_tone": _TONES.get(one.coverage or "", ""),
            "full_members": "—" if one.full_members is None else one.full_members,
        }  # fmt: skip
