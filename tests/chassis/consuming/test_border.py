"""Messages at the border: what is believed, what is parked, and that nothing a stranger sends raises."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu_contracts import encode, to_structured

from chassis.border import (
    Arrival,
    Misfit,
    Refused,
    StoredRecord,
    pack_headers,
    parse,
    sort_gradually,
    sort_records,
    unpack_headers,
)
from tests.chassis.consuming.world import STACK, envelope, event, record, subject_id


def refused(made: StoredRecord) -> Refused:
    found = parse(made)
    assert isinstance(found, Refused), found
    return found


def test_a_sound_message_arrives_with_its_data() -> None:
    s = subject_id()
    found = parse(record(s, 1))
    assert isinstance(found, Arrival)
    assert found.key == ("grants", s)
    assert found.data == event(0, 1)


async def test_a_batch_is_sorted_in_pieces_between_which_others_have_their_turn() -> None:
    """In one piece it held up the statement of the batch before: database and consumer took turns."""
    batch, turns = [record(subject_id(), 1) for _ in range(500)], 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    working = asyncio.create_task(other())
    found = await sort_gradually(batch)
    working.cancel()
    assert turns >= 10
    assert found == sort_records(batch)


def test_structured_mode_arrives_alike() -> None:
    s = subject_id()
    binary = record(s, 1)
    value = to_structured(envelope(s, 1), encode(event(0, 1)))
    structured = StoredRecord(
        binary.topic, 0, 1, binary.key, (("content-type", b"application/cloudevents+json"),), value
    )
    found = parse(structured)
    assert isinstance(found, Arrival)
    assert found.envelope == envelope(s, 1)
    assert found.data == event(0, 1)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"source": "/stacks/990001/grants"}, "does not write"),
        ({"source": "/stacks/990000/notify", "type": "cn.shuniu.notify.message.sent.v1"}, "does not write"),
        ({"division": "440303"}, "not of stack"),
        ({"division": "99"}, "not of stack"),
        ({"topic": f"shuniu.{STACK}.grants.round.v1"}, "does not belong"),
        ({"topic": f"shuniu.{STACK}.grants.directives.v1"}, "does not belong"),
        ({"topic": "other"}, "no topic of Shuniu"),
        ({"sequence": 2**63}, "out of range"),
        ({"epoch": 2**31}, "out of range"),
    ],
)
def test_what_contradicts_itself_is_quarantined(changes: dict[str, Any], reason: str) -> None:
    found = refused(record(subject_id(), **({"sequence": 1, "total": 1} | changes)))
    assert found.kind is Misfit.QUARANTINED
    assert reason in found.error


@pytest.mark.parametrize("subject", ["a\x00b", "x" * 129, "a b", "主体"])
def test_a_subject_that_no_index_could_hold_is_quarantined(subject: str) -> None:
    assert refused(record(subject, 1)).kind is Misfit.QUARANTINED


def test_a_message_under_another_key_is_quarantined() -> None:
    made = record(subject_id(), 1)
    other = StoredRecord(made.topic, 0, 0, b"other", made.headers, made.value)
    assert "key" in refused(other).error


def test_broken_data_in_a_sound_envelope_keeps_its_place() -> None:
    found = parse(record(subject_id(), 4, value=b"{"))
    assert isinstance(found, Arrival)
    assert found.fault is not None
    assert found.fault[0] is Misfit.MALFORMED
    assert found.sequence == 4
    assert not sort_records([record(subject_id(), 1, value=b"{")]).whole


def test_a_major_that_is_not_the_streams_is_the_producers_fault() -> None:
    found = parse(record(subject_id(), 1, topic=f"shuniu.{STACK}.grants.fund.v7"))
    assert isinstance(found, Arrival)
    assert found.fault is not None
    assert found.fault[0] is Misfit.UNKNOWN_MAJOR


def test_a_type_unknown_here_is_no_fault() -> None:
    found = parse(record(subject_id(), 1, type="cn.shuniu.grants.fund.renamed_later.v1"))
    assert isinstance(found, Arrival)
    assert (found.data, found.fault) == (None, None)


names = st.one_of(st.sampled_from([name for name, _ in envelope("s", 1).to_headers()]), st.text(max_size=8))
values = st.one_of(
    st.none(), st.binary(max_size=40), st.sampled_from([value for _, value in envelope("s", 1).to_headers()])
)
broken = st.lists(st.tuples(names, values), max_size=16)


@given(broken, st.one_of(st.none(), st.binary(max_size=60)), st.one_of(st.none(), st.binary(max_size=8)))
def test_no_message_raises(
    headers: list[tuple[str, bytes | None]], value: bytes | None, key: bytes | None
) -> None:
    parse(StoredRecord(f"shuniu.{STACK}.grants.fund.v1", 0, 0, key, tuple(headers), value))


@given(broken, st.one_of(st.none(), st.binary(max_size=60)))
def test_no_message_raises_that_is_sound_but_for_some_headers(
    headers: list[tuple[str, bytes | None]], value: bytes | None
) -> None:
    made = envelope("s", 1).to_headers()
    parse(StoredRecord(f"shuniu.{STACK}.grants.fund.v1", 0, 0, b"s", (*made, *headers), value))


@given(st.recursive(st.one_of(st.none(), st.integers(), st.text(max_size=5)),
                    lambda inner: st.dictionaries(names, inner, max_size=6), max_leaves=20))  # fmt: skip
def test_no_structured_message_raises(document: Any) -> None:
    value = json.dumps(document).encode()
    headers = (("content-type", b"application/cloudevents+json"),)
    parse(StoredRecord(f"shuniu.{STACK}.grants.fund.v1", 0, 0, b"s", headers, value))


@given(st.lists(st.tuples(st.text(max_size=6), st.one_of(st.none(), st.binary(max_size=12)))))
def test_headers_are_kept_to_the_byte(headers: list[tuple[str, bytes | None]]) -> None:
    text = pack_headers(headers)
    assert "\\u0000" not in text
    assert list(unpack_headers(text)) == headers


DEEP = b"[" * 100_000 + b"]" * 100_000
ENDLESS = b"9" * 5000


@pytest.mark.parametrize(
    ("name", "value"),
    [("sequence", ENDLESS), ("epoch", ENDLESS), ("type", b"cn.shuniu.grants.fund.opened.v" + ENDLESS)],
)
def test_endless_digits_are_refused(name: str, value: bytes) -> None:
    made = record(subject_id(), 1)
    headers = tuple(dict(made.headers, **{f"ce_{name}": value}).items())
    refused(StoredRecord(made.topic, 0, 1, made.key, headers, made.value))


def test_data_nested_too_deep_stops_its_subject_only() -> None:
    found = parse(record(subject_id(), 1, value=b'{"state":{},"extra":' + DEEP + b"}"))
    assert isinstance(found, Arrival)
    assert found.fault is not None
    assert found.fault[0] is Misfit.MALFORMED


def test_an_envelope_nested_too_deep_is_refused() -> None:
    made, media = record(subject_id(), 1), ("content-type", b"application/cloudevents+json")
    refused(StoredRecord(made.topic, 0, 1, made.key, (media,), b'{"data":' + DEEP + b"}"))
