"""Producers are strict, consumers are open, and every live major version tells the same facts."""

import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu_contracts import (
    EVENT_TYPES,
    STREAMS,
    Basis,
    Event,
    EventTooLarge,
    EventType,
    InvalidEvent,
    MalformedEvent,
    Ref,
    UnknownMajor,
    decode,
    decode_data,
    encode,
    event_type,
    render,
    stream,
)
from shuniu_contracts.partybuild import InstructorAssigned, InstructorReleased
from shuniu_contracts.partybuild_v1 import InstructorAssignedV1, InstructorStateV1
from shuniu_contracts.registry import OrganizationRegistered
from shuniu_contracts.registry_inspections import (
    CampaignPhase,
    InspectionCampaignOpened,
    InspectionCampaignState,
)
from shuniu_contracts.schemas import fields_of, schema_of

from tests.contracts.world import assigned, envelope, example, registered

REGISTERED = event_type(OrganizationRegistered).type
ASSIGNED_V2 = event_type(InstructorAssigned).type
ASSIGNED_V1 = event_type(InstructorAssignedV1).type


def entries() -> list[Any]:
    return [pytest.param(entry, id=entry.type) for entry in EVENT_TYPES.values()]


@pytest.mark.parametrize("entry", entries())
def test_every_type_survives_the_way_over_the_bus(entry: EventType) -> None:
    event = decode_data(entry.type, example(entry))
    assert event is not None
    assert decode_data(event_type(type(event)).type, encode(event)) == event


def test_an_event_sent_is_the_event_received() -> None:
    event = registered(categories=("women", "elderly"), staff_count=12)
    message = decode(envelope().to_headers(), encode(event))
    assert message.data == event


@pytest.mark.parametrize(
    "changes",
    [
        {"division": "Futian"},
        {"division": 440303},
        {"division": "440303\n"},
        {"name": ""},
        {"name": "长" * 201},
        {"staff_count": -1},
        {"staff_count": "twelve"},
        {"legal_form": "club"},
        {"effective_on": "last year"},
        {"categories": "women"},
        {"categories": ("妇女",)},
        {"basis": None},
        {"name": object()},
        {"staff_count": 2**70},
    ],
)
def test_a_producer_cannot_publish_what_breaks_its_schema(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidEvent) as refused:
        encode(registered(**changes))
    assert refused.value.type == REGISTERED


def spoil(document: Any, path: str) -> None:
    """Put words where the field at `path` (`state.organization_ids[]`) has a pattern."""
    *holders, last = path.replace("[]", ".0").split(".")
    for name in holders:
        document = document[int(name) if isinstance(document, list) else name]
    document[int(last) if isinstance(document, list) else last] = "坏 值"


@pytest.mark.parametrize("entry", [param for param in entries() if param.values[0].is_newest])
def test_a_producer_is_held_to_every_pattern_of_the_schema(entry: EventType) -> None:
    patterned = [path for path, field in fields_of(schema_of(entry)).items() if "pattern" in field.shape]
    assert "state.division" in patterned
    for path in patterned:
        document = msgspec.json.decode(example(entry))
        spoil(document, path)
        with pytest.raises(InvalidEvent, match="regex"):
            encode(msgspec.json.decode(msgspec.json.encode(document), type=entry.event))


def test_an_event_beyond_its_size_limit_says_both_sizes() -> None:
    with pytest.raises(EventTooLarge) as refused:
        encode(registered(brands=("品牌" * 100,) * 200))
    assert refused.value.type == REGISTERED
    assert refused.value.limit == 65536 < refused.value.size


def test_services_cannot_construct_an_older_version() -> None:
    old = decode_old(example(event_type(InstructorAssignedV1)))
    with pytest.raises(InvalidEvent, match="version 2"):
        encode(old)


def decode_old(data: bytes) -> Event:
    return msgspec.json.decode(data, type=InstructorAssignedV1)


def test_a_consumer_ignores_fields_it_does_not_know() -> None:
    document = msgspec.json.decode(encode(registered()))
    document["state"]["mascot"] = "heron"
    assert decode_data(REGISTERED, msgspec.json.encode(document)) == registered()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(data, id=name)
        for name, data in {
            "empty": b"",
            "cut": b"{",
            "null": b"null",
            "list": b"[]",
            "bytes": b"\xff\xfe\x00",
            "without its fields": b'{"state": {}}',
            "cut late": encode(registered())[:-10],
            "tombstone": None,
            "nested without end": b'{"unknown": ' + b"[" * 100_000,
            "nested in full": b'{"unknown": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        }.items()
    ],
)
def test_data_that_fits_no_schema_is_malformed(data: bytes | None) -> None:
    with pytest.raises(MalformedEvent) as refused:
        decode(envelope().to_headers(), data)
    assert refused.value.type == REGISTERED


def test_an_unknown_enum_value_is_malformed_because_enums_are_closed() -> None:
    document = msgspec.json.decode(encode(registered()))
    document["state"]["legal_form"] = "guild"
    with pytest.raises(MalformedEvent, match="guild"):
        decode_data(REGISTERED, msgspec.json.encode(document))


