"""`shuniu token`: bearer tokens for an embedded stack."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperOption

from chassis.command.place import DataDir, keys_directory

app = typer.Typer()


_ROLE = "Role; may be repeated"


def known_roles() -> Sequence[str]:
    """The roles of the services that are installed, each once, those of the first service first."""
    from chassis.service import discover, installed

    return list(dict.fromkeys(role for name in installed() for role in discover(name).roles))


class _NamesRoles(TyperCommand):
    """The command whose help names the roles. Only then are the services loaded, which takes a second."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        for parameter in self.params:
            if isinstance(parameter, TyperOption) and parameter.name == "role":
                parameter.help = f"{_ROLE}: {', '.join(known_roles())}."
        super().format_help(ctx, formatter)


@app.command(cls=_NamesRoles)
def token(
    role: Annotated[list[str], typer.Option(help=_ROLE)],
    division: Annotated[
        list[str],
        typer.Option(help="Division code the roles hold in, descendants included; may be repeated."),
    ],
    body: Annotated[
        list[str] | None,
        typer.Option(help="Body or section of the profile whose staff the caller is; may be repeated."),
    ] = None,
    subject: Annotated[str, typer.Option(help="Pseudonymous id of the caller.")] = "u-operator",
    hours: Annotated[float, typer.Option(min=0.001, help="How long the token is good for.")] = 12.0,
    stands_for: Annotated[
        str | None,
        typer.Option(
            help="The record whose holder the caller is: organization:<id>, or before there is one"
            " registration_application:<id>, with an id of your own making."
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Print a bearer token signed with the embedded stack's own key. A production service refuses it.

    Example: curl -H "Authorization: Bearer $(shuniu token --role viewer --division 120116)" ...
    """
    from chassis.keys import issue_token
    from chassis.model import division_code
    from chassis.principal import StandsFor

    codes = [division_code(code) for code in division]
    try:
        holder = StandsFor.of(stands_for) if stands_for else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--stands-for") from None
    print(
        issue_token(
            keys_directory(data_dir), subject=subject, roles=role, divisions=codes, bodies=body or (),
            hours=hours, stands_for=holder,
        )
    )  # fmt: skip
