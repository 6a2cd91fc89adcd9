"""比对: other offices' lists beside the register; one more is brought as a workbook."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from nicegui import events, ui
from starlette.requests import Request

from services.console.matters.kinds import SERVICE, KindWords
from services.console.neighbours import NotDone
from services.console.pages.dialog import buttons, problem_line, say
from services.console.pages.followed import FollowedList, draw_table
from services.console.pages.frame import Frame, address, kind_or_why_not
from services.console.pages.places import places_below
from services.console.pages.session import Desk
from services.console.pages.shown import Shown, chip
from services.console.pages.workbook import MAX_BYTES, Fault, draw_faults

PATH = "comparisons"
_COUNTS = ("matched", "fields", "left", "theirs_only", "ours_only")


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/comparisons", "comparisons")
    async def comparisons(frame: Frame, request: Request) -> None:
        if (found := await kind_or_why_not(frame, PATH)) is not None:
            await _Comparisons(frame, found[1]).begin()


def left(record: Mapping[str, Any]) -> int:
    """Differences that nobody has settled."""
    return int(record["differing_fields"] - record["accepted"] - record["kept"])


def listed(shown: Shown, kind: KindWords, record: Mapping[str, Any]) -> str:
    """What a comparison is called: whose list it is, of which day."""
    return f"{shown.value(kind, 'source', record['source'])} {record['listed_on']}"


class _Comparisons(FollowedList):
    """The comparisons that one visitor may read, the newest first."""

    def __init__(self, frame: Frame, kind: KindWords) -> None:
        super().__init__(frame, PATH)
        self.kind = kind
        with ui.element("div").classes("head"):
            ui.label(self.said("comparisons_title")).classes("h1").props("role=heading aria-level=1")
            ui.element("div").style("flex:1")
            if kind.opening is not None and kind.opening.may:
                ui.button(self.said("bring_list"), on_click=self._bring).props(
                    "unelevated dense no-caps padding='4px 14px' icon=upload"
                )
        self.place("comparisons")

    def _bring(self) -> None:
        with self.dialog():
            _Bringing(self.frame, self.kind, self.refresh).open()

    def draw_none(self) -> None:
        """What to do first."""
        with ui.element("div").classes("empty"):
            ui.html(f"<b>{self.said('no_comparisons')}</b>", sanitize=False)
            ui.label(self.said("no_comparisons_hint"))

    def draw_items(self, items: Sequence[Mapping[str, Any]], today: date) -> None:
        """What each came to."""
        heads = [f"<th>{escape(self.said(name))}</th>" for name in ("comparison_list", "states")]
        heads += [
            f'<th class="number{_wide(name)}">{escape(self.said(f"comparison_{name}"))}</th>'
            for name in _COUNTS
        ]
        draw_table(heads, map(self._row, items))

    def _row(self, one: Mapping[str, Any]) -> str:
        said = self.said
        numbers = {
            "matched": one["matched"], "fields": one["differing_fields"], "left": left(one),
            "theirs_only": one["theirs_only"], "ours_only": one["ours_only"],
        }  # fmt: skip
        cells = "".join(
            f'<td class="number{_wide(name)}{" bad" if name == "left" and number else ""}">{number:,}</td>'
            for name, number in numbers.items()
        )
        name = listed(self.shown, self.kind, one)
        beside = f"{self.shown.place(one['division'])} · {said('comparison_listed', count=one['listed'])}"
        state = chip(self.kind.state(one["state"], said.language), "good" if one["ended"] else "info")
        return (
            f'<tr><td><a class="open" href="/comparisons/{one["id"]}">{escape(name)}</a>'
            f'<div class="muted small">{escape(beside)}</div></td><td>{state}</td>{cells}</tr>'
        )


class _Bringing:
    """The dialog in which their list is chosen; what of it cannot be read is said row by row."""

    def __init__(self, frame: Frame, kind: KindWords, done: Any) -> None:
        self.frame, self.said, self.kind, self.done = frame, frame.words, kind, done
        self.registry = frame.desk.neighbours(frame.person)
        self.name, self.content = "", b""

    def open(self) -> None:
        """Show the dialog."""
        said, own = self.said, self.frame.person.principal.divisions
        region = self.frame.desk.runtime.region
        places = {code: region.division_name(code) for code in own if code}
        places |= places_below(region, own, said)
        codes = self.kind.codes
        sources = {code: Shown(self.frame).code(codes, "source", code) for code in codes.get("source", ())}
        with ui.dialog() as self.dialog, ui.card().classes("dialog"):
            ui.label(said("bring_list")).classes("title").props("role=heading")
            ui.label(said("bring_list_how")).classes("muted small")
            self.problem = problem_line()
            self.source = ui.select(sources, label=said("list_source"), value=next(iter(sources), None))
            self.division = ui.select(
                places, label=said("division"), value=next(iter(places), None), with_input=True
            )
            self.listed_on = ui.input(said("list_day")).props("type=date stack-label")
            for field in (self.source, self.division, self.listed_on):
                field.props("dense options-dense").style("width:100%")
            ui.upload(
                label=said("list_file"), auto_upload=True, max_files=1, max_file_size=MAX_BYTES,
                on_upload=self._chosen, on_rejected=lambda: say(self.problem, said("file_rejected")),
            ).props('accept=".xlsx,.xls,.ods" flat bordered').style("width:100%;margin-top:8px")  # fmt: skip
            self.file = ui.label().classes("muted small").props("role=status")
            self.report = ui.element("div").props('data-card="report"').style("width:100%")
            buttons(said, self.dialog, self._compare, said("compare"))
        self.dialog.open()

    async def _chosen(self, event: events.UploadEventArguments) -> None:
        self.name, self.content = event.file.name, await event.file.read()
        # The sender of an upload is the ui.upload; the library types it as any element.
        event.sender.reset()  # type: ignore[attr-defined]
        self.problem.visible = False
        self.file.text = self.said("list_chosen", name=self.name)

    async def _compare(self) -> None:
        self.problem.visible = False
        if not self.content:
            say(self.problem, self.said("list_needs_file"))
            return
        asked = {
            "source": str(self.source.value or ""), "division": str(self.division.value or ""),
            "listed_on": str(self.listed_on.value or ""),
        }  # fmt: skip
        if not all(asked.values()):
            say(self.problem, self.said("list_needs"))
            return
        try:
            answer = await self.registry.bring(SERVICE, f"/v1/{PATH}/sheet", self.name, self.content, **asked)
        except NotDone as refused:
            say(self.problem, str(refused))
            return
        made = answer["comparison"]
        if not answer["unread"]:
            self.dialog.close()
            ui.navigate.to(f"/comparisons/{made['id']}")
            return
        self.report.clear()
        with self.report:
            self._draw_report(made, answer["unread"])
        await self.done()

    def _draw_report(self, made: Mapping[str, Any], unread: Sequence[Mapping[str, Any]]) -> None:
        said = self.said
        ui.label(
            said("compared", listed=made["listed"], matched=made["matched"], fields=made["differing_fields"])
        ).classes("banner").props("role=status")
        ui.label(said("unread_lines", count=len(unread))).classes("small")
        words = "zh" if said.language == "zh" else "en"
        draw_faults(said, [Fault(one["row"], one["column"], one[words]) for one in unread])
        ui.link(said("open_comparison"), f"/comparisons/{made['id']}")


def _wide(name: str) -> str:
    """Columns that a telephone has no room for."""
    return " wide" if name in ("matched", "theirs_only", "ours_only") else ""
