"""A stranger finds the way by the help texts, and gets one clear line when something is wrong."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chassis.command.main import application
from chassis.service import discover, installed

COMMANDS = [
    "up", "serve", "migrate", "token", "topics plan", "topics apply", "events tail", "consumers",
    "bus rebuild", "parked list", "parked show", "parked retry", "parked discard", "replay", "restore",
    "audit", "backup", "blocked list", "blocked release", "held list", "timers list", "timers retry",
    "decisions",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(command: str) -> None:
    shown = CliRunner().invoke(application(), [*command.split(), "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    usage, *purpose = [line.strip() for line in shown.output.partition("╭")[0].splitlines() if line.strip()]
    assert usage.startswith("Usage:")
    assert len(" ".join(purpose)) > 30


def test_without_arguments_all_commands_are_listed() -> None:
    shown = CliRunner().invoke(application(), [], env={"COLUMNS": "200"})
    assert {command.split()[0] for command in COMMANDS} <= set(shown.output.replace("│", " ").split())


def test_the_roles_that_a_token_can_name_are_those_of_the_services_installed() -> None:
    shown = CliRunner().invoke(application(), ["token", "--help"], env={"COLUMNS": "300"}).output
    for name in installed():
        for role in discover(name).roles:
            assert re.search(rf"\b{role}\b", shown), f"{role} of {name}"


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The installed command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "chassis.command", *arguments], cwd=cwd, capture_output=True, text=True,
        timeout=60, env={"PATH": "/usr/bin:/bin", "COLUMNS": "200", **environment}, check=False,
    )  # fmt: skip


def test_a_command_does_not_search_for_garbage_while_it_loads_services() -> None:
    program = (
        "import gc, sys; from chassis.command.main import main; sys.argv = ['shuniu', 'audit', '--help']\n"
        "try: main()\nfinally: print(gc.isenabled())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_where_no_stack_runs_the_error_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    done = run("consumers", "--data-dir", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: no stack runs in")
    assert "shuniu up" in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_settings_are_named(tmp_path: Path) -> None:
    done = run("serve", "registry", cwd=tmp_path)
    assert done.returncode == 1
    assert "dsn" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_production_start_without_its_database_ends_with_one_line(tmp_path: Path) -> None:
    done = run(
        "serve", "registry", cwd=tmp_path, SHUNIU_STACK="120116", SHUNIU_REGION="120116-binhai",
        SHUNIU_DATABASE_DSN="postgresql://u:secret-word@127.0.0.1:9/{service}",
    )  # fmt: skip
    assert done.returncode == 1
    assert "database of registry" in done.stderr
    assert "secret-word" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_token_is_printed_alone_so_that_a_script_can_use_it(tmp_path: Path) -> None:
    done = run("token", "--role", "viewer", "--division", "120116", "-d", str(tmp_path), cwd=tmp_path)
    assert done.stdout.count(".") == 2
    assert done.stderr == ""
    assert json.loads((tmp_path / "keys" / "jwks.json").read_text())["keys"][0]["kty"] == "EC"


def test_a_division_that_is_none_is_refused(tmp_path: Path) -> None:
    done = run("token", "--role", "viewer", "--division", "12", "-d", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 1
    assert "Division code '12'" in done.stderr
