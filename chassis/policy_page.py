"""Draws the keys of every service's policy into a page, and tells when the page is stale.

A page marks the place with `<!-- policies -->` and `<!-- end -->`.
`python -m chassis.policy_page FILE`
"""

import json
import re
import sys
from pathlib import Path

from chassis.policy import Rule, rules_of
from chassis.service import discover, installed

_BLOCK = re.compile(r"(<!-- policies -->\n).*(<!-- end -->)", re.DOTALL)
_LONGEST_DEFAULT = 60


def draw() -> str:
    """One table a service, one row a key."""
    parts = []
    for name in installed():
        if rows := [_row(one) for one in rules_of(discover(name).policy(), name)]:
            head = [
                "| key | what it says | source | strength | broken | default |",
                "|---|---|---|---|---|---|",
            ]
            parts.append("\n".join([f"## {name}", "", *head, *rows, ""]))
    return "\n".join(["", *parts, ""])


def redrawn(page: str) -> str:
    """The page with its tables drawn from the code."""
    return _BLOCK.sub(lambda match: match[1] + draw() + match[2], page)


def _row(one: Rule) -> str:
    cells = (f"`{one.key}`", one.says, one.source, one.strength or "", one.broken or "", _default(one))
    return f"| {' | '.join(cells)} |"


def _default(one: Rule) -> str:
    if one.facts:
        return f"none: kept in {', '.join(f'`{fact}`' for fact in one.facts)}"
    value = json.dumps(one.value, ensure_ascii=False)
    return f"`{value}`" if len(value) <= _LONGEST_DEFAULT else "a list" if value[0] == "[" else "a table"


def main(files: list[str]) -> None:
    """Redraw the pages in place."""
    for file in map(Path, files):
        file.write_text(redrawn(file.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
