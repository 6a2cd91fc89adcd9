"""What every dialog has: the line that says what is wrong, and the buttons to save or leave."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from nicegui import ui

from services.console.pages.words import Words

Save = Callable[[], Awaitable[None]]


class Opened(Protocol):
    """Where a form stands: a dialog, or a place in a list."""

    value: bool
    """whether it is open"""

    def close(self) -> Any:
        """Leave the form."""

    def __enter__(self) -> Any: ...

    def __exit__(self, *_: Any) -> None: ...


def problem_line() -> ui.label:
    """Where a dialog says what is wrong; nothing is shown until `say`."""
    problem = ui.label().classes("banner bad").props("role=alert").style("width:100%")
    problem.visible = False
    return problem


def say(problem: ui.label, text: str) -> None:
    """Show what is wrong."""
    problem.text, problem.visible = text, True


def one_at_a_time(save: Save, wanted: Callable[[], bool]) -> Save:
    """`save` as a button calls it: pressed again while it runs, or once nobody wants it, nothing happens.

    A browser learns a round trip late that its button is not to be pressed.
    """
    running = False

    async def once() -> None:
        nonlocal running
        if running or not wanted():
            return
        running = True
        try:
            await save()
        finally:
            running = False

    return once


def asked_twice(said: Words, label: str, question: str, act: Save) -> None:
    """A button for what cannot be taken back: pressed, it asks, and the next button does it."""

    def turn(*, asking: bool) -> None:
        begin.visible, asked.visible = not asking, asking
        ui.run_javascript(f"getHtmlElement({(go_on if asking else begin).id}).focus()")

    begin = ui.button(label, on_click=lambda: turn(asking=True))
    begin.props("outline dense no-caps color=negative padding='4px 12px'")
    with ui.element("div").classes("banner bad asked").style("width:100%") as asked:
        ui.label(question)
        with ui.element("div").classes("buttons"):
            ui.button(said("cancel"), on_click=lambda: turn(asking=False)).props("flat dense no-caps")
            go_on = ui.button(said("confirm", what=label), on_click=one_at_a_time(act, lambda: asked.visible))
            go_on.props("unelevated dense no-caps color=negative padding='4px 16px'")
    asked.visible = False


def buttons(said: Words, dialog: Opened, save: Save, label: str = "") -> ui.button:
    """Leave, or save, also with Ctrl+Enter; while the service works the button turns and does nothing."""

    async def turning() -> None:
        button.props(add="loading")
        try:
            await save()
        finally:
            if not button.is_deleted:  # with the place it stood in
                button.props(remove="loading")

    once = one_at_a_time(turning, lambda: bool(dialog.value))
    with ui.element("div").classes("buttons"):
        ui.button(said("cancel"), on_click=dialog.close).props("flat dense no-caps padding='4px 12px'")
        button = ui.button(label or said("save"), on_click=once).classes("saves")
        button.props("unelevated dense no-caps padding='4px 16px' title='Ctrl+Enter'")
    return button
