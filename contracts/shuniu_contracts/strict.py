"""The check a producer makes before it publishes, patterns included.

Matching patterns takes three quarters of the time it takes to decode an event. The writer's check makes
them true once; readers of the typed classes check types, enums, ranges and lengths, the JSON Schemas all.
"""

from __future__ import annotations

import types
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

_TWINS: dict[type[msgspec.Struct], type[msgspec.Struct]] = {}


def strict_decoder(event: type[msgspec.Struct]) -> msgspec.json.Decoder[msgspec.Struct]:
    """A decoder that accepts exactly what the JSON Schema of a class allows."""
    return msgspec.json.Decoder(_twin(event))


def _twin(struct: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The class again, its patterns enforced by the decoder."""
    if struct not in _TWINS:
        hints = get_type_hints(struct, include_extras=True)
        _TWINS[struct] = msgspec.defstruct(
            struct.__name__,
            [
                (field.name, _strict(hints[field.name]))
                if field.required
                else (field.name, _strict(hints[field.name]), None)
                for field in msgspec.structs.fields(struct)
            ],
            kw_only=True,
        )
    return _TWINS[struct]


def _strict(annotation: Any) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Annotated[(_strict(arguments[0]), *map(_enforced, arguments[1:]))]
    if origin is tuple:
        return types.GenericAlias(tuple, tuple(each if each is ... else _strict(each) for each in arguments))
    if origin in (Union, types.UnionType):
        return Union[tuple(map(_strict, arguments))]  # noqa: UP007 - the members are known at run time only
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return _twin(annotation)
    return annotation


def _enforced(meta: Any) -> Any:
    pattern = (meta.extra_json_schema or {}).get("pattern") if isinstance(meta, msgspec.Meta) else None
    if pattern is None:
        return meta
    # Python's `$` lets a line end pass that other languages refuse.
    whole = pattern.removesuffix("$") + r"\Z"
    return msgspec.Meta(min_length=meta.min_length, max_length=meta.max_length, pattern=whole)
