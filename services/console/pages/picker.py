"""Choosing an organisation by its name, its pinyin initials or its code."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import events, ui

from services.console.matters import queries as matters
from services.console.pages.frame import Frame
from services.console.projection import queries
from services.console.projection.queries import Filter

_SHOWN = 8


class Picker:
    """A field that searches while one types; the arrow keys walk through what is found."""

    def __init__(
        self, frame: Frame, label: str, *, chosen: str | None = None,
        changed: Callable[[str | None], Awaitable[None]] | None = None, search: bool = False,
    ) -> None:  # fmt: skip
        self.frame, self.said, self.chosen, self.changed = frame, frame.words, chosen, changed
        self._name = ""
        """of the one that is chosen, as it stands in the field"""
        self.root = ui.element("div").classes("picker search" if search else "picker")
        with self.root:
            self.input = ui.input(label, on_change=self._typed).props(
                "dense clearable stack-label debounce=250 autocomplete=off maxlength=80"
            )
            self.input.style("width:100%")
            if search:
                self.input.props("outlined")
            else:
                self.input.props(f'hint="{self.said("organization_hint")}"')
            self.found = ui.element("div").classes("found").props("data-list")
        if chosen:
            ui.timer(0, self._name_chosen, once=True)

    @property
    def error(self) -> str | None:
        """What is wrong with the choice."""
        return self.input.error

    @error.setter
    def error(self, text: str | None) -> None:
        self.input.error = text

    async def _name_chosen(self) -> None:
        async with self.frame.desk.runtime.database.transaction() as transaction:
            known = await matters.names(transaction.connection, [str(self.chosen)])
        self._show(known.get(str(self.chosen), str(self.chosen)))

    def clear(self) -> None:
        """Choose nothing, so that another one can be looked for."""
        self.chosen = None
        self._show("")

    def _show(self, name: str) -> None:
        self._name = self.input.value = name
        self.found.clear()

    async def _typed(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        text = (event.value or "").strip()
        if text == self._name:
            return  # put there by the choice itself
        self._name = ""
        self.found.clear()
        if self.chosen is not None:
            await self._choose(None)
        if not text:
            return
        async with self.frame.desk.runtime.database.transaction() as transaction:
            _, found = await queries.organizations(
                transaction.connection, self.frame.person.patterns, Filter(text=text), limit=_SHOWN
            )
        self.found.clear()
        with self.found:
            for one in found:
                self._offer(str(one.id), one.name, one.division)
            if not found:
                ui.label(self.said("no_organization_found")).classes("muted small")

    def _offer(self, id: str, name: str, division: str) -> None:
        async def choose() -> None:
            with self.root:  # what was chosen is gone with the rest of what was found
                self._show(name)
                await self._choose(id)

        place = self.frame.desk.runtime.region.division_name(division)
        with ui.element("button").props("type=button").classes("open").on("click", choose):
            ui.label(name)
            ui.label(place).classes("muted small")

    async def _choose(self, id: str | None) -> None:
        self.chosen = id
        if self.changed is not None:
            await self.changed(id)


class Pickers:
    """A field for several organisations: who was chosen stays above it until taken away."""

    def __init__(self, frame: Frame, label: str, *, chosen: Sequence[str] = ()) -> None:
        self.frame, self.said = frame, frame.words
        self.chosen, self._begun = list(chosen), tuple(chosen)
        with ui.element("div"):
            self.list = ui.element("div").classes("saved").props("data-chosen")
            self.one = Picker(frame, label, changed=self._add)
        if chosen:
            ui.timer(0, self._draw, once=True)

    @property
    def input(self) -> ui.input:
        """Where one types."""
        return self.one.input

    @property
    def error(self) -> str | None:
        """What is wrong with the choice."""
        return self.one.error

    @error.setter
    def error(self, text: str | None) -> None:
        self.one.error = text

    def read(self) -> list[str] | None:
        """The ids of all that are chosen; None where they are those it began with."""
        return None if tuple(self.chosen) == self._begun else list(self.chosen)

    async def _add(self, id: str | None) -> None:
        if id is None:
            return
        self.one.clear()
        if id not in self.chosen:
            self.chosen.append(id)
            await self._draw()

    async def _remove(self, id: str) -> None:
        self.chosen.remove(id)
        await self._draw()

    async def _draw(self) -> None:
        async with self.frame.desk.runtime.database.transaction() as transaction:
            known = await matters.names(transaction.connection, self.chosen)
        self.list.clear()
        with self.list:
            for id in self.chosen:
                self._draw_one(id, known.get(id, id))

    def _draw_one(self, id: str, name: str) -> None:
        with ui.element("span").classes("chip"):
            ui.label(name).style("display:inline")
            button = ui.button(icon="close", on_click=lambda: self._remove(id))
            button.props("flat dense round size=xs")
            button.props["aria-label"] = self.said("take_away", name=name)
