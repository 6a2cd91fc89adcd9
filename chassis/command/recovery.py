"""`shuniu replay`, `shuniu restore`, `shuniu audit`: making right what was lost, and proving it."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.command.output import say, table
from chassis.command.place import Actor, DataDir, Json, Place, Reason, Services, find

if TYPE_CHECKING:
    from chassis.audit import Finding

app = typer.Typer()
Service = Annotated[str, typer.Argument(help="The service that wrote the events.", show_default=False)]


class NothingToReplay(ValueError):
    """Neither subjects nor a time were given."""


@app.command()
def replay(
    service: Service,
    subject: Annotated[list[str] | None, typer.Option(help="A record's id; may be repeated.")] = None,
    from_sequence: Annotated[int, typer.Option(min=1, help="Of the subjects, from this sequence on.")] = 1,
    since: Annotated[
        datetime | None, typer.Option(help="Every record with an event since then (UTC).")
    ] = None,
    until: Annotated[datetime | None, typer.Option(help="... and before then (UTC).")] = None,
    stream: Annotated[
        str | None, typer.Option(help="With --major: a whole stream, such as instructor.")
    ] = None,
    major: Annotated[
        int | None, typer.Option(min=1, help="... to the topic of this major only, which is new.")
    ] = None,
    actor: Actor = "u-operator",
    reason: Reason = "asked for",
    data_dir: DataDir = None,
) -> None:
    """Send events of a service's log again. Consumers drop what they have.

    Examples:

      shuniu replay registry --subject 0192... --from-sequence 4

      shuniu replay registry --since 2026-03-01T00:00:00 --until 2026-03-02T00:00:00

      shuniu replay partybuild --stream instructor --major 2
    """
    if stream is not None and major is not None:
        asyncio.run(_fill(find(data_dir), service, stream, major, actor, reason))
        return
    if not subject and since is None and until is None:
        raise NothingToReplay(
            "name --subject, or --since and --until, or --stream and --major; all: `shuniu bus rebuild`"
        )
    asyncio.run(_replay(find(data_dir), service, subject or [], from_sequence, since, until, actor, reason))


async def _replay(
    place: Place, service: str, subjects: list[str], first: int, since: datetime | None,
    until: datetime | None, actor: str, reason: str,
) -> None:  # fmt: skip
    from datetime import UTC

    from chassis.decisions import record_decision
    from chassis.replay import replay_range, replay_subjects

    begin, end = (moment and moment.replace(tzinfo=UTC) for moment in (since, until))
    async with place.database(service) as connection:
        if subjects:
            done = await replay_subjects(connection, dict.fromkeys(subjects, first))
        else:
            done = await replay_range(connection, begin, end)
        what = {"subjects": subjects, "since": since, "until": until, "messages": done.pointers}
        await record_decision(connection, "replay", actor=actor, reason=reason, subject=what)
    say(f"{service}: {done.pointers:,} messages of {done.subjects:,} records are sent again")


async def _fill(place: Place, service: str, aggregate: str, major: int, actor: str, reason: str) -> None:
    from shuniu_contracts import stream

    from chassis.decisions import record_decision
    from chassis.replay import replay_stream

    async with place.database(service) as connection:
        done = await replay_stream(connection, stream(service, aggregate), major)
        what = {"stream": aggregate, "major": major, "messages": done.pointers}
        await record_decision(connection, "replay", actor=actor, reason=reason, subject=what)
    say(f"{service}: {done.pointers:,} messages of {done.subjects:,} records are sent to v{major}")


@app.command()
def restore(
    service: Annotated[str, typer.Argument(help="Whose database came back.", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept for good.")],
    backup: Annotated[
        Path | None, typer.Option("--from", help="First load this file, which `shuniu backup` wrote.")
    ] = None,
    actor: Actor = "u-operator",
    data_dir: DataDir = None,
) -> None:
    """After a service's database came back from a backup: raise its epoch, read the bus again. Stop it first.

    Whatever brought the database back: a file of `shuniu backup`, or a tool of your own.

    Example: shuniu restore registry --from backups/registry.dump --reason "disk failure" && shuniu audit
    """
    asyncio.run(_restore(find(data_dir), service, backup, actor, reason))


async def _restore(place: Place, service: str, file: Path | None, actor: str, reason: str) -> None:
    from chassis.restore import Backup
    from chassis.restore import restore as restored

    copy = None if file is None else Backup(file, place.programs)
    async with place.runtime(service) as runtime:
        done = await restored(runtime, actor=actor, reason=reason, copy=copy)
    say(f"{service}: epoch {done.epoch}; read from the earliest: {', '.join(done.groups) or 'nothing'}")


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="Gets one file a service, SERVICE.dump.")],
    services: Services = None,
    data_dir: DataDir = None,
) -> None:
    """Copy the databases to files, while everything runs. Each is consistent in itself, and that is enough.

    Example: shuniu backup /var/backups/shuniu/$(date +%F)
    """
    from chassis.backup import dump

    place = find(data_dir)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in place.chosen(services):
        size = dump(place.settings(name).database, folder / f"{name}.dump", place.programs)
        say(f"{name}: {size:,} bytes in {folder / f'{name}.dump'}")


@app.command()
def audit(services: Services = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """What is not in order: gaps, unsent events, states unlike the log, consumers unlike their sources.

    Nothing found: exit code 0. Run it at rest, since events under way count as a difference.
    """
    place = find(data_dir)
    found = asyncio.run(_audit(place, place.chosen(services)))
    rows = [_row(*one) for one in found if one[-1].is_fault]
    table("Audit", rows, as_json=as_json, empty="everything is in order")
    for service, consumer, finding in found:
        if not finding.is_fault:
            say(f"{service}: consumer {consumer} reads {finding.subject} no longer and {finding.detail}")
    if rows:
        raise typer.Exit(1)


_Found = tuple[str, str | None, "Finding"]
"""Service, its consumer where it is about one, and the finding."""


async def _audit(place: Place, services: tuple[str, ...]) -> list[_Found]:
    from chassis.audit import audit_service
    from chassis.service import discover

    found: list[_Found] = []
    for name in services:
        async with place.database(name) as connection:
            inside = await audit_service(connection, discover(name).metadata, place.stack)
        found += [(name, None, finding) for finding in inside]
        found += await _compared(place, name)
    return found


async def _compared(place: Place, service: str) -> list[_Found]:
    """A service's consumers beside the sources they read in this stack; replicas of others have none here.

    Of streams that are kept for a while only (replay), a consumer need not have what is past.
    """
    from chassis.audit import compare
    from chassis.service import discover
    from chassis.subscription import consumers_of, streams_of

    compared: list[_Found] = []
    for definition in (one for one in consumers_of(discover(service)) if not one.others):
        sources: dict[str, list[str]] = {}
        for stream in (one for one in streams_of(definition) if one.retention_ms < 0):
            sources.setdefault(stream.service, []).append(stream.aggregate)
        for source in sources.keys() & set(place.services):
            async with place.database(source) as theirs, place.database(service) as ours:
                found = await compare(
                    theirs, ours, consumer=definition.name, service=source, stack=place.stack,
                    aggregates=sources[source],
                )  # fmt: skip
            compared += [(service, definition.name, one) for one in found]
    return compared


def _row(service: str, consumer: str | None, finding: "Finding") -> dict[str, Any]:
    about = {"service": service, "consumer": consumer, "kind": finding.kind.value}
    return {**about, "subject": finding.subject, "detail": finding.detail}
