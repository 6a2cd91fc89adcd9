"""`shuniu topics`, `shuniu events`, `shuniu consumers`, `shuniu bus`: the bus and who has read how far."""

import asyncio
import json
from typing import Annotated, Any

import typer

from chassis.command.output import console, print_json, say, table
from chassis.command.place import Actor, DataDir, Json, Place, Reason, find

app = typer.Typer()
topics_app = typer.Typer(help="Topics as the catalogue wants them, beside those on the broker.")
events_app = typer.Typer(help="Events on the bus.")
bus_app = typer.Typer(help="The bus as a whole.")
app.add_typer(topics_app, name="topics")
app.add_typer(events_app, name="events")
app.add_typer(bus_app, name="bus")


@topics_app.command("plan")
def plan(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show what `apply` would make and what differs; changes nothing. Exit code 1 where a topic is wrong."""
    from chassis import topics

    place = find(data_dir)
    _show_topics(asyncio.run(topics.plan(place.bus, place.stack)), as_json)


@topics_app.command("apply")
def apply(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Make the missing topics; existing ones are left as they are."""
    from chassis import topics

    place = find(data_dir)
    _show_topics(asyncio.run(topics.apply(place.bus, place.stack)), as_json)


@topics_app.command("mirror")
def mirror(
    sites: Annotated[list[str], typer.Argument(metavar="STACK=HOST:PORT...", show_default=False)],
    every_ancestor: Annotated[
        bool, typer.Option("--every-ancestor", help="Join a stack to all above it, not to the nearest only.")
    ] = False,
    replication_factor: Annotated[int, typer.Option(min=1, help="Of the topics that it makes.")] = 3,
) -> None:
    """Print MirrorMaker 2's configuration between stacks that have a Kafka each.

    Streams go up, directives down. How to run it: deploy/mirror/README.md.

    Example: shuniu topics mirror 440303=kafka.district:9092 440303001=kafka.street:9092 > mirror.properties
    """
    from chassis.mirror import Site, links, properties

    joined = links([Site.parse(site) for site in sites], every_ancestor=every_ancestor)
    print(properties(joined, replication_factor=replication_factor), end="")


@topics_app.command("acls")
def acls(
    commands: Annotated[bool, typer.Option("--commands", help="Print kafka-acls.sh commands.")] = False,
    strimzi: Annotated[bool, typer.Option("--strimzi", help="Print KafkaUser manifests.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Add the missing rules, as a super user.")] = False,
    any_lower: Annotated[
        bool, typer.Option("--any-lower", help="Stacks below may come without being named.")
    ] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Who may do what on the bus, beside what the cluster allows. Exit code 1 where the two differ.

    Stacks below are those of SHUNIU_LOWER_STACKS. Rules that the catalogue does not know are shown, never
    removed.
    """
    from shuniu_contracts import plan

    place = find(data_dir)
    lower = None if any_lower else place.lower_stacks
    if commands or strimzi:
        printed = (plan.acl_commands if commands else plan.strimzi_users)(place.stack, lower=lower)
        print(printed, end="")
        return
    _show_rules(asyncio.run(_rules(place, lower, apply)), as_json)


async def _rules(place: Place, lower: tuple[str, ...] | None, apply: bool) -> Any:
    from chassis import access

    return await (access.apply if apply else access.plan)(place.bus, place.stack, lower)


def _show_rules(findings: Any, as_json: bool) -> None:
    rows = [{**found.rule._asdict(), "state": found.state.value} for found in findings]
    table("Access", rows, as_json=as_json)
    if any(row["state"] != "as_wanted" for row in rows):
        raise typer.Exit(1)


def _show_topics(findings: Any, as_json: bool) -> None:
    rows = [
        {"topic": f.topic.name, "partitions": f.topic.partitions, "state": f.state.value, "detail": f.detail}
        for f in findings
    ]
    table("Topics", rows, as_json=as_json)
    if any(finding.is_error for finding in findings):
        raise typer.Exit(1)


@events_app.command("tail")
def tail(
    stream: Annotated[
        str, typer.Option(help="Stream such as registry.organization; all of the stack without it.")
    ] = "",
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="All there are, not only new ones.")
    ] = False,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Print events as they come, until Ctrl-C.

    Example: shuniu events tail --stream registry.organization --from-beginning --json | jq .data.state.name
    """
    try:
        asyncio.run(_tail(find(data_dir), stream, from_beginning, as_json))
    except KeyboardInterrupt:
        raise typer.Exit from None


async def _tail(place: Place, stream: str, from_beginning: bool, as_json: bool) -> None:
    import re

    from chassis import bus, collection

    collection.settle()
    start = "earliest" if from_beginning else "latest"
    client = bus.consumer(place.bus, auto_offset_reset=start)
    middle = re.escape(stream) if stream else r".+"
    client.subscribe(pattern=rf"^shuniu\.{place.stack}\.{middle}\.v\d+$")
    await client.start()
    try:
        async for record in client:
            _show_event(record, as_json)
    finally:
        await client.stop()


def _show_event(record: Any, as_json: bool) -> None:
    from shuniu_contracts import ContractError, Envelope

    try:
        envelope = Envelope.from_headers(record.headers)
    except ContractError as error:
        say(f"[red]no event[/red] {record.topic}/{record.partition}@{record.offset}: {error}")
        return
    if as_json:
        said = {name.removeprefix("ce_"): value.decode() for name, value in record.headers if value}
        line = {**said, "data": json.loads(record.value or b"null")}
        print(json.dumps(line, ensure_ascii=False, default=str), flush=True)
        return
    when = envelope.time.astimezone().strftime("%m-%d %H:%M:%S")
    console.print(
        f"[dim]{when}[/dim] {envelope.division:<12} [bold]{envelope.service}.{envelope.aggregate}"
        f"[/bold] [cyan]{envelope.fact}[/cyan] {envelope.subject} [dim]#{envelope.sequence}[/dim]",
        highlight=False,
    )


@app.command()
def consumers(data_dir: DataDir = None, as_json: Json = False) -> None:
    """How far each consumer group is behind, and what waits in each service's database."""
    lags, waiting = asyncio.run(_consumers(find(data_dir)))
    if as_json:
        print_json({"consumers": lags, "databases": waiting})
        return
    table("Consumers", lags, as_json=False)
    table("Databases", waiting, as_json=False)


async def _consumers(place: Place) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from chassis.lag import backlog, group_lag
    from chassis.service import discover
    from chassis.subscription import consumers_of, subscription

    lags: list[dict[str, Any]] = []
    waiting: list[dict[str, Any]] = []
    for name in place.services:
        for definition in consumers_of(discover(name)):
            lag = await group_lag(place.bus, subscription(place.stack, definition))
            partitions = len(lag.partitions)
            lags.append({"service": name, "group": lag.group, "partitions": partitions, "behind": lag.behind})
        async with place.database(name) as connection:
            found = await backlog(connection)
        waiting.append({"service": name, **vars(found)})
    return lags, waiting


@bus_app.command("rebuild")
def rebuild(actor: Actor = "u-operator", reason: Reason = "bus lost", data_dir: DataDir = None) -> None:
    """Send every service's whole log again, to a bus that lost everything. Consumers drop what they have."""
    asyncio.run(_rebuild(find(data_dir), actor, reason))


async def _rebuild(place: Place, actor: str, reason: str) -> None:
    from chassis import groups, outbox, replay, topics
    from chassis.decisions import record_decision
    from chassis.service import discover
    from chassis.subscription import consumers_of

    if place.bus.profile != "embedded":  # the embedded broker keeps no groups
        names = [definition.name for name in place.services for definition in consumers_of(discover(name))]
        await groups.reset(place.bus, [groups.group_id(place.stack, name) for name in names])
    for name in place.services:
        async with place.database(name) as connection:
            count = await replay.rebuild(connection)
            await record_decision(
                connection, "bus.rebuild", actor=actor, reason=reason, subject={"messages": count}
            )
        say(f"{name}: {count:,} messages are sent again")
    # Only now there is a place to send to: made before, it would get the newest events first.
    made = [found.topic.name for found in await topics.apply(place.bus, place.stack)]
    for name in place.services:
        async with place.database(name) as connection:
            await outbox.unblock(connection, made)
