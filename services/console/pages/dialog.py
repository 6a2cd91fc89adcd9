"""What every dialog has: the line that says what is wrong, and the buttons to save or leave."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from services.console.pages.words import Words


def problem_line() -> ui.label:
    """Where a dialog says what is wrong; nothing is shown until `say`."""
    problem = ui.label().classes("banner bad").props("role=alert").style("width:100%")
    problem.visible = False
    return problem


def say(problem: ui.label, text: str) -> None:
    """Show what is wrong."""
    problem.text, problem.visible = text, True


def buttons(
    said: Words, dialog: ui.dialog, save: Callable[[], Awaitable[None]], label: str = ""
) -> ui.button:
    """Leave, or save, also with Ctrl+Enter; while the service works the button turns and is not pressed."""

    saving = False

    async def once() -> None:
        nonlocal saving
        if saving or not dialog.value:
            return  # pressed again before the browser knew, or while the dialog fades
        saving = True
        button.props(add="loading")
        try:
            await save()
        finally:
            saving = False
            button.props(remove="loading")

    with ui.element("div").classes("buttons"):
        ui.button(said("cancel"), on_click=dialog.close).props("flat dense no-caps padding='4px 12px'")
        button = ui.button(label or said("save"), on_click=once).classes("saves")
        button.props("unelevated dense no-caps padding='4px 16px' title='Ctrl+Enter'")
    return button
