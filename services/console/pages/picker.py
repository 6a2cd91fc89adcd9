"""Choosing a record by the words that people know it by: an organisation, or one of any kind of matter."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from nicegui import events, ui

from services.console.matters import queries as matters
from services.console.matters.kinds import SERVICE, KindWords
from services.console.neighbours import NotDone
from services.console.pages.frame import Frame
from services.console.pages.shown import Shown
from services.console.projection import queries
from services.console.projection.queries import Filter

_SHOWN = 8


@dataclass(frozen=True)
class Entry:
    """One that can be chosen: what it is called, and what tells it from others of that name."""

    id: str
    name: str
    beside: str


@dataclass(frozen=True)
class Found:
    """Some of those that the words name, and whether there are more."""

    entries: Sequence[Entry]
    more: bool


class Source(Protocol):
    """Where records are looked for. `hint`, `none` and `empty` are keys of the pages' words: what to type,
    that nothing is called so, that there is nothing yet; without the last nothing is offered until one types.
    """

    hint: str
    none: str
    empty: str

    async def find(self, text: str) -> Found:
        """By words; without any the newest. Raises `NotDone`."""

    async def names(self, ids: Collection[str]) -> Mapping[str, str]:
        """What these are called, by id; one that is not known, or may not be seen, is left out."""


class Organizations:
    """Organisations, by name, pinyin initials or code, as the console itself knows them."""

    hint, none, empty = "organization_hint", "no_organization_found", ""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    async def find(self, text: str) -> Found:
        """The first by name."""
        async with self.frame.desk.runtime.database.transaction() as transaction:
            count, found = await queries.organizations(
                transaction.connection, self.frame.person.patterns, Filter(text=text), limit=_SHOWN
            )
        place = self.frame.desk.runtime.region.division_name
        return Found([Entry(str(one.id), one.name, place(one.division)) for one in found], count > len(found))

    async def names(self, ids: Collection[str]) -> Mapping[str, str]:
        """As the console knows them."""
        async with self.frame.desk.runtime.database.transaction() as transaction:
            return await matters.names(transaction.connection, ids)


class Records:
    """Records of one kind or of several, as the registry that owns them finds them."""

    hint, none, empty = "record_hint", "no_record_found", "no_record_yet"

    def __init__(self, frame: Frame, kinds: Sequence[KindWords]) -> None:
        self.kinds = kinds
        self.registry = frame.desk.neighbours(frame.person)
        self.shown = Shown(frame)

    async def find(self, text: str) -> Found:
        """By the words that people see of them; the newest first."""
        asked: dict[str, str | int] = {"limit": _SHOWN, **({"q": text} if text else {})}
        answers = await asyncio.gather(
            *(self.registry.get(SERVICE, f"/v1/{kind.path}", **asked) for kind in self.kinds)
        )
        found = [
            (kind, record)
            for kind, answer in zip(self.kinds, answers, strict=True)
            for record in answer["items"]
        ]
        found.sort(key=lambda pair: pair[1]["id"], reverse=True)  # an id begins with when it was made
        known = await self.shown.organizations(record for _, record in found)
        entries = [self._entry(kind, record, known) for kind, record in found[:_SHOWN]]
        return Found(entries, len(found) > _SHOWN or any(answer["next"] for answer in answers))

    async def names(self, ids: Collection[str]) -> Mapping[str, str]:
        """By asking for each."""
        found: dict[str, str] = {}
        for id in ids:
            for kind in self.kinds:
                try:
                    record = await self.registry.get(SERVICE, f"/v1/{kind.path}/{id}")
                except NotDone:
                    continue
                found[id] = self._entry(kind, record, await self.shown.organizations([record])).name
                break
        return found

    def _entry(self, kind: KindWords, record: Mapping[str, Any], known: Mapping[str, str]) -> Entry:
        language = self.shown.said.language
        organization = known.get(str(record.get("organization_id")))
        name = self.shown.title(kind, record, organization)
        beside = [
            kind.called(language) if len(self.kinds) > 1 else "",
            organization if organization not in (None, name) else "",
            kind.state(matters.phase(record), language),
            self.shown.place(record["division"]),
            record.get("opened_on") or record["effective_on"],
            record.get("owner"),
        ]
        return Entry(record["id"], name, " · ".join(filter(None, beside)))


class Picker:
    """A field that searches while one types; the arrow keys walk through what is found."""

    def __init__(
        self, frame: Frame, label: str, source: Source, *, chosen: str | None = None,
        changed: Callable[[str | None], Awaitable[None]] | None = None, search: bool = False,
    ) -> None:  # fmt: skip
        self.said, self.source, self.chosen, self.changed = frame.words, source, chosen, changed
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
                self.input.props(f'hint="{self.said(source.hint)}"')
            if source.empty:
                self.input.on("click", self._turn).on("keydown.down", self._begin)
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

    def read(self) -> str | None:
        """The id of the one that is chosen, or what was typed in its place."""
        return self.chosen or (self.input.value or "").strip() or None

    async def _name_chosen(self) -> None:
        id = str(self.chosen)
        name = (await self.source.names([id])).get(id, id)
        if self.chosen is not None:  # nobody has typed meanwhile
            self._show(name)

    def clear(self) -> None:
        """Choose nothing, so that another one can be looked for."""
        self.chosen = None
        self._show("")

    def _show(self, name: str) -> None:
        self._name = self.input.value = name
        self.found.clear()

    async def _begin(self) -> None:
        """Offer the newest to somebody who comes to an empty field."""
        if not self.input.value and not self.found.default_slot.children:
            await self._look_for("")

    async def _turn(self) -> None:
        """The same by a click; one more puts them away."""
        if not self.input.value and self.found.default_slot.children:
            self.found.clear()
        else:
            await self._begin()

    async def _typed(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        text = (event.value or "").strip()
        if text == self._name:
            return  # put there by the choice itself
        self._name = ""
        self.found.clear()
        if self.chosen is not None:
            await self._choose(None)
        if text:
            await self._look_for(text)

    async def _look_for(self, text: str) -> None:
        why, found = "", Found((), more=False)
        try:
            found = await self.source.find(text)
        except NotDone as refused:
            why = str(refused)
        if self.root.is_deleted or (self.input.value or "").strip() != text:
            return  # something else was typed meanwhile
        self.found.clear()
        with self.found:
            for one in found.entries:
                self._offer(one)
            if found.more:
                why = self.said("more_found")
            elif not found.entries and not why:
                why = self.said(self.source.none if text else self.source.empty)
            if why:
                ui.label(why).classes("muted small").props("role=status")

    def _offer(self, one: Entry) -> None:
        async def choose() -> None:
            with self.root:  # what was chosen is gone with the rest of what was found
                self._show(one.name)
                await self._choose(one.id)

        with ui.element("button").props("type=button").classes("open").on("click", choose):
            ui.label(one.name)
            ui.label(one.beside).classes("muted small")

    async def _choose(self, id: str | None) -> None:
        self.chosen = id
        if self.changed is not None:
            await self.changed(id)


class Pickers:
    """A field for several organisations: who was chosen stays above it until taken away."""

    def __init__(self, frame: Frame, label: str, *, chosen: Sequence[str] = ()) -> None:
        self.said, self.source = frame.words, Organizations(frame)
        self.chosen, self._begun = list(chosen), tuple(chosen)
        with ui.element("div"):
            self.list = ui.element("div").classes("saved").props("data-chosen")
            self.one = Picker(frame, label, self.source, changed=self._add)
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
        """The ids of all that are chosen, and what was typed in the place of another; None where they are
        those it began with."""
        typed = self.one.read()
        found = [*self.chosen, *([typed] if typed else ())]
        return None if tuple(found) == self._begun else found

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
        known = await self.source.names(self.chosen)
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
