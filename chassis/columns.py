"""Columns of many rows for one statement, each as one text for `string_to_array`.

To encode an array the driver looks at every element twice, which costs several times as much.
"""

from collections.abc import Sequence
from datetime import date

SEPARATOR = "\x1f"
"""Stands in no JSON text, which escapes it."""


def joined(values: Sequence[str], separator: str = ",") -> str:
    """The values as one text.

    Raises ValueError where a value holds the separator: every row behind it would get its neighbour's.
    """
    text = separator.join(values)
    if text.count(separator) != max(0, len(values) - 1):
        raise ValueError(f"{next(value for value in values if separator in value)!r} holds {separator!r}")
    return text


def day(value: date | None) -> str:
    """A day as `string_to_array(..., ',', '')` reads it: nothing is null."""
    return "" if value is None else value.isoformat()


def number(value: int | None) -> str:
    """The same for a number."""
    return "" if value is None else str(value)
