"""How the register's workbook, and the report on one, say the value of a column."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from services.registry.imports.model import VOCABULARIES, Column
from services.registry.imports.rows import naming
from services.registry.policy import RegistryPolicy

CHINESE = {
    kind: {code: zh for zh, code in reversed(list(names.items()))} for kind, names in VOCABULARIES.items()
}
"""Code -> Chinese of each listed kind."""


def said(policy: RegistryPolicy, column: Column) -> Callable[[Any], Any] | None:
    """How a column says a value; None where it stands as it is."""
    if column.kind == "categories":
        names = {category.code: category.name_zh for category in policy.categories}
        return lambda codes: "、".join(names.get(code, code) for code in codes)
    if column.kind == "texts":
        return "、".join
    if column.kind == "sum":
        return lambda fen: Decimal(fen).scaleb(-2)
    if column.kind == "named":
        return naming(policy, column.field).said
    if column.kind == "named_each":
        one = naming(policy, column.field).said_among
        return lambda codes: "、".join(map(one, codes))
    if (chinese := CHINESE.get(column.kind)) is not None:
        return lambda value: chinese.get(str(value).lower(), value)
    return None
