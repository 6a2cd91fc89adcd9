"""The compose file is consistent with the code: services, roles, settings, databases."""

import re
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
    } | {"SHUNIU_CONSOLE_SERVICES"}
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
        # Were it the service's name alone, the log would hide that as a secret.
        secret = f"${{{variable}:-{service}-password}}"
        assert given["SHUNIU_DATABASE_DSN"] == (
            f"postgresql://shuniu_{service}:{secret}@postgres:5432/shuniu_{service}"
        ), name
        assert passwords[variable] == secret
        assert "_PASSWORD" not in str(given).replace(variable, ""), name
    owner = compose["services"]["migrate"]["environment"]["SHUNIU_DATABASE_DSN"]
    assert owner.startswith("postgresql://shuniu_{service}_owner:")


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
