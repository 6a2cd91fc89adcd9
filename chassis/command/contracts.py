"""`shuniu contracts`: the contracts' own command line, for those who have `shuniu` at hand."""

import typer

app = typer.Typer()


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)
def contracts(context: typer.Context) -> None:
    """Generate, check against a release, or push the schemas to a registry; what a cluster needs.

    Examples:

      shuniu contracts check --against HEAD

      shuniu contracts push --registry URL

      shuniu contracts cluster topics --stack 120116
    """
    from shuniu_contracts.__main__ import main

    raise typer.Exit(main(context.args))
