"""`shuniu`: the chassis' sub-commands and those of the services; errors become one clear line."""

import os
import sys
from collections.abc import Sequence

import typer
from pydantic import ValidationError
from rich.markup import escape

from chassis import collection, failpoints
from chassis.command import bus, contracts, database, parked, recovery, sealing, serve, tokens, up, waiting
from chassis.command.output import errors
from chassis.model import Refusal, Refusals
from chassis.redaction import concealed

_HELP = """Shuniu (枢纽): event-driven services for hub-type social organisations.

A first try on one machine: `shuniu up`, then open the address it prints. Every command finds the running
stack by --data-dir, SHUNIU_STACK_FILE, or the service settings in the environment.
"""


def application(services: Sequence[typer.Typer] = ()) -> typer.Typer:
    """The command with the chassis' groups and what the services add."""
    app = typer.Typer(
        name="shuniu", help=_HELP, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
    )
    for module in (up, serve, tokens, bus, recovery, contracts, database, waiting, sealing):
        _merge(app, module.app)
    app.add_typer(parked.app, name="parked")
    for added in services:
        _merge(app, added)
    return app


def _merge(app: typer.Typer, added: typer.Typer) -> None:
    app.registered_commands += added.registered_commands
    app.registered_groups += added.registered_groups


def main() -> None:
    """Entry point of the installed command. Exit codes: 0 done, 1 could not or differs, 2 wrong usage."""
    collection.postpone()  # most commands load services, ask, and end; those that stay settle
    if os.environ.get("SHUNIU_ENVIRONMENT") == "test":
        failpoints.install_from_environment()
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    own = application()
    known = {
        command.name or command.callback.__name__ for command in own.registered_commands if command.callback
    }
    known |= {str(group.name) for group in own.registered_groups}
    try:
        # Services are imported only where one of their commands may be meant: it takes a second or two.
        (own if words and words[0] in known else application(_of_services()))()
    except Exception as error:
        if not isinstance(error, _expected()):
            raise
        sentence = escape(concealed(_sentence(error)))
        errors.print(f"[red]error:[/red] {sentence}", highlight=False, soft_wrap=True)
        sys.exit(1)


def _of_services() -> list[typer.Typer]:
    from chassis.service import discover, installed

    return [added for name in installed() if (added := discover(name).commands) is not None]


def _expected() -> tuple[type[Exception], ...]:
    """Errors that say by themselves what to do; anything else is a fault of ours and shows where."""
    from aiokafka.errors import KafkaError

    from chassis.access import AccessFailed
    from chassis.backup import BackupFailed
    from chassis.embedded.connection import NoStackRunning
    from chassis.embedded.directory import DirectoryInUse
    from chassis.embedded.port import PortTaken
    from chassis.embedded.process import ProcessFailed
    from chassis.faults import DATABASE_ERRORS
    from chassis.groups import GroupActive, GroupResetFailed
    from chassis.http.authentication import KeysUnusable
    from chassis.region import ProfileError
    from chassis.restore import ServiceRunning
    from chassis.serving import CannotServe, RoleFailed
    from chassis.topics import TopicsFailed

    return (
        BackupFailed, Refusal, Refusals, NoStackRunning, DirectoryInUse, PortTaken, ProcessFailed,
        GroupActive, GroupResetFailed, KeysUnusable, ProfileError, ServiceRunning, CannotServe, RoleFailed,
        TopicsFailed, AccessFailed, ValidationError, LookupError, ValueError, KafkaError,
        *DATABASE_ERRORS,
    )  # fmt: skip


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or error.title}: {fault['msg']}" for fault in error.errors()
        ]
        return "settings are not valid (variables are SHUNIU_ and the name): " + "; ".join(faults)
    if isinstance(error, KeyError) and error.args:
        return str(error.args[0])  # `str` would put it in quotes
    return str(error) or type(error).__name__
