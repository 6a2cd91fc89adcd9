"""`shuniu figures`: a region's published figures beside the computed ones, on a terminal."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from chassis.command.output import console, print_json, say
from chassis.command.place import DataDir, Json, find, keys_directory
from services.console.figures.answers import ComparedOut, ComparisonOut, shown, unexpected
from services.console.figures.model import Verdict
from services.console.figures.published import figures_file, published_figures
from services.console.figures.queries import compared
from services.console.neighbours import client
from services.console.settings import ConsoleSettings

commands = typer.Typer()
_VERDICTS = {
    Verdict.MATCHES: "[green]一致 matches[/green]",
    Verdict.DIFFERS: "[red]不一致 differs[/red]",
    Verdict.CANNOT: "[dim]暂不能计算 cannot yet[/dim]",
}


@commands.command()
def figures(
    region: Annotated[
        str | None, typer.Option(help="Profile by name or code; default: the running stack's.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 if a verdict is not the one the file expects.")
    ] = False,
    token: Annotated[
        str | None,
        typer.Option(envvar="SHUNIU_TOKEN", help="Bearer token; default: of the embedded stack."),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Put what a region published beside what its records give.

    Every figure is asked for its own day or period. Examples:

      shuniu figures

      shuniu figures --strict --json
    """
    found = asyncio.run(_compare(*_whom_to_ask(region, token, data_dir)))
    if as_json:
        print_json(found.model_dump(mode="json", by_alias=True))
    else:
        _print(found)
    if strict and (wrong := unexpected(found.items)):
        say(f"[red]{len(wrong)} not as expected:[/red] {', '.join(wrong)}")
        raise typer.Exit(1)


def _whom_to_ask(
    region: str | None, token: str | None, data_dir: Path | None
) -> tuple[Path, dict[str, str], str]:
    """The profile, the services' addresses and a token."""
    from chassis.keys import issue_token
    from chassis.settings import region_profile

    urls = ConsoleSettings().urls()
    if urls and token and region:
        return region_profile(region), urls, token
    place = find(data_dir)
    if place.connection is None:
        raise typer.BadParameter("set SHUNIU_CONSOLE_SERVICES, --region and --token", param_hint="--token")
    profile = region_profile(region) if region else place.settings("console").profile()
    token = token or issue_token(
        keys_directory(data_dir), subject="u-operator", roles=["operator"], divisions=[place.stack], hours=1
    )
    return profile, urls or dict(place.connection.services), token


async def _compare(profile: Path, urls: dict[str, str], token: str) -> ComparedOut:
    published = published_figures(figures_file(profile))
    async with client() as http:
        found = await compared(http, urls, token, published.figures)
    items = [shown(comparison) for comparison in found]
    return ComparedOut(region=published.region, source=published.source, items=items)


def _print(found: ComparedOut) -> None:
    table = Table(title=f"{found.region}  {found.source}", title_justify="left", header_style="bold")
    for heading in ("编号 id", "数字 figure", "时间 time", "公布 published", "算出 computed", "结论 verdict"):
        table.add_column(heading, overflow="fold")
    for item in found.items:
        table.add_row(
            item.id, f"{item.statement}\n[dim]{item.statement_en}[/dim]", item.time,
            f"{item.printed}\n[dim]{item.qualifier.value}[/dim]", _computed(item), _verdict(item),
        )  # fmt: skip
    console.print(table)


def _computed(item: ComparisonOut) -> str:
    lines = [item.computed_text] if item.computed_text is not None else [f"[dim]{item.reason}[/dim]"]
    lines += [f"[dim]{r.statement}: {r.computed_text}[/dim]" for r in item.readings]
    return "\n".join(lines)


def _verdict(item: ComparisonOut) -> str:
    residual = f"\n差 by {item.residual_text}" if item.verdict is Verdict.DIFFERS else ""
    return f"{_VERDICTS[item.verdict]}{residual}"
