"""`shuniu up`: the embedded stack on one machine, from nothing to a page in the browser."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.command.output import console, say
from chassis.command.place import DEFAULT_DATA_DIR, KEYS_FOLDER

if TYPE_CHECKING:
    from chassis.embedded.stack import Child
    from chassis.embedded.supervisor import Happening

app = typer.Typer()
_DETACHED_WAIT_S = 180.0
_CONSOLE = "console"


class Grouping(StrEnum):
    """Which services share a process."""

    ONE = "one"
    TWO = "two"
    EACH = "each"


@dataclass(frozen=True)
class Plan:
    """What to start: services with their ports, grouped into processes."""

    data_dir: Path
    region: str
    """the profile by name, or its file outside the package"""
    region_file: Path
    stack: str
    ports: dict[str, int]
    grouping: Grouping

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The services of each process."""
        names = tuple(self.ports)
        if self.grouping is Grouping.ONE:
            return (names,)
        if self.grouping is Grouping.EACH:
            return tuple((name,) for name in names)
        rest = tuple(name for name in names if name != _CONSOLE)
        return tuple(group for group in (rest, (_CONSOLE,) if _CONSOLE in names else ()) if group)

    def url(self, service: str) -> str:
        """Where a service listens."""
        return f"http://127.0.0.1:{self.ports[service]}"


@app.command()
def up(
    region: Annotated[str, typer.Option(help="Profile by name or code, or a TOML file.")] = "120116-binhai",
    data_dir: Annotated[
        Path, typer.Option("--data-dir", "-d", envvar="SHUNIU_DATA_DIR", help="Where everything is kept.")
    ] = DEFAULT_DATA_DIR,
    port: Annotated[
        int, typer.Option(min=1024, max=65000, help="First of the ports: PostgreSQL, broker, services.")
    ] = 8600,
    service: Annotated[list[str] | None, typer.Option(help="Only these services; may be repeated.")] = None,
    processes: Annotated[
        Grouping, typer.Option(help="All in one, the console apart (two), or each service by itself.")
    ] = Grouping.TWO,
    engines_only: Annotated[
        bool, typer.Option("--engines-only", help="No service: for a restore, or a look at the databases.")
    ] = False,
    detach: Annotated[
        bool, typer.Option("--detach", help="Return once ready and leave it running in the background.")
    ] = False,
) -> None:
    """Run PostgreSQL, a Kafka-compatible broker and every service on this machine until Ctrl-C.

    Data stays in --data-dir and is there again at the next start. Two stacks side by side need two
    directories and two --port.

    Examples:

      shuniu up

      shuniu up --region 120116-binhai --data-dir /var/lib/shuniu --port 9600 --detach
    """
    if detach:
        _detach(data_dir)
        return
    asyncio.run(_run(_plan(region, data_dir.resolve(), port, service, processes), port, engines_only))


def _plan(region: str, data_dir: Path, port: int, services: list[str] | None, grouping: Grouping) -> Plan:
    from chassis.installation import installed
    from chassis.region import load_region
    from chassis.settings import region_profile

    named = not region.endswith(".toml")
    file = (region_profile(region) if named else Path(region)).resolve()
    profile = load_region(file)
    profile.refuse_strangers(installed())
    names = services or list(installed())
    unknown = set(names) - set(installed())
    if unknown:
        raise LookupError(f"no service '{min(unknown)}'; there are: {', '.join(installed())}")
    ordered = sorted(names, key=lambda name: name != _CONSOLE)  # the console first: the address people open
    ports = {name: port + 2 + number for number, name in enumerate(ordered)}
    return Plan(data_dir, file.stem if named else str(file), file, profile.code, ports, grouping)


async def _run(plan: Plan, port: int, engines_only: bool) -> None:
    from chassis import collection
    from chassis.embedded.connection import write_connection_file
    from chassis.embedded.stack import EmbeddedStack
    from chassis.keys import EmbeddedKey
    from chassis.sealing import KEYS_FILE, SealingKeys

    begun = time.monotonic()
    key = EmbeddedKey.open(plan.data_dir / KEYS_FOLDER)
    sealing = plan.data_dir / KEYS_FOLDER / KEYS_FILE
    SealingKeys.open(sealing)
    stack = EmbeddedStack(plan.data_dir, port, told=_tell)
    databases: dict[str, str] = {}

    def children() -> "Sequence[Child]":
        if engines_only:
            return []
        template = stack.postgres.dsn("shuniu_{service}")
        environment = _environment(plan, template, stack.broker.bootstrap_servers, key.jwks, sealing)
        return [_child(plan, group, environment) for group in plan.groups()]

    async def prepare() -> None:
        for name in plan.ports:
            database = f"shuniu_{name}"
            await stack.postgres.create_database(database)
            databases[name] = stack.postgres.dsn(database)

    def ready() -> None:
        collection.settle()
        write_connection_file(
            plan.data_dir,
            region=plan.region,
            stack=plan.stack,
            services={name: plan.url(name) for name in plan.ports},
            databases=databases,
            bootstrap_servers=stack.broker.bootstrap_servers,
            started_at=datetime.now(UTC),
        )
        if engines_only:
            say("PostgreSQL and the broker run, and no service. Ctrl-C stops them.")
            return
        token = key.issue(subject="u-operator", roles=["operator"], divisions=[plan.stack], hours=24 * 7)
        _announce(plan, stack.broker.bootstrap_servers, token, time.monotonic() - begun)

    await stack.run(children, prepare, lambda: _fill_bus(plan), ready)


