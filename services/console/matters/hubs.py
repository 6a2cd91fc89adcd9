"""What the read model knows of hubs: the bodies of every tier, and what each lacks of the six haves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
from shuniu_contracts.registry_hub import SixHave

from chassis.model import is_zone, tier

TIERS: Final = ("city", "district", "zone", "street", "community")


@dataclass(frozen=True)
class Hub:
    """One recognised hub."""

    id: UUID
    division: str
    state: Mapping[str, Any]

    @property
    def tier(self) -> str:
        """The tier of its division."""
        return tier_of(self.division)

    @property
    def checked_on(self) -> date | None:
        """The day of its last self-check."""
        day = self.state.get("six_haves_assessed_on")
        return date.fromisoformat(day) if day else None

    @property
    def lacking(self) -> tuple[str, ...]:
        """What it lacked of the six at its last self-check; empty, too, before the first one."""
        if self.checked_on is None:
            return ()
        there = self.state.get("six_haves", ())
        return tuple(have.value for have in SixHave if have.value not in there)


@dataclass(frozen=True)
class Tier:
    """The hubs of one tier in numbers."""

    name: str
    places: int
    hubs: int
    complete: int
    lacking: int
    unchecked: int
    without: tuple[str, ...]
    """divisions of the tier that have no hub"""

    @property
    def with_hub(self) -> int:
        """Divisions of the tier that have one."""
        return self.places - len(self.without)


_HUBS = """
select id, division, state::text as state from subject
where service = 'registry' and aggregate = 'hub' and not ended and division like any($1)
order by length(division), division, state ->> 'name'
"""


async def hubs(connection: asyncpg.Connection, patterns: Sequence[str]) -> list[Hub]:
    """The recognised hubs of these divisions, the highest tier first."""
    rows = await connection.fetch(_HUBS, patterns)
    return [Hub(row["id"], row["division"], msgspec.json.decode(row["state"])) for row in rows]


def tier_of(division: str) -> str:
    """The tier of a division; a functional zone has one of its own though its code is a street's."""
    return "zone" if is_zone(division) else tier(division)


def tiers(hubs: Sequence[Hub], places: Sequence[str]) -> list[Tier]:
    """The hubs by tier, the highest first; `places` are the divisions that could have one."""
    found = [_tier(name, hubs, places) for name in TIERS]
    return [one for one in found if one.places or one.hubs]


def _tier(name: str, hubs: Sequence[Hub], places: Sequence[str]) -> Tier:
    mine = [hub for hub in hubs if hub.tier == name]
    own = [code for code in places if tier_of(code) == name]
    served = {hub.division for hub in mine}
    lacking, unchecked = sum(bool(hub.lacking) for hub in mine), sum(hub.checked_on is None for hub in mine)
    return Tier(
        name, len(own), len(mine), len(mine) - lacking - unchecked, lacking, unchecked,
        tuple(code for code in own if code not in served),
    )  # fmt: skip
