"""State tables in the services' pages are drawn from the code."""

from pathlib import Path

import pytest

from chassis.states import main, redrawn

PAGE = "# Page\n<!-- states: tests.chassis.test_model:TABLE -->\nold\n<!-- end -->\nafter\n"


def test_the_marked_place_shows_the_table_of_the_code() -> None:
    page = redrawn(PAGE)
    assert "| `red` | switched -> `green` |" in page
    assert "| `green` | final |" in page
    assert "old" not in page
    assert page.endswith("<!-- end -->\nafter\n")


def test_a_stale_page_fails_the_check_and_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "README.md"
    file.write_text(PAGE, encoding="utf-8")
    assert main(["--check", str(file)]) == 1
    assert file.read_text(encoding="utf-8") == PAGE
    assert "make generate" in capsys.readouterr().out
    assert main([str(file)]) == 0
    assert main(["--check", str(file)]) == 0
