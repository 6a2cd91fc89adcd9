"""`shuniu import`: a workbook into the register over the public API, with its progress and its faults."""

import json
import sys
import time
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chassis.command.output import console, print_json, say, table
from chassis.command.place import DataDir, Json, find, keys_directory

commands = typer.Typer()
_POLL_S = 0.2
_WORKING = {"received", "applying", "undoing"}
_SHOWN_FAULTS = 50


class BasisChoice(StrEnum):
    """How the facts came to be known."""

    LIVE = "live"
    HISTORICAL = "historical"
    IMPORTED = "imported"
    CORRECTED = "corrected"


@commands.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Workbook: .xlsx, .xls or .ods.", exists=True, dir_okay=False)],
    division: Annotated[
        str | None, typer.Option(help="Office's division, for all rows. Default: the whole stack.")
    ] = None,
    basis: Annotated[
        BasisChoice, typer.Option(help="Only live facts start deadlines.")
    ] = BasisChoice.HISTORICAL,
    effective_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of facts whose row has none.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Default: the first visible with a header.")] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            help="Which column is what, FIELD=HEADER; FIELD= leaves it unread. Repeatable, and remembered."
        ),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Rows that differ from a record change it, instead of failing.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and report only.")] = False,
    valid_rows: Annotated[
        bool, typer.Option("--valid-rows", help="Import the rows without a fault instead of all or none.")
    ] = False,
    url: Annotated[
        str | None,
        typer.Option(envvar="SHUNIU_REGISTRY_URL", help="Registry's address; default: of the stack."),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(envvar="SHUNIU_TOKEN", help="Bearer token; default: of the embedded stack."),
    ] = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Bring a workbook into the register: checked by row, then applied whole or not at all.

    A file brought twice changes nothing. Examples:

      shuniu import register.xlsx --dry-run

      shuniu import register.xlsx --mapping name=单位全称 --valid-rows
    """
    arguments = {
        "division": division,
        "basis": basis.value,
        "effective_on": _day(effective_on),
        "sheet": sheet,
        "mapping": _mapping(mapping or []),
        "update": "true" if update else None,
        "apply": None if dry_run else ("valid" if valid_rows else "all"),
    }
    with _client(url, token, data_dir) as client:
        given = {name: value for name, value in arguments.items() if value is not None}
        made = _answer(client.post("/v1/imports", data=given, files={"file": (file.name, file.read_bytes())}))
        done = _watch(client, made)
        faults = _answer(client.get(f"/v1/imports/{done['id']}/faults", params={"limit": _SHOWN_FAULTS}))[
            "items"
        ]
    _report(done, faults, as_json=as_json)
    if done["state"] == "failed" or (not dry_run and done["state"] != "applied") or done["faults"]:
        raise typer.Exit(1)


def _day(moment: datetime | None) -> str | None:
    day: date | None = moment.date() if moment else None
    return day.isoformat() if day else None


def _mapping(pairs: list[str]) -> str | None:
    split = [pair.partition("=") for pair in pairs]
    wrong = [pair for pair, (field, equals, _) in zip(pairs, split, strict=True) if not (field and equals)]
    if wrong:
        raise typer.BadParameter(f"{wrong[0]!r} is not FIELD=HEADER", param_hint="--mapping")
    return json.dumps({field: header for field, _, header in split}, ensure_ascii=False) if pairs else None


def _client(url: str | None, token: str | None, data_dir: Path | None) -> httpx.Client:
    """A client of the registry given, or of the embedded stack with a token of its own."""
    if url is None or token is None:
        place = find(data_dir)
        if place.connection is None:
            raise typer.BadParameter("name the registry with --url and --token", param_hint="--url")
        from chassis.keys import issue_token

        url = url or place.connection.services["registry"]
        token = token or issue_token(
            keys_directory(data_dir),
            subject="u-operator",
            roles=["operator"],
            divisions=[place.stack],
            hours=1,
        )
    headers = {"authorization": f"Bearer {token}", "accept-language": "zh"}
    return httpx.Client(base_url=url, headers=headers, timeout=120, trust_env=False)


def _answer(response: httpx.Response) -> dict[str, Any]:
    """The body; a problem becomes one line and exit status 1."""
    if response.is_success:
        body: dict[str, Any] = response.json()
        return body
    try:
        problem = response.json()
        detail = problem.get("detail") or problem.get("title")
    except ValueError:
        detail = response.text[:200]
    say(f"[red]error:[/red] {response.status_code} {detail}")
    raise typer.Exit(1)


def _watch(client: httpx.Client, made: dict[str, Any]) -> dict[str, Any]:
    """Follow the import until there is nothing left to do, with a bar on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not sys.stdout.isatty()) as progress:
        task = progress.add_task(made["file_name"], total=None)
        now = made
        while now["state"] in _WORKING:
            time.sleep(_POLL_S)
            now = _answer(client.get(f"/v1/imports/{made['id']}"))
            progress.update(task, total=now["rows_read"] or None, completed=now["rows_applied"])
    return now


def _report(done: dict[str, Any], faults: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json({**done, "report": faults})
        return
    names = ("state", "rows_read", "rows_valid", "rows_faulty", "rows_unchanged", "rows_applied", "warnings")
    table(done["file_name"], [{name: done[name] for name in names}], as_json=False)
    if done["problem"]:
        say(f"{done['problem']['zh']} {done['problem']['en']}")
    if faults:
        rows = [{name: fault[name] for name in ("row", "column", "severity", "zh")} for fault in faults]
        more = done["faults"] + done["warnings"] - len(faults)
        table(f"faults and warnings{f', {more} more' if more > 0 else ''}", rows, as_json=False)
