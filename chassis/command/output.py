"""What commands print: tables on a terminal, JSON for scripts, one clear line for an error."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

console = Console(soft_wrap=False)
errors = Console(stderr=True)


def table(title: str, rows: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str = "nothing") -> None:
    """Rows with the same keys, as a table or as a JSON list."""
    if as_json:
        print_json(list(rows))
        return
    if not rows:
        console.print(f"{title}: {empty}")
        return
    shown = Table(title=title, title_justify="left", header_style="bold")
    for name in rows[0]:
        numeric = all(isinstance(row[name], int | float) for row in rows)
        shown.add_column(name.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(_cell(value) for value in row.values()))
    console.print(shown)


def print_json(value: Any) -> None:
    """One JSON document to standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, default=str, indent=1)
    sys.stdout.write("\n")


def say(text: str) -> None:
    """One line for a person, to standard error so that what scripts read stays clean."""
    errors.print(text, highlight=False)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
