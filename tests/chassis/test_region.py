"""Reading a region profile: divisions, working days, faults named by their key."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from chassis.region import Calendar, CalendarSection, ProfileError, UnknownDivision, load_region

HEADER = """
[region]
code = "990101"
name = "示例区"
divisions = "places.csv"
divisions_edition = "made for a test"
"""
PLACES = "code,name,kind\n990101,示例区,district\n990101001,甲街道,street\n990101400,示例开发区,zone\n"


class Policy(BaseModel):
    model_config = ConfigDict(extra="forbid")
    deadline_days: int = 90


def profile(folder: Path, text: str = HEADER, places: str = PLACES) -> Path:
    (folder / "places.csv").write_text(places, encoding="utf-8")
    file = folder / "990101-example.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_divisions_and_their_children_are_known(tmp_path: Path) -> None:
    region = load_region(profile(tmp_path))
    assert [place.code for place in region.children("990101")] == ["990101001", "990101400"]
    assert region.division_name("990101400") == "示例开发区"
    assert not region.known("990101999")


def test_a_place_that_ended_is_known_and_below_nothing_on_later_days(tmp_path: Path) -> None:
    ended = PLACES.replace("kind\n", "kind,valid_from,valid_to\n").replace(
        "990101001,甲街道,street", "990101001,甲街道,street,,2021-02-28\n990101101,甲镇,town,2021-03-01,"
    )
    region = load_region(profile(tmp_path, places=ended))
    there = {
        day: [place.name for place in region.below("990101", on=day)]
        for day in (date(2021, 2, 28), date(2021, 3, 1))
    }
    assert there == {
        date(2021, 2, 28): ["甲街道", "示例开发区"], date(2021, 3, 1): ["甲镇", "示例开发区"]
    }, "the last day is one of its days"  # fmt: skip
    assert len(region.children("990101")) == 3
    assert region.division_name("990101001") == "甲街道"


def test_a_code_of_the_region_that_no_place_has_is_refused(tmp_path: Path) -> None:
    ended = PLACES.replace("kind\n", "kind,valid_from,valid_to\n").replace(
        "990101001,甲街道,street", "990101001,甲街道,street,,2021-02-28"
    )
    region = load_region(profile(tmp_path, places=ended))
    for there in ("990101", "990101001", "990101400", "990101001003", "9901", "990102001"):
        region.refuse_unknown(there)
    for nowhere in ("990101999", "990101999001", "990101401"):
        with pytest.raises(UnknownDivision, match=nowhere):
            region.refuse_unknown(nowhere)


def test_a_section_is_validated_by_the_service_it_belongs_to(tmp_path: Path) -> None:
    region = load_region(profile(tmp_path, HEADER + "\n[partybuild]\ndeadline_days = 60\n"))
    assert region.policy("partybuild", Policy).deadline_days == 60
    assert region.policy("grants", Policy).deadline_days == 90


def test_a_wrong_value_is_named_by_file_and_key(tmp_path: Path) -> None:
    region = load_region(profile(tmp_path, HEADER + '\n[partybuild]\ndeadline_days = "soon"\nextra = 1\n'))
    with pytest.raises(ProfileError) as refused:
        region.policy("partybuild", Policy)
    assert "partybuild.deadline_days: Input should be a valid integer" in str(refused.value)
    assert ", not 'soon'" in str(refused.value)
    assert "partybuild.extra" in str(refused.value)


def test_a_section_that_no_service_reads_is_refused(tmp_path: Path) -> None:
    region = load_region(profile(tmp_path, HEADER + "\n[partybuilt]\ndeadline_days = 60\n"))
    region.refuse_strangers(["partybuilt"])
    with pytest.raises(ProfileError, match=r"no service reads \[partybuilt\]"):
        region.refuse_strangers(["registry", "partybuild"])


@pytest.mark.parametrize(
    ("places", "word"),
    [
        ("code,name,kind\n990101001,甲街道,street\n", "is missing"),
        (PLACES + "990102001,乙街道,street\n", "outside of 990101"),
        (PLACES + "990101001,甲街道,street\n", "listed twice"),
        (PLACES + "990101401,乙街道,street\n", "zone"),
        (PLACES + "99010,乙街道,street\n", "99010"),
    ],
)
def test_an_inconsistent_tree_is_refused(tmp_path: Path, places: str, word: str) -> None:
    with pytest.raises(ProfileError, match=word):
        load_region(profile(tmp_path, places=places))


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="no such region profile"):
        load_region(tmp_path / "absent.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[region", encoding="utf-8")
    with pytest.raises(ProfileError, match="not valid TOML"):
        load_region(broken)


def test_working_days_follow_the_national_calendar_with_its_exchanged_days() -> None:
    calendar = Calendar(CalendarSection())
    assert calendar.is_working(date(2024, 2, 4)) == (True, False)  # a Sunday worked for Spring Festival
    assert calendar.is_working(date(2024, 10, 1)) == (False, False)
    assert calendar.add_working_days(date(2024, 9, 30), 1) == (date(2024, 10, 8), False)


def test_beyond_the_national_data_a_date_is_provisional() -> None:
    calendar = Calendar(CalendarSection())
    day, provisional = calendar.add_working_days(date(2031, 12, 31), 1)
    assert provisional
    assert day == date(2032, 1, 2)


def test_the_profile_overrides_the_calendar() -> None:
    calendar = Calendar(
        CalendarSection(free=frozenset({date(2024, 9, 3)}), working=frozenset({date(2024, 9, 7)}))
    )
    assert calendar.is_working(date(2024, 9, 3)) == (False, False)
    assert calendar.is_working(date(2024, 9, 7)) == (True, False)
    assert calendar.working_days_between(date(2024, 9, 1), date(2024, 9, 8)) == 5
