"""`shuniu sealing`: the installation's keys for personal data, and changing them."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from chassis.command.output import say
from chassis.command.place import DataDir, Place, find

app = typer.Typer()
sealing_app = typer.Typer(help="Keys for personal data at rest: make them, change them.")
app.add_typer(sealing_app, name="sealing")
File = Annotated[
    Path,
    typer.Argument(envvar="SHUNIU_SEALING_KEYS_FILE", help="The file of keys.", show_default=False),
]


@sealing_app.command("keys")
def keys(
    file: File,
    turn: Annotated[
        bool, typer.Option("--turn", help="Put a new wrapping key in front of those that are there.")
    ] = False,
) -> None:
    """Make the file of keys, or with --turn a new wrapping key in it. Keep a copy, apart from the backups.

    Without this file nobody can read the personal data again. Every process of a service has the same file,
    and after --turn is started anew.

    Example: shuniu sealing keys /etc/shuniu/sealing-keys.json
    """
    from chassis.sealing import SealingKeys

    there = file.exists()
    today = date.today().isoformat()
    found = SealingKeys.open(file, today)
    if turn and there:
        taken = sum(name.startswith(today) for name in found.wrapping)
        found = found.turned(f"{today}-{taken + 1}" if taken else today)
        found.write(file)
    say(f"{file}: wrapping key '{found.in_use}' is in use, of {len(found.wrapping)}")


@sealing_app.command("rewrap")
def rewrap(
    service: Annotated[str, typer.Argument(help="Whose database.", show_default=False)],
    file: File,
    data_dir: DataDir = None,
) -> None:
    """Wrap every person's key of a service by the wrapping key in use.

    Afterwards old wrapping keys can be taken out of the file; once they are destroyed, backups from before
    open nobody's data, those who were erased since included.

    Example: shuniu sealing rewrap registry /etc/shuniu/sealing-keys.json
    """
    asyncio.run(_rewrap(find(data_dir), service, file))


async def _rewrap(place: Place, service: str, file: Path) -> None:
    from chassis.sealing import SealingKeys
    from chassis.vault import rewrap as rewrapped

    found = SealingKeys.read(file)
    async with place.database(service) as connection:
        number = await rewrapped(connection, found)
    say(f"{service}: {number:,} persons' keys were wrapped anew, by '{found.in_use}'")
