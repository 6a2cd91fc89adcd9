"""Figures that cannot be added up over places: each place and the whole are counted by themselves."""

from collections.abc import Mapping
from datetime import date

from chassis.http import Reading
from services.registry.area import WHOLE


async def by_place(
    reading: Reading, statement: str, names: Mapping[str, str], day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Figure -> place -> value of a statement over $1 day, $2 patterns, $3 length, with a column `place`.

    `names` are the figures by their columns. The whole is 0 where nothing is found, and is left out where
    the column is null: there is no rate of nothing.
    """
    found: dict[str, dict[str, int | float]] = {figure: {WHOLE: 0} for figure in names.values()}
    for each in sorted({0, length}):
        for row in await reading.connection.fetch(statement, day, patterns, each):
            for column, figure in names.items():
                value = row[column]
                if value is None:
                    found[figure].pop(row["place"], None)
                else:
                    found[figure][row["place"]] = float(value) if isinstance(value, float) else int(value)
    return found
