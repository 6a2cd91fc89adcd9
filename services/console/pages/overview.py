"""概览: numbers of one's divisions, charts that follow the events, published figures beside computed ones."""

from datetime import date, datetime, timedelta
from html import escape
from typing import Any

from nicegui import ui
from starlette.requests import Request

from services.console.figures.answers import ComparedOut, ComparisonOut
from services.console.figures.model import Verdict
from services.console.figures.published import FiguresFileError
from services.console.figures.routes import table
from services.console.pages.charts import coverage_pie, form_pie, places_bar, years_bar
from services.console.pages.frame import SHANGHAI, Frame, address
from services.console.pages.session import Desk, Person
from services.console.pages.words import Words
from services.console.projection import queries
from services.console.projection.queries import Line, Overview

_SOON = timedelta(days=30)


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/", "overview")
    async def overview(frame: Frame, request: Request) -> None:
        _Page(frame, await read(desk, frame.person)).begin()


async def read(desk: Desk, person: Person) -> Overview:
    """The numbers of the person's divisions."""
    region, divisions = desk.runtime.region, person.principal.divisions
    below = region.children(divisions[0]) if len(divisions) == 1 else ()
    width = len(below[0].code) if below else max((len(code) for code in divisions), default=12)
    async with desk.runtime.database.transaction() as transaction:
        soon: date = transaction.now.astimezone(SHANGHAI).date() + _SOON
        return await queries.overview(transaction.connection, person.patterns, width=width, soon=soon)


class _Page:
    """The page of one visitor: its tiles, charts and tables, changed in place."""

    def __init__(self, frame: Frame, found: Overview) -> None:
        self.frame, self.said = frame, frame.words
        self.tiles: dict[str, tuple[ui.label, ui.label]] = {}
        self.found = found
        self._draw(found)
        self._fill(found)
        frame.on_unread = self._count_messages

    def begin(self) -> None:
        """Follow the events from now on, and ask the services for their figures once the page stands."""
        self.frame.follow(self._update)
        ui.timer(0.2, self._compare, once=True)

    async def _update(self) -> None:
        self.found = await read(self.frame.desk, self.frame.person)
        self._fill(self.found)

    # drawing

    def _draw(self, found: Overview) -> None:
        with ui.element("section").classes("tiles"):
            for name, target in (
                ("total", "/organizations"),
                ("registered", "/organizations?legal_status=registered"),
                ("filed", "/organizations?legal_status=filed"),
                ("coverage", "/organizations?coverage=open"),
                ("party", None), ("instructors", None), ("grants", None), ("unread", "/messages"),
            ):  # fmt: skip
                self._tile(name, target)
        self.empty = ui.element("div").classes("card empty")
        with self.empty:
            ui.html(f"<b>{self.said('nothing_yet')}</b>", sanitize=False)
            ui.label(self.said("nothing_yet_hint"))
        self.body = ui.element("div").classes("grid")
        with self.body:
            self.places = self._chart("by_division", "w8", places_bar(found, self._place, self.said))
            self.coverage = self._chart("coverage_chart", "w4", coverage_pie(found, self.said))
            self.years = self._chart("years", "w5", years_bar(found, self.said))
            self.forms = self._chart("by_form", "w3", form_pie(found, self.said))
            with ui.element("section").classes("card w4"):
                ui.html(f"<h2>{self.said('recent')}</h2>", sanitize=False)
                self.recent = ui.element("ul").classes("feed")
        with ui.element("section").classes("card").style("margin-top:12px"):
            self._draw_figures()

    def _tile(self, name: str, target: str | None) -> None:
        tile = ui.link(target=target) if target else ui.element("div")
        with tile.classes("tile").props(f'data-tile="{name}"'):
            ui.label(self.said(name)).classes("label")
            value = ui.label("—").classes("value")
            self.tiles[name] = (value, ui.label().classes("sub"))

    def _chart(self, title: str, width: str, options: dict[str, Any]) -> ui.echart:
        with ui.element("section").classes(f"card {width}"):
            ui.html(f"<h2>{self.said(title)}</h2>", sanitize=False)
            return ui.echart(options).classes("chart").props(f'role=img aria-label="{self.said(title)}"')

    def _draw_figures(self) -> None:
        with ui.element("div").style("display:flex;align-items:baseline;gap:12px;flex-wrap:wrap"):
            ui.html(f"<h2>{self.said('published')}</h2>", sanitize=False)
            self.source = ui.label().classes("muted small").style("flex:1 1 260px")
            ui.button(self.said("recompute"), on_click=self._compare).props("flat dense no-caps size=sm")
        self.figures = ui.element("div").classes("scroll")
        with self.figures:
            ui.label(self.said("computing")).classes("muted")

    # filling

    def _fill(self, found: Overview) -> None:
        said, total = self.said, found.total
        registered = total - found.organizations.get("filed", 0)
        self._set("total", f"{total:,}", said("events", count=f"{found.events:,}"))
        self._set("registered", f"{registered:,}", said("of_total", share=_share(registered, total)))
        filed = found.organizations.get("filed", 0)
        self._set("filed", f"{filed:,}", said("of_total", share=_share(filed, total)))
        party = {mode: found.party.get(mode, 0) for mode in ("independent", "joint")}
        self._set("party", f"{sum(found.party.values()):,}", said("party_detail", **party))
        self._set("instructors", f"{found.instructors:,}", said("instructors_detail"))
        rate = found.coverage
        self._set("coverage", "—" if rate is None else f"{rate:.1f}%",
                  said("coverage_detail", open=found.duties.get("open", 0),
                       overdue=found.duties.get("overdue", 0)))  # fmt: skip
        awarded, asked = found.applications.get("awarded", 0), sum(found.applications.values())
        self._set("grants", f"{awarded:,}", said("grants_detail", submitted=asked, awarded=awarded))
        self.empty.visible, self.body.visible = total == 0, total > 0
        for chart, options in (
            (self.places, places_bar(found, self._place, said)), (self.coverage, coverage_pie(found, said)),
            (self.years, years_bar(found, said)), (self.forms, form_pie(found, said)),
        ):  # fmt: skip
            if chart.options != options:
                chart.options.clear()
                chart.options.update(options)
                chart.update()
        self._fill_recent(found.recent)

    def _set(self, name: str, value: str, detail: str) -> None:
        shown, below = self.tiles[name]
        shown.text, below.text = value, detail

    def _fill_recent(self, lines: list[Line]) -> None:
        self.recent.clear()
        with self.recent:
            for line in lines:
                with ui.element("li"):
                    moment = line.recorded_at.astimezone(SHANGHAI)
                    ui.html(f"{moment:%H:%M}", tag="time", sanitize=False)
                    with ui.element("div"):
                        if line.name and line.organization_id:
                            ui.link(line.name, f"/organizations/{line.organization_id}")
                        elif line.name:
                            ui.label(line.name)
                        fact = self.said.fact(line.service, line.aggregate, line.fact)
                        ui.label(fact).classes("muted small")

    def _count_messages(self, count: int | None) -> None:
        area = self.said("unread_detail", count=f"{self.found.unread:,}")
        self._set("unread", "—" if count is None else f"{count:,}", area)

    def _place(self, code: str) -> str:
        return self.frame.desk.runtime.region.division_name(code)

    # figures

    async def _compare(self) -> None:
        region = self.frame.desk.runtime.region
        try:
            found = await table(region, self.frame.person.token)
        except FiguresFileError as error:
            self.source.text = str(error)
            return
        self.figures.clear()
        with self.figures:
            if found.items:
                ui.html(_figures_table(found, self.said), sanitize=False)
            else:
                ui.label(self.said("nothing_published")).classes("muted")
        self.source.text = _summary(found, self.said) if found.items else ""


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "—"


