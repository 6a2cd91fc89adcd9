"""The dialog in which a workbook is fetched, chosen, checked and applied, whatever it is that it fills in."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Protocol

from nicegui import events, ui

from services.console.neighbours import NotDone
from services.console.pages.dialog import problem_line, say
from services.console.pages.words import Words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_BYTES = 20 * 1024 * 1024
SHOWN_FAULTS = 200


@dataclass(frozen=True)
class Fault:
    """What is wrong, and in which row and column."""

    row: int | None
    column: str | None
    text: str
    named: Mapping[str, str] = field(default_factory=dict)
    """parts of the text that name a record, with the address of its page"""

    def shown(self) -> str:
        """The text as HTML, in which records are one click away."""
        text = escape(self.text)
        for part, page in self.named.items():
            link = f'<a href="{escape(page)}" target="_blank" rel="noopener">{escape(part)}</a>'
            text = text.replace(escape(part), link)
        return text


Told = Callable[[str], bool]
"""Called with what is under way; answers whether somebody looks."""
Work = Callable[[Told], Awaitable["Outcome"]]
Follow = Callable[[Work], Awaitable[None]]
"""Waits in the dialog until the work is done, and says there what came of it."""
More = Callable[[Follow], None]


@dataclass(frozen=True)
class Outcome:
    """What came of checking or applying: the sentence for it, and the rows that are ready to be applied."""

    text: str
    faults: Sequence[Fault] = ()
    bad: bool = False
    ready: int = 0
    problem: str = ""
    """what stopped all of it"""
    more: More | None = None
    """draws what else can be done about it"""


class Workbook(Protocol):
    """One use of the dialog: where its workbook comes from and where it goes.

    What is sent raises `NotDone`.
    """

    title: str
    how: str
    fetch_label: str
    choose_label: str
    accepts: str

    async def fetch(self) -> tuple[bytes, str]:
        """The workbook to fill in, and what its file is called."""
        ...

    async def check(self, name: str, content: bytes, told: Told) -> Outcome:
        """Check a file; nothing is changed."""
        ...

    async def apply(self, rows: str, told: Told) -> Outcome:
        """Apply `all` rows of what was checked, or the `valid` ones."""
        ...


class WorkbookDialog:
    """Fetch, choose, check, apply: what is checked has changed nothing."""

    def __init__(
        self, said: Words, workbook: Workbook, more: More | None = None, before: More | None = None
    ) -> None:
        self.said, self.workbook, self.more, self.before = said, workbook, more, before

    def open(self) -> None:
        """Show the dialog."""
        said, workbook = self.said, self.workbook
        with ui.dialog() as self.dialog, ui.card().classes("dialog broad"):
            ui.label(workbook.title).classes("title").props("role=heading")
            ui.label(workbook.how).classes("muted small")
            self.problem = problem_line()
            ui.button(workbook.fetch_label, on_click=self._fetch).props(
                "outline dense no-caps padding='4px 12px' icon=download"
            )
            if self.before is not None:
                self.before(self._follow)
            ui.upload(
                label=workbook.choose_label, auto_upload=True, max_files=1, max_file_size=MAX_BYTES,
                on_upload=self._chosen, on_rejected=lambda: say(self.problem, said("file_rejected")),
            ).props(f'accept="{workbook.accepts}" flat bordered').style("width:100%")  # fmt: skip
            self.progress = ui.element("div").classes("working")
            self.report = ui.element("div").props('data-card="report"').style("width:100%")
            if self.more is not None:
                self.more(self._follow)
            with ui.element("div").classes("buttons"):
                ui.button(said("close"), on_click=self.dialog.close).props("flat dense no-caps")
        self.dialog.open()

    def _working(self, text: str) -> bool:
        """Say what is under way; whether the dialog is still there."""
        if self.dialog.is_deleted:
            return False
        self.progress.clear()
        if text:
            with self.progress:
                ui.spinner(size="sm")
                ui.label(text).props("role=status")
        return True

    async def _fetch(self) -> None:
        self.problem.visible = False
        self._working(self.said("downloading"))
        try:
            content, name = await self.workbook.fetch()
        except NotDone as refused:
            say(self.problem, str(refused))
            return
        finally:
            self._working("")
        ui.download.content(content, name, XLSX)

    async def _chosen(self, event: events.UploadEventArguments) -> None:
        name, content = event.file.name, await event.file.read()
        # The sender of an upload is the ui.upload; the library types it as any element.
        event.sender.reset()  # type: ignore[attr-defined]
        await self._follow(lambda told: self.workbook.check(name, content, told))

    async def _apply(self, rows: str) -> None:
        await self._follow(lambda told: self.workbook.apply(rows, told))

    async def _follow(self, work: Work) -> None:
        """Wait until it is done, and say what came of it, unless something else was asked for since."""
        self.work = work

        def told(text: str) -> bool:
            return self.work is work and self._working(text)

        self.problem.visible = False
        self.report.clear()
        told(self.said("checking"))
        try:
            outcome = await work(told)
        except NotDone as refused:
            if self.work is work:
                say(self.problem, str(refused))
            return
        finally:
            told("")
        if told(""):
            with self.report:
                self._draw(outcome)

    def _draw(self, outcome: Outcome) -> None:
        if outcome.problem:
            say(self.problem, outcome.problem)
        if outcome.text:
            ui.label(outcome.text).classes("banner bad" if outcome.bad else "banner").props("role=status")
        draw_faults(self.said, outcome.faults)
        if outcome.ready:
            key, rows = ("apply_valid", "valid") if outcome.bad else ("apply_all", "all")
            ui.button(self.said(key, rows=outcome.ready), on_click=lambda: self._apply(rows)).props(
                "unelevated dense no-caps padding='4px 16px'"
            )
        if outcome.more is not None:
            outcome.more(self._follow)


def draw_faults(said: Words, faults: Sequence[Fault]) -> None:
    """What is wrong, row by row; nothing where all is well."""
    if not faults:
        return
    heads = "".join(f"<th>{escape(said(name))}</th>" for name in ("row", "column", "fault"))
    rows = "".join(
        f"<tr><td>{'—' if one.row is None else one.row}</td><td>{escape(one.column or '—')}</td>"
        f"<td>{one.shown()}</td></tr>"
        for one in faults[:SHOWN_FAULTS]
    )
    ui.html(f'<table class="plain"><tr>{heads}</tr>{rows}</table>', sanitize=False)
    if len(faults) > SHOWN_FAULTS:
        ui.label(said("only_first", count=SHOWN_FAULTS)).classes("muted small")
