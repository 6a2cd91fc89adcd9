"""What every service takes in a field, and what it refuses, wherever the field stands."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from chassis.http.fields import Body, Code, Day, Division, Fact, PersonId, Text, Words
from chassis.http.validation import faults

INVISIBLE = "含有不可见的控制字符（第 {place} 个字符），请删除。"


def fault(kind: Any, value: object) -> tuple[str, str]:
    """Code and Chinese sentence of the one fault of a value."""
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value)
    [found] = faults(refused.value.errors(), "zh")
    return found.code, found.detail


@pytest.mark.parametrize("id", ["p-1", "P_0042x", "018f0000-0000-7000-8000-000000000000", "7_x"])
def test_an_opaque_id_of_a_person_is_taken(id: str) -> None:
    assert TypeAdapter(PersonId).validate_python(id) == id


@pytest.mark.parametrize(
    "id", ["王芳", "13800138000", "120116197001010011", "12011619700101001X", "p 1", "", "7", "_p1", "-p1"]
)
def test_a_name_a_telephone_and_an_identity_number_are_no_opaque_ids(id: str) -> None:
    code, sentence = fault(PersonId, id)
    assert code == "person_id_malformed"
    assert "不得填写姓名或证件号码" in sentence


@pytest.mark.parametrize("name", ["滨海新区　晚晴 服务中心", "Tianjin · 天津", "a\u00a0b"])
def test_spaces_of_any_width_are_part_of_a_name(name: str) -> None:
    assert TypeAdapter(Text).validate_python(f" {name}\n") == name


@pytest.mark.parametrize("place", ["\x00", "\t", "\n", "\x7f", "\u200b", "\u202e", "\u2028", "\ufeff"])
def test_a_name_is_one_line_that_shows_as_it_is(place: str) -> None:
    assert fault(Text, f"甲{place}乙") == (
        "text_not_printable",
        "含有不可见的控制字符（第 2 个字符），请删除。",
    )


def test_words_may_have_lines_and_nothing_else_that_does_not_show() -> None:
    assert TypeAdapter(Words).validate_python("一\n二") == "一\n二"
    assert fault(Words, "一\n\r二") == ("text_not_printable", INVISIBLE.format(place=3))


@pytest.mark.parametrize("code", ["12", "44 3", "440303001001x", "４４０３", "4403031"])
def test_a_division_is_its_digits(code: str) -> None:
    assert fault(Division, code)[0] == "string_pattern_mismatch"


@pytest.mark.parametrize("day", ["1899-12-31", "2200-01-01"])
def test_a_day_lies_within_three_centuries(day: str) -> None:
    assert fault(Day, day)[0] in {"greater_than_equal", "less_than_equal"}


def test_a_code_has_no_words() -> None:
    assert TypeAdapter(Code).validate_python("no_premises:2") == "no_premises:2"
    assert fault(Code, "没有场所")[0] == "string_pattern_mismatch"


def test_a_body_refuses_what_it_does_not_know_and_gives_its_fields_as_they_are() -> None:
    class Named(Body):
        name: Text

    assert fault(Named, {"name": "甲", "nmae": "乙"})[0] == "extra_forbidden"
    assert Named(name="甲").arguments() == {"name": "甲"}
    assert Fact().arguments() == {"effective_on": None, "basis": "live"}
