"""Each way to break a consumer is found, named and said for whom; what breaks nobody passes."""

import copy
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shuniu_contracts.__main__ import main
from shuniu_contracts.compatibility import Contracts, Difference, Rule, compare, current
from shuniu_contracts.publish import RELEASE_TAGS, home

TYPE = "cn.shuniu.registry.organization.registered.v1"
PATH = "schemas/registry/organization.registered.1.0.json"
STREAM = "registry.organization"
TODAY = "2026-11-22"


def released() -> Contracts:
    """Today's contracts of two streams: enough for every rule, and quick to copy."""
    all_ = current(home())
    streams = {name: all_.catalogue["streams"][name] for name in (STREAM, "partybuild.instructor")}
    types = {name: one for name, one in all_.catalogue["types"].items() if one["stream"] in streams}
    places = ("schemas/registry/organization.", "schemas/partybuild/instructor.")
    return Contracts(
        {"streams": streams, "types": types},
        {name: all_.schemas[name] for name in types},
        {path: schema for path, schema in all_.frozen.items() if path.startswith(places)},
    )


RELEASED = released()


def changed(change: Callable[[Contracts], Any], *, minor: bool = True) -> list[Difference]:
    """What the comparison says when `change` was made to the contracts after a release."""
    new = copy.deepcopy(RELEASED)
    # A schema drawn from code is no frozen file: give the type its own copy.
    new.schemas[TYPE] = copy.deepcopy(new.schemas[TYPE])
    if minor:
        new.catalogue["types"][TYPE]["minor"] += 1
    change(new)
    return compare(RELEASED, new, TODAY)


def state(contracts: Contracts) -> Any:
    return contracts.schemas[TYPE]["$defs"]["OrganizationState"]


def enum(contracts: Contracts) -> Any:
    return contracts.schemas[TYPE]["$defs"]["LegalForm"]["enum"]


def retype(contracts: Contracts) -> None:
    state(contracts)["properties"]["name"] = {"type": "integer", "x-privacy": "public"}


def lower(contracts: Contracts) -> None:
    state(contracts)["properties"]["division"]["x-privacy"] = "public"
    old = RELEASED.schemas[TYPE]["$defs"]["OrganizationState"]["properties"]["department"]
    assert old["anyOf"][0]["x-privacy"] == "internal"
    state(contracts)["properties"]["department"]["anyOf"][0]["x-privacy"] = "public"


def stream_of(contracts: Contracts) -> Any:
    return contracts.catalogue["streams"][STREAM]


BREAKS: dict[Rule, Callable[[Contracts], Any]] = {
    Rule.FIELD_REMOVED: lambda new: state(new)["properties"].pop("brands"),
    Rule.MADE_REQUIRED: lambda new: state(new)["required"].append("brands"),
    Rule.TYPE_NARROWED: lambda new: state(new)["properties"]["name"].update(maxLength=50),
    Rule.TYPE_CHANGED: retype,
    Rule.ENUM_VALUE_REMOVED: lambda new: enum(new).remove("foundation"),
    Rule.ENUM_VALUE_ADDED: lambda new: enum(new).append("guild"),
    Rule.DEFAULT_CHANGED: lambda new: state(new)["properties"]["hub_link"].update(default="direct"),
    Rule.PRIVACY_LOWERED: lower,
    Rule.KEY_CHANGED: lambda new: stream_of(new).update(key="division"),
    Rule.PARTITIONS_CHANGED: lambda new: stream_of(new).update(partitions=12),
    Rule.SEQUENCE_CHANGED: lambda new: stream_of(new).update(sequence="may have gaps"),
    Rule.TOPIC_CHANGED: lambda new: stream_of(new)["majors"]["1"].update(topic="elsewhere"),
    Rule.LIMIT_LOWERED: lambda new: stream_of(new).update(max_bytes=1024),
    Rule.TYPE_REMOVED: lambda new: new.catalogue["types"].pop(TYPE),
    Rule.STREAM_REMOVED: lambda new: stream_of(new)["majors"].pop("1"),
    Rule.FROZEN_CHANGED: lambda new: new.frozen.pop(PATH),
}


@pytest.mark.parametrize("rule", BREAKS, ids=lambda rule: rule.name.lower())
def test_a_break_is_found_under_its_rule_and_fails(rule: Rule) -> None:
    found = [difference for difference in changed(BREAKS[rule]) if difference.rule is rule]
    assert found
    assert all(difference.is_break for difference in found)
    assert found[0].where.startswith((TYPE, STREAM, PATH))
    assert f"breaks: {rule.breaks}" in str(found[0])
    assert f"deploy: {rule.order}" in str(found[0])


