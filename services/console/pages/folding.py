"""The filters of a list: side by side on a desk, behind one button where the window is narrow."""

from nicegui import ui

from services.console.pages.words import Words


class Folding:
    """A place for filters, and its button that says how many are set; whoever fills it tells the number."""

    def __init__(self, said: Words) -> None:
        self.said = said
        self.button = ui.button(on_click=self._turn).classes("folds")
        self.button.props('outline no-caps icon=tune aria-expanded=false data-card="filters"')
        self.place = ui.element("div").classes("filters")

    def tell(self, active: int) -> None:
        """Say how many filters are set."""
        self.button.text = self.said("filters_set", count=active) if active else self.said("filters")

    def _turn(self) -> None:
        self.place.classes(toggle="shown")
        shown = "true" if "shown" in self.place.classes else "false"
        self.button.props(f"aria-expanded={shown}")
