"""Columns of a batch go to the database as one text each, and no value may take its neighbour's row."""

from datetime import date

import pytest

from chassis.columns import SEPARATOR, day, joined, number


def test_values_are_joined_in_their_order() -> None:
    assert joined(["a", "", "b"]) == "a,,b"
    assert joined(['{"a":1,"b":2}', "{}"], SEPARATOR) == f'{{"a":1,"b":2}}{SEPARATOR}{{}}'
    assert joined([]) == ""


def test_a_value_that_holds_the_separator_is_refused() -> None:
    with pytest.raises(ValueError, match="'120116,120117' holds ','"):
        joined(["120116", "120116,120117"])


def test_what_is_absent_is_empty() -> None:
    assert (day(None), day(date(2014, 3, 1))) == ("", "2014-03-01")
    assert (number(None), number(0)) == ("", "0")
