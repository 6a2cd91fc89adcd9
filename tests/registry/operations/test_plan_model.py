"""Where the phases of a plan and its span disagree."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.registry.operations.plans.model import Gap, GapKind, gaps

LUOHU = [
    (date(2012, 8, 1), date(2012, 10, 31)),
    (date(2012, 11, 1), date(2013, 5, 31)),
    (date(2013, 6, 1), date(2014, 10, 31)),
    (date(2014, 11, 1), date(2015, 5, 31)),
    (date(2015, 6, 1), date(2015, 8, 31)),
]
"""R36: the phases of the plan of June 2012 to June 2015."""
DAY = timedelta(days=1)


def test_the_published_plan_leaves_two_months_uncovered_and_runs_two_months_over() -> None:
    assert gaps(date(2012, 6, 1), date(2015, 6, 30), LUOHU) == [
        Gap(GapKind.UNCOVERED, date(2012, 6, 1), date(2012, 7, 31)),
        Gap(GapKind.BEYOND, date(2015, 7, 1), date(2015, 8, 31)),
    ]


def test_overlap_and_a_phase_that_begins_too_early() -> None:
    phases = [(date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 3, 15), date(2026, 12, 31))]
    assert gaps(date(2026, 2, 1), date(2026, 12, 31), phases) == [
        Gap(GapKind.BEFORE, date(2026, 1, 1), date(2026, 1, 31)),
        Gap(GapKind.OVERLAP, date(2026, 3, 15), date(2026, 3, 31)),
    ]


days = st.dates(date(2026, 1, 1), date(2026, 3, 31))
spans = st.tuples(days, days).map(lambda pair: (min(pair), max(pair)))


@given(span=spans, phases=st.lists(spans, min_size=1, max_size=5))
def test_a_day_is_uncovered_exactly_where_no_phase_has_it(
    span: tuple[date, date], phases: list[tuple[date, date]]
) -> None:
    found = gaps(*span, phases)
    day = span[0]
    while day <= span[1]:
        said = any(g.kind is GapKind.UNCOVERED and g.begins_on <= day <= g.ends_on for g in found)
        assert said == (not any(first <= day <= last for first, last in phases)), day
        day += DAY
    outside = [g for g in found if g.kind in (GapKind.BEFORE, GapKind.BEYOND)]
    assert bool(outside) == any(first < span[0] or last > span[1] for first, last in phases)