def _summary(found: ComparedOut, said: Words) -> str:
    counts = {verdict.value: sum(i.verdict is verdict for i in found.items) for verdict in Verdict}
    at = said("computed_at", time=f"{datetime.now(SHANGHAI):%H:%M:%S}")
    return f"{found.source} · {said('summary', **counts)} · {at}"


def _figures_table(found: ComparedOut, said: Words) -> str:
    heads = "".join(
        f'<th class="{css}">{said(name)}</th>'
        for name, css in (
            ("figure", ""),
            ("time", "wide"),
            ("printed", ""),
            ("computed", "number"),
            ("verdict", ""),
        )
    )
    rows = "".join(_figure_row(item, said) for item in found.items)
    return f'<table class="plain figures"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _figure_row(item: ComparisonOut, said: Words) -> str:
    zh = said.language == "zh"
    statement = item.statement if zh else item.statement_en
    readings = "".join(
        _note(said.pair(r.statement if zh else r.statement_en, r.computed_text)) for r in item.readings
    )
    chip = {
        Verdict.MATCHES: ("good", said("matches")),
        Verdict.DIFFERS: ("bad", said("differs", residual=item.residual_text)),
        Verdict.CANNOT: ("", said("cannot")),
    }[item.verdict]
    reason = item.reason if zh else item.reason_en
    computed = escape(item.computed_text or "—")
    identity = f'<span class="muted small">{escape(item.id)}</span>'
    return (
        f'<tr data-figure="{escape(item.id)}">'
        f"<td>{escape(statement)} {identity}{readings}{_note(reason) if reason else ''}</td>"
        f'<td class="wide small muted" style="white-space:nowrap">{escape(item.time)}</td>'
        f'<td>{escape(item.printed)}</td><td class="number">{computed}</td>'
        f'<td><span class="chip {chip[0]}">{escape(chip[1])}</span></td></tr>'
    )


def _note(text: str) -> str:
    return f'<div class="muted small">{escape(text)}</div>'
