"""JSON Schemas of the event types, drawn from the classes, and what can be read off them: each field's
privacy class, a flat list of fields, an example of the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import msgspec

from shuniu_contracts.catalogue import EventType
from shuniu_contracts.fields import DOCUMENT_PATTERN, PERSON_PATTERN, Privacy

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_RANK = {Privacy.PUBLIC: 0, Privacy.INTERNAL: 1, Privacy.PSEUDONYMOUS: 2}
_ANNOTATIONS = frozenset({"title", "description", "$schema", "$id"})


class UnclassifiedField(ValueError):
    """A field that could carry anything has no privacy class: give it one of the types in `fields`."""


def schema_of(entry: EventType) -> Schema:
    """The JSON Schema (2020-12) of a type's data, open to additional properties; every leaf says its
    `x-privacy`. Raises `UnclassifiedField`."""
    drawn = msgspec.json.schema(entry.event)
    definitions: dict[str, Schema] = drawn["$defs"]
    root = definitions.pop(entry.event.__name__)
    for name, definition in (("", root), *definitions.items()):
        _classify(definition, f"{entry.type} {name}".strip())
    described = {
        "$schema": DIALECT,
        "$id": entry.dataschema,
        "title": entry.type,
        "description": f"{entry.en} {entry.zh}",
        "type": "object",
        "properties": root["properties"],
        "required": root["required"],
    }
    drawn = described | {"$defs": {name: definitions[name] for name in sorted(definitions)}}
    # As a reader of the file gets it: defaults that are tuples here are lists there.
    return cast("Schema", msgspec.json.decode(msgspec.json.encode(drawn)))


def _classify(schema: Schema, where: str) -> None:
    """Give dates, flags and enums, which can hold no free text, their class; refuse the rest without one."""
    for name, property_ in schema.get("properties", {}).items():
        _classify(property_, f"{where}.{name}")
    for branch in schema.get("anyOf", ()):
        _classify(branch, where)
    if "items" in schema:
        _classify(schema["items"], f"{where}[]")
    closed = "enum" in schema or "const" in schema or "format" in schema or schema.get("type") == "boolean"
    if closed:
        schema.setdefault("x-privacy", str(Privacy.INTERNAL))
    elif schema.get("type") in ("string", "integer", "number") and "x-privacy" not in schema:
        raise UnclassifiedField(f"{where} has no privacy class")


class Field(NamedTuple):
    """One field of a schema by its path (`state.lead.id`, `state.brands[]`), references resolved."""

    path: str
    shape: Schema
    """Type, format, enum and constraints, without annotations."""
    nullable: bool
    required: bool
    default: Any
    """The default, or `msgspec.UNSET`."""
    privacy: Privacy | None
    """None for objects and lists, whose leaves have one each."""


def fields_of(schema: Schema) -> dict[str, Field]:
    """Every field of a schema by path, in order."""
    return {field.path: field for field in _walk(schema, schema.get("$defs", {}), "")}


def _walk(schema: Schema, definitions: dict[str, Schema], prefix: str) -> Iterator[Field]:
    required = schema.get("required", ())
    for name, property_ in schema.get("properties", {}).items():
        default = property_.get("default", msgspec.UNSET)
        yield from _field(property_, definitions, f"{prefix}{name}", name in required, default)


def _field(
    schema: Schema, definitions: dict[str, Schema], path: str, required: bool, default: Any
) -> Iterator[Field]:
    branches = [branch for branch in schema.get("anyOf", ()) if branch != {"type": "null"}]
    nullable = len(branches) < len(schema.get("anyOf", ()))
    target = branches[0] if branches else schema
    if "$ref" in target:
        target = definitions[target["$ref"].rpartition("/")[2]]
    shape = {
        key: value
        for key, value in target.items()
        if key
        not in _ANNOTATIONS | {"properties", "required", "items", "default", "x-privacy", "$ref", "$defs"}
    }
    privacy = target.get("x-privacy")
    yield Field(path, shape, nullable, required, default, Privacy(privacy) if privacy else None)
    if "items" in target:
        yield from _field(target["items"], definitions, f"{path}[]", True, msgspec.UNSET)
    yield from _walk(target, definitions, f"{path}.")


def privacy_of(schema: Schema) -> Privacy:
    """The strictest class among a schema's fields."""
    return max(
        (field.privacy for field in fields_of(schema).values() if field.privacy is not None),
        key=_RANK.__getitem__,
    )


def is_less_protected(new: Privacy, old: Privacy) -> bool:
    """Whether a class protects less than another."""
    return _RANK[new] < _RANK[old]


def same_shape(one: Any, other: Any) -> bool:
    """Whether two schemas say the same but for titles and descriptions."""
    return bool(_bare(one) == _bare(other))


def _bare(schema: Any, *, names: bool = False) -> Any:
    """A schema without annotations; `names` marks a mapping whose keys are names, not keywords."""
    if isinstance(schema, dict):
        return {
            key: _bare(value, names=not names and key in ("properties", "$defs"))
            for key, value in schema.items()
            if names or key not in _ANNOTATIONS
        }
    return [_bare(item) for item in schema] if isinstance(schema, list) else schema


_SUBJECT = "01926f2a-5c00-7000-8000-000000000001"
_EXAMPLES: dict[str, Any] = {
    "basis": "live",
    "name": "示例社会组织",
    "title": "示例项目",
    "credit_code": "51440303MJL000001X",
    "sequence": 7,
    "ended": False,
    "year": 2026,
    "fiscal_year": 2026,
    "event_id": "01926f2a-5c00-7000-8000-0000000000e1",
    "type": "cn.shuniu.registry.organization.registered.v1",
    "service": "registry",
    "aggregate": "organization",
}


def example_of(schema: Schema) -> Any:
    """Data with every field filled, valid under the schema; the skeleton of a golden message."""
    return _example(schema, schema.get("$defs", {}), "")


def _example(schema: Schema, definitions: dict[str, Schema], name: str) -> Any:
    if "anyOf" in schema:
        return _example(next(b for b in schema["anyOf"] if b != {"type": "null"}), definitions, name)
    if "$ref" in schema:
        return _example(definitions[schema["$ref"].rpartition("/")[2]], definitions, name)
    if "enum" in schema:
        return _EXAMPLES[name] if _EXAMPLES.get(name) in schema["enum"] else schema["enum"][0]
    if schema["type"] == "object":
        return {key: _example(value, definitions, key) for key, value in schema["properties"].items()}
    if schema["type"] == "array":
        return [_example(schema["items"], definitions, name)]
    if schema["type"] == "string":
        return _EXAMPLES.get(name) or _text(schema, name)
    return _EXAMPLES.get(name, schema["type"] != "boolean" and max(schema.get("minimum", 0), 3))


def _text(schema: Schema, name: str) -> str:
    if "format" in schema:
        return {"date": "2026-11-01", "date-time": "2026-11-01T08:00:00Z"}[schema["format"]]
    if "[0-9]{9}" in schema.get("pattern", ""):
        return "440303001"
    if schema.get("pattern") == PERSON_PATTERN:
        return "01926f2a-5c00-7000-8000-0000000000a1"
    if schema.get("pattern") == DOCUMENT_PATTERN:
        return "示例发〔2026〕1号"
    if "pattern" not in schema:
        return "示例名称"
    return _SUBJECT if name == "id" or name.endswith(("_id", "_ids")) or name == "subject" else "sample"
