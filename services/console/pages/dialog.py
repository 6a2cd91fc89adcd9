"""What every dialog has: the line that says what is wrong, and the buttons to save or leave."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from services.console.pages.words import Words

Save = Callable[[], Awaitable[None]]


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


def buttons(said: Words, dialog: ui.dialog, save: Save, label: str = "") -> ui.button:
    """Leave, or save, also with Ctrl+Enter; while the service works the button turns and does nothing."""

    async def turning() -> None:
        button.props(add="loading")
        try:
            await save()
        finally:
            button.props(remove="loading")

    once = one_at_a_time(turning, lambda: bool(dialog.value))
    with ui.element("div").classes("buttons"):
        ui.button(said("cancel"), on_click=dialog.close).props("flat dense no-caps padding='4px 12px'")
        button = ui.button(label or said("save"), on_click=once).classes("saves")
        button.props("unelevated dense no-caps padding='4px 16px' title='Ctrl+Enter'")
    return button
