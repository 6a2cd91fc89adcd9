"""Sums are kept in fen and entered in yuan: what is read, what is refused and how, and how they are shown."""

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from chassis.http.fields import Sum
from chassis.http.validation import faults
from chassis.model import LARGEST_FEN, FinerThanFen, NotYuan, Refusal, fen_of, within, yuan


class Body(BaseModel):
    """A request with a sum that may be left out."""

    amount_fen: Annotated[int, Sum(1, 10_000)] | None = None


@given(st.integers(-LARGEST_FEN, LARGEST_FEN))
def test_what_is_shown_is_read_as_the_same_sum(fen: int) -> None:
    assert fen_of(yuan(fen)) == fen


@given(st.integers(-LARGEST_FEN + 1, LARGEST_FEN - 1))
def test_a_cell_of_a_workbook_is_read_to_the_fen(fen: int) -> None:
    assert fen_of(fen / 100) == fen


@pytest.mark.parametrize(
    ("said", "fen"),
    [
        ("1200", 120_000), ("1,200.5", 120_050), ("￥1200", 120_000), ("¥ 1,200.50", 120_050),
        (" 1200元 ", 120_000), ("１，２００．５", 120_050), ("0.07", 7), ("12.3400", 1234), ("-3.5", -350),
        (1200, 120_000), (0.29, 29), (0.1 + 0.2, 30), (9_999_999_999_999.99, 999_999_999_999_999),
    ],
)  # fmt: skip
def test_yuan_are_read_as_people_and_workbooks_write_them(said: object, fen: int) -> None:
    assert fen_of(said) == fen


@pytest.mark.parametrize(
    "said",
    ["一千", "12元5角", "1.2万", "1,20", "1,2000", "12,50", ".5", "5.", "1e3", "", "$5", "1 200", "٣",
     True, None, float("nan"), float("inf"), "9" * 5000],
)  # fmt: skip
def test_what_is_no_sum_is_refused_with_what_to_do(said: object) -> None:
    with pytest.raises(NotYuan) as refused:
        fen_of(said, at="/amount_fen")
    assert refused.value.at == "/amount_fen"
    assert "以元为单位" in refused.value.message("zh")
    assert "number of yuan" in refused.value.message("en")


@pytest.mark.parametrize("said", ["12.345", 12.345, "0.001", 1e-7])
def test_parts_of_a_fen_are_refused_and_never_rounded(said: object) -> None:
    with pytest.raises(FinerThanFen):
        fen_of(said)
    assert "“12.345”的小数超过两位" in FinerThanFen(found="12.345").message("zh")


@pytest.mark.parametrize(
    ("fen", "shown"),
    [(0, "0"), (5, "0.05"), (120_000, "1,200"), (120_050, "1,200.50"), (-5, "-0.05"),
     (LARGEST_FEN, "10,000,000,000,000")],
)  # fmt: skip
def test_sums_are_shown_in_groups_of_three(fen: int, shown: str) -> None:
    assert yuan(fen) == shown


def test_a_sentence_names_sums_in_yuan() -> None:
    with pytest.raises(Refusal) as refused:
        within(120_050, 1, 10_000)
    assert refused.value.message("zh") == "金额 1,200.50 元不在范围内，应为 0.01 元至 100 元。"
    assert str(refused.value) == "The sum of 1,200.50 yuan is out of range: it must be from 0.01 to 100 yuan."


def test_the_schema_of_a_sum_says_that_it_is_money() -> None:
    schema = Body.model_json_schema()["properties"]["amount_fen"]
    assert schema["anyOf"][0] == {"type": "integer", "minimum": 1, "maximum": 10_000, "x-money": "fen"}


@pytest.mark.parametrize("said", [0, 10_001, 12.5, "100", True])
def test_a_request_has_whole_fen_within_its_bounds(said: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Body(amount_fen=said)
    [fault] = faults(refused.value.errors(), "zh")
    if said in (0, 10_001):
        assert (fault.code, fault.detail[:3]) == ("sum_out_of_range", "金额 ")
