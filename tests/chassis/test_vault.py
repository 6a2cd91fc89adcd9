"""Personal data at rest: sealed by person and place, found by mark, the installation's keys in a file."""

import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from pydantic import SecretStr
from typer.testing import CliRunner

from chassis.command.main import application
from chassis.database import Database
from chassis.region import load_region
from chassis.runtime import Runtime
from chassis.sealing import KeysUnreadable, PersonKey, SealingKeys, fresh_key
from chassis.service import discover
from chassis.settings import DatabaseSettings, SealingSettings, Settings
from deploy.regions import profile_file


def test_what_is_sealed_is_opened_by_its_key_at_its_place_only() -> None:
    key = PersonKey(fresh_key())
    sealed = key.seal("care_record:1:details", {"person_id": "p-1", "plan": "每月走访"})
    assert key.unseal("care_record:1:details", sealed) == {"person_id": "p-1", "plan": "每月走访"}
    assert "每月走访".encode() not in sealed
    for other, place, content in (
        (PersonKey(fresh_key()), "care_record:1:details", sealed),
        (key, "care_record:2:details", sealed),
        (key, "care_record:1:details", sealed[:-1] + bytes([sealed[-1] ^ 1])),
    ):
        with pytest.raises(InvalidTag):
            other.unseal(place, content)
    assert key.seal("x", "same") != key.seal("x", "same")


def test_a_mark_is_the_same_for_the_same_person_under_the_same_keys_alone() -> None:
    keys = SealingKeys.fresh()
    assert keys.mark("p-1") == keys.mark("p-1") == keys.turned("2").mark("p-1")
    assert len({keys.mark("p-1"), keys.mark("p-2"), SealingKeys.fresh().mark("p-1")}) == 3
    assert repr(keys) == "SealingKeys()"


def test_a_wrapped_key_belongs_to_its_person() -> None:
    keys, key = SealingKeys.fresh(), fresh_key()
    wrapped = keys.wrap(keys.mark("p-1"), key)
    assert keys.unwrap(keys.mark("p-1"), wrapped, "1") == key
    with pytest.raises(KeysUnreadable, match="'1' is not the one"):
        keys.unwrap(keys.mark("p-2"), wrapped, "1")
    with pytest.raises(KeysUnreadable, match="lack the wrapping key '9'"):
        keys.unwrap(keys.mark("p-1"), wrapped, "9")


def test_the_file_of_keys_is_made_once_for_its_owner_alone_and_turned(tmp_path: Path) -> None:
    file = tmp_path / "sealing-keys.json"
    run = CliRunner()
    assert run.invoke(application(), ["sealing", "keys", str(file)]).exit_code == 0
    first = SealingKeys.read(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run.invoke(application(), ["sealing", "keys", str(file)]).exit_code == 0
    assert SealingKeys.read(file) == first
    first.turned("later").write(file)
    turned = SealingKeys.read(file)
    assert (turned.in_use, list(turned.wrapping)) == ("later", ["later", first.in_use])
    assert turned.marking == first.marking


@pytest.mark.parametrize(
    "content", ["", "{}", '{"marking": "AAAA", "wrapping": []}', '{"marking": "geheim-key"}']
)
def test_a_file_that_cannot_be_used_stops_the_start_and_is_not_quoted(tmp_path: Path, content: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(content)
    database = DatabaseSettings(dsn=SecretStr("postgresql://nowhere"))
    settings = Settings(
        environment="test", stack="120116", database=database, sealing=SealingSettings(keys_file=file)
    )
    region = load_region(profile_file("120116-binhai"))
    with pytest.raises(
        KeysUnreadable, match=r"SHUNIU_SEALING_KEYS_FILE=.*keys\.json cannot be used"
    ) as failed:
        Runtime(discover("registry"), settings, region, Database(database))
    assert "geheim" not in str(failed.value)
    with pytest.raises(KeysUnreadable, match="No such file"):
        SealingKeys.read(tmp_path / "absent.json")
