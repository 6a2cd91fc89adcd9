"""Which days a campaign gives to each legal form, without a database."""

from datetime import date
from typing import Any

import pytest

from services.registry.inspections.campaigns.model import (
    Asked,
    NotExtended,
    NoWindow,
    Window,
    WindowBackwards,
    WindowOfNobody,
    extended,
    windows_of,
)

A, P, F = "association", "private_non_enterprise", "foundation"
OPENED, MARCH, MAY, JUNE = date(2026, 2, 20), date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 30)
PROFILE = {A: (MARCH, MAY), P: (MARCH, JUNE), F: None}


def windows(forms: list[str], *own: Asked, **changes: Any) -> dict[str, tuple[date, date]]:
    """The days by legal form."""
    asked: dict[str, Any] = {
        "for_all": Asked(None), "year": 2025, "opened_on": OPENED, "by_profile": PROFILE,
        "not_before": OPENED,
    }  # fmt: skip
    found = windows_of(forms, own, **{**asked, **changes})
    return {one.legal_form: (one.begins_on, one.due_on) for one in found}


def test_without_days_those_of_the_profile_hold() -> None:
    assert windows([A, P]) == {A: (MARCH, MAY), P: (MARCH, JUNE)}
    assert windows([A], for_all=Asked(None, date(2026, 4, 1))) == {A: (date(2026, 4, 1), MAY)}


def test_its_own_days_go_before_those_for_all_and_these_before_the_profile() -> None:
    for_all = Asked(JUNE)
    own = Asked(MAY, MARCH, A)
    assert windows([P, A, P], own, for_all=for_all) == {P: (OPENED, JUNE), A: (MARCH, MAY)}
    assert list(windows([P, A], own, for_all=for_all)) == [P, A], "in the order in which they are asked"


def test_without_a_first_day_a_window_begins_with_the_campaign_and_never_after_its_end() -> None:
    assert windows([A], for_all=Asked(MAY)) == {A: (OPENED, MAY)}
    past = date(2025, 5, 31)
    assert windows([A], for_all=Asked(past)) == {A: (past, past)}
    assert windows([A], Asked(MAY, None, A), for_all=Asked(None, MARCH)) == {A: (MARCH, MAY)}


def test_a_window_of_the_profile_that_is_over_asks_nobody_but_history() -> None:
    after = date(2026, 6, 1)
    with pytest.raises(NoWindow) as caught:
        windows([P, A], not_before=after)
    assert (caught.value.at, caught.value.details["form"]) == ("/due_on", A)
    assert windows([A], not_before=MAY) == {A: (MARCH, MAY)}
    assert windows([A], not_before=None, opened_on=after) == {A: (MARCH, MAY)}
    with pytest.raises(NoWindow):
        windows([F])


@pytest.mark.parametrize(
    ("own", "for_all", "at"),
    [
        ([Asked(MARCH, MAY, A)], Asked(JUNE), "/windows/0/due_on"),
        ([], Asked(MARCH, MAY), "/due_on"),
        ([], Asked(None, JUNE), "/due_on"),
    ],
)
def test_a_window_that_ends_before_it_begins_is_named_where_it_was_said(
    own: list[Asked], for_all: Asked, at: str
) -> None:
    with pytest.raises(WindowBackwards) as caught:
        windows([A], *own, for_all=for_all)
    assert caught.value.at == at


@pytest.mark.parametrize(
    ("own", "place"), [([Asked(MAY, None, F)], 0), ([Asked(MAY, None, A), Asked(JUNE, None, A)], 1)]
)
def test_a_window_is_of_a_form_that_is_asked_and_the_only_one(own: list[Asked], place: int) -> None:
    with pytest.raises(WindowOfNobody) as caught:
        windows([A], *own, for_all=Asked(MAY))
    assert caught.value.at == f"/windows/{place}/legal_form"


def test_more_time_is_for_whom_it_is_meant_and_takes_none_away() -> None:
    given = [Window(A, MARCH, MAY), Window(P, MARCH, JUNE)]
    middle = date(2026, 6, 15)
    assert extended(given, middle, []) == [Window(A, MARCH, middle), Window(P, MARCH, JUNE)]
    assert extended(given, date(2026, 7, 15), [P])[0] == Window(A, MARCH, MAY)
    with pytest.raises(NotExtended):
        extended(given, middle, [P])