@pytest.mark.parametrize(
    "type_",
    ["cn.shuniu.registry.organization.celebrated.v1", "cn.shuniu.registry.weather_report.opened.v1"],
)
def test_an_unknown_type_is_handed_on_without_data(type_: str) -> None:
    message = decode(envelope(type=type_).to_headers(), b'{"anything": 1}')
    assert message.data is None
    assert message.envelope.type == type_


def test_an_unknown_major_of_a_known_stream_is_a_fault() -> None:
    with pytest.raises(UnknownMajor) as refused:
        decode(envelope(type="cn.shuniu.registry.organization.registered.v9").to_headers(), b"{}")
    assert (refused.value.major, refused.value.known) == (9, (1,))


def test_rendering_on_the_major_it_was_written_in_copies_nothing() -> None:
    data = encode(assigned("o1"))
    rendered = render(ASSIGNED_V2, data, 2)
    assert rendered.data is data
    assert (rendered.type, rendered.dataschema) == (
        ASSIGNED_V2,
        "urn:shuniu:schema:partybuild.instructor.assigned:2.0",
    )


def test_an_instructors_load_is_counted_by_readers_of_the_first_version() -> None:
    rendered = render(ASSIGNED_V2, encode(assigned("o1", "o2")), 1)
    assert rendered.type == ASSIGNED_V1
    state = msgspec.json.decode(rendered.data)["state"]
    assert state["organizations"] == ["o1", "o2"]
    assert "load" not in state


def test_a_first_version_is_read_as_the_second() -> None:
    written = render(ASSIGNED_V2, encode(assigned("o1", "o2")), 1)
    assert decode_data(ASSIGNED_V1, written.data) == assigned("o1", "o2")
    again = render(ASSIGNED_V1, written.data, 2)
    assert decode_data(again.type, again.data) == assigned("o1", "o2")


@given(
    capacity=st.integers(0, 50),
    organizations=st.lists(st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True), max_size=6),
    ended=st.booleans(),
    day=st.dates(),
)
def test_what_the_first_version_says_survives_the_second(
    capacity: int, organizations: list[str], ended: bool, day: datetime.date
) -> None:
    old = InstructorStateV1(
        effective_on=day,
        basis=Basis.HISTORICAL,
        division="4403",
        ended=ended,
        person_id="p-7f3a",
        capacity=capacity,
        organizations=tuple(organizations),
    )
    data = msgspec.json.encode(InstructorAssignedV1(state=old, organization=Ref("o1", 3)))
    newer = render(ASSIGNED_V1, data, 2)
    assert msgspec.json.decode(newer.data)["state"]["load"] == len(organizations)
    assert render(newer.type, newer.data, 1).data == data


def test_rendering_a_major_that_no_step_leads_to_is_refused() -> None:
    with pytest.raises(UnknownMajor):
        render(ASSIGNED_V2, encode(assigned("o1")), 3)


def test_rendering_data_of_the_log_that_is_damaged_is_refused() -> None:
    with pytest.raises(MalformedEvent):
        render(ASSIGNED_V2, b"{", 1)


@pytest.mark.parametrize("name", [pytest.param(name, id=".".join(name)) for name in STREAMS])
def test_every_fact_goes_out_on_every_live_major_so_that_each_is_gapless(name: tuple[str, str]) -> None:
    found = STREAMS[name]
    for entry in found.facts.values():
        for major in found.live_majors(datetime.date(2026, 11, 22)):
            rendered = render(entry.type, example(entry), major)
            assert rendered.type == f"{entry.type.rpartition('.v')[0]}.v{major}"
            assert decode_data(rendered.type, rendered.data) is not None


def test_both_majors_live_during_the_window_and_one_after_it() -> None:
    instructor = stream("partybuild", "instructor")
    assert instructor.live_majors(datetime.date(2027, 6, 29)) == (1, 2)
    assert instructor.live_majors(datetime.date(2027, 6, 30)) == (2,)
    assert instructor.newest == 2


def test_a_minor_is_optional_for_those_who_wrote_before_it() -> None:
    document = msgspec.json.decode(example(event_type(InstructorReleased)))
    assert document.pop("reason")
    event = decode_data(event_type(InstructorReleased).type, msgspec.json.encode(document))
    assert isinstance(event, InstructorReleased)
    assert event.reason is None


def test_what_is_default_is_left_out_of_the_bytes() -> None:
    state = msgspec.json.decode(encode(registered(basis=Basis.HISTORICAL)))["state"]
    assert "ended" not in state
    assert state["basis"] == "historical"


@pytest.mark.parametrize("number", ["\x00〔2026〕1号", "滨\x1f发〔2026〕1号", "滨\x9f发〔2026〕1号"])
def test_a_document_number_has_no_control_character(number: str) -> None:
    day = datetime.date(2026, 3, 2)
    state = InspectionCampaignState(
        effective_on=day, basis=Basis.LIVE, division="120116", opened_on=day, state=CampaignPhase.OPENED,
        title="年检", year=2025, legal_forms=("association",), due_on=day,
        document_number="滨妇发〔2026〕12号",
    )  # fmt: skip
    assert "滨妇发".encode() in encode(InspectionCampaignOpened(state=state))
    with pytest.raises(InvalidEvent, match="document_number"):
        encode(InspectionCampaignOpened(state=msgspec.structs.replace(state, document_number=number)))
