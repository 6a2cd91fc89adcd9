"""Finding records of a kind by the words that people see of them."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from chassis.acting import Acting
from chassis.matters.kind import Kind
from chassis.model import ancestors
from chassis.region import Region
from chassis.tables import AggregateRow

_MOST = 10
"""How many words are looked for."""


def holding(acting: Acting, kind: Kind[Any], said: str) -> list[sa.ColumnElement[bool]]:
    """For each word of `said`, that it stands in what people see of a record: its texts, its state, its place
    or one above it, its day or year, the end of its id, or what the service knows besides
    (`Kind.found_by`)."""
    return [sa.or_(*_holds(acting, kind, word)) for word in said.split()[:_MOST]]


@cache
def texts(kind: Kind[Any]) -> tuple[str, ...]:
    """The columns with one text or code that people see."""
    return tuple(
        name for name, field in kind.row.model_fields.items()
        if name not in AggregateRow.model_fields and field.annotation in (str, str | None)
    )  # fmt: skip


def _holds(acting: Acting, kind: Kind[Any], word: str) -> list[sa.ColumnElement[bool]]:
    row = kind.row
    found = [col(getattr(row, name)).icontains(word, autoescape=True) for name in texts(kind)]
    found.append(sa.cast(col(row.opened_on), sa.Text).startswith(word, autoescape=True))
    found.append(sa.cast(col(row.id), sa.Text).endswith(word.lower(), autoescape=True))
    if "year" in kind.columns:
        found.append(sa.cast(col(row.year), sa.Text) == word)
    if states := [state.value for state, zh in kind.states_zh.items() if word in zh]:
        found.append(col(row.state).in_(states))
    if places := _called(acting.region, word):
        found.append(col(row.division).in_(places))
    return [*found, *(kind.found_by(acting, word) if kind.found_by else ())]


def _called(region: Region, word: str) -> list[str]:
    """The divisions that have the word in their name, with those below them."""
    named = {one.code for one in region.divisions if word in one.name}
    return [
        one.code for one in region.divisions
        if one.code in named or not named.isdisjoint(ancestors(one.code))
    ]  # fmt: skip
