"""Places to choose from: all below one's own divisions, found by what they lie in."""

from chassis.region import load_region
from deploy.regions import profile_file
from services.console.pages.places import places_below
from services.console.pages.words import Words


def offered(region: str, *own: str) -> dict[str, str]:
    """What somebody of these divisions is offered, in order."""
    return places_below(load_region(profile_file(region)), own, Words("zh"))


def test_a_district_is_offered_its_streets_first_and_every_community_with_its_street() -> None:
    found = offered("440303", "440303")
    assert [len(code) for code in found] == [9] * 10 + [12] * 109
    assert (found["440303001"], found["440303001001"]) == ("桂园街道", "桂园街道 · 大塘龙社区")


def test_a_city_is_offered_towns_and_villages_of_all_its_counties() -> None:
    found = offered("4407", "4407")
    assert found["440703002"] == "蓬江区 · 白沙街道"
    assert found["440703002101"] == "蓬江区 · 白沙街道 · 羊桥社区"
    assert [len(code) for code in list(found)[:8]] == [6] * 7 + [9]


def test_a_street_is_offered_its_own_communities_by_their_bare_names() -> None:
    found = offered("440303", "440303001")
    assert found["440303001001"] == "大塘龙社区"
    assert {code[:9] for code in found} == {"440303001"}


def test_what_ended_comes_last_with_its_last_day() -> None:
    found = offered("321311", "321311")
    assert found["321311107"] == "丁嘴镇（至 2021-02-28）"
    assert list(found).index("321311107") > max(
        place for place, code in enumerate(found) if "（至" not in found[code]
    )
