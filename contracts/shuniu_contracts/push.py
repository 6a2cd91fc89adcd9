"""Registers the published schemas with a Confluent-compatible schema registry. Nothing needs one at run
time: it serves offices whose tools look there."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_VERSION = re.compile(r"(?P<name>.+)\.(?P<major>\d+)\.(?P<minor>\d+)\.json")
_MEDIA = "application/vnd.schemaregistry.v1+json"


class PushRefused(RuntimeError):
    """The registry did not take a schema."""

    def __init__(self, subject: str, reason: str) -> None:
        super().__init__(f"{subject}: {reason}")
        self.subject = subject
        self.reason = reason


class Pushed(NamedTuple):
    """A schema as the registry knows it."""

    subject: str
    version: str
    id: int


def push(schemas: Path, registry: str, *, timeout: float = 10.0) -> Iterator[Pushed]:
    """Register every schema, oldest minor first, under its `ce_type` as subject; registering again changes
    nothing. `timeout` in seconds for each. Raises `PushRefused`."""
    for path in sorted(schemas.rglob("*.json"), key=_order):
        service, (name, major, minor) = path.parent.name, _parts(path)
        subject = f"cn.shuniu.{service}.{name}.v{major}"
        identity = _register(registry, subject, path.read_text(encoding="utf-8"), timeout)
        yield Pushed(subject, f"{major}.{minor}", identity)


def _parts(path: Path) -> tuple[str, int, int]:
    found = _VERSION.fullmatch(path.name)
    if found is None:
        raise PushRefused(path.name, "is no <aggregate>.<fact>.<major>.<minor>.json")
    return found["name"], int(found["major"]), int(found["minor"])


def _order(path: Path) -> tuple[str, str, int, int]:
    return (path.parent.name, *_parts(path))


def _register(registry: str, subject: str, schema: str, timeout: float) -> int:
    url = f"{registry.rstrip('/')}/subjects/{urllib.parse.quote(subject, safe='')}/versions"
    if not url.startswith(("http://", "https://")):
        raise PushRefused(subject, f"{registry!r} is no http(s) address")
    body = json.dumps({"schemaType": "JSON", "schema": schema}).encode()
    request = urllib.request.Request(url, data=body, headers={"Content-Type": _MEDIA}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return int(json.load(answer)["id"])
    except urllib.error.HTTPError as error:
        raise PushRefused(subject, f"{error.code} {error.read().decode(errors='replace')[:200]}") from None
    except urllib.error.URLError as error:
        raise PushRefused(subject, f"{registry} cannot be reached: {error.reason}") from None
