"""Directories for whole stacks."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A directory that PostgreSQL's own account may pass through; pytest's are closed by the next run."""
    with tempfile.TemporaryDirectory(prefix="shuniu-system-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        root.chmod(0o711)
        yield root