@pytest.mark.parametrize("rule", BREAKS, ids=lambda rule: rule.name.lower())
def test_a_break_is_found_under_no_other_rule(rule: Rule) -> None:
    assert {difference.rule for difference in changed(BREAKS[rule])} == {rule}


def test_every_rule_has_a_test() -> None:
    elsewhere = {Rule.FIELD_ADDED, Rule.TYPE_ADDED, Rule.NAME_REUSED, Rule.UNVERSIONED}
    assert BREAKS.keys() | elsewhere == set(Rule)


def test_the_readme_lists_every_rule() -> None:
    readme = (home() / "README.md").read_text(encoding="utf-8")
    for rule in Rule:
        assert f"| {rule.title} | {rule.breaks} | {rule.order} |" in readme


def test_a_new_major_may_have_other_partitions_and_a_published_one_may_not_get_them() -> None:
    def add(new: Contracts) -> None:
        majors = stream_of(new)["majors"]
        majors["2"] = {**majors["1"], "topic": "shuniu.{stack}.registry.organization.v2", "partitions": 24}

    assert changed(add) == []
    grown = changed(lambda new: stream_of(new)["majors"]["1"].update(partitions=24))
    assert [difference.rule for difference in grown] == [Rule.PARTITIONS_CHANGED]


def test_nothing_changed_is_no_difference() -> None:
    assert changed(lambda _: None) == []


def test_an_optional_field_with_a_raised_minor_breaks_nobody() -> None:
    def add(new: Contracts) -> None:
        state(new)["properties"]["mascot"] = {"type": "integer", "x-privacy": "public", "default": 0}

    (found,) = changed(add)
    assert (found.rule, found.is_break) == (Rule.FIELD_ADDED, False)
    unversioned = changed(add, minor=False)
    assert {difference.rule for difference in unversioned} == {Rule.FIELD_ADDED, Rule.UNVERSIONED}
    assert any(difference.is_break for difference in unversioned)


def test_a_new_required_field_breaks_the_log() -> None:
    def add(new: Contracts) -> None:
        state(new)["properties"]["mascot"] = {"type": "integer", "x-privacy": "public"}
        state(new)["required"].append("mascot")

    (found,) = changed(add)
    assert (found.rule, found.is_break) == (Rule.MADE_REQUIRED, True)


def test_an_optional_structure_with_required_parts_breaks_nobody() -> None:
    def add(new: Contracts) -> None:
        parts = {"weight": {"type": "integer", "x-privacy": "public"}}
        new.schemas[TYPE]["$defs"]["Mascot"] = {"type": "object", "properties": parts, "required": ["weight"]}
        state(new)["properties"]["mascot"] = {
            "anyOf": [{"$ref": "#/$defs/Mascot"}, {"type": "null"}],
            "default": None,
        }

    assert [difference.rule for difference in changed(add)] == [Rule.FIELD_ADDED]


@pytest.mark.parametrize(
    ("shape", "rule"),
    [
        ({"type": "string", "maxLength": 500, "minLength": 1}, Rule.TYPE_CHANGED),
        ({"type": "string", "maxLength": 200, "minLength": 1, "pattern": "^[a-z]+$"}, Rule.TYPE_NARROWED),
        ({"type": "string", "maxLength": 200, "minLength": 5}, Rule.TYPE_NARROWED),
        ({"type": "string", "enum": ["one", "two"]}, Rule.TYPE_CHANGED),
        (
            {"anyOf": [{"type": "string", "maxLength": 200, "minLength": 1}, {"type": "null"}]},
            Rule.TYPE_CHANGED,
        ),
    ],
)
def test_a_shape_is_narrowed_or_changed(shape: dict[str, Any], rule: Rule) -> None:
    def reshape(new: Contracts) -> None:
        for branch in shape.get("anyOf", [shape]):
            if branch != {"type": "null"}:
                branch["x-privacy"] = "public"
        state(new)["properties"]["name"] = shape

    assert rule in {difference.rule for difference in changed(reshape)}


def test_a_field_that_may_be_absent_from_now_on_is_changed() -> None:
    found = changed(lambda new: state(new)["required"].remove("name"))
    assert [difference.rule for difference in found] == [Rule.TYPE_CHANGED]


def test_null_no_longer_allowed_is_narrowed() -> None:
    def deny(new: Contracts) -> None:
        nature = state(new)["properties"]["nature"]
        state(new)["properties"]["nature"] = nature["anyOf"][0] | {"default": None}

    assert [difference.rule for difference in changed(deny)] == [Rule.TYPE_NARROWED]


