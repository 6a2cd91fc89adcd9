"""`shuniu serve` and `shuniu migrate`: the processes of a deployment."""

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from chassis.command.output import say
from chassis.command.place import DataDir, Place, Services, find

app = typer.Typer()


class RoleName(StrEnum):
    """What a process may be run for alone."""

    API = "api"
    CONSUMER = "consumer"
    RELAY = "relay"
    TIMERS = "timers"


class MalformedService(ValueError):
    """An argument that is not SERVICE or SERVICE:PORT."""


@app.command()
def serve(
    services: Annotated[list[str], typer.Argument(metavar="SERVICE[:PORT]...", show_default=False)],
    role: Annotated[
        list[RoleName] | None,
        typer.Option(help="Run this role only; may be repeated. Without it the process runs all four."),
    ] = None,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="First migrate the databases, make topics, fill a new bus.")
    ] = False,
) -> None:
    """Run one or several services in this process, until SIGTERM or Ctrl-C.

    Settings come from the environment: SHUNIU_STACK, SHUNIU_REGION, SHUNIU_DATABASE_DSN (may contain
    {service}), SHUNIU_BUS_BOOTSTRAP_SERVERS, SHUNIU_AUTH_JWKS, SHUNIU_HTTP_PORT ...

    Examples:

      shuniu serve registry

      shuniu serve registry --role relay --role timers

      shuniu serve registry:8001 grants:8002
    """
    from chassis import collection, serving, telemetry
    from chassis.redaction import conceal
    from chassis.service import discover
    from chassis.settings import Role, Settings

    settings = Settings()
    conceal(*settings.secrets())
    telemetry.configure_logging(settings.log_level, stack=settings.stack)
    telemetry.configure_tracing("+".join(name.partition(":")[0] for name in services))
    roles: frozenset[Role] = frozenset(one.value for one in role) if role else serving.ALL_ROLES
    assignments = []
    for argument in services:
        name, port = _parsed(argument)
        assignments.append(serving.Assignment(discover(name), settings.for_service(name, port=port)))
    work = serving.serve(assignments, roles, prepare=prepare, ready=collection.settle)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(work)


def _parsed(argument: str) -> tuple[str, int | None]:
    name, _, port = argument.partition(":")
    if port and not port.isdigit():
        raise MalformedService(f"'{argument}': write SERVICE or SERVICE:PORT, such as registry:8001")
    return name, int(port) if port else None


def _loop_factory() -> "type[asyncio.AbstractEventLoop] | None":
    try:
        import uvloop
    except ImportError:
        return None
    factory: type[asyncio.AbstractEventLoop] = uvloop.Loop
    return factory


@app.command()
def migrate(
    services: Services = None,
    grant: Annotated[
        bool, typer.Option("--grant", help="Then give the runtime role and the reader their rights.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Bring the databases to the newest schema. Run it before a new release starts, as the owner.

    With --grant the roles that `shuniu database roles` makes get what the release needs, and no more.

    Example: shuniu migrate registry grants
    """
    from chassis.migrations import upgrade
    from chassis.service import discover

    place = find(data_dir)
    for name in place.chosen(services):
        upgrade(discover(name).migrations, place.settings(name).database)
        if grant:
            asyncio.run(_grant(place, name))
        say(f"{name}: at the newest migration" + (", rights granted" if grant else ""))


async def _grant(place: Place, service: str) -> None:
    from chassis import privileges
    from chassis.service import discover

    roles = privileges.DatabaseRoles.of(place.settings(service).database)
    async with place.database(service) as connection:
        await privileges.grant(connection, roles, discover(service).metadata)
