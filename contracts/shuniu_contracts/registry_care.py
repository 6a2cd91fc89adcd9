"""Events of the registry's care for people in need: how many there are, never who.

A record of a person in need is on no bus, not even by an opaque id; only these counts leave their service.
"""

from __future__ import annotations

import datetime
import enum

import msgspec

from shuniu_contracts.catalogue import define_stream
from shuniu_contracts.fields import Code, Count, Event, MatterState


class CareCensusPhase(enum.StrEnum):
    """Whether a census stands."""

    COUNTED = "counted"
    WITHDRAWN = "withdrawn"


class CareCount(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many people are in care for one need."""

    need: Code
    persons: Count | None = None
    """None where the number is hidden: it is small, or would tell a small one."""


class CareCensusState(MatterState, frozen=True, kw_only=True):
    """How many people a stack has in care at the end of a month (困难群体帮扶统计)."""

    state: CareCensusPhase
    counted_on: datetime.date
    """The last day of a month."""
    smallest: Count
    """Numbers below this one are hidden, nought apart."""
    persons: Count | None = None
    """In care; None where hidden."""
    needs: tuple[CareCount, ...] = ()
    pairings: Count | None = None
    """Givers and children in difficulty who are paired; None where hidden."""


care_census = define_stream(
    "registry",
    "care_census",
    en="How many people are in care, by need; small numbers are hidden.",
    zh="困难群体帮扶人数统计，小数不公布。",
    consumers=("registry", "console"),
    partitions=3,
    reassignable=False,
)


@care_census.fact("counted", en="The people in care were counted.", zh="统计在帮扶人数。")
class CareCensusCounted(Event, frozen=True, kw_only=True):
    """Counted as of the end of a month."""

    state: CareCensusState


@care_census.fact("withdrawn", en="The census was wrong and is withdrawn.", zh="统计有误，撤回。")
class CareCensusWithdrawn(Event, frozen=True, kw_only=True):
    """Withdrawn; another of the same month may be taken."""

    state: CareCensusState
