"""What is written and read of fetches is what aiokafka writes and reads, byte for byte."""

from io import BytesIO
from typing import Any

import pytest
from aiokafka.protocol import fetch
from aiokafka.protocol.types import Array, Bytes, Int8, Int16, Int32, Int64, Schema
from hypothesis import given, settings
from hypothesis import strategies as st

import chassis.bus  # noqa: F401, it puts the quick way in place

_BITS = {Int8: 8, Int16: 16, Int32: 32, Int64: 64}
_TEXTS = st.text(max_size=8)


def _plain(field: Any) -> Any:
    """The schema as aiokafka has it, without what was put on its parts."""
    if isinstance(field, Schema):
        parts = map(_plain, field.fields)
        return Schema(*zip(field.names, parts, strict=True))
    if isinstance(field, Array):
        found = Array(Int8)
        found.array_of = _plain(field.array_of)
        return found
    return field


def _values(field: Any) -> st.SearchStrategy[Any]:
    if field in _BITS:
        return st.integers(-(2 ** (_BITS[field] - 1)), 2 ** (_BITS[field] - 1) - 1)
    if isinstance(field, Schema):
        return st.tuples(*map(_values, field.fields))
    if isinstance(field, Array):
        return st.lists(_values(field.array_of), max_size=3)
    return st.none() | st.binary(max_size=9) if field is Bytes else _TEXTS


def _with_and_without(field: Any) -> st.SearchStrategy[Any]:
    """A response's aborted transactions may be missing altogether."""
    topics = _values(field)
    return topics.flatmap(
        lambda values: st.booleans().map(lambda missing: _without(values) if missing else values)
    )


def _without(values: Any) -> Any:
    *head, topics = values
    return *head, [
        (name, [tuple(None if isinstance(part, list) else part for part in one) for one in partitions])
        for name, partitions in topics
    ]


@pytest.mark.parametrize("version", range(4, 12))
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_a_request_is_written_as_aiokafka_writes_it(version: int, data: st.DataObject) -> None:
    schema = getattr(fetch, f"FetchRequest_v{version}").SCHEMA
    values = data.draw(_values(schema))
    assert schema.encode(values) == _plain(schema).encode(values)


@pytest.mark.parametrize("version", range(4, 12))
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_a_response_is_read_as_aiokafka_reads_it(version: int, data: st.DataObject) -> None:
    schema = getattr(fetch, f"FetchResponse_v{version}").SCHEMA
    values = data.draw(_with_and_without(schema))
    written = _plain(schema).encode(values)
    read = BytesIO(written)
    assert schema.decode(read) == _plain(schema).decode(BytesIO(written)) == values
    assert not read.read()


def test_a_response_cut_short_is_refused() -> None:
    schema = fetch.FetchResponse_v11.SCHEMA
    written = _plain(schema).encode((0, 0, 0, [("topic", [(0, 0, 1, 1, 0, [], -1, b"records")])]))
    for size in range(len(written)):
        with pytest.raises(ValueError, match=r"underrun|unpack"):
            schema.decode(BytesIO(written[:size]))


def test_the_quick_way_is_in_place() -> None:
    for version in range(4, 12):
        for kind, way in (("FetchRequest", "encode"), ("FetchResponse", "decode")):
            schema = getattr(fetch, f"{kind}_v{version}").SCHEMA
            partition = schema.fields[schema.names.index("topics")].array_of.fields[1].array_of
            assert way in vars(partition), (kind, version)
