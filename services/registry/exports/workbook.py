"""The register as a workbook that the import reads again: same headers, Chinese values, lists to choose."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from services.registry.imports.model import COLUMNS, VOCABULARIES
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy
from services.registry.sheets.workbook import cell, header, offer

TITLE = "社会组织名册"
HOME = "所属平台"
"""The column that says at home in which stack an organisation is; an import takes no notice of it."""
_CHINESE = {
    kind: {code: zh for zh, code in reversed(list(names.items()))} for kind, names in VOCABULARIES.items()
}


def row_writer(policy: RegistryPolicy, *, homes: bool = False) -> Any:
    """A function that gives an organisation's cells in the order of the columns, with its home if wanted."""
    categories = {category.code: category.name_zh for category in policy.categories}
    source = {"route": "registration_route"}

    def cells(row: OrganizationRow) -> list[Any]:
        values = []
        for column in COLUMNS:
            value = getattr(row, source.get(column.field, column.field))
            if column.field == "categories":
                value = "、".join(categories.get(code, code) for code in value)
            elif column.kind == "texts":
                value = "、".join(value)
            elif column.kind in _CHINESE and value is not None:
                value = _CHINESE[column.kind].get(str(value).lower(), value)
            values.append(value)
        return [*values, row.home] if homes else values

    return cells


def write(rows: Iterable[list[Any]], *, homes: bool = False) -> Path:
    """Write the rows into a temporary .xlsx; whoever sends it removes it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(TITLE)
    sheet.freeze_panes = "B2"
    for place, column in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
        if (names := _CHINESE.get(column.kind)) is not None:
            offer(sheet, get_column_letter(place), list(names.values()))
    sheet.column_dimensions[get_column_letter(len(COLUMNS) + 1)].width = 14
    headers = [*(column.header for column in COLUMNS), *([HOME] if homes else [])]
    sheet.append([header(sheet, name) for name in headers])
    for row in rows:
        sheet.append([cell(sheet, value) for value in row])
    file = tempfile.NamedTemporaryFile(prefix="shuniu-register-", suffix=".xlsx", delete=False)  # noqa: SIM115
    with file:
        book.save(file)
    return Path(file.name)
