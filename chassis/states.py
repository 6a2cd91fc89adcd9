"""Draws the transition tables of the code into the services' pages, and tells when a page is stale.

A page marks the place with `<!-- states: package.model:TABLE -->` and `<!-- end -->`.
`python -m chassis.states [--check] FILE...`
"""

import re
import sys
from enum import Enum
from importlib import import_module
from pathlib import Path

from chassis.model import Transitions

_BLOCK = re.compile(r"(<!-- states: (?P<table>[\w.]+:\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def draw(table: Transitions[Enum]) -> str:
    """The table in Markdown: one row a state, its facts and where they lead."""
    rows = ["", "| state | fact -> next state |", "|---|---|"]
    for state, facts in table.items():
        steps = ", ".join(f"{fact} -> `{after.value}`" for fact, after in facts.items())
        rows.append(f"| `{state.value}` | {steps or 'final'} |")
    return "\n".join([*rows, "", ""])


def redrawn(page: str) -> str:
    """The page with every marked table drawn from the code; raises AttributeError where one is gone."""

    def fill(match: re.Match[str]) -> str:
        module, _, name = match["table"].partition(":")
        return match[1] + draw(getattr(import_module(module), name)) + match[3]

    return _BLOCK.sub(fill, page)


def main(arguments: list[str]) -> int:
    """Redraw the pages in place; with `--check` only name the stale ones and return 1."""
    check = "--check" in arguments
    stale = []
    for file in (Path(name) for name in arguments if name != "--check"):
        page = file.read_text(encoding="utf-8")
        new = redrawn(page)
        if new != page:
            stale.append(file)
            if not check:
                file.write_text(new, encoding="utf-8")
    for file in stale:
        print(f"{file}: {'stale, run make generate' if check else 'redrawn'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
