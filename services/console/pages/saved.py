"""The filters that a person keeps for one list: each a link, with a name to keep the present one under."""

from collections.abc import Callable

from nicegui import ui

from services.console.matters import filters
from services.console.matters.filters import LONGEST_NAME, MOST, SavedFilter, TooManyFilters
from services.console.pages.dialog import buttons, problem_line, say
from services.console.pages.frame import Frame


class SavedFilters:
    """The row of kept filters above a list at `path`; `present` gives the query that is shown now."""

    def __init__(self, frame: Frame, path: str, present: Callable[[], str]) -> None:
        self.frame, self.said, self.path, self.present = frame, frame.words, path, present
        self.person = frame.person.principal.actor_id
        self.database = frame.desk.runtime.database
        self.row = ui.element("div").classes("saved").props('data-card="saved"')
        self.dialogs = ui.element("div")

    async def draw(self) -> None:
        """Show what is kept."""
        async with self.database.transaction() as transaction:
            found = await filters.saved(transaction.connection, self.person, self.path)
        self.row.clear()
        with self.row:
            for one in found:
                self._draw_one(one)
            ui.button(self.said("save_filter"), on_click=self._ask_name).props("flat dense no-caps size=sm")

    def _draw_one(self, one: SavedFilter) -> None:
        async def forget() -> None:
            async with self.database.transaction() as transaction:
                await filters.forget(transaction.connection, self.person, one.id)
            await self.draw()

        with ui.element("span").classes("chip"):
            ui.link(one.name, f"{self.path}?{one.query}")
            label = self.said("forget_filter", name=one.name)
            ui.button(icon="close", on_click=forget).props(f'flat dense round size=xs aria-label="{label}"')

    def _ask_name(self) -> None:
        self.dialogs.clear()
        with self.dialogs, ui.dialog() as dialog, ui.card().classes("dialog"):
            ui.label(self.said("save_filter")).classes("title").props("role=heading")
            problem = problem_line()
            name = ui.input(self.said("filter_name")).props(f"dense autofocus maxlength={LONGEST_NAME}")
            name.style("width:100%")

            async def keep() -> None:
                text = (name.value or "").strip()[:LONGEST_NAME]
                if not text:
                    say(problem, self.said("filter_needs_name"))
                    return
                try:
                    async with self.database.transaction() as transaction:
                        await filters.save(
                            transaction.connection, self.person, self.path, text, self.present()
                        )
                except TooManyFilters:
                    say(problem, self.said("too_many_filters", most=MOST))
                    return
                dialog.close()
                ui.notify(self.said("filter_saved", name=text), type="positive")
                await self.draw()

            buttons(self.said, dialog, keep)
        dialog.open()
