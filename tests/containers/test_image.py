"""Our own image: small, nobody's root, nothing to write to, nothing in it that production does not run."""

import asyncio
import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from testcontainers.core.container import DockerContainer

from chassis.embedded.port import free_port
from tests.conftest import FreshDatabase
from tests.containers.identity import Identity

pytestmark = pytest.mark.integration
MOST_MB = 360
"""The base takes 126 MB of it, our wheels with all they need the rest."""
COMMANDS = (
    "up",
    "serve",
    "migrate",
    "topics",
    "events",
    "consumers",
    "audit",
    "restore",
    "import",
    "figures",
)
DEVELOPMENT = {
    "pytest", "mypy", "ruff", "hypothesis", "schemathesis", "testcontainers", "playwright", "matplotlib",
    "faststream-outbox", "kafka-python", "import-linter", "pip", "setuptools", "wheel", "pip-audit",
}  # fmt: skip


@pytest.fixture(scope="module")
def image() -> str:
    """The image under test."""
    return os.environ.get("SHUNIU_TEST_IMAGE", "shuniu:latest")


def run(image: str, *command: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """A command in a new container with a read-only root and no network."""
    locked = ["--rm", "--read-only", "--network=none", "--cap-drop=ALL", "--security-opt=no-new-privileges"]
    return subprocess.run(
        ["docker", "run", *locked, *options, image, *command],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def inside(image: str, script: str, *options: str) -> str:
    """What a shell in the image prints; raises AssertionError with its errors."""
    done = run(image, "-c", script, options=("--entrypoint=sh", *options))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_small(image: str) -> None:
    told = subprocess.run(
        ["docker", "image", "inspect", image], capture_output=True, text=True, check=True, timeout=60
    )
    size = json.loads(told.stdout)[0]["Size"] / 1_000_000
    print(f"{image}: {size:.0f} MB")
    assert size <= MOST_MB


def test_it_runs_as_nobody_and_may_write_nowhere(image: str) -> None:
    assert inside(image, "id -u; id -g").split() == ["10001", "10001"]
    places = "/ /opt/shuniu /tmp /var /home /usr/local"
    written = inside(image, f"for d in {places}; do touch $d/x 2>/dev/null && echo $d; done; :")
    assert written == ""
    own = inside(image, "find / -xdev -user 10001 -not -path '/proc/*' 2>/dev/null; :")
    assert own == "", "nothing in it belongs to the account that it runs as"


def test_nothing_in_it_gives_more_rights_than_its_account_has(image: str) -> None:
    found = inside(image, "find / -xdev -perm /6000 -type f -not -path '/proc/*' 2>/dev/null; :")
    assert found == "", "no program runs as another account"


def test_the_command_runs_and_tells_what_there_is(image: str) -> None:
    done = run(image)
    assert done.returncode == 0, done.stderr
    for command in COMMANDS:
        assert re.search(rf"\b{command}\b", done.stdout), command


def test_every_service_and_region_is_in_it(image: str) -> None:
    program = (
        "from chassis.service import discover, installed; from deploy.regions import profile_file;"
        "from chassis.region import load_region;"
        "print(*[discover(name).name for name in installed()]);"
        "print(load_region(profile_file('120116-binhai')).code)"
    )
    told = inside(image, f'python3 -c "{program}"').split()
    assert set(told) == {"console", "grants", "notify", "partybuild", "registry", "120116"}


def test_no_compiler_and_no_development_dependency_is_in_it(image: str) -> None:
    tools = "gcc cc g++ clang make ld git curl wget pip pip3 uv mvn java"
    assert inside(image, f"for t in {tools}; do command -v $t; done; :") == ""
    program = (
        "import importlib.metadata as m; print(*[d.metadata['Name'].lower() for d in m.distributions()])"
    )
    installed = set(inside(image, f'python3 -c "{program}"').split())
    assert {"shuniu", "shuniu-contracts", "faststream"} <= installed
    assert not installed & DEVELOPMENT


def test_no_secret_and_no_leaving_of_the_build_is_in_it(image: str) -> None:
    names = ("*.pem", "*.key", ".env*", "*.whl", ".git", ".netrc", "pip.conf")
    suspects = " -o ".join(f"-name '{name}'" for name in names)
    found = inside(image, rf"find / -xdev \( {suspects} \) -not -path '/proc/*' 2>/dev/null; :").split()
    authorities = re.compile(r"/certifi/cacert\.pem$|^/etc/ssl/certs/|/ssl/cert\.pem$")
    assert [name for name in found if not authorities.search(name)] == []
    leavings = "ls -d /wheelhouse /src /app /work /build /root/.cache /opt/shuniu/src 2>/dev/null; :"
    assert inside(image, leavings) == ""
    assert inside(image, "find /opt/shuniu -type d -name tests -path '*site-packages/tests' ; :") == ""
    told = subprocess.run(
        ["docker", "history", "--no-trunc", "--format", "{{.CreatedBy}}", image],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert not re.search(r"(?i)password|secret|token|proxy=|index-url", told.stdout)
    environment = inside(image, "env")
    assert not re.search(r"(?i)password|secret|token|proxy|index_url", environment)


async def test_its_health_check_tells_a_serving_container_from_a_silent_one(
    image: str, broker: str, fresh_database: FreshDatabase, unique_stack: Callable[[], str], tmp_path: Path
) -> None:
    """Health as the engine sees it, by the image's own check, on whatever port it serves."""
    Identity.make(tmp_path / "auth")
    environment = {
        "SHUNIU_STACK": unique_stack(), "SHUNIU_REGION": "120116-binhai",
        "SHUNIU_HTTP_PORT": str(free_port()), "SHUNIU_DATABASE_DSN": await fresh_database(),
        "SHUNIU_BUS_BOOTSTRAP_SERVERS": broker, "SHUNIU_AUTH_JWKS": "/jwks.json",
    }  # fmt: skip
    serving = container(image, environment, tmp_path).with_command(["serve", "notify", "--prepare"])
    elsewhere = environment | {"SHUNIU_HTTP_PORT": str(free_port())}  # they share this machine's network
    silent = container(image, elsewhere, tmp_path, entrypoint=["sleep", "300"])
    try:
        for one in (serving, silent):
            await asyncio.to_thread(one.start)
        assert await health(serving) == "healthy", serving.get_logs()
        assert await health(silent) == "unhealthy"
    finally:
        for one in (serving, silent):
            one.stop()


def container(image: str, environment: dict[str, str], folder: Path, **changes: Any) -> DockerContainer:
    """A container on this machine's network, where the engines are; its health is asked every second."""
    second = 1_000_000_000
    return (
        DockerContainer(image)
        .with_envs(**environment)
        .with_volume_mapping(folder / "auth" / "jwks.json", "/jwks.json")
        .with_kwargs(
            read_only=True, network_mode="host", cap_drop=["ALL"],
            healthcheck={"interval": second, "retries": 3, "start_period": second}, **changes,
        )
    )  # fmt: skip


async def health(one: DockerContainer) -> str:
    """What the engine says once it is sure; a first failure while starting is no answer."""
    running = one.get_wrapped_container()
    for _ in range(120):
        await asyncio.sleep(0.5)
        running.reload()
        said = str(running.health)
        tried = len(running.attrs["State"].get("Health", {}).get("Log") or [])
        if said == "healthy" or (said == "unhealthy" and tried >= 5):
            return said
    return said
