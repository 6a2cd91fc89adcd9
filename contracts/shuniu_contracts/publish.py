"""Writes everything generated from the catalogue beside the package, and keeps what was published frozen:
a schema or golden message that exists is never rewritten, only joined by the next version's."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from shuniu_contracts.asyncapi import asyncapi, schema_path
from shuniu_contracts.catalogue import EVENT_TYPES, STREAMS, EventType, Stream
from shuniu_contracts.envelope import SYSTEM
from shuniu_contracts.pages import events_page
from shuniu_contracts.schemas import Schema, example_of, privacy_of, same_shape, schema_of
from shuniu_contracts.yaml_text import to_yaml

SUMS = "SHA256SUMS"
CATALOGUE = "catalogue.json"
ASYNCAPI = "asyncapi.yaml"
PAGE = "../docs/events.md"
FROZEN = ("schemas", "samples")
RELEASE_TAGS = "contracts-*"

_EXAMPLE_SUBJECT = "01926f2a-5c00-7000-8000-000000000001"


def home() -> Path:
    """Where the published files are: `contracts/` of the checkout this package runs from, or what its wheel
    brought along."""
    checkout = Path(__file__).resolve().parents[1]
    return checkout if (checkout / "schemas").is_dir() else Path(sys.prefix, "share", "shuniu-contracts")


@dataclass
class Outcome:
    """What generating would write, relative to `contracts/`, and what stands in its way."""

    files: dict[str, bytes] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def generate(root: Path, version: str, *, unreleased: bool = False) -> Outcome:
    """All generated files. A frozen file that no longer fits is a problem, unless `unreleased` is set and
    the file is in no release tag: before a release a version may still be redrawn."""
    outcome = Outcome()
    pinned = _pinned(root)
    released = _released(root) if unreleased else frozenset(pinned)
    for name, digest in pinned.items():
        path = root / name
        if not path.exists():
            outcome.problems.append(f"{name} was published and is gone: restore it")
        elif _digest(path.read_bytes()) != digest and name in released:
            outcome.problems.append(f"{name} was published and has been edited: restore it")
    for entry in EVENT_TYPES.values():
        _freeze(root, entry, released, outcome)
    outcome.files[SUMS] = _sums(root, outcome)
    outcome.files[CATALOGUE] = _json(manifest())
    outcome.files[ASYNCAPI] = to_yaml(asyncapi(version)).encode()
    outcome.files[PAGE] = events_page().encode()
    return outcome


def _freeze(root: Path, entry: EventType, released: frozenset[str], outcome: Outcome) -> None:
    schema, path = schema_of(entry), schema_path(entry)
    sample = path.replace("schemas/", "samples/", 1)
    current = root / path
    if current.exists():
        if same_shape(msgspec.json.decode(current.read_bytes()), schema):
            return
        if path in released:
            outcome.problems.append(f"{entry.type} differs from {path}, which is published: raise its minor")
            return
    outcome.files[path] = _json(schema)
    outcome.files[sample] = _json(golden(entry, schema))


def golden(entry: EventType, schema: Schema) -> dict[str, Any]:
    """A Kafka record as text: key, headers and value of one example."""
    value = example_of(schema)
    headers = {
        "ce_specversion": "1.0",
        "ce_id": "01926f2a-5c00-7000-8000-0000000000e0",
        "ce_source": f"/stacks/440303/{entry.service}",
        "ce_type": entry.type,
        "ce_subject": _EXAMPLE_SUBJECT,
        "ce_sequence": f"{3:020d}",
        "ce_epoch": "0",
        "ce_time": "2026-11-01T08:00:00.000000Z",
        "ce_dataschema": entry.dataschema,
        "ce_division": value["state"]["division"],
        "ce_actorid": SYSTEM,
        "ce_correlationid": "01926f2a-5c00-7000-8000-0000000000c0",
        "content-type": "application/json",
    }
    return {"key": _EXAMPLE_SUBJECT, "headers": headers, "value": value}


def manifest() -> dict[str, Any]:
    """The catalogue as plain values, for other languages and for the comparison with a release."""
    return {
        "streams": {stream.name: _stream(stream) for stream in STREAMS.values()},
        "types": {entry.type: _type(entry) for entry in EVENT_TYPES.values()},
    }


def _stream(stream: Stream) -> dict[str, Any]:
    return {
        "owner": stream.owner,
        "consumers": list(stream.consumers),
        "directive": stream.directive,
        "key": stream.key,
        "sequence": stream.sequence,
        "partitions": stream.partitions,
        "retention_ms": stream.retention_ms,
        "max_bytes": stream.max_bytes,
        "majors": {
            str(version.number): {
                "topic": stream.topic("{stack}", version.number),
                "since": version.since.isoformat(),
                "deprecated": version.deprecated.isoformat() if version.deprecated else None,
                "sunset": version.sunset.isoformat() if version.sunset else None,
            }
            | ({"partitions": version.partitions} if version.partitions else {})
            for version in stream.versions
        },
        "en": stream.en,
        "zh": stream.zh,
    }


def _type(entry: EventType) -> dict[str, Any]:
    return {
        "stream": entry.stream.name,
        "fact": entry.fact,
        "major": entry.major,
        "minor": entry.minor,
        "dataschema": entry.dataschema,
        "schema": schema_path(entry),
        "since": entry.since.isoformat(),
        "privacy": str(privacy_of(schema_of(entry))),
        "en": entry.en,
        "zh": entry.zh,
    }


def stale(root: Path, outcome: Outcome) -> list[str]:
    """The files of an outcome that differ from what is on disk."""
    return [
        name
        for name, content in outcome.files.items()
        if not (root / name).exists() or (root / name).read_bytes() != content
    ]


def write(root: Path, outcome: Outcome) -> list[str]:
    """Write what differs; returns the names written."""
    names = stale(root, outcome)
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(outcome.files[name])
    return names


def _pinned(root: Path) -> dict[str, str]:
    path = root / SUMS
    lines = path.read_text().splitlines() if path.exists() else []
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def _sums(root: Path, outcome: Outcome) -> bytes:
    found = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in FROZEN
        for path in (root / folder).rglob("*.json")
    }
    found |= {name: data for name, data in outcome.files.items() if name.startswith(FROZEN)}
    return "".join(f"{_digest(found[name])}  {name}\n" for name in sorted(found)).encode()


def _released(root: Path) -> frozenset[str]:
    """Frozen files of the newest release tag; none where nothing was released yet."""
    command = ["git", "-C", str(root), "describe", "--tags", "--match", RELEASE_TAGS, "--abbrev=0"]
    described = subprocess.run(command, capture_output=True, text=True, check=False)
    if described.returncode:
        return frozenset()
    shown = subprocess.run(
        ["git", "-C", str(root), "show", f"{described.stdout.strip()}:./{SUMS}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return frozenset(line.split("  ", 1)[1] for line in shown.stdout.splitlines())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"
