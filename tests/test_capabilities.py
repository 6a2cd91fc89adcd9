"""The list of capabilities is whole, and every test that it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
INDEX = ROOT / "docs" / "capabilities.md"
PAGES = sorted((ROOT / "docs" / "capabilities").glob("*.md"))
LISTS = {"L": 37, "S": 30, "J": 32, "T": 32, "B": 35}
"""How many capabilities each document's list has."""
_ID = re.compile(r"^\| ([LSJTB]\d\d) \| .* \| (.*) \|$", re.MULTILINE)
_TESTS = re.compile(r"`([\w/]*\.py)?::(\w+)`")
_FOLDER = re.compile(r"Tests are in `([\w/]+)/`")


def rows(page: Path) -> dict[str, str]:
    """What each id's last column says; raises AssertionError for an id that is there twice."""
    found = _ID.findall(page.read_text())
    assert len(found) == len(dict(found)), f"{page.name} has an id twice"
    return dict(found)


def test_every_capability_of_the_five_lists_has_a_row() -> None:
    wanted = {f"{letter}{number:02}" for letter, most in LISTS.items() for number in range(1, most + 1)}
    assert rows(INDEX).keys() == wanted


def test_what_a_row_points_at_has_a_row_of_the_id() -> None:
    for id, where in rows(INDEX).items():
        pages = re.findall(r"\(capabilities/(\w+\.md)\)", where)
        assert pages or where.startswith("later: "), f"{id}: {where}"
        for page in pages:
            assert id in rows(INDEX.parent / "capabilities" / page), f"{id} is not on {page}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_names_tests_that_exist_and_is_named_by_the_list(page: Path) -> None:
    text = page.read_text()
    folder = _FOLDER.search(text)
    assert folder is not None
    index = rows(INDEX)
    for id, shown in rows(page).items():
        assert f"capabilities/{page.name}" in index[id], f"the list does not point {id} at {page.name}"
        named = _TESTS.findall(shown)
        assert named, f"{page.name}: {id} names no test"
        file = ""
        for path, name in named:
            file = path or file  # a further test of the same file
            places = [ROOT / folder[1] / file, ROOT / file]
            source = "".join(place.read_text() for place in places if place.is_file())
            assert re.search(rf"def {name}\b", source), f"{page.name}: {id} names {file}::{name}"
