"""Plain values as YAML text: enough for generated documents, so that the package needs only msgspec."""

from __future__ import annotations

import json
import re
from typing import Any

_PLAIN = re.compile(r"[A-Za-z$/_][A-Za-z0-9$/_. -]*[A-Za-z0-9_]|[A-Za-z]")
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def to_yaml(value: Any) -> str:
    """A mapping or list as a YAML document in block style."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [line for key, item in value.items() for line in _entry(f"{_scalar(key)}:", item)]
    return [line for item in value for line in _entry("-", item)]


def _entry(head: str, item: Any) -> list[str]:
    if not isinstance(item, dict | list | tuple) or not item:
        return [f"{head} {_scalar(item)}"]
    lines = _lines(item)
    if head == "-":
        return [f"- {lines[0]}", *(f"  {line}" for line in lines[1:])]
    return [head, *(f"  {line}" for line in lines)]


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _RESERVED:
        return value
    return json.dumps(value, ensure_ascii=False)
