"""The codes by which an organisation is known, and the name in which duplicates are equal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.identification.model import (
    BODY_SYMBOLS,
    CODE_SYMBOLS,
    EmptyName,
    MalformedCreditCode,
    MalformedLegacyNumber,
    complete_credit_code,
    credit_code,
    legacy_number,
    normalized_name,
    organization_name,
)

PUBLISHED = ("91110000600037341L", "G1610000713522976L", "G1330000MCW06863XQ", "G11100007178352756")
"""Codes that their holders have published, with letters in every part."""

codes = st.builds(
    complete_credit_code,
    st.sampled_from(["51", "52", "53", "59", "A1", "N2", "G1"]),
    st.text("0123456789", min_size=6, max_size=6),
    st.text([c for c in BODY_SYMBOLS if c in CODE_SYMBOLS], min_size=8, max_size=8),
)


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_codes_are_accepted_letters_included(code: str) -> None:
    assert credit_code(code) == code


def test_a_code_typed_in_full_width_lower_case_or_with_spaces_is_the_same_code() -> None:
    assert credit_code("  ９１１１００００６０００３７３４１l ") == "91110000600037341L"
    assert credit_code("9111 0000 6000 37341L") == "91110000600037341L"


@given(codes, st.integers(0, 17), st.sampled_from(CODE_SYMBOLS))
def test_no_single_wrong_symbol_passes(code: str, place: int, symbol: str) -> None:
    wrong = code[:place] + symbol + code[place + 1 :]
    if wrong == code:
        assert credit_code(code) == code
    else:
        with pytest.raises(MalformedCreditCode):
            credit_code(wrong)


@given(codes, st.integers(0, 16))
def test_no_two_neighbours_may_be_exchanged(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped != code:
        with pytest.raises(MalformedCreditCode):
            credit_code(swapped)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("9111000060003734", "18 symbols, not 16"),
        ("91110000600037341I", "I may not occur"),
        ("91110000600037342L", "symbol 17"),
        ("91110000600037341M", "symbol 18"),
        ("", "18 symbols, not 0"),
    ],
)
def test_a_wrong_code_is_told_what_is_wrong(text: str, fault: str) -> None:
    with pytest.raises(MalformedCreditCode, match=fault):
        credit_code(text)


def test_a_number_from_before_2016_is_kept_as_printed() -> None:
    assert legacy_number(" 津滨社证字第000123号 ") == "津滨社证字第000123号"
    for nonsense in ("", "无", "社证字第号", "1" * 61):
        with pytest.raises(MalformedLegacyNumber):
            legacy_number(nonsense)


def test_names_that_differ_in_width_spaces_or_brackets_are_duplicates() -> None:
    names = ("滨海新区（塘沽）书画协会", "滨海新区(塘沽)书画协会 ", "滨海新区 塘沽 书画协会")
    assert len({normalized_name(name) for name in names}) == 1
    assert normalized_name("滨海新区书画协会") != normalized_name("滨海新区书法协会")


@pytest.mark.parametrize("name", ["", "   ", "——", "a" * 201])
def test_a_name_has_letters_and_an_end(name: str) -> None:
    with pytest.raises(EmptyName):
        organization_name(name)


@given(st.text(max_size=200))
def test_showing_a_name_never_changes_what_it_is_equal_to(text: str) -> None:
    try:
        shown = organization_name(text)
    except EmptyName:
        return
    assert organization_name(shown) == shown
    assert "\n" not in shown
