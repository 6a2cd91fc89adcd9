"""Names for the codes that a form does not name itself: the region has them, pages and workbooks offer them.
Where neither the form nor a list of the region says which there are, another can be entered all the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shuniu_contracts.fields import CODE_PATTERN


@dataclass(frozen=True)
class Offered:
    """What a field is offered: code -> Chinese, in this order; nothing where nobody has names for it."""

    names: Mapping[str, str] = field(default_factory=dict)
    english: Mapping[str, str] = field(default_factory=dict)
    """code -> what readers of English are shown, where that is not the code in words"""
    open: bool = True
    """whether a code that is not among them is taken, too"""


NamesOf = Callable[[str, str], Offered]
"""What the field of a kind is offered."""


def no_names(_kind: str, _field: str) -> Offered:
    """The names of a service whose profile has none."""
    return Offered()


def named(form: Mapping[str, Any], kind: str, names: NamesOf) -> dict[str, Any]:
    """The JSON schema of a body with names where fields take codes and do not name them.

    Such a field gets `x-zh`, as those have that name their codes; one whose type takes any code gets `x-open`
    besides: whether one that is not among them is taken, too. `x-en` has what readers of English are shown
    instead of the code in words.
    """
    definitions: Mapping[str, Any] = form.get("$defs", {})

    def told(body: Mapping[str, Any]) -> Mapping[str, Any]:
        if "properties" not in body:
            return body
        named = {
            name: _property(schema, definitions, names(kind, name))
            for name, schema in body["properties"].items()
        }
        return {**body, "properties": named}

    found = dict(told(form))
    if definitions:
        found["$defs"] = {key: told(one) for key, one in definitions.items()}
    return found


def _property(
    schema: Mapping[str, Any], definitions: Mapping[str, Any], offered: Offered
) -> Mapping[str, Any]:
    names = offered.names
    if "x-zh" in schema or not names:
        return schema
    values = [_referred(one.get("items", one), definitions) for one in schema.get("anyOf", (schema,))]
    if any(one.get("pattern") == CODE_PATTERN for one in values):
        told = {"x-zh": [list(pair) for pair in names.items()], "x-open": offered.open}
        english = {"x-en": dict(offered.english)} if offered.english else {}
        return {**schema, **told, **english}
    listed: Sequence[str] = next((one["enum"] for one in values if "enum" in one), ())
    return {**schema, "x-zh": [[code, names.get(code, code)] for code in listed]} if listed else schema


def _referred(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found
