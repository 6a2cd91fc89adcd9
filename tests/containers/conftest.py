"""Collected only where a container engine was asked for: `SHUNIU_TEST_BACKEND=containers`."""

import os

if os.environ.get("SHUNIU_TEST_BACKEND") != "containers":
    collect_ignore_glob = ["test_*"]
