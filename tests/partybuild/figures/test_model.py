"""The readings of a year's subsidies: Binhai's 2014 side by side (F08), and money that never pays twice."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.partybuild.figures.model import ProRata, Rates, Span, implied_cadres, months_held, readings

RATES = Rates(organization_year=200_000, cadre_month=20_000)
NEW_YEAR, END = date(2014, 1, 1), date(2014, 12, 31)
BEFORE = date(2013, 6, 1)


def held_by(prefix: str, count: int) -> list[Span]:
    return [Span(f"{prefix}{number}", BEFORE) for number in range(count)]


def test_binhai_2014_in_its_three_readings() -> None:
    reading = readings(
        held_by("party-", 214 + 49), held_by("secretary-", 263), held_by("instructor-", 43),
        start=NEW_YEAR, end=END, rates=RATES, pro_rata=ProRata.MONTH,
    )  # fmt: skip
    assert reading.secretaries_only == 1_157_200_00
    assert reading.secretaries_and_instructors == 1_260_400_00
    assert reading.instructors_only == 629_200_00


def test_the_inverse_reading_of_over_1_2_million_is_281_to_322_cadres() -> None:
    assert implied_cadres(526_000_00, 200_00, 1_200_000_00, 1_300_000_00) == range(281, 323)


def test_no_number_of_cadres_gives_less_than_the_organisations_alone() -> None:
    assert implied_cadres(526_000_00, 200_00, 100_00, 526_000_00) is None
    assert implied_cadres(526_000_00, 200_00, 526_001_00, 526_002_00) is None


def test_a_person_who_is_secretary_and_instructor_draws_one_allowance() -> None:
    one = [Span("p-1", BEFORE)]
    reading = readings([], one, one, start=NEW_YEAR, end=END, rates=RATES, pro_rata=ProRata.MONTH)
    assert reading.secretaries_and_instructors == 12 * 200_00


def test_by_month_the_last_day_decides_and_without_pro_rata_the_last_day_of_the_year() -> None:
    autumn = [Span("p-1", date(2014, 9, 30))]
    assert months_held(autumn, NEW_YEAR, END, ProRata.MONTH) == 4
    assert months_held(autumn, NEW_YEAR, END, ProRata.NONE) == 12
    assert months_held([Span("p-1", BEFORE, date(2014, 9, 30))], NEW_YEAR, END, ProRata.MONTH) == 8
    assert months_held([Span("p-1", BEFORE, date(2014, 9, 30))], NEW_YEAR, END, ProRata.NONE) == 0


def test_several_years_add_up() -> None:
    assert months_held([Span("p-1", BEFORE)], date(2014, 1, 1), date(2015, 12, 31), ProRata.MONTH) == 24
    assert months_held([Span("p-1", BEFORE)], date(2014, 1, 1), date(2015, 12, 31), ProRata.NONE) == 24


@given(st.lists(st.integers(1, 700), min_size=1, max_size=6), st.sampled_from(ProRata))
def test_a_post_handed_from_one_to_the_next_costs_what_one_holder_would(
    terms: list[int], pro_rata: ProRata
) -> None:
    spans, since = [], BEFORE
    for number, days in enumerate(terms):
        spans.append(Span(f"p-{number}", since, since + timedelta(days=days)))
        since += timedelta(days=days)
    whole = [Span("p", BEFORE, since)]
    end = date(2016, 12, 31)
    assert months_held(spans, NEW_YEAR, end, pro_rata) == months_held(whole, NEW_YEAR, end, pro_rata)
