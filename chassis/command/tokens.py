"""`shuniu token`: bearer tokens for an embedded stack."""

from typing import Annotated

import typer

from chassis.command.place import DataDir, keys_directory

app = typer.Typer()


@app.command()
def token(
    role: Annotated[
        list[str],
        typer.Option(
            help="Role; may be repeated: operator, hub_officer, registration_authority, liaison, "
            "party_officer, grants_officer, reviewer, viewer, care_officer, care_supervisor."
        ),
    ],
    division: Annotated[
        list[str],
        typer.Option(help="Division code the roles hold in, descendants included; may be repeated."),
    ],
    subject: Annotated[str, typer.Option(help="Pseudonymous id of the caller.")] = "u-operator",
    hours: Annotated[float, typer.Option(min=0.001, help="How long the token is good for.")] = 12.0,
    data_dir: DataDir = None,
) -> None:
    """Print a bearer token signed with the embedded stack's own key. A production service refuses it.

    Example: curl -H "Authorization: Bearer $(shuniu token --role viewer --division 120116)" ...
    """
    from chassis.keys import issue_token
    from chassis.model import division_code

    codes = [division_code(code) for code in division]
    print(issue_token(keys_directory(data_dir), subject=subject, roles=role, divisions=codes, hours=hours))
