"""What an envelope says survives the way over Kafka, and what is wrong with one is said by name."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu_contracts import (
    STRUCTURED,
    Envelope,
    MalformedEnvelope,
    decode,
    encode,
    to_structured,
)

from tests.contracts.world import envelope, registered

TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
MOMENTS = st.datetimes(
    min_value=datetime.datetime(1970, 1, 1),
    max_value=datetime.datetime(2999, 1, 1),
    timezones=st.just(datetime.UTC),
)


@given(
    subject=TEXT,
    actor=TEXT,
    sequence=st.integers(1, 2**63 - 1),
    epoch=st.integers(0, 1000),
    time=MOMENTS,
    causation=st.none() | TEXT,
    trace=st.none() | TEXT,
)
def test_headers_say_all_that_the_envelope_says(
    subject: str,
    actor: str,
    sequence: int,
    epoch: int,
    time: datetime.datetime,
    causation: str | None,
    trace: str | None,
) -> None:
    sent = envelope(
        subject=subject,
        actor_id=actor,
        sequence=sequence,
        epoch=epoch,
        time=time,
        causation_id=causation,
        traceparent=trace,
    )
    assert Envelope.from_headers(sent.to_headers()) == sent


def test_the_parts_of_source_and_type_can_be_asked_for() -> None:
    told = envelope()
    assert (told.stack, told.service, told.aggregate) == ("440303", "registry", "organization")
    assert (told.fact, told.major) == ("registered", 1)


def test_order_is_the_epoch_first() -> None:
    assert envelope(epoch=1, sequence=2).order > envelope(epoch=0, sequence=9).order


def test_the_headers_are_those_of_cloudevents_and_the_sequence_has_twenty_digits() -> None:
    headers = dict(envelope(sequence=42).to_headers())
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_sequence"] == b"00000000000000000042"
    assert headers["ce_time"] == b"2026-11-21T08:00:00.000000Z"
    assert headers["content-type"] == b"application/json"


def test_times_of_another_offset_are_read_as_utc() -> None:
    headers = dict(envelope().to_headers()) | {"ce_time": b"2026-11-21T16:00:00+08:00"}
    assert Envelope.from_headers(list(headers.items())).time == envelope().time


@pytest.mark.parametrize(
    "name",
    [
        "ce_specversion",
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_subject",
        "ce_sequence",
        "ce_epoch",
        "ce_time",
        "ce_dataschema",
        "ce_division",
        "ce_actorid",
        "ce_correlationid",
    ],
)
def test_a_missing_header_is_named(name: str) -> None:
    without = [header for header in envelope().to_headers() if header[0] != name]
    for headers in (without, [*without, (name, None)]):
        with pytest.raises(MalformedEnvelope, match="is missing") as refused:
            Envelope.from_headers(headers)
        assert refused.value.header == name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_specversion", b"0.3"),
        ("ce_id", b""),
        ("ce_subject", b""),
        ("ce_source", b"/registry"),
        ("ce_source", b"/stacks/440303/grants"),
        ("ce_type", b"organization.registered"),
        ("ce_sequence", b"1"),
        ("ce_sequence", b"00000000000000000000"),
        ("ce_sequence", b"-0000000000000000001"),
        ("ce_epoch", b"-1"),
        ("ce_time", b"2026-11-21T08:00:00"),
        ("ce_time", b"yesterday"),
        ("ce_division", b"futian"),
        ("ce_subject", b"\xff\xfe"),
    ],
)
def test_a_wrong_header_is_refused_and_named(name: str, value: bytes) -> None:
    headers = dict(envelope().to_headers()) | {name: value}
    with pytest.raises(MalformedEnvelope) as refused:
        Envelope.from_headers(list(headers.items()))
    expected = "ce_type" if (name, value) == ("ce_source", b"/stacks/440303/grants") else name
    assert refused.value.header == expected


def test_structured_mode_says_the_same_as_binary_mode() -> None:
    event = registered()
    told = envelope(causation_id="c1", traceparent="00-ab-cd-01")
    document = to_structured(told, encode(event))
    headers = [("content-type", f"{STRUCTURED}; charset=utf-8".encode())]
    assert decode(headers, document) == decode(told.to_headers(), encode(event)) == (told, event)


@pytest.mark.parametrize(
    ("document", "named"),
    [
        pytest.param(document, named, id=name)
        for name, document, named in (
            ("words", b"not json", "content-type"),
            ("nothing", b"", "content-type"),
            ("no data", b"{}", "data"),
            ("no attributes", b'{"data": {}}', "specversion"),
            ("bytes", b'{"data": {}, "id": "\xff"}', "id"),
            ("nested data", b'{"data": ' + b"[" * 100_000, "content-type"),
            ("nested attribute", b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "content-type"),
        )
    ],
)
def test_a_broken_structured_message_is_refused(document: bytes, named: str) -> None:
    with pytest.raises(MalformedEnvelope) as refused:
        decode([("content-type", STRUCTURED.encode())], document)
    assert refused.value.header == named


def test_another_media_type_is_refused() -> None:
    headers = dict(envelope().to_headers()) | {"content-type": b"application/avro"}
    with pytest.raises(MalformedEnvelope, match="avro"):
        decode(list(headers.items()), b"")
