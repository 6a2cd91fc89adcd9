"""Months, quarters, half years and years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.operations.periods import Interval, following, period_of


@pytest.mark.parametrize(
    ("interval", "code", "begins_on", "ends_on"),
    [
        (Interval.MONTH, "2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        (Interval.QUARTER, "2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        (Interval.HALF_YEAR, "2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
        (Interval.YEAR, "2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_the_last_day_of_a_year(interval: Interval, code: str, begins_on: date, ends_on: date) -> None:
    period = period_of(date(2026, 12, 31), interval)
    assert (period.code, period.begins_on, period.ends_on) == (code, begins_on, ends_on)
    assert following(period, interval).begins_on == date(2027, 1, 1)


@given(st.dates(date(1990, 1, 1), date(2190, 1, 1)), st.sampled_from(Interval))
def test_periods_follow_each_other_without_a_gap(day: date, interval: Interval) -> None:
    period = period_of(day, interval)
    assert period.begins_on <= day <= period.ends_on
    assert following(period, interval).begins_on == period.ends_on + timedelta(days=1)
    assert following(period, interval).code != period.code
