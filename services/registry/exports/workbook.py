"""The register as a workbook that the import reads again: same headers, Chinese values, lists to choose."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col, select

from chassis.http import Reading
from services.registry.imports.model import COLUMNS, RECORD, Column
from services.registry.imports.rows import naming
from services.registry.imports.saying import CHINESE, said
from services.registry.organizations.queries import Filter
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy
from services.registry.sheets.queries import portions, refuse_too_long
from services.registry.sheets.workbook import Book

TITLE = "社会组织名册"
HOME = "所属平台"
"""The column that says at home in which stack an organisation is; an import takes no notice of it."""
_PREFIX: Final = "shuniu-register-"
_SEVERAL: Final = frozenset({"categories", "named_each"})
"""Kinds of columns whose cells have several values: the list offers the first."""


def row_writer(policy: RegistryPolicy, *, homes: bool = False) -> Callable[[OrganizationRow], list[Any]]:
    """A function that gives an organisation's cells in the order of the columns, which record it is and, if
    wanted, its home."""
    source = {"route": "registration_route"}
    written = [(source.get(column.field, column.field), said(policy, column)) for column in COLUMNS]

    def cells(row: OrganizationRow) -> list[Any]:
        values = []
        for field, words in written:
            value = getattr(row, field)
            values.append(value if value is None or words is None else words(value))
        return [*values, row.id, row.revision, *([row.home] if homes else [])]

    return cells


def _offered(policy: RegistryPolicy, column: Column) -> list[str]:
    """What can be chosen in a column."""
    if column.kind == "categories":
        return [category.name_zh for category in policy.categories]
    if column.kind in {"named", "named_each"}:
        of = naming(policy, column.field)
        return list(map(of.said if column.kind == "named" else of.said_among, of.names))
    return list(CHINESE.get(column.kind, {}).values())


async def export(reading: Reading, *, wanted: Filter, homes: bool) -> Path:
    """Those that the filter finds, of the stacks below only with their `homes`, as a temporary .xlsx.

    It is written while it is read; raises `WorkbookTooLong` where it could not be imported again.
    """
    policy = reading.policy(RegistryPolicy)
    found = wanted.conditions(reading)
    if not homes:
        found.append(sa.not_(col(OrganizationRow.replica)))
    await refuse_too_long(reading, OrganizationRow, found, policy.import_max_rows)
    book, cells = begun(policy, homes=homes), row_writer(policy, homes=homes)
    statement = select(OrganizationRow).where(*found).order_by(col(OrganizationRow.id))
    async for portion in portions(reading, statement):
        await asyncio.to_thread(book.append, [cells(row) for (row,) in portion])
    return await asyncio.to_thread(book.save, _PREFIX)


def template(policy: RegistryPolicy) -> Path:
    """A temporary .xlsx without rows."""
    return begun(policy, records=False).save(_PREFIX)


def begun(policy: RegistryPolicy, *, homes: bool = False, records: bool = True) -> Book:
    """The workbook with its headings and the lists of its columns; what says which `records` its rows are."""
    columns = (*COLUMNS, *(RECORD if records else ()))
    book = Book(TITLE, freeze="B2", widths=[*(column.width for column in columns), 14])
    for place, column in enumerate(COLUMNS, 1):
        any_other = column.kind in _SEVERAL or (column.kind == "named" and naming(policy, column.field).open)
        book.offer(place, _offered(policy, column), only=not any_other)
    book.head([*(column.header for column in columns), *([HOME] if homes else [])])
    return book