def test_a_retired_field_name_cannot_come_back_with_another_meaning() -> None:
    old = copy.deepcopy(RELEASED)
    earlier = copy.deepcopy(old.schemas[TYPE])
    earlier["$defs"]["OrganizationState"]["properties"]["motto"] = {"type": "integer", "x-privacy": "public"}
    old.frozen["schemas/registry/organization.registered.0.9.json"] = earlier
    new = copy.deepcopy(old)
    new.catalogue["types"][TYPE]["minor"] += 1
    new.schemas[TYPE] = copy.deepcopy(new.schemas[TYPE])
    state(new)["properties"]["motto"] = {"type": "boolean", "x-privacy": "internal", "default": False}
    found = compare(old, new, TODAY)
    assert Rule.NAME_REUSED in {difference.rule for difference in found if difference.is_break}


def test_a_retired_type_name_cannot_come_back() -> None:
    old = copy.deepcopy(RELEASED)
    del old.catalogue["types"][TYPE]
    found = [
        difference for difference in compare(old, RELEASED, TODAY) if difference.rule is Rule.NAME_REUSED
    ]
    assert [(difference.where, difference.is_break) for difference in found] == [(TYPE, True)]


def test_a_new_fact_breaks_nobody() -> None:
    old = copy.deepcopy(RELEASED)
    del old.catalogue["types"][TYPE], old.schemas[TYPE], old.frozen[PATH]
    found = [(difference.rule, difference.is_break) for difference in compare(old, RELEASED, TODAY)]
    assert found == [(Rule.TYPE_ADDED, False)]


def test_a_new_major_may_break_and_says_what_it_breaks() -> None:
    """The instructor's second version, seen from a release that had only the first."""
    old = copy.deepcopy(RELEASED)
    for type_ in [type_ for type_ in old.schemas if ".instructor." in type_ and type_.endswith(".v2")]:
        del old.schemas[type_], old.catalogue["types"][type_]
    for path in [path for path in old.frozen if "/instructor." in path and ".2." in path]:
        del old.frozen[path]
    del old.catalogue["streams"]["partybuild.instructor"]["majors"]["2"]
    found = compare(old, RELEASED, TODAY)
    assert not [difference for difference in found if difference.is_break]
    rules = {difference.rule for difference in found if difference.versioned}
    assert {Rule.FIELD_REMOVED, Rule.MADE_REQUIRED} <= rules


def test_a_version_may_go_once_its_sunset_has_passed() -> None:
    new = copy.deepcopy(RELEASED)
    for type_ in [type_ for type_ in new.schemas if ".instructor." in type_ and type_.endswith(".v1")]:
        del new.schemas[type_], new.catalogue["types"][type_]
    del new.catalogue["streams"]["partybuild.instructor"]["majors"]["1"]
    rules = {difference.rule for difference in compare(RELEASED, new, TODAY)}
    assert rules == {Rule.STREAM_REMOVED, Rule.TYPE_REMOVED}
    assert compare(RELEASED, new, "2027-06-30") == []


def test_these_contracts_break_nothing_that_was_released(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["git", "-C", str(home()), "describe", "--tags", "--match", RELEASE_TAGS, "--abbrev=0"]
    described = subprocess.run(command, capture_output=True, text=True, check=False)
    if described.returncode:
        pytest.skip(f"nothing is released here: no git tag {RELEASE_TAGS}")
    outcome = main(["check", "--against", described.stdout.strip()])
    assert outcome == 0, capsys.readouterr().out


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with two commits: one before there were contracts, one with today's."""
    root = tmp_path / "contracts"
    root.mkdir()
    git(root, "init", "-q")
    git(
        root,
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.invalid",
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "one",
    )
    git(root, "tag", "before")
    for name in ("schemas", "samples"):
        shutil.copytree(home() / name, root / name)
    shutil.copy(home() / "catalogue.json", root)
    git(root, "add", "-A")
    git(root, "-c", "user.name=t", "-c", "user.email=t@example.invalid", "commit", "-q", "-m", "two")
    return root


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *arguments], check=True)


def test_the_command_passes_where_nothing_broke(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(checkout), "check", "--against", "HEAD"]) == 0
    assert "0 differences from HEAD" in capsys.readouterr().out


def test_the_command_passes_against_a_revision_without_contracts(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(checkout), "check", "--against", "before"]) == 0
    assert "nothing can break" in capsys.readouterr().out


def test_the_command_refuses_a_revision_git_does_not_know(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--root", str(checkout), "check", "--against", "nowhere"]) == 2
    assert "'nowhere'" in capsys.readouterr().err


def test_the_command_fails_on_an_unversioned_break(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = checkout / PATH
    path.write_text(path.read_text().replace('"enum": [\n', '"enum": [\n        "guild",\n'))
    git(checkout, "-c", "user.name=t", "-c", "user.email=t@example.invalid", "commit", "-qam", "three")
    assert main(["--root", str(checkout), "check", "--against", "HEAD"]) == 1
    told = capsys.readouterr().out
    assert "BREAK: enum value removed" in told
    assert "guild" in told
