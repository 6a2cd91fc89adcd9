"""The connection file is found by tools while its stack runs, and never trusted after."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from chassis.embedded.connection import (
    NoStackRunning,
    read_connection_file,
    remove_connection_file,
    write_connection_file,
)

STARTED = datetime(2026, 5, 6, 7, 8, tzinfo=UTC)


def _write(directory: Path) -> Path:
    return write_connection_file(
        directory, region="440303", stack="440303", services={"clerk": "http://127.0.0.1:9"},
        databases={"clerk": "postgresql://postgres:secret@127.0.0.1:8/clerk"},
        bootstrap_servers="127.0.0.1:7", started_at=STARTED,
    )  # fmt: skip


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    _write(tmp_path)
    connection = read_connection_file(tmp_path)
    assert connection.pid == os.getpid()
    assert connection.started_at == STARTED
    assert connection.services == {"clerk": "http://127.0.0.1:9"}
    assert connection.databases == {"clerk": "postgresql://postgres:secret@127.0.0.1:8/clerk"}
    assert (connection.bootstrap_servers, connection.broker) == ("127.0.0.1:7", "embedded")
    assert (connection.region, connection.stack, connection.schema_version) == ("440303", "440303", 1)


def test_nobody_else_may_read_it_and_nothing_else_is_left(tmp_path: Path) -> None:
    old_mask = os.umask(0)
    try:
        path = _write(tmp_path)
    finally:
        os.umask(old_mask)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_directory_without_one_says_how_to_start_a_stack(tmp_path: Path) -> None:
    _write(tmp_path)
    remove_connection_file(tmp_path)
    remove_connection_file(tmp_path)
    with pytest.raises(NoStackRunning, match=r"no stack runs in .*shuniu up"):
        read_connection_file(tmp_path)


def _change(path: Path, **changes: object) -> None:
    path.write_bytes(msgspec.json.encode({**msgspec.json.decode(path.read_bytes()), **changes}))


def test_the_file_of_a_killed_stack_is_not_trusted(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    _change(_write(tmp_path), pid=ended.pid)
    with pytest.raises(NoStackRunning, match=rf"process {ended.pid}.* has ended without"):
        read_connection_file(tmp_path)


def test_a_process_id_given_to_somebody_else_is_noticed(tmp_path: Path) -> None:
    _change(_write(tmp_path), pid_started=1)
    with pytest.raises(NoStackRunning, match="has ended without"):
        read_connection_file(tmp_path)


def test_a_file_of_another_release_and_a_broken_one_are_told_apart(tmp_path: Path) -> None:
    path = _write(tmp_path)
    _change(path, schema_version=2)
    with pytest.raises(NoStackRunning, match="schema version 2, this release reads 1"):
        read_connection_file(tmp_path)
    path.write_text("{")
    with pytest.raises(NoStackRunning, match="cannot be read"):
        read_connection_file(tmp_path)
