"""The filters of the register: those of every day side by side, the others in groups behind a button.

What is set in a group is shown beside it as well, so that a list is never narrowed by what nobody sees.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from nicegui import ui

from services.console.matters.kinds import KindWords
from services.console.pages.folding import Folding
from services.console.pages.frame import Frame
from services.console.pages.places import places_below

_AT_HAND: Final = ("division", "category", "legal_form", "legal_status", "hub_link")
_GROUPS: Final = {
    "filters_hub": ("department", "hub_standing", "decoupling", "coverage", "credit_listing"),
    "filters_work": ("nature", "function", "service_direction", "target_group"),
    "filters_body": ("supervisory_unit", "origin", "premises", "charity"),
}
_LABELS: Final = {"legal_form": "form", "legal_status": "status", "hub_link": "link", "coverage": "duty"}
"""Words of the labels, where they are not called as the filter is."""
_OF_PAGE: Final = frozenset({"legal_form", "legal_status", "hub_link", "hub_standing", "coverage"})
"""Filters whose codes the pages name."""
_OF_FORMS: Final = {
    "category": "categories", "function": "functions", "service_direction": "service_directions",
    "target_group": "target_groups",
}  # fmt: skip
"""Filters whose codes are those of a field of the registry's forms that is called otherwise."""
_COVERAGE: Final = ("covered", "open", "overdue")
Want = Callable[[str, str | None], Awaitable[None]]


class Narrowing:
    """The filters of one visitor; `want` is told what each is changed to."""

    def __init__(
        self, frame: Frame, wanted: Mapping[str, str], offered: KindWords | None, want: Want
    ) -> None:
        self.frame, self.said, self.wanted, self.offered, self.want = (
            frame, frame.words, wanted, offered, want,
        )  # fmt: skip
        self.fields: dict[str, ui.input | ui.select] = {}
        self.options: dict[str, dict[str, str]] = {}

    @property
    def units(self) -> Mapping[str, str]:
        """Names of supervisory units by code."""
        return self.offered.codes.get("supervisory_unit", {}) if self.offered else {}

    def draw(self) -> None:
        """The search, the filters, and what is set of those that are folded away."""
        with ui.element("div").classes("tools"):
            search = ui.input(placeholder=self.said("search"), value=self.wanted["text"])
            search.classes("search").props("outlined dense clearable debounce=250 maxlength=200 type=search")
            self._keep("text", search)
            self.folding = Folding(self.said)
            with self.folding.place:
                for name in _AT_HAND:
                    self._draw_one(name)
                self.more = ui.button(on_click=self._turn).props("outline dense no-caps padding='4px 12px'")
                self.more.props('aria-expanded=false data-card="more-filters"')
                ui.button(self.said("clear"), on_click=self._clear).props("flat dense no-caps")
                with ui.element("div").classes("groups") as self.groups:
                    for group, names in _GROUPS.items():
                        with ui.element("div").classes("group").props("role=group"):
                            ui.label(self.said(group)).classes("muted small")
                            for name in names:
                                self._draw_one(name)
        self.set = ui.element("div").classes("saved").props('data-card="set-filters"')
        self.tell()

    def tell(self) -> None:
        """Say how many are set, and which of those in groups."""
        self.folding.tell(sum(bool(text) for name, text in self.wanted.items() if name != "text"))
        folded = [name for names in _GROUPS.values() for name in names if self.wanted[name]]
        count = len(folded)
        self.more.text = self.said("more_filters_set", count=count) if count else self.said("more_filters")
        self.set.visible = bool(folded)
        self.set.clear()
        with self.set:
            for name in folded:
                self._draw_set(name)

    def _draw_set(self, name: str) -> None:
        label, value = self._label(name), self.wanted[name]
        shown = self.options.get(name, {}).get(value, value)
        without = self.said("without_filter", name=label)
        with ui.element("span").classes("chip"):
            ui.label(self.said.pair(label, shown)).style("display:inline")
            ui.button(icon="close", on_click=lambda: self._empty(name)).props(
                f'flat dense round size=xs aria-label="{without}"'
            )

    def _turn(self) -> None:
        self.groups.classes(toggle="shown")
        shown = "true" if "shown" in self.groups.classes else "false"
        self.more.props(f"aria-expanded={shown}")

    def _empty(self, name: str) -> None:
        self.fields[name].value = ""

    def _clear(self) -> None:
        for field in self.fields.values():
            field.value = ""

    def _label(self, name: str) -> str:
        return self.said(_LABELS.get(name, name))

    def _draw_one(self, name: str) -> None:
        if name == "supervisory_unit":
            entered = ui.input(self._label(name), value=self.wanted[name])
            entered.props("outlined dense clearable debounce=400 maxlength=64")
            self._keep(name, entered)
            return
        options = {"": self.said("all"), **self._codes(name)}
        options.setdefault(self.wanted[name], self.wanted[name])  # of an address: it narrows, so it is shown
        self.options[name] = options
        choice = ui.select(
            options, value=self.wanted[name], label=self._label(name), with_input=name == "division"
        )
        choice.props("outlined dense options-dense")
        self._keep(name, choice)

    def _keep(self, name: str, field: Any) -> None:
        field.classes(f"filter-{name}").on_value_change(lambda event: self.want(name, event.value))
        self.fields[name] = field

    def _codes(self, name: str) -> dict[str, str]:
        """The codes that can be chosen; of those of the forms none while the registry does not say."""
        if name == "division":
            return self._divisions()
        if name == "charity":
            return {"true": self.said("yes"), "false": self.said("no")}
        if name in _OF_PAGE:
            codes = self.said.codes(name)
            return {code: codes[code] for code in _COVERAGE} if name == "coverage" else codes
        names = self.offered.codes.get(_OF_FORMS.get(name, name), {}) if self.offered else {}
        return {code: called.called(self.said.language) for code, called in names.items()}

    def _divisions(self) -> dict[str, str]:
        """All below one's own divisions; communities are found by typing a street's."""
        region = self.frame.desk.runtime.region
        found = places_below(region, self.frame.person.principal.divisions, self.said)
        if wanted := self.wanted["division"]:
            found.setdefault(wanted, region.division_name(wanted))
        return found
