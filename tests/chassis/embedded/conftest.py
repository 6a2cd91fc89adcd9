"""A directory that PostgreSQL's own account can pass through when the tests run as root."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """An empty data directory, gone after the test."""
    with tempfile.TemporaryDirectory(prefix="shuniu-test-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)
