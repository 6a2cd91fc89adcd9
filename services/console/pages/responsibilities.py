"""三项责任: a year under the hub's three responsibilities, filled from records, also as a workbook."""

from collections.abc import Mapping
from html import escape
from typing import Any

from nicegui import ui
from starlette.requests import Request

from services.console.matters.kinds import SERVICE
from services.console.neighbours import NotDone
from services.console.pages.followed import Followed
from services.console.pages.frame import Frame, address
from services.console.pages.session import Desk
from services.console.pages.told import Telling
from services.console.pages.workbook import XLSX

_PATH = "/v1/responsibilities"
_YEARS = 3


def attach(desk: Desk) -> None:
    """Register the page."""

    @address(desk, "/responsibilities", "matters")
    async def responsibilities(frame: Frame, request: Request) -> None:
        asked = {name: request.query_params.get(name, "")[:12] for name in ("year", "division")}
        await _Report(frame, asked["year"], asked["division"]).begin()


class _Report(Followed[tuple[int, Mapping[str, Any]]]):
    """The report of one year and place for one visitor."""

    def __init__(self, frame: Frame, year: str, division: str) -> None:
        super().__init__(frame)
        own = frame.person.principal
        self.year = int(year) if year.isdigit() and len(year) == 4 else None
        self.division = division if division and own.covers(division) else own.divisions[0]
        ui.link(f"← {self.said('matters')}", "/matters").classes("small back")
        self.head, self.body = self.part("head"), self.part("grid")

    async def read(self) -> tuple[int, Mapping[str, Any]]:
        """This year, and the report of the year that was asked for."""
        this = (await self.shown.today()).year
        year = self.year or this
        return this, await self.registry.get(SERVICE, _PATH, year=year, division=self.division)

    def draw(self, seen: tuple[int, Mapping[str, Any]]) -> None:
        """A card a responsibility."""
        this, report = seen
        with self.head:
            title = self.said(
                "responsibilities_of", year=report["year"], place=self.shown.place(self.division)
            )
            ui.label(title).classes("h1").props("role=heading aria-level=1")
            for year in range(this, this - _YEARS, -1):
                here = " here" if year == report["year"] else ""
                where = f"/responsibilities?year={year}&division={self.division}"
                ui.link(str(year), where).classes(f"choice{here}")
            ui.element("div").style("flex:1")
            ui.button(self.said("workbook"), on_click=lambda: self._download(report["year"])).props(
                "outline dense no-caps padding='4px 12px' icon=download"
            )
        telling = Telling(self.shown)
        with self.body:
            if below := self.frame.desk.runtime.region.children(self.division):
                links = " ".join(
                    f'<a class="choice" href="/responsibilities?year={report["year"]}&division={one.code}">'
                    f"{escape(one.name)}</a>"
                    for one in below
                )
                said = escape(self.said("places_below"))
                ui.html(
                    f"<details><summary>{said}</summary>{links}</details>", sanitize=False
                ).classes("w12")  # fmt: skip
            for heading in report["headings"]:
                with ui.element("section").classes("card w12 scroll").props(f'data-card="{heading["code"]}"'):
                    inner = telling.table(heading["lines"])
                    ui.html(f"<h2>{escape(heading['name_zh'])}</h2>{inner}", sanitize=False)

    async def _download(self, year: int) -> None:
        try:
            content = await self.registry.file(
                SERVICE, f"{_PATH}/report.xlsx", year=year, division=self.division
            )
        except NotDone as refused:
            ui.notify(str(refused), type="negative", multi_line=True)
            return
        ui.download.content(content, f"{self.said('responsibilities')}-{year}.xlsx", XLSX)