def _environment(plan: Plan, dsn: str, bootstrap_servers: str, jwks: Path, sealing: Path) -> dict[str, str]:
    return {
        "SHUNIU_ENVIRONMENT": "embedded",
        "SHUNIU_STACK": plan.stack,
        "SHUNIU_REGION_FILE": str(plan.region_file),
        "SHUNIU_DATABASE_DSN": dsn,
        "SHUNIU_BUS_BOOTSTRAP_SERVERS": bootstrap_servers,
        "SHUNIU_BUS_PROFILE": "embedded",
        "SHUNIU_AUTH_JWKS": str(jwks),
        "SHUNIU_SEALING_KEYS_FILE": str(sealing),
        "SHUNIU_CONSOLE_SERVICES": json.dumps({n: plan.url(n) for n in plan.ports if n != _CONSOLE}),
        # Threads of the C library keep an arena each otherwise: tens of megabytes for nothing.
        "MALLOC_ARENA_MAX": "2",
        # Given back as soon as it is free, and not kept by the size of what was once needed (bytes).
        "MALLOC_TRIM_THRESHOLD_": "131072",
        # A connection that was used holds some 6 MB in the server; more than these are closed after use.
        "SHUNIU_DATABASE_POOL_SIZE": os.environ.get("SHUNIU_DATABASE_POOL_SIZE", "4"),
        "PYTHONUNBUFFERED": "1",
    }


def _child(plan: Plan, group: tuple[str, ...], environment: dict[str, str]) -> "Child":
    from chassis.embedded.stack import Child

    places = [f"{name}:{plan.ports[name]}" for name in group]
    return Child(
        name="-".join(group) if len(group) < 3 else "services",
        argv=(sys.executable, "-m", "chassis.command", "serve", "--prepare", *places),
        health_url=f"{plan.url(group[0])}/health/ready?process=true",
        env=environment,
    )


async def _fill_bus(plan: Plan) -> None:
    """A broker that was restarted is empty: its topics are made again and every log is sent again."""
    command = (sys.executable, "-m", "chassis.command", "bus", "rebuild", "--data-dir", str(plan.data_dir),
               "--reason", "the embedded broker was restarted")  # fmt: skip
    process = await asyncio.create_subprocess_exec(*command)
    if await process.wait() != 0:
        raise RuntimeError("the new broker could not be filled")


def _tell(happening: "Happening") -> None:
    part, what, detail, seconds = happening.part, happening.what, happening.detail, happening.seconds
    if what == "starting":
        return
    after = f" in {seconds:.1f} s" if seconds is not None and what in ("ready", "restarted") else ""
    say(f"[dim]{datetime.now():%H:%M:%S}[/dim] {part} {what}{after}{f': {detail}' if detail else ''}")


def _announce(plan: Plan, bootstrap_servers: str, token: str, seconds: float) -> None:
    from rich.table import Table

    shown = Table(title=f"Stack {plan.stack} ({plan.region_file.stem}), ready in {seconds:.1f} s",
                  title_justify="left", show_header=False)  # fmt: skip
    for name in plan.ports:
        shown.add_row(name, plan.url(name))
    shown.add_row("Kafka", bootstrap_servers)
    shown.add_row("data", str(plan.data_dir))
    console.print(shown)
    if _CONSOLE in plan.ports:
        console.print(f"Sign in: {plan.url(_CONSOLE)}/?token={token}", soft_wrap=True, highlight=False)
    console.print("Ctrl-C stops it; the data stays.", style="dim")


def _detach(data_dir: Path) -> None:
    """Start the same command in the background and wait until its connection file is there."""
    from chassis.embedded.connection import FILE_NAME

    data_dir.mkdir(parents=True, exist_ok=True)
    log, ready = data_dir / "up.log", data_dir / FILE_NAME
    arguments = [word for word in sys.argv[1:] if word != "--detach"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "chassis.command", *arguments],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, "COLUMNS": "200"},
        )  # fmt: skip
    deadline = time.monotonic() + _DETACHED_WAIT_S
    while not (ready.exists() and str(process.pid) in ready.read_text()):
        if process.poll() is not None or time.monotonic() > deadline:
            process.terminate()
            raise OSError(f"the stack did not become ready; {log} ends:\n{log.read_text()[-2000:]}")
        time.sleep(0.1)
    console.print(log.read_text(), highlight=False, soft_wrap=True)
    console.print(f"Running in the background; stop it with: kill {process.pid}", highlight=False)
