"""The second check knows all there is: a stream, a consumer or a table that nobody declared there fails here.

It imports nothing of the product itself; that what it was told is true of the product is held together here.
"""

import ast
from pathlib import Path

import pytest
from shuniu_contracts import STREAMS

from chassis.service import Service, discover, installed
from chassis.subscription import consumers_of, streams_of
from chassis.tables import chassis_metadata
from tests.faults import second_check
from tests.faults.second_check import CATALOGUE, CHASSIS, COPIES, OTHERS, READS, RECORDS

OURS = ("chassis", "services", "shuniu_contracts", "deploy", "tests")


@pytest.fixture(params=installed())
def service(request: pytest.FixtureRequest) -> Service:
    """Each installed service."""
    return discover(request.param)


def test_the_page_of_events_has_every_stream_with_the_fields_of_its_state() -> None:
    assert CATALOGUE.keys() == {".".join(stream) for stream in STREAMS}
    assert [stream for stream, fields in CATALOGUE.items() if "division" not in fields] == []


def test_it_knows_what_each_consumer_reads(service: Service) -> None:
    reads = {
        (service.name, consumer.name): set()
        if consumer.others
        else {f"{stream.service}.{stream.aggregate}" for stream in streams_of(consumer)}
        for consumer in consumers_of(service)
    }
    assert {key: set(streams) for key, streams in READS.items() if key[0] == service.name} == reads


def test_every_table_is_a_stream_s_a_copy_or_said_to_be_neither(service: Service) -> None:
    of_streams = {stream.split(".")[1] for stream in RECORDS if stream.startswith(f"{service.name}.")}
    copies = {table for owner, table in COPIES if owner == service.name}
    others = {table for owner, table in OTHERS if owner == service.name}
    assert sorted(of_streams | copies | others) == sorted(service.metadata.tables)
    assert len(of_streams) + len(copies) + len(others) == len(service.metadata.tables), "none is two things"
    assert set(chassis_metadata.tables) | {"alembic_version"} == CHASSIS


@pytest.mark.parametrize("place", COPIES, ids=".".join)
def test_every_column_of_a_copy_is_compared_or_said_to_be_derived(place: tuple[str, str]) -> None:
    copy, table = COPIES[place], discover(place[0]).metadata.tables[place[1]]
    compared = {column.name for column in table.columns} - {copy.key, *copy.derived}
    known = CATALOGUE[copy.stream].keys() | copy.named.keys() | {"epoch", "sequence"}
    assert compared - known == set()
    assert {*copy.named, *copy.derived} - set(table.columns.keys()) == set(), "columns that are gone"


def test_it_imports_nothing_of_ours() -> None:
    found = set()
    for node in ast.walk(ast.parse(Path(second_check.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    assert {name for name in found if name.split(".")[0] in OURS} == set()
