"""Turning the pages of a list that the registry gives by cursors."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from services.console.pages.words import Words


class Turning:
    """Which page is shown, and below the list the way to the next and back; nothing where there is one page.

    `turned` is told when another page is wanted.
    """

    def __init__(self, said: Words, turned: Callable[[], Awaitable[None]]) -> None:
        self.said, self.turned = said, turned
        self.cursors: list[str] = []
        self.row = ui.element("div").classes("turning")

    @property
    def asked(self) -> dict[str, str]:
        """The cursor of the page that is shown, as the registry's lists take it."""
        return {"cursor": self.cursors[-1]} if self.cursors else {}

    def begin(self) -> None:
        """Back to the first page: what is wanted has changed."""
        self.cursors = []

    def draw(self, following: str | None) -> None:
        """Show the ways; `following` is the next page's cursor, None on the last."""
        self.row.clear()
        if not (following or self.cursors):
            return
        with self.row:
            previous = ui.button(self.said("previous"), on_click=lambda: self._turn(None))
            ui.label(self.said("page_number", page=len(self.cursors) + 1)).classes("muted small")
            next_ = ui.button(self.said("next"), on_click=lambda: self._turn(following))
            for button, usable in ((previous, bool(self.cursors)), (next_, following is not None)):
                button.props("flat dense no-caps")
                button.set_enabled(usable)

    async def _turn(self, cursor: str | None) -> None:
        if cursor is None:
            self.cursors.pop()
        else:
            self.cursors.append(cursor)
        await self.turned()
