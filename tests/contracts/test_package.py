"""The package stands alone: it needs msgspec and nothing else, built and installed as anyone would."""

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from shuniu_contracts import __version__
from shuniu_contracts.publish import home


def declared() -> dict[str, object]:
    project: dict[str, object] = tomllib.loads((home() / "pyproject.toml").read_text("utf-8"))["project"]
    return project


def test_the_version_is_the_one_declared() -> None:
    assert declared()["version"] == __version__


def test_nothing_but_msgspec_and_the_standard_library_is_imported() -> None:
    allowed = set(sys.stdlib_module_names) | {"msgspec", "shuniu_contracts"}
    for path in (home() / "shuniu_contracts").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.partition(".")[0] for name in names} <= allowed, path.name


_OUTSIDE = """
import json, pathlib, sys
from shuniu_contracts import EVENT_TYPES, decode
from shuniu_contracts.publish import home
samples = sorted((home() / "samples").rglob("*.json"))
for path in samples:
    golden = json.loads(path.read_text("utf-8"))
    headers = [(name, value.encode()) for name, value in golden["headers"].items()]
    assert decode(headers, json.dumps(golden["value"]).encode()).data is not None, path
print(json.dumps({"types": len(EVENT_TYPES), "samples": len(samples), "prefix": sys.prefix}))
"""


@pytest.mark.integration
@pytest.mark.skipif(shutil.which("uv") is None, reason="uv, which builds the wheel, is not installed here")
def test_the_wheel_installs_alone_and_reads_every_golden_message(tmp_path: Path) -> None:
    environment = {
        key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH")
    }

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("uv", "build", "--quiet", "--wheel", "--out-dir", "dist", str(home()))
    (wheel,) = (tmp_path / "dist").glob("shuniu_contracts-*.whl")
    run("uv", "venv", "--quiet", "--python", sys.executable, "venv")
    python = str(tmp_path / "venv/bin/python")
    run("uv", "pip", "install", "--quiet", "--python", python, str(wheel))

    installed = json.loads(run("uv", "pip", "list", "--python", python, "--format", "json"))
    assert {package["name"] for package in installed} == {"msgspec", "shuniu-contracts"}
    told = json.loads(run(python, "-c", _OUTSIDE))
    assert told["types"] > 80
    assert told["samples"] == len(list((home() / "samples").rglob("*.json")))
    assert told["prefix"] == str(tmp_path / "venv")
    topics = run(python, "-m", "shuniu_contracts", "cluster", "topics", "--stack", "440303")
    assert "shuniu.440303.registry.organization.v1" in topics
