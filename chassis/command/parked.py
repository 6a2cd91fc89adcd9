"""`shuniu parked`: messages that a consumer set aside, for a person to decide on."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

import typer

from chassis.border import Misfit
from chassis.command.output import print_json, say, table
from chassis.command.place import Actor, DataDir, Json, Place, Reason, find

app = typer.Typer(help="Messages that a consumer set aside.")
Service = Annotated[str, typer.Argument(help="The service whose consumer set it aside.", show_default=False)]
Numbers = Annotated[
    list[int] | None, typer.Argument(help="Numbers from `shuniu parked list`.", show_default=False)
]
Error = Annotated[str | None, typer.Option("--error", help="All whose error contains this text.")]
Kind = Annotated[Misfit | None, typer.Option(help="All set aside for this reason.", show_default=False)]


class NothingChosen(ValueError):
    """Neither numbers nor a part of the error nor a kind were given."""


@app.command("list")
def list_(
    service: Annotated[str | None, typer.Argument(help="One service; all without it.")] = None,
    error: Error = None,
    kind: Kind = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """What is set aside, with the reason.

    Examples: shuniu parked list partybuild --error "division is unknown"

      shuniu parked list --kind quarantined
    """
    rows = asyncio.run(_list(find(data_dir), service, error, kind))
    table("Parked", rows, as_json=as_json, empty="nothing is set aside")


async def _list(
    place: Place, service: str | None, error: str | None, kind: Misfit | None
) -> list[dict[str, Any]]:
    from chassis.parking import list_parked

    rows = []
    for name in place.chosen([service] if service else None):
        async with place.database(name) as connection:
            for one in await list_parked(connection, error=error, kind=kind, limit=1000):
                at = {"kind": one.kind, "subject": one.subject, "sequence": one.sequence, "error": one.error}
                rows.append({"at": name, "number": one.number, "consumer": one.consumer, **at})
    return rows


@app.command()
def show(service: Service, number: Annotated[int, typer.Argument()], data_dir: DataDir = None) -> None:
    """One message in full, headers and value, as JSON."""
    print_json(asyncio.run(_show(find(data_dir), service, number)))


async def _show(place: Place, service: str, number: int) -> dict[str, Any]:
    from chassis.parking import show as shown

    async with place.database(service) as connection:
        return asdict(await shown(connection, number))


@app.command()
def retry(
    service: Service, numbers: Numbers = None, error: Error = None, kind: Kind = None,
    actor: Actor = "u-operator", reason: Reason = "retried", data_dir: DataDir = None,
) -> None:  # fmt: skip
    """Apply them again, each subject in order, until one fails again.

    Examples: shuniu parked retry partybuild 17      shuniu parked retry partybuild --error "deadlock"
    """
    asyncio.run(_decide(find(data_dir), service, numbers, (error, kind), actor, reason, discard=False))


@app.command()
def discard(
    service: Service, reason: Annotated[str, typer.Option("--reason", help="Why; kept for good.")],
    numbers: Numbers = None, error: Error = None, kind: Kind = None, actor: Actor = "u-operator",
    data_dir: DataDir = None,
) -> None:  # fmt: skip
    """Give them up for good; what followed them is applied.

    Example: shuniu parked discard partybuild 17 --reason "test record, agreed with the district"
    """
    asyncio.run(_decide(find(data_dir), service, numbers, (error, kind), actor, reason, discard=True))


async def _decide(
    place: Place, service: str, numbers: list[int] | None, alike: tuple[str | None, Misfit | None],
    actor: str, reason: str, *, discard: bool,
) -> None:  # fmt: skip
    from chassis import parking

    async with place.runtime(service) as runtime:
        for number in await _numbers(place, service, numbers, *alike):
            decide = parking.discard if discard else parking.retry
            try:
                result = await decide(runtime, number, actor=actor, reason=reason)
            except parking.NoSuchParked:
                if numbers:
                    raise
                continue  # went with an earlier one of its subject
            rest = f", {result.left} still set aside: {result.error}" if result.left else ""
            say(f"{number}: {result.applied} applied{rest}")


async def _numbers(
    place: Place, service: str, numbers: list[int] | None, error: str | None, kind: Misfit | None
) -> list[int]:
    from chassis.parking import list_parked

    if numbers:
        return numbers
    if not error and not kind:
        raise NothingChosen("name the numbers, or --error with a part of the error's text, or --kind")
    async with place.database(service) as connection:
        return [one.number for one in await list_parked(connection, error=error, kind=kind, limit=10_000)]
