"""Nothing about a natural person but an opaque id is ever on the bus."""

import datetime
import re

import msgspec
import pytest
from shuniu_contracts import EVENT_TYPES, Event, InvalidEvent, Privacy, State, encode
from shuniu_contracts.catalogue import EventType, Stream
from shuniu_contracts.catalogue import Major as StreamMajor
from shuniu_contracts.partybuild import InstructorAppointed
from shuniu_contracts.schemas import UnclassifiedField, fields_of, schema_of

from tests.contracts.world import assigned

PERSONAL = re.compile(
    r"phone|mobile|telephone|email|address(?!ee)|id_card|identity|passport|birth|gender|sex|ethnic|contact|leader"
    r"|remark|comment|note|text|description|first_name|last_name|full_name|person_name"
)
TEXT_FIELDS = {
    "name", "title", "brands", "supervisory_unit_name", "superior_name", "legacy_number", "adopted_by",
    "name_plates", "club", "designated_by", "name_en", "before", "after",
}  # fmt: skip
"""The only fields with words in them: names and certificate numbers of organisations, titles of rounds,
funds and projects, the meeting that adopted a plan, the body that designated a brand, what changed of an
organisation's registration, where the decision refuses words of its legal representative."""

TYPES = [pytest.param(entry, id=entry.type) for entry in EVENT_TYPES.values()]


@pytest.mark.parametrize("entry", TYPES)
def test_no_field_has_room_for_words_about_a_person(entry: EventType) -> None:
    for path, field in fields_of(schema_of(entry)).items():
        name = path.rstrip("[]").rpartition(".")[2]
        open_text = field.shape.get("type") == "string" and not (
            {"pattern", "format", "enum", "const"} & field.shape.keys()
        )
        assert not open_text or name in TEXT_FIELDS, f"{path} can hold free text"
        assert not PERSONAL.search(name), f"{path} sounds like personal data"


@pytest.mark.parametrize("entry", TYPES)
def test_every_field_has_a_privacy_class(entry: EventType) -> None:
    for path, field in fields_of(schema_of(entry)).items():
        holds_others = field.shape.get("type") in ("object", "array")
        assert holds_others or field.privacy is not None, f"{path} has no privacy class"


@pytest.mark.parametrize("entry", TYPES)
def test_an_id_of_a_person_is_pseudonymous(entry: EventType) -> None:
    for path, field in fields_of(schema_of(entry)).items():
        if re.search(r"(person|recipient|reviewer|officer|holder|actor)_ids?(\[\])?$", path):
            assert field.privacy in (None, Privacy.PSEUDONYMOUS), path


@pytest.mark.parametrize(
    "value", ["13800138000", "11010119900101123X", "110101199001011234", "张某", "a b", ""]
)
def test_neither_a_telephone_nor_an_identity_number_passes_as_a_persons_id(value: str) -> None:
    state = msgspec.structs.replace(assigned("o1").state, person_id=value)
    with pytest.raises(InvalidEvent, match="person_id"):
        encode(InstructorAppointed(state=state))


@pytest.mark.parametrize("value", ["01926f2a-5c00-7000-8000-0000000000a1", "p-17", "u-7f3a"])
def test_an_opaque_id_passes(value: str) -> None:
    state = msgspec.structs.replace(assigned("o1").state, person_id=value)
    assert value.encode() in encode(InstructorAppointed(state=state))


class CareState(State, frozen=True, kw_only=True):
    """A state with a field that could say anything."""

    story: str


class CareOpened(Event, frozen=True, kw_only=True):
    """An event nobody may enter in the catalogue."""

    state: CareState


def test_a_field_without_a_class_cannot_be_published() -> None:
    day = datetime.date(2026, 11, 22)
    stream = Stream("registry", "care", (StreamMajor(1, day),), (), "Care.", "关爱。")
    entry = EventType(stream, "opened", 1, 0, day, "Opened.", "建立。", CareOpened)
    with pytest.raises(UnclassifiedField, match="story"):
        schema_of(entry)
