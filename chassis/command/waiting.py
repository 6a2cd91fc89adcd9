"""`shuniu blocked`, `held`, `timers`, `decisions`: what stands still, why, and what was decided about it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import asyncpg
import typer

from chassis.command.output import say, table
from chassis.command.place import Actor, DataDir, Json, Place, Services, find

app = typer.Typer()
blocked_app = typer.Typer(help="Subjects and topics that a relay does not send, since the bus refused them.")
held_app = typer.Typer(help="Messages that wait behind a gap.")
timers_app = typer.Typer(help="Timers past their time, or given up after failures.")
app.add_typer(blocked_app, name="blocked")
app.add_typer(held_app, name="held")
app.add_typer(timers_app, name="timers")

Service = Annotated[str, typer.Argument(help="Whose database it stands in.", show_default=False)]
Why = Annotated[str, typer.Option("--reason", help="Why; kept for good.")]


class NothingChosen(ValueError):
    """Neither names nor `--all` were given."""


@blocked_app.command("list")
def list_blocked(services: Services = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """What is not sent, with the bus' reason and the number of messages that have gathered behind it."""
    from chassis.waiting import list_blocked as listed

    rows = asyncio.run(_list(find(data_dir), services, listed))
    table("Blocked", rows, as_json=as_json, empty="nothing is blocked")


@blocked_app.command("release")
def release(
    service: Service, reason: Why,
    names: Annotated[list[str] | None, typer.Argument(help="As `blocked list` shows them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that is blocked there.")] = False,
    actor: Actor = "u-operator", data_dir: DataDir = None,
) -> None:  # fmt: skip
    """Send them again, in order, once the cause is mended; what is refused again is blocked again.

    Example: shuniu blocked release registry --all --reason "max.message.bytes of the topic was mended"
    """
    if not names and not everything:
        raise NothingChosen("name what to release as `shuniu blocked list` shows it, or say --all")
    let_go = asyncio.run(_release(find(data_dir), service, names or None, actor, reason))
    say(f"{service}: {', '.join(let_go) or 'nothing'} is sent again")


async def _release(
    place: Place, service: str, names: Sequence[str] | None, actor: str, reason: str
) -> list[str]:
    from chassis.decisions import record_decision
    from chassis.outbox import unblock

    async with place.database(service) as connection:
        let_go = await unblock(connection, names)
        if unknown := set(names or ()) - set(let_go):
            raise LookupError(
                f"{min(unknown)} is not blocked at {service}; see `shuniu blocked list {service}`"
            )
        await record_decision(
            connection, "outbox.release", actor=actor, reason=reason, subject={"names": let_go}
        )
    return let_go


@held_app.command("list")
def list_held(services: Services = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Which subjects wait for which sequence. The source is asked for it by itself after some seconds.

    By hand: shuniu replay SOURCE --subject SUBJECT --from-sequence (what it has, and one)
    """
    from chassis.waiting import list_held as listed

    rows = asyncio.run(_list(find(data_dir), services, listed))
    table("Held", rows, as_json=as_json, empty="nothing is held")


@timers_app.command("list")
def list_timers(services: Services = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Timers that are late or parked, with the last error."""
    from chassis.waiting import list_timers as listed

    rows = asyncio.run(_list(find(data_dir), services, listed))
    table("Timers", rows, as_json=as_json, empty="none is late or parked")


@timers_app.command("retry")
def retry_timers(
    service: Service, reason: Why,
    kind: Annotated[str | None, typer.Option(help="Of this kind only.")] = None,
    actor: Actor = "u-operator", data_dir: DataDir = None,
) -> None:  # fmt: skip
    """Let parked timers fire again.

    Example: shuniu timers retry partybuild --kind coverage.duty_due --reason "mended in 1.4.2"
    """
    number = asyncio.run(_retry_timers(find(data_dir), service, kind, actor, reason))
    say(f"{service}: {number} timers fire again")


async def _retry_timers(place: Place, service: str, kind: str | None, actor: str, reason: str) -> int:
    from chassis.decisions import record_decision
    from chassis.firing import retry_timers

    async with place.database(service) as connection:
        number = await retry_timers(connection, kind)
        what = {"kind": kind, "timers": number}
        await record_decision(connection, "timers.retry", actor=actor, reason=reason, subject=what)
    return number


@app.command()
def decisions(
    services: Services = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many of each service.")] = 50,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """What operators decided: who, when, why, about what. Kept for good."""
    from chassis.decisions import list_decisions

    async def newest(connection: asyncpg.Connection) -> Sequence[Any]:
        return await list_decisions(connection, limit)

    rows = asyncio.run(_list(find(data_dir), services, newest))
    table("Decisions", rows, as_json=as_json, empty="nothing was decided")


async def _list(
    place: Place, services: list[str] | None,
    listed: Callable[[asyncpg.Connection], Awaitable[Sequence[Any]]],
) -> list[dict[str, Any]]:  # fmt: skip
    rows: list[dict[str, Any]] = []
    for name in place.chosen(services):
        async with place.database(name) as connection:
            rows += [{"at": name, **asdict(found)} for found in await listed(connection)]
    return rows
