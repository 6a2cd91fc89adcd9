"""The compose file is consistent with the code: services, roles, settings, databases."""

import re
import subprocess
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from chassis.service import installed
from chassis.settings import (
    AuthSettings,
    BusSettings,
    ConsumerSettings,
    DatabaseSettings,
    HttpSettings,
    RelaySettings,
    Role,
    Settings,
)

ROOT = Path(__file__).parent.parent.parent
SECTIONS = (
    Settings, DatabaseSettings, BusSettings, ConsumerSettings, RelaySettings, HttpSettings, AuthSettings,
)  # fmt: skip


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file as a tool reads it, anchors merged."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return content


def test_there_is_one_container_a_service_and_role(compose: dict[str, Any]) -> None:
    wanted = {(name, role) for name in installed() for role in get_args(Role)}
    commands = [tuple(each["command"]) for each in compose["services"].values() if "command" in each]
    served = {(words[1], words[3]) for words in commands if words[0] == "serve"}
    assert served == wanted
    assert ("migrate", "--grant") in commands
    assert ("topics", "apply") in commands


def test_every_setting_exists(compose: dict[str, Any]) -> None:
    known = {
        f"{section.model_config.get('env_prefix', '')}{field}".upper()
        for section in SECTIONS
        for field in section.model_fields
    } | {"SHUNIU_CONSOLE_SERVICES", "OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT"}
    assert set(compose["x-shuniu"]["environment"]) <= known


def test_what_runs_waits_for_schema_and_topics_and_is_watched(compose: dict[str, Any]) -> None:
    for name, each in compose["services"].items():
        if each.get("command", [""])[0] == "serve":
            assert set(each["depends_on"]) == {"migrate", "topics"}, name
            assert "health/live" in each["healthcheck"]["test"][-1], name
            assert each["read_only"] is True, name


def test_every_service_is_a_role_of_its_own_database_and_has_no_others_password(
    compose: dict[str, Any],
) -> None:
    script = (ROOT / "deploy/images/databases.sql").read_text(encoding="utf-8")
    assert sorted(re.findall(r'alter database "shuniu_(\w+)" owner', script)) == sorted(installed())
    passwords = compose["services"]["postgres"]["environment"]
    for name, each in compose["services"].items():
        if each.get("command", [""])[0] != "serve":
            continue
        service, given = each["command"][1], each["environment"]
        variable = f"SHUNIU_{service.upper()}_PASSWORD"
        secret = f"${{{variable}:?deploy/passwords.sh makes it}}"
        assert given["SHUNIU_DATABASE_DSN"] == (
            f"postgresql://shuniu_{service}:{secret}@postgres:5432/shuniu_{service}"
        ), name
        assert passwords[variable] == secret
        assert "_PASSWORD" not in str(given).replace(variable, ""), name
    owner = compose["services"]["migrate"]["environment"]["SHUNIU_DATABASE_DSN"]
    assert owner.startswith("postgresql://shuniu_{service}_owner:")


def passwords_in(file: Path) -> dict[str, str]:
    """Each variable of an environment file."""
    return dict(line.split("=", 1) for line in file.read_text().splitlines())


def make_passwords(file: Path) -> str:
    """What the script says."""
    command = [str(ROOT / "deploy/passwords.sh"), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


def test_no_password_has_a_default(compose: dict[str, Any]) -> None:
    variables = re.findall(r"\$\{(\w+_PASSWORD)(..)", str(compose["services"]))
    assert len(variables) > 5
    assert {marks for _, marks in variables} == {":?"}


def test_passwords_are_made_once_for_every_variable_and_differ(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "environment"
    file.write_text("SHUNIU_STACK=440303\nSHUNIU_OWNER_PASSWORD=mine\n")
    make_passwords(file)
    found = passwords_in(file)
    assert set(found) == {"SHUNIU_STACK", *re.findall(r"\$\{(\w+_PASSWORD)", str(compose["services"]))}
    assert (found["SHUNIU_STACK"], found["SHUNIU_OWNER_PASSWORD"]) == ("440303", "mine")
    new = {value for name, value in found.items() if name.endswith("_PASSWORD")} - {"mine"}
    assert len(new) == len(found) - 2
    assert all(re.fullmatch(r"[0-9a-f]{48}", value) for value in new)
    assert make_passwords(file).startswith("0 new")
    assert passwords_in(file) == found
    make_passwords(tmp_path / "another")
    assert (tmp_path / "another").stat().st_mode & 0o077 == 0
    assert not new & set(passwords_in(tmp_path / "another").values())


def test_data_is_on_named_volumes(compose: dict[str, Any]) -> None:
    mounted = {
        volume.split(":")[0]
        for name in ("postgres", "kafka", "prometheus")
        for volume in compose["services"][name]["volumes"]
        if not volume.startswith(".")
    }
    assert mounted == set(compose["volumes"])


def test_it_is_readable_for_the_older_tool(compose: dict[str, Any]) -> None:
    assert "name" not in compose
    assert compose["version"].startswith("3.")
