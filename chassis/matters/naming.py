"""Names for the codes that a field takes without listing them: the region has them, pages and workbooks offer
them. Another code can be entered all the same."""

from collections.abc import Callable, Mapping
from typing import Any

from shuniu_contracts.fields import CODE_PATTERN

NamesOf = Callable[[str, str], Mapping[str, str]]
"""Kind and field -> code -> Chinese, in the order in which they are offered; empty where nobody has any."""


def no_names(_kind: str, _field: str) -> Mapping[str, str]:
    """The names of a service whose profile has none."""
    return {}


def named(form: Mapping[str, Any], kind: str, names: NamesOf) -> dict[str, Any]:
    """The JSON schema of a body with names where fields take any code.

    Such a field gets `x-zh`, as those have that list their codes, and `x-open`: a code that is not among them
    is taken too.
    """
    found = {**form, "properties": _properties(form["properties"], kind, names)}
    if "$defs" in form:
        found["$defs"] = {
            key: {**one, "properties": _properties(one["properties"], kind, names)}
            if "properties" in one
            else one
            for key, one in form["$defs"].items()
        }
    return found


def _properties(properties: Mapping[str, Any], kind: str, names: NamesOf) -> dict[str, Any]:
    return {name: _property(name, schema, kind, names) for name, schema in properties.items()}


def _property(name: str, schema: Mapping[str, Any], kind: str, names: NamesOf) -> Mapping[str, Any]:
    if "x-zh" in schema or not _takes_any_code(schema) or not (found := names(kind, name)):
        return schema
    return {**schema, "x-zh": [list(pair) for pair in found.items()], "x-open": True}


def _takes_any_code(schema: Mapping[str, Any]) -> bool:
    options = schema.get("anyOf", (schema,))
    return any(one.get("items", one).get("pattern") == CODE_PATTERN for one in options)
