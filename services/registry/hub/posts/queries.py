"""How many posts a place needs, has and lacks (R14, R15, F05), now and on a day."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

from chassis.http import Named, Reading
from services.registry.area import WHOLE, OwnFigures
from services.registry.hub.policy import HubPolicy
from services.registry.hub.posts.model import needed
from services.registry.policy import RegistryPolicy

NAMES: Mapping[str, Named] = {
    "social-worker-posts.capacity": Named(
        "家", "在岗社工可服务的社会组织", "organisations that posts can serve"
    ),
    "social-worker-posts.needed": Named("名", "应配备的社工", "posts needed"),
    "social-worker-posts.shortage": Named("名", "社工缺口", "posts lacking"),
    "social-worker-posts.ratio": Named("家", "每名社工对应的社会组织", "organisations per filled post"),
}
"""Of the organisations that the profile counts; volunteers are no posts here."""

_HELD = """
select left(s.division, $3) as place, count(distinct s.record_id) as number
from matter_step s join social_worker_post p on p.id = s.record_id
where s.kind = 'social_worker_post' and s.state = 'filled' and p.source <> 'volunteer'
  and s.effective_on <= $1 and (s.until is null or s.until > $1) and s.division like any($2)
group by 1
"""

_SERVED = """
select left(division, $3) as place, count(*) as number
from organization_status
where effective_on <= $1 and (until is null or until > $1) and division like any($2)
  and legal_status = any($4)
group by 1
"""
COUNTED = {"registered": ["registered", "suspended"], "all": ["registered", "suspended", "filed"]}


async def reckon(
    reading: Reading, day: date, patterns: list[str], length: int
) -> dict[str, dict[str, int | float]]:
    """Posts needed, filled and lacking on `day`, by place; where nobody is in a post there is no ratio."""
    policy = reading.policy(RegistryPolicy).hub
    counted = COUNTED[policy.posts_serve]
    held = await _by_place(reading, _HELD, day, patterns, length)
    there = await _by_place(reading, _SERVED, day, patterns, length, counted)
    found: dict[str, dict[str, int | float]] = defaultdict(dict)
    places = {place: (there.get(place, 0), held.get(place, 0)) for place in {*there, *held}}
    for place, (organizations, posts) in places.items():
        found["social-worker-posts.capacity"][place] = posts * policy.organizations_per_post
        _of_place(found, place, organizations, posts, policy)
    _of_place(found, WHOLE, sum(there.values()), sum(held.values()), policy)
    return found


async def _by_place(reading: Reading, statement: str, *arguments: Any) -> dict[str, int]:
    return {row["place"]: row["number"] for row in await reading.connection.fetch(statement, *arguments)}


def _of_place(
    found: dict[str, dict[str, int | float]], place: str, organizations: int, posts: int, policy: HubPolicy
) -> None:
    """What is rounded up for each place: the whole needs less than the sum of its parts."""
    need = needed(organizations, policy.organizations_per_post)
    found["social-worker-posts.needed"][place] = need
    found["social-worker-posts.shortage"][place] = max(need - posts, 0)
    if posts:
        found["social-worker-posts.ratio"][place] = round(organizations / posts, 1)


STAFFING = OwnFigures(
    NAMES, reckon,
    frozenset(f"social-worker-posts.{name}" for name in ("needed", "shortage", "ratio")),
)  # fmt: skip

_POSTS = """
select source, batch, count(*) as posts, count(*) filter (where state = 'filled') as filled,
       coalesce(sum(load), 0)::bigint as load
from social_worker_post where not ended and division like any($1)
group by 1, 2 order by 2 nulls last, 1
"""


class Batch(BaseModel):
    """Posts of one source and hiring batch."""

    batch: str | None
    source: str
    posts: int
    filled: int
    load: int = Field(description="organisations served")


class Staffing(BaseModel):
    """What a place needs and has."""

    division: str
    organizations: int = Field(description="those that the profile counts")
    per_post: int
    needed: int
    filled: int = Field(description="without volunteers")
    shortage: int
    advised: Literal["internal", "purchased"] = Field(
        description="few organisations: own staff; many: posts to be bought (R14)"
    )
    batches: list[Batch]


async def staffing(reading: Reading, *, division: str) -> Staffing:
    """The posts of a division and below against its organisations (T12). Raises `NotPermitted`."""
    policy = reading.policy(RegistryPolicy).hub
    patterns, length = reading.patterns(division), len(division)
    there = await _by_place(reading, _SERVED, reading.today, patterns, length, COUNTED[policy.posts_serve])
    organizations = there.get(division, 0)
    batches = [Batch(**dict(row)) for row in await reading.connection.fetch(_POSTS, patterns)]
    filled = sum(one.filled for one in batches if one.source != "volunteer")
    need = needed(organizations, policy.organizations_per_post)
    return Staffing(
        division=division, organizations=organizations, per_post=policy.organizations_per_post, needed=need,
        filled=filled, shortage=max(need - filled, 0),
        advised="internal" if organizations <= policy.internal_up_to else "purchased", batches=batches,
    )  # fmt: skip
