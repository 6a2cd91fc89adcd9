"""What was published stays readable for ever, stays as it was, and is what the code says today."""

import hashlib
import itertools
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from shuniu_contracts import EVENT_TYPES, __version__, decode, event_type
from shuniu_contracts.__main__ import main
from shuniu_contracts.compatibility import Rule, differences
from shuniu_contracts.publish import SUMS, generate, home, stale

CONTRACTS = home()
SCHEMAS = sorted((CONTRACTS / "schemas").rglob("*.json"))
SAMPLES = sorted((CONTRACTS / "samples").rglob("*.json"))


def named(paths: list[Path]) -> list[Any]:
    return [pytest.param(path, id=f"{path.parent.name}.{path.stem}") for path in paths]


def test_every_published_file_has_the_checksum_it_was_published_with() -> None:
    lines = (line.split("  ", 1) for line in (CONTRACTS / SUMS).read_text().splitlines())
    pinned = {name: digest for digest, name in lines}
    found = {
        path.relative_to(CONTRACTS).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in SCHEMAS + SAMPLES
    }
    assert found == pinned


@pytest.mark.parametrize("path", named(SAMPLES))
def test_a_golden_message_decodes_into_the_newest_type_for_ever(path: Path) -> None:
    golden = json.loads(path.read_text(encoding="utf-8"))
    headers = [(name, value.encode()) for name, value in golden["headers"].items()]
    message = decode(headers, json.dumps(golden["value"]).encode())
    assert message.data is not None
    assert event_type(type(message.data)).is_newest
    assert message.envelope.subject == golden["key"]
    assert message.data.state.division == message.envelope.division


@pytest.mark.parametrize("path", named(SAMPLES))
def test_a_golden_message_is_valid_under_the_schema_it_names(path: Path) -> None:
    golden = json.loads(path.read_text(encoding="utf-8"))
    schema = json.loads((CONTRACTS / "schemas" / path.relative_to(CONTRACTS / "samples")).read_text("utf-8"))
    assert schema["$id"] == golden["headers"]["ce_dataschema"]
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(golden["value"])


@pytest.mark.parametrize("path", named(SAMPLES))
def test_a_schema_is_open_to_fields_of_later_minors(path: Path) -> None:
    golden = json.loads(path.read_text(encoding="utf-8"))
    schema = json.loads((CONTRACTS / "schemas" / path.relative_to(CONTRACTS / "samples")).read_text("utf-8"))
    golden["value"]["added_later"] = golden["value"]["state"]["added_later"] = 1
    Draft202012Validator(schema).validate(golden["value"])


def test_minors_of_one_major_only_add_optional_fields() -> None:
    def version(path: Path) -> tuple[str, str, int, int]:
        name, major, minor = path.stem.rsplit(".", 2)
        return path.parent.name, name, int(major), int(minor)

    steps = 0
    for one, other in itertools.pairwise(sorted(SCHEMAS, key=version)):
        if version(one)[:3] == version(other)[:3]:
            steps += 1
            found = differences(
                msgspec.json.decode(one.read_bytes()), msgspec.json.decode(other.read_bytes()), []
            )
            assert {rule for rule, _, _ in found} == {Rule.FIELD_ADDED}, other.name
    assert steps >= 1


def test_every_type_has_its_newest_minor_published() -> None:
    published = {msgspec.json.decode(path.read_bytes())["$id"] for path in SCHEMAS}
    assert {entry.dataschema for entry in EVENT_TYPES.values()} <= published


def test_nothing_generated_is_stale() -> None:
    outcome = generate(CONTRACTS, __version__)
    assert outcome.problems == []
    assert stale(CONTRACTS, outcome) == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The published files in a folder of their own, outside any repository."""
    root = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, root, ignore=shutil.ignore_patterns("shuniu_contracts", "examples", "dist"))
    (tmp_path / "docs").mkdir()
    shutil.copy(CONTRACTS / "../docs/events.md", tmp_path / "docs/events.md")
    return root


def test_a_stale_page_is_noticed_and_written_again(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = copy / "../docs/events.md"
    page.write_text("old")
    assert main(["--root", str(copy), "generate", "--check"]) == 1
    assert "docs/events.md is stale" in capsys.readouterr().err
    assert main(["--root", str(copy), "generate"]) == 0
    assert main(["--root", str(copy), "generate", "--check"]) == 0
    assert page.read_text().startswith("<!-- Generated")


@pytest.mark.parametrize("folder", ["schemas", "samples"])
def test_a_published_file_that_was_edited_is_refused(
    copy: Path, folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copy / folder / "registry/organization.registered.1.0.json"
    path.write_text(path.read_text().replace("division", "county"))
    assert main(["--root", str(copy), "generate"]) == 1
    assert f"{folder}/registry/organization.registered.1.0.json" in capsys.readouterr().err
    assert "county" in path.read_text(), "what was published is not rewritten silently"


def test_a_published_file_that_is_gone_is_refused(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "samples/registry/organization.registered.1.0.json").unlink()
    assert main(["--root", str(copy), "generate", "--check"]) == 1
    assert "restore it" in capsys.readouterr().err


def test_before_its_first_release_a_version_may_be_redrawn_and_after_it_not(copy: Path) -> None:
    path = copy / "schemas/registry/organization.registered.1.0.json"
    original = path.read_text()
    path.write_text(original.replace('"maxLength": 200', '"maxLength": 100'))
    assert main(["--root", str(copy), "generate", "--unreleased"]) == 0
    assert path.read_text() == original
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=t", "-c", "user.email=t@example.invalid", "commit", "-q", "-m", "release"],
        ["tag", "contracts-1.0.0"],
    ):
        subprocess.run(["git", "-C", str(copy), *command], check=True)
    path.write_text(original.replace('"maxLength": 200', '"maxLength": 100'))
    assert main(["--root", str(copy), "generate", "--unreleased"]) == 1
