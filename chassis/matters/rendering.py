"""A row and the state of its contract become each other by the names of the fields."""

import typing
from collections.abc import Callable, Collection, Iterator, Mapping
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any
from uuid import UUID

import msgspec
from shuniu_contracts import Quantity, Ref, State
from shuniu_contracts.fields import Fen

_Read = Callable[[Any], Any]


class Rendering:
    """Both directions for one kind: `state` of a row for the bus, `columns` of a state for a replica.

    `money` are the fields that are sums in fen, a part of a row as `<field>.<part>`.
    """

    def __init__(self, public: type[State], columns: Collection[str], owner: str) -> None:
        self._public = public
        self.money = frozenset(sums(public))
        self._readers: list[tuple[str, _Read]] = []
        plain: list[str] = []
        self._names: list[tuple[str, type | None]] = []
        hints = typing.get_type_hints(public)
        for field in msgspec.structs.fields(public):
            kind = _bare(hints[field.name])
            needed = _columns(field.name, kind)
            if missing := [name for name in needed if name not in columns]:
                raise TypeError(
                    f"{owner} has no column {', '.join(missing)} for {public.__name__}.{field.name}"
                )
            if kind in (Ref, Quantity):
                self._readers.append((field.name, _reader(field.name, kind)))
            else:
                plain.append(field.name)
            self._names.append((field.name, kind if kind in (Ref, Quantity) else None))
        self._plain, self._get = plain, attrgetter(*plain)

    def state(self, row: Any) -> State:
        """The row as the contract has it; what is None takes the field's default."""
        values = {
            name: str(value) if isinstance(value, UUID) else value
            for name, value in zip(self._plain, self._get(row), strict=True)
            if value is not None
        }
        for name, read in self._readers:
            if (value := read(row)) is not None:
                values[name] = value
        return msgspec.convert(values, self._public)

    def columns(self, state: State) -> dict[str, Any]:
        """The state's fields as columns; fields that the state leaves out are None or their default."""
        found: dict[str, Any] = {}
        for name, kind in self._names:
            value = getattr(state, name)
            if kind is Ref:
                found[f"{name}_id"] = None if value is None else value.id
                found[f"{name}_sequence"] = 0 if value is None else value.sequence
            elif kind is Quantity:
                found[name] = None if value is None else value.value
                found[f"{name}_qualifier"] = None if value is None else value.qualifier.value
            else:
                found[name] = msgspec.to_builtins(value)
        return found


def sums(record: Any, within: str = "") -> Iterator[str]:
    """The fields in fen; a quantity says in its name what it counts."""
    for name, hint in typing.get_type_hints(record, include_extras=True).items():
        kinds = (hint, *typing.get_args(hint))
        if Fen in kinds or (Quantity in kinds and name.endswith("_fen")):
            yield f"{within}{name}"
        elif not within:
            for kind in kinds:
                if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
                    yield from sums(kind, f"{name}.")


def _bare(hint: Any) -> Any:
    """The type without `| None` and without what `Annotated` adds."""
    if typing.get_origin(hint) in (typing.Union, UnionType):
        present = [part for part in typing.get_args(hint) if part is not NoneType]
        return _bare(present[0]) if len(present) == 1 else hint
    return hint


def _columns(name: str, kind: Any) -> tuple[str, ...]:
    if kind is Ref:
        return f"{name}_id", f"{name}_sequence"
    if kind is Quantity:
        return name, f"{name}_qualifier"
    return (name,)


def _reader(name: str, kind: Any) -> _Read:
    if kind is Ref:
        return lambda row: _ref(getattr(row, f"{name}_id"), getattr(row, f"{name}_sequence"))
    return lambda row: _quantity(getattr(row, name), getattr(row, f"{name}_qualifier"))


def _ref(id: UUID | None, sequence: int | None) -> Mapping[str, Any] | None:
    return None if id is None else {"id": str(id), "sequence": sequence or 0}


def _quantity(value: int | None, qualifier: str | None) -> Mapping[str, Any] | None:
    return None if value is None else {"value": value, "qualifier": qualifier or "exact"}
