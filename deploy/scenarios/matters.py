"""Matters of the past, entered as an office enters them: opened, taken step by step, or all at once by list.

Each looks before it writes: what is there is left, and what was begun goes on where it stood.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openpyxl import Workbook, load_workbook

from deploy.scenarios.running import Failed
from deploy.scenarios.situation import Situation, on

Record = dict[str, Any]
Fill = Callable[[int, Mapping[str, Any]], Mapping[str, str | int] | None]
"""What is written into a row of a list: by its number, from 1 on, and by what stands in it."""
IN_RETROSPECT = "补录"
"""The basis `historical` in the words of a list."""


@dataclass(frozen=True)
class Taken:
    """A step that was taken: the state that it is taken in, its path, its day, what it says."""

    state: str
    path: str
    day: date
    said: Mapping[str, Any] = field(default_factory=dict)


async def opened(
    situation: Situation, title: str, path: str, bodies: Mapping[str, Mapping[str, Any]],
    key: Callable[[Record], str],
) -> dict[str, Record]:  # fmt: skip
    """The registry's records by their key: those that there are, and one more for each other body."""
    there = await situation.stack.every("registry", path, division=situation.division)
    found = {key(record): record for record in there}
    lacking = [name for name in bodies if name not in found]
    told = situation.bar(title, len(lacking))

    async def open_(name: str) -> None:
        found[name] = await situation.stack.post("registry", path, **bodies[name])

    await situation.stack.each(lacking, open_, told)
    return found


async def walked(
    situation: Situation, title: str, path: str, ways: Sequence[tuple[Record, Sequence[Taken]]]
) -> None:
    """Take each record its way, from the state that it stands in."""

    async def walk(way: tuple[Record, Sequence[Taken]]) -> None:
        record, steps = way
        state = record["state"]
        for step in steps:
            if step.state == state:
                taken = f"{path}/{record['id']}/{step.path}"
                state = (await situation.stack.post("registry", taken, **step.said, **on(step.day)))["state"]

    await situation.stack.each(ways, walk, situation.bar(title, len(ways)))


async def by_list(
    situation: Situation, path: str, step: str, day: date, wanted: Mapping[str, object],
    fill: Fill = lambda number, row: {},
) -> None:  # fmt: skip
    """Take a step of the records that the filter finds, by the list that the registry gives out for it.

    `fill` gives the cells of a row beside day and basis, None where the step is not taken. Raises `Failed`
    with the first faults where the registry does not take the whole list.
    """
    place = f"{path}/{step}/sheet"
    file = await situation.stack.download("registry", f"{place}.xlsx", division=situation.division, **wanted)
    book = load_workbook(io.BytesIO(file))
    sheet = book.worksheets[0]
    # A heading that is there twice is first what is known and then what is to be filled in.
    columns = {str(cell.value): column for column, cell in enumerate(sheet[1])}
    filled = 0
    for number, row in enumerate(sheet.iter_rows(2), 1):
        said = fill(number, {title: row[column].value for title, column in columns.items()})
        if said is not None:
            for title, value in {"日期": str(day), "录入方式": IN_RETROSPECT, **said}.items():
                row[columns[title]].value = value
            filled += 1
    if filled:
        await _bring(situation, place, book)


async def _bring(situation: Situation, place: str, book: Workbook) -> None:
    content = io.BytesIO()
    book.save(content)
    report = await situation.stack.ask(
        "POST", "registry", place, files={"file": ("清单.xlsx", content.getvalue())}, data={"apply": "all"}
    )
    if report["faults"]:
        raise Failed(f"the list at {place} was not taken: {report['faults'][:3]}")
