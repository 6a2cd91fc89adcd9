"""`shuniu database`: what an administrator of PostgreSQL needs, as SQL to read before it is run."""

from typing import Annotated

import typer

from chassis.command.place import DataDir, Services, find

app = typer.Typer()
database_app = typer.Typer(help="What PostgreSQL's administrator has to do, as SQL.")
app.add_typer(database_app, name="database")


@database_app.command("roles")
def roles(
    services: Services = None,
    prefix: Annotated[
        str, typer.Option(help="Names of the databases before the service's; without it, as in the DSN.")
    ] = "",
    data_dir: DataDir = None,
) -> None:
    """Print the SQL that makes each service's database and its three roles: owner, runtime, reader.

    For psql 15 or newer, as a superuser; may be run again. Passwords are taken from psql's environment.
    Then `shuniu migrate --grant` as the owner gives the roles their rights.

    Example: shuniu database roles --prefix shuniu_ | psql -v ON_ERROR_STOP=1 postgresql://postgres@db/postgres
    """
    from chassis.privileges import DatabaseRoles, script
    from chassis.service import installed

    if prefix:
        found = [DatabaseRoles(prefix + name) for name in services or installed()]
    else:
        place = find(data_dir)
        found = [DatabaseRoles.of(place.settings(name).database) for name in place.chosen(services)]
    print("\n".join(script(each) for each in found), end="")
