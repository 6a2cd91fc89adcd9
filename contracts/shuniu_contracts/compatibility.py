"""Compares the contracts with those of a release: which rule each difference breaks, for whom, and who must
deploy first. A break without a new major version is an error."""

from __future__ import annotations

import enum
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from shuniu_contracts.asyncapi import schema_path
from shuniu_contracts.catalogue import EVENT_TYPES
from shuniu_contracts.publish import CATALOGUE, manifest
from shuniu_contracts.schemas import Field, Schema, fields_of, is_less_protected, same_shape, schema_of


class Rule(enum.Enum):
    """A way in which contracts can differ: its name, whom it breaks, who deploys first."""

    FIELD_ADDED = ("optional field added", "nobody", "any order")
    TYPE_ADDED = ("event type added", "nobody: unknown types are skipped", "any order")
    FIELD_REMOVED = ("field removed", "consumers that read it", "consumers first")
    MADE_REQUIRED = ("field made required", "the log and producers that do not send it", "producer first")
    TYPE_NARROWED = ("type narrowed", "the log and producers of what is no longer allowed", "producer first")
    TYPE_CHANGED = ("type changed", "every consumer that reads it", "consumers first")
    ENUM_VALUE_REMOVED = ("enum value removed", "the log and producers of the value", "producer first")
    ENUM_VALUE_ADDED = ("enum value added", "closed consumers, ours among them", "consumers first")
    DEFAULT_CHANGED = ("default changed", "consumers: absent fields change their meaning", "consumers first")
    KEY_CHANGED = ("key changed", "every consumer: order within a subject is lost", "new stream major")
    PARTITIONS_CHANGED = (
        "partitions changed",
        "every consumer: order within a subject is lost",
        "new stream major",
    )
    SEQUENCE_CHANGED = ("sequence semantics changed", "every consumer's inbox", "new stream major")
    TOPIC_CHANGED = ("topic changed", "every subscription", "consumers first")
    LIMIT_LOWERED = ("size limit lowered", "producers of larger events", "producer first")
    PRIVACY_LOWERED = (
        "privacy class lowered",
        "the persons and offices the data is about",
        "nobody: decide first",
    )
    NAME_REUSED = ("name reused", "consumers that still know its old meaning", "choose another name")
    TYPE_REMOVED = ("event type removed", "consumers that react to it", "consumers first")
    STREAM_REMOVED = ("stream or major removed before its sunset", "its subscribers", "consumers first")
    UNVERSIONED = (
        "schema changed under the same version",
        "whoever holds the published schema",
        "raise the minor",
    )
    FROZEN_CHANGED = ("published schema edited", "whoever holds the published schema", "restore the file")

    def __init__(self, title: str, breaks: str, order: str) -> None:
        self.title = title
        self.breaks = breaks
        self.order = order


HARMLESS = frozenset({Rule.FIELD_ADDED, Rule.TYPE_ADDED})


class Difference(NamedTuple):
    """One difference: where, under which rule, and whether a new major version carries it."""

    rule: Rule
    where: str
    detail: str
    versioned: bool = False

    @property
    def is_break(self) -> bool:
        """Whether it must not be released."""
        return self.rule not in HARMLESS and not self.versioned

    def __str__(self) -> str:
        verdict = "BREAK" if self.is_break else "new major" if self.versioned else "fine"
        return (
            f"{verdict}: {self.rule.title}: {self.where}: {self.detail}"
            f" | breaks: {self.rule.breaks} | deploy: {self.rule.order}"
        )


@dataclass(frozen=True)
class Contracts:
    """Contracts at one moment: the manifest, the newest schema of each type, every schema ever frozen."""

    catalogue: dict[str, Any]
    schemas: dict[str, Schema]
    frozen: dict[str, Schema]


class NoSuchRevision(ValueError):
    """Git does not know the revision to compare with."""


def current(root: Path) -> Contracts:
    """The contracts of the code, with the frozen schemas on disk."""
    frozen = {
        path.relative_to(root).as_posix(): msgspec.json.decode(path.read_bytes())
        for path in sorted((root / "schemas").rglob("*.json"))
    }
    schemas = {entry.type: schema_of(entry) for entry in EVENT_TYPES.values()}
    drawn = {schema_path(entry): schemas[entry.type] for entry in EVENT_TYPES.values()}
    return Contracts(manifest(), schemas, drawn | frozen)


