"""The connection file of a running stack, `stack.json`: how tools and tests find its services and engines."""

import os
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

FILE_NAME = "stack.json"
SCHEMA_VERSION = 1


class NoStackRunning(RuntimeError):
    """No stack runs in this data directory, or its connection file cannot be read; says what to do."""


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """A running stack and where its parts listen. Holds passwords: the file is its owner's alone."""

    schema_version: int = SCHEMA_VERSION
    region: str
    stack: str
    pid: int
    pid_started: int
    """the process' start in clock ticks since boot: with `pid` it names one process for ever"""
    started_at: datetime
    services: dict[str, str]
    """base URL by service"""
    databases: dict[str, str]
    """DSN by service"""
    bootstrap_servers: str
    broker: Literal["embedded", "kafka"]


def write_connection_file(
    data_dir: Path, *, region: str, stack: str, services: dict[str, str], databases: dict[str, str],
    bootstrap_servers: str, started_at: datetime, broker: Literal["embedded", "kafka"] = "embedded",
) -> Path:  # fmt: skip
    """Write `stack.json` for this process, at once and with permissions 0600; the path is returned."""
    pid = os.getpid()
    connection = Connection(
        region=region,
        stack=stack,
        pid=pid,
        pid_started=_started(pid) or 0,
        started_at=started_at,
        services=services,
        databases=databases,
        bootstrap_servers=bootstrap_servers,
        broker=broker,
    )
    path, fresh = data_dir / FILE_NAME, data_dir / f"{FILE_NAME}.{pid}"
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(connection)))
    return fresh.replace(path)


def remove_connection_file(data_dir: Path) -> None:
    """Take `stack.json` away when the stack ends; harmless when there is none."""
    (data_dir / FILE_NAME).unlink(missing_ok=True)


def read_connection_file(data_dir: Path) -> Connection:
    """The connection of the stack that runs in `data_dir`; raises NoStackRunning."""
    path = data_dir / FILE_NAME
    start = f"start one with `shuniu up --data-dir {data_dir}`"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise NoStackRunning(f"no stack runs in {data_dir} (there is no {FILE_NAME}): {start}") from None
    except PermissionError:
        raise NoStackRunning(
            f"{path} belongs to another user: ask as the user who started the stack"
        ) from None
    try:
        connection = msgspec.json.decode(content, type=Connection)
    except msgspec.MsgspecError as error:
        raise NoStackRunning(f"{path} cannot be read ({error}): stop the stack and {start}") from error
    if connection.schema_version != SCHEMA_VERSION:
        raise NoStackRunning(
            f"{path} has schema version {connection.schema_version}, this release reads {SCHEMA_VERSION}: "
            "use the release that started the stack, or restart the stack with this one"
        )
    if _started(connection.pid) != connection.pid_started:
        raise NoStackRunning(
            f"the stack of {path} (process {connection.pid}, started {connection.started_at}) has ended "
            f"without taking the file away: {start}"
        )
    return connection


def _started(pid: int) -> int | None:
    """Start time of a running process in clock ticks since boot, None when there is no such process."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The program's name, in brackets, may contain spaces; state and what follows it come after the last one.
    fields = status.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])
