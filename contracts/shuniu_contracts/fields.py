"""What fields of events are made of: the base of every state and event, and value types that carry their
privacy class, so that nothing about a natural person can slip onto the bus unnoticed."""

from __future__ import annotations

import datetime
import enum
from typing import Annotated, Literal

import msgspec


class Privacy(enum.StrEnum):
    """How sensitive a field is. Personal data has no class here because none is allowed on the bus."""

    PUBLIC = "public"
    """Could stand on the hub's public page: an organisation's name, a division, a published sum."""
    INTERNAL = "internal"
    """For the offices that take part: working states, deadlines, reasons as codes."""
    PSEUDONYMOUS = "pseudonymous"
    """An opaque id of a person; only the service that keeps the person can tell who it is."""


class Basis(enum.StrEnum):
    """How a fact came to be recorded. Deadlines start and messages go out for `live` facts only."""

    LIVE = "live"
    HISTORICAL = "historical"
    IMPORTED = "imported"
    CORRECTED = "corrected"


class Qualifier(enum.StrEnum):
    """How a published number bounds the quantity: `over` (多, 余) runs up to one more in its last unit."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    ABOUT = "about"
    OVER = "over"


EXACT = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly."""
ID_PATTERN = r"^[0-9A-Za-z][0-9A-Za-z_.:-]{0,63}$"
CODE_PATTERN = r"^[0-9A-Za-z][0-9A-Za-z_.:-]{0,63}$"
DIVISION_PATTERN = r"^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$"
# A UUID, or a token with a letter before its end: neither a telephone nor an identity number fits.
PERSON_PATTERN = (
    r"^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?=.*[A-Za-z_].)[0-9A-Za-z_-]{1,64})$"
)


def _token(pattern: str, privacy: Privacy) -> msgspec.Meta:
    """A string without words, at most 64 characters, that has to match a pattern (see `strict`)."""
    return msgspec.Meta(
        min_length=1, max_length=64, extra_json_schema={"pattern": pattern, "x-privacy": str(privacy)}
    )


Id = Annotated[str, _token(ID_PATTERN, Privacy.INTERNAL)]
"""Id of an aggregate (UUIDv7 in the services)."""
PersonId = Annotated[str, _token(PERSON_PATTERN, Privacy.PSEUDONYMOUS)]
"""Opaque id of a natural person."""
Code = Annotated[str, _token(CODE_PATTERN, Privacy.INTERNAL)]
"""A value of a list that the region profile holds: lists the documents leave open (等) are never enums."""
PublicCode = Annotated[str, _token(CODE_PATTERN, Privacy.PUBLIC)]
"""A profile code that may be published."""
Division = Annotated[str, _token(DIVISION_PATTERN, Privacy.PUBLIC)]
"""Division code: GB/T 2260 digits without trailing zeros, then the statistical codes."""
OrganizationText = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=200, extra_json_schema={"x-privacy": "public"}),
]
"""A name or title of an organisation, round or project, never of a person; it may be published."""
DOCUMENT_PATTERN = r"^[^\s0-9\x00-\x1f\x7f-\x9f]{1,24}[〔\[(（][0-9]{4}[〕\])）]第?[0-9]{1,5}号$"
DocumentNumber = Annotated[
    str,
    msgspec.Meta(
        min_length=1, max_length=64, extra_json_schema={"pattern": DOCUMENT_PATTERN, "x-privacy": "public"}
    ),
]
"""Number of an official document (文号), as printed: `滨妇发〔2026〕12号`."""
Count = Annotated[int, msgspec.Meta(ge=0, le=EXACT, extra_json_schema={"x-privacy": "public"})]
"""How many, in the unit the field's name says."""
Year = Annotated[int, msgspec.Meta(ge=1900, le=2999, extra_json_schema={"x-privacy": "public"})]
"""A calendar year, of Asia/Shanghai."""
Instant = Annotated[datetime.datetime, msgspec.Meta(tz=True)]
"""A moment with its offset from UTC."""
Fen = Annotated[int, msgspec.Meta(ge=-EXACT, le=EXACT, extra_json_schema={"x-privacy": "public"})]
"""Money as integer hundredths of a yuan."""
Sequence = Annotated[int, msgspec.Meta(ge=0, le=EXACT, extra_json_schema={"x-privacy": "internal"})]
"""Place of an event among its subject's: 1, 2, 3 ...; 0 where the newest is unknown."""


class Ref(msgspec.Struct, frozen=True, omit_defaults=True):
    """Reference to another aggregate: its id and the sequence that was seen when it was referred to."""

    id: Id
    sequence: Sequence = 0


class Quantity(msgspec.Struct, frozen=True, omit_defaults=True):
    """A number with how exactly a source states it (`120多万` is 1,200,000 `over`)."""

    value: Annotated[int, msgspec.Meta(ge=-EXACT, le=EXACT, extra_json_schema={"x-privacy": "public"})]
    qualifier: Qualifier = Qualifier.EXACT


class Money(msgspec.Struct, frozen=True, omit_defaults=False):
    """An amount in integer fen with its currency."""

    fen: Fen
    currency: Literal["CNY"] = "CNY"


class State(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The full public state of an aggregate after a change; `effective_on` is the day the fact is true of
    the world, and the last event of a subject says `ended`."""

    effective_on: datetime.date
    basis: Basis
    division: Division
    ended: bool = False


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact about an aggregate: its state after the change, plus what is particular to the change."""

    state: State


class MatterState(State, frozen=True, kw_only=True, omit_defaults=True):
    """The state of a matter: a record that is opened, worked on and closed, with an owner and a deadline.

    Each kind adds a field `state` of its own enum, and what it is about.
    """

    opened_on: datetime.date
    ended_on: datetime.date | None = None
    owner: Code | None = None
    """Who is answerable: a body of the profile, or a person's opaque id."""
    due_on: datetime.date | None = None
    """The deadline that runs now, if any."""
    overdue: bool = False
    """Whether that deadline passed."""
    paused_on: datetime.date | None = None
    """Since when deadlines stand still."""


class Rescheduled(Event, frozen=True, kw_only=True):
    """The calendar of a new year became known and moved a deadline that counts in working days."""

    previous_due_on: datetime.date
    rule: Code


class DeadlinePaused(Event, frozen=True, kw_only=True):
    """The deadlines of a record stand still from the day of the state's `paused_on` on."""

    cause: Ref
    """The record for whose sake they do."""


class DeadlineResumed(Event, frozen=True, kw_only=True):
    """They run again, each moved by the length of the pause: the state has the new day, if one runs."""

    cause: Ref
    paused_on: datetime.date
    previous_due_on: datetime.date | None = None


class Reassigned(Event, frozen=True, kw_only=True):
    """Somebody else answers for a record from now on, the state's `owner`; its deadlines stay."""

    previous: Code | None = None
    """Who did before; nobody where it is left out."""
    reason: Code | None = None


class DeadlineNeared(Event, frozen=True, kw_only=True):
    """A deadline is near: once for each, with the day it is due and the rule that says how long before."""

    due_on: datetime.date
    rule: Code


class Overdue(Event, frozen=True, kw_only=True):
    """A deadline passed: once for each, with the day it was due and the rule that set it."""

    due_on: datetime.date
    rule: Code