def released(root: Path, revision: str) -> Contracts | None:
    """The contracts at a git revision; None where it had none yet. Raises `NoSuchRevision`."""
    if _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        raise NoSuchRevision(f"git knows no revision {revision!r}")
    shown = _git(root, "show", f"{revision}:./{CATALOGUE}")
    if shown is None:
        return None
    catalogue = msgspec.json.decode(shown)
    listed = _git(root, "ls-tree", "-r", "--name-only", revision, "schemas/") or b""
    names = listed.decode().splitlines()
    frozen = dict(zip(names, _blobs(root, revision, names), strict=True))
    schemas = {type_: frozen[entry["schema"]] for type_, entry in catalogue["types"].items()}
    return Contracts(catalogue, schemas, frozen)


def _git(root: Path, *arguments: str) -> bytes | None:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def _blobs(root: Path, revision: str, names: list[str]) -> Iterator[Schema]:
    """The files at a revision, by one git process."""
    wanted = "".join(f"{revision}:./{name}\n" for name in names).encode()
    done = subprocess.run(
        ["git", "-C", str(root), "cat-file", "--batch"], input=wanted, capture_output=True, check=True
    )
    rest = done.stdout
    for _ in names:
        head, _, rest = rest.partition(b"\n")
        size = int(head.rpartition(b" ")[2])
        yield msgspec.json.decode(rest[:size])
        rest = rest[size + 1 :]


def compare(old: Contracts, new: Contracts, on: str) -> list[Difference]:
    """Every difference of contracts from a release; `on` is the day (ISO) that sunsets are measured by."""
    return [
        *_frozen(old, new),
        *_streams(old.catalogue["streams"], new.catalogue["streams"], on),
        *_types(old, new, on),
        *_majors(new, old),
    ]


def _frozen(old: Contracts, new: Contracts) -> Iterator[Difference]:
    for path, schema in old.frozen.items():
        if path not in new.frozen:
            yield Difference(Rule.FROZEN_CHANGED, path, "is gone")
        elif not same_shape(schema, new.frozen[path]):
            yield Difference(Rule.FROZEN_CHANGED, path, "differs from what was released")


_OF_STREAM = (
    ("key", Rule.KEY_CHANGED),
    ("sequence", Rule.SEQUENCE_CHANGED),
)


def _streams(old: dict[str, Any], new: dict[str, Any], on: str) -> Iterator[Difference]:
    for name, before in old.items():
        after = new.get(name)
        for major, version in before["majors"].items():
            later = after["majors"].get(major) if after else None
            where = f"{name}.v{major}"
            if after is None or later is None:
                if not (version["sunset"] and version["sunset"] <= on):
                    yield Difference(Rule.STREAM_REMOVED, where, f"sunset is {version['sunset']}, today {on}")
                continue
            for key, rule in _OF_STREAM:
                if before[key] != after[key]:
                    yield Difference(rule, where, f"{before[key]} -> {after[key]}")
            counts = [m.get("partitions", s["partitions"]) for m, s in ((version, before), (later, after))]
            if counts[0] != counts[1]:
                yield Difference(Rule.PARTITIONS_CHANGED, where, f"{counts[0]} -> {counts[1]}")
            if version["topic"] != later["topic"]:
                yield Difference(Rule.TOPIC_CHANGED, where, f"{version['topic']} -> {later['topic']}")
            if after["max_bytes"] < before["max_bytes"]:
                detail = f"{before['max_bytes']} -> {after['max_bytes']} bytes"
                yield Difference(Rule.LIMIT_LOWERED, where, detail)


def _types(old: Contracts, new: Contracts, on: str) -> Iterator[Difference]:
    for type_, before in old.catalogue["types"].items():
        after = new.catalogue["types"].get(type_)
        if after is None:
            version = old.catalogue["streams"][before["stream"]]["majors"][str(before["major"])]
            if not (version["sunset"] and version["sunset"] <= on):
                yield Difference(Rule.TYPE_REMOVED, type_, "is no longer in the catalogue")
            continue
        yield from _schemas(type_, before, after, old, new)
    known = {(_fact(path), path.split(".")[-3]) for path in old.frozen}
    for type_, after in new.catalogue["types"].items():
        if type_ not in old.catalogue["types"]:
            if (_fact(after["schema"]), str(after["major"])) in known:
                yield Difference(Rule.NAME_REUSED, type_, "was published before and retired")
            else:
                yield Difference(Rule.TYPE_ADDED, type_, after["en"])


def _schemas(
    type_: str, before: dict[str, Any], after: dict[str, Any], old: Contracts, new: Contracts
) -> Iterator[Difference]:
    one, other = old.schemas[type_], new.schemas[type_]
    if same_shape(one, other):
        return
    if after["minor"] <= before["minor"]:
        yield Difference(Rule.UNVERSIONED, type_, f"still {before['major']}.{before['minor']}")
    earlier = [s for path, s in old.frozen.items() if _fact(path) == _fact(before["schema"])]
    yield from (
        Difference(rule, f"{type_} {path}", detail) for rule, path, detail in differences(one, other, earlier)
    )


def _majors(new: Contracts, old: Contracts) -> Iterator[Difference]:
    """What a new major version changes, against the newest major of the same fact that was released."""
    for type_, after in new.catalogue["types"].items():
        before = f"{type_.rpartition('.v')[0]}.v{after['major'] - 1}"
        if type_ in old.catalogue["types"] or before not in old.schemas:
            continue
        earlier = [s for path, s in old.frozen.items() if _fact(path) == _fact(after["schema"])]
        for rule, path, detail in differences(old.schemas[before], new.schemas[type_], earlier):
            # A new major may break anything but the meaning of a name.
            yield Difference(rule, f"{type_} {path}", detail, versioned=rule is not Rule.NAME_REUSED)


def _fact(path: str) -> str:
    """`registry/organization.registered` of the path of a frozen schema."""
    return path.removeprefix("schemas/").rsplit(".", 3)[0]


Finding = tuple[Rule, str, str]

ROOT = Field("", {}, False, True, msgspec.UNSET, None)
"""The data itself, so that every field has a holder."""


def differences(old: Schema, new: Schema, earlier: list[Schema]) -> Iterator[Finding]:
    """Rule, field and detail of each difference of two schemas of one fact; `earlier` are all its published
    schemas, in which a name that was retired can be found."""
    before, after = {"": ROOT} | fields_of(old), {"": ROOT} | fields_of(new)
    retired = {
        path: field for schema in earlier for path, field in fields_of(schema).items() if path not in before
    }
    for path, field in before.items():
        if path in after:
            yield from _field(path, field, after[path])
        elif _holder(path) in after:
            yield Rule.FIELD_REMOVED, path, "is gone"
    for path, field in after.items():
        if path in before or _holder(path) not in before:
            continue
        if path in retired and retired[path] != field:
            yield Rule.NAME_REUSED, path, "had another meaning in an earlier version"
        if field.required:
            yield Rule.MADE_REQUIRED, path, "is new and required"
        else:
            yield Rule.FIELD_ADDED, path, "is new and optional"


def _holder(path: str) -> str:
    """The path of what holds a field: `a.b` of `a.b.c`, `a` of `a[]`; the root is `""`."""
    return path[:-2] if path.endswith("[]") else path.rpartition(".")[0]


def _field(path: str, old: Field, new: Field) -> Iterator[Finding]:
    if new.required and not old.required:
        yield Rule.MADE_REQUIRED, path, "had a default"
    if old.required and not new.required:
        yield Rule.TYPE_CHANGED, path, "may now be absent"
    if not old.required and not new.required and old.default != new.default:
        yield Rule.DEFAULT_CHANGED, path, f"{old.default} -> {new.default}"
    if old.privacy and new.privacy and is_less_protected(new.privacy, old.privacy):
        yield Rule.PRIVACY_LOWERED, path, f"{old.privacy} -> {new.privacy}"
    yield from _enum(path, old.shape.get("enum"), new.shape.get("enum"))
    if old.nullable != new.nullable:
        rule = Rule.TYPE_NARROWED if old.nullable else Rule.TYPE_CHANGED
        yield rule, path, "null is no longer allowed" if old.nullable else "null is now allowed"
    one = {key: value for key, value in old.shape.items() if key != "enum"}
    other = {key: value for key, value in new.shape.items() if key != "enum"}
    if one != other:
        rule = Rule.TYPE_NARROWED if _narrows(one, other) else Rule.TYPE_CHANGED
        yield rule, path, f"{one} -> {other}"


def _enum(path: str, old: list[Any] | None, new: list[Any] | None) -> Iterator[Finding]:
    if old is None or new is None:
        if new is not None:
            yield Rule.TYPE_NARROWED, path, f"only {new} from now on"
        elif old is not None:
            yield Rule.TYPE_CHANGED, path, "is no longer a closed list"
        return
    if gone := sorted(set(old) - set(new), key=str):
        yield Rule.ENUM_VALUE_REMOVED, path, ", ".join(map(str, gone))
    if added := sorted(set(new) - set(old), key=str):
        yield Rule.ENUM_VALUE_ADDED, path, ", ".join(map(str, added))


_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


def _narrows(old: Schema, new: Schema) -> bool:
    """Whether a shape allows less than before and nothing more; another pattern counts as a change."""
    for key in old.keys() | new.keys():
        one, other = old.get(key), new.get(key)
        if one == other:
            continue
        if other is None:
            return False
        if one is None:
            if key not in (*_LOWER, *_UPPER, "pattern", "format"):
                return False
        elif not ((key in _LOWER and other > one) or (key in _UPPER and other < one)):
            return False
    return True
