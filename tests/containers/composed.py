"""The compose file as a project of its own on free ports of loopback, driven by the engine's own tools."""

import json
import os
import re
import shlex
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chassis.embedded.connection import Connection
from chassis.embedded.port import free_port
from chassis.service import installed
from tests.backends import KAFKA_IMAGE, POSTGRES_IMAGE

ROOT = Path(__file__).parent.parent.parent
REGION, STACK = "120116-binhai", "120116"
HEALTHY_S = 420.0
COMMAND_S = 900.0


@dataclass
class Composed:
    """One stack of containers; `auth` is the folder with the identity provider's key set."""

    auth: Path
    files: Sequence[str] = ("docker-compose.yml", "tests/containers/outside.yml")
    variables: Path | None = None
    """the environment file with the passwords; where none is named, `deploy/passwords.sh` makes one"""
    image: str = field(default_factory=lambda: os.environ.get("SHUNIU_TEST_IMAGE", "shuniu:latest"))
    project: str = field(default_factory=lambda: f"shuniu-test-{uuid.uuid4().hex[:8]}")
    ports: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (*installed(), "postgres", "kafka"):
            self.ports[name] = free_port()
        if self.variables is None:
            self.variables = self.auth.parent / "passwords"
            _output([str(ROOT / "deploy/passwords.sh"), str(self.variables)])

    @property
    def connection(self) -> Connection:
        """How the stack is reached from this machine."""
        assert self.variables is not None
        given = dict(line.split("=", 1) for line in self.variables.read_text().splitlines())
        superuser = f"shuniu:{given['SHUNIU_DATABASE_PASSWORD']}"
        database = f"postgresql://{superuser}@127.0.0.1:{self.ports['postgres']}/shuniu_"
        return Connection(
            region=REGION,
            stack=STACK,
            pid=0,
            pid_started=0,
            started_at=datetime.now(UTC),
            services={name: f"http://127.0.0.1:{self.ports[name]}" for name in installed()},
            databases={name: f"{database}{name}" for name in installed()},
            bootstrap_servers=f"127.0.0.1:{self.ports['kafka']}",
            broker="kafka",
        )

    def up(self) -> float:
        """`up`, until every container that serves is healthy; returns the seconds it took."""
        started = time.monotonic()
        self.run("up", "--detach", "--no-build")
        while waiting := self.not_healthy():
            if time.monotonic() - started > HEALTHY_S:
                raise AssertionError(f"not healthy after {HEALTHY_S:.0f} s: {waiting}\n{self.logs()}")
            time.sleep(1)
        return time.monotonic() - started

    def down(self, *arguments: str) -> None:
        """`down`, which keeps the volumes unless `-v` is given."""
        self.run("down", "--timeout", "30", *arguments)

    def not_healthy(self) -> dict[str, str]:
        """State of every container that is neither healthy nor ended well, by its service."""
        found = self.run("ps", "--all", "--quiet") if self._is_plugin else self.run("ps", "-q", "-a")
        states = {}
        for each in json.loads(_output(["docker", "inspect", *found.split()])):
            name = each["Config"]["Labels"]["com.docker.compose.service"]
            state = each["State"]
            if "Health" in state and state["Health"]["Status"] != "none":
                states[name] = state["Health"]["Status"]
            else:
                states[name] = "healthy" if state["Status"] == "exited" and not state["ExitCode"] else "ended"
        return {name: state for name, state in states.items() if state != "healthy"}

    def memory(self) -> dict[str, str]:
        """Memory of every container that runs, as the engine tells it."""
        chosen = ["--filter", f"label=com.docker.compose.project={self.project}"]
        ids = _output(["docker", "ps", "--quiet", *chosen]).split()
        told = _output(["docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", *ids])
        lines = told.splitlines()
        return {name: usage.split("/")[0].strip() for name, usage in (line.split(" ", 1) for line in lines)}

    def inside(self, service: str, *command: str) -> subprocess.CompletedProcess[str]:
        """A command in a running container."""
        return subprocess.run(
            [*self._tool, "exec", "-T", service, *command],
            capture_output=True, text=True, timeout=COMMAND_S, env=self._environment, cwd=ROOT, check=False,
        )  # fmt: skip

    def typed(self, commands: str, folder: Path) -> str:
        """What an operator types into a shell in `folder`, where `docker-compose` means this project and
        `shuniu` the container that has the settings of an operator.

        Raises AssertionError with what the first command that failed has printed.
        """
        script = (
            f'docker-compose() {{ {shlex.join(self._tool)} "$@"; }}\n'
            f'shuniu() {{ docker-compose run --rm migrate "$@"; }}\n{commands}'
        )
        return _output(["bash", "-euo", "pipefail", "-c", script], self._environment, folder)

    def containers(self, service: str) -> list[dict[str, Any]]:
        """What the engine says of a service's containers, in the order of their numbers."""
        chosen = ["--filter", f"label=com.docker.compose.project={self.project}"]
        chosen += ["--filter", f"label=com.docker.compose.service={service}"]
        ids = _output(["docker", "ps", "--all", "--quiet", *chosen]).split()
        found: list[dict[str, Any]] = json.loads(_output(["docker", "inspect", *ids])) if ids else []
        return sorted(
            found, key=lambda each: int(each["Config"]["Labels"]["com.docker.compose.container-number"])
        )

    def asked(self, container: str, path: str) -> str:
        """The answer of a container's own port to a request from inside it; empty where it answers none."""
        code = (
            "import urllib.request as r;"
            f"print(r.urlopen('http://127.0.0.1:8000{path}', timeout=5).read().decode())"
        )
        done = subprocess.run(
            ["docker", "exec", container, "python3", "-c", code],
            capture_output=True, text=True, timeout=COMMAND_S, check=False,
        )  # fmt: skip
        return done.stdout

    def lose(self, service: str, volume: str) -> None:
        """Kill a service's container and take its data away; then a new one, which has none."""
        self.run("kill", "-s", "SIGKILL", service)
        self.run("rm", "--force", service)
        _output(["docker", "volume", "rm", f"{self.project}_{volume}"])
        self.run("up", "--detach", "--no-deps", service)

    def make_release(self) -> None:
        """An image that is the next release, for what is typed from now on."""
        following = f"{self.project}:next"
        build = f"docker build --quiet --label release=next --tag {following} -"
        _output(["bash", "-euo", "pipefail", "-c", f"echo FROM {self.image} | {build}"])
        self.image = following

    def forget_release(self) -> None:
        """Remove the image that `make_release` made, if it did."""
        if self.image.startswith(self.project):
            _output(["docker", "image", "rm", self.image])

    def logs(self) -> str:
        """The last lines of every container."""
        return self.run("logs", "--tail", "8", "--no-color")

    def run(self, *arguments: str) -> str:
        """A compose command; raises AssertionError with what it printed."""
        return _output([*self._tool, *arguments], self._environment)

    @property
    def _is_plugin(self) -> bool:
        return (
            subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0
        )

    @property
    def _tool(self) -> list[str]:
        program = ["docker", "compose"] if self._is_plugin else [shutil.which("docker-compose") or ""]
        assert program[0], "neither the compose plugin nor docker-compose is installed"
        files = (word for file in self.files for word in ("-f", str(ROOT / file)))
        return [*program, "-p", self.project, "--env-file", str(self.variables), *files]

    @property
    def _environment(self) -> dict[str, str]:
        images = {
            "SHUNIU_IMAGE": self.image,
            "POSTGRES_IMAGE": os.environ.get("SHUNIU_TEST_POSTGRES_IMAGE", POSTGRES_IMAGE),
            "KAFKA_IMAGE": os.environ.get("SHUNIU_TEST_KAFKA_IMAGE", KAFKA_IMAGE),
        }
        ports = {f"SHUNIU_{name.upper()}_PORT": str(port) for name, port in self.ports.items()}
        return {**os.environ, **images, **ports, "SHUNIU_AUTH_FOLDER": str(self.auth)}


def until(wanted: Callable[[], object], what: str) -> None:
    """Wait for something to be so."""
    deadline = time.monotonic() + HEALTHY_S
    while not wanted():
        assert time.monotonic() < deadline, f"not within {HEALTHY_S:.0f} s: {what}"
        time.sleep(1)


def runbook(section: str, page: str = "operations.md") -> list[str]:
    """The commands of a section of a page in docs that are typed beside the compose file."""
    content = (ROOT / "docs" / page).read_text(encoding="utf-8")
    [text] = re.findall(rf"^## {section}$(.*?)(?=^## |\Z)", content, flags=re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [block for block in blocks if "docker-compose" in block]


def _output(command: list[str], environment: dict[str, str] | None = None, folder: Path = ROOT) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=COMMAND_S, env=environment, cwd=folder, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout
