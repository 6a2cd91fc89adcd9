"""A choice of several that is made as fast as one clicks."""

from typing import Any

from nicegui import ui


class Several(ui.select):
    """What is clicked is chosen in the browser at once; the library would wait for the server's answer, and
    build the next click on what stood there before it."""

    LOOPBACK = False
    """the browser keeps its value, and the server does not send it back"""

    def __init__(self, options: dict[Any, str], **arguments: Any) -> None:
        super().__init__(options, multiple=True, **arguments)
        # The library keeps all that the event was called with; of a list this is a list too many.
        self.on("update:model-value", js_handler="(value) => (element.props['model-value'] = value)")
