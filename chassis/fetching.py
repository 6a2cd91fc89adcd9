"""Fetches are written and read in one go where aiokafka goes through each partition field by field.

A consumer names all of its partitions in every fetch, and gets an answer about each, whether or not there is
anything in it: at 300 partitions its own way takes 1.5 ms of the process for each fetch, this a quarter.
"""

import struct
from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

from aiokafka.protocol import fetch
from aiokafka.protocol.types import Array, Bytes, Int16, Int32, Int64, Schema

_CODES: Final = {Int16: "h", Int32: "i", Int64: "q"}
_REQUESTS: Final = (fetch.FetchRequest_v4, fetch.FetchRequest_v5, fetch.FetchRequest_v7,
                    fetch.FetchRequest_v9, fetch.FetchRequest_v11)  # fmt: skip
_RESPONSES: Final = (fetch.FetchResponse_v4, fetch.FetchResponse_v5, fetch.FetchResponse_v7,
                     fetch.FetchResponse_v11)  # fmt: skip
"""The versions between share their schemas."""


def hasten() -> None:
    """Let every client of this process write and read fetches so."""
    for request in _REQUESTS:
        _hasten_request(_partition(request.SCHEMA))
    for response in _RESPONSES:
        _hasten_response(_partition(response.SCHEMA))


def _partition(message: Schema) -> Schema:
    """What a message says of one partition: it lists topics, and they list partitions."""
    topics: Any = message.fields[message.names.index("topics")]
    found: Schema = topics.array_of.fields[1].array_of
    return found


def _hasten_request(partition: Schema) -> None:
    pack = struct.Struct(">" + _codes(partition.fields)).pack

    def encode(item: Sequence[Any]) -> bytes:
        return pack(*item)

    partition.encode = encode


def _hasten_response(partition: Schema) -> None:
    """One reading for all of the partition but its records, if it names no aborted transactions."""
    place = partition.names.index("aborted_transactions")
    assert partition.fields[-1] is Bytes
    assert isinstance(partition.fields[place], Array)
    before, behind = _codes(partition.fields[:place]), _codes(partition.fields[place + 1 : -1])
    whole = struct.Struct(f">{before}i{behind}i")
    thorough = Schema(*zip(partition.names, partition.fields, strict=True))

    def decode(data: BytesIO) -> tuple[Any, ...]:
        begun = data.tell()
        raw = data.read(whole.size)
        if len(raw) == whole.size:
            *values, size = whole.unpack(raw)
            if values[place] <= 0:
                values[place] = [] if values[place] == 0 else None
                records = data.read(size) if size > 0 else None if size < 0 else b""
                if records is None or len(records) == size:
                    return *values, records
        data.seek(begun)
        return tuple(thorough.decode(data))

    partition.decode = decode


def _codes(fields: Sequence[Any]) -> str:
    return "".join(_CODES[field] for field in fields)
