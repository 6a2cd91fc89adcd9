"""What becomes of what is open about an organisation that was deregistered, revoked or dissolved: what nobody
can do any more ends with it, what somebody still has to do goes on."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

from chassis.matters import Draft, Kind, Step, advance_many
from chassis.unit_of_work import UnitOfWork
from services.registry.enforcement.credit_listings import commands as listings
from services.registry.enforcement.emergency_pauses import commands as pauses
from services.registry.hub.liaisons import commands as liaisons
from services.registry.hub.posts import commands as posts
from services.registry.hub.resources import offers, requests
from services.registry.incubation.cases import commands as cases
from services.registry.incubation.cultivations import commands as cultivations
from services.registry.incubation.guidances import commands as guidances
from services.registry.incubation.stays import commands as stays
from services.registry.inspections.annual import commands as annual
from services.registry.inspections.assessments import commands as assessments
from services.registry.inspections.body_checks import commands as body_checks
from services.registry.inspections.clean_up_checks import commands as clean_up_checks
from services.registry.inspections.evaluations import commands as evaluations
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.operations.visits import commands as visits
from services.registry.records.activities import commands as activities
from services.registry.records.assignments import commands as assignments
from services.registry.records.candidacies import commands as candidacies
from services.registry.records.contacts import commands as contacts
from services.registry.records.governance import commands as governance
from services.registry.records.guidance import commands as guidance
from services.registry.records.guidance.model import Outcome
from services.registry.records.placements import commands as placements
from services.registry.records.points import commands as points
from services.registry.records.returns import commands as returns

ORGANIZATION_ENDED: Final = "organization_ended"
_REASON: Final = {"reason": ORGANIZATION_ENDED}
_GROUND: Final = {"ground": ORGANIZATION_ENDED}
_OUTCOME: Final = {"outcome": ORGANIZATION_ENDED}
_RESULT: Final = {"result": ORGANIZATION_ENDED}

ENDS: Final[Mapping[Step[Any], Mapping[str, Any]]] = {
    annual.release: _GROUND,
    rectifications.close: _OUTCOME,
    evaluations.withdraw: _REASON,
    assessments.close: _OUTCOME,
    body_checks.cancel: _REASON,
    clean_up_checks.close: _REASON,
    stays.terminate: {**_REASON, "explanation": "社会组织已终止"},
    stays.withdraw: _REASON,
    cases.close: _RESULT,
    cultivations.remove: _REASON,
    guidances.drop: _REASON,
    guidances.conclude: _RESULT,
    requests.close: {},
    offers.withdraw: {},
    visits.cancel: _REASON,
    visits.close: _RESULT,
    returns.release: _GROUND,
    points.close: _REASON,
    governance.close: _REASON,
    contacts.cancel: _REASON,
    assignments.end: _REASON,
    placements.end: _REASON,
    activities.cancel: _REASON,
    candidacies.abandon: _REASON,
    guidance.conclude: {"outcome": Outcome.GIVEN_UP},
    listings.drop: _REASON,
    pauses.release: {},
}
"""The step that ends a record, and what it is told; of two of one kind the one that its state allows. What no
step of its kind is allowed for goes on: what was handed in is concluded, a grade runs out, a list of the
authority's is its own to clear."""

GOES_ON: Final[Mapping[str, str]] = {
    "service_entry": "what a base gave was given, and the base confirms or cancels it",
    "support": "what was given was given; what came of it can still be told",
    "hub": "who recognised the hub withdraws it, and settles what it held",
    "attendance": "a list says who was invited, and is closed with the minutes",
    "inquiry": "whoever asked gets the answer",
    "brand": "a brand may be carried on by others; who recognised it withdraws it",
    "outside_id": "what another system calls it stays true",
    "official_decision": "what an authority decided holds until it is lifted, or its term is over",
    "risk": "debts, disputes and unpaid staff outlast an organisation: its owner closes a risk",
}
"""Kinds about an organisation that its end leaves alone, and why."""

_ONE_BY_ONE: Final = frozenset({stays.terminate, stays.withdraw, requests.close, pauses.release})
"""Steps whose function frees something else: a place, what was set aside, deadlines."""
_TIMERS: Final[Mapping[Step[Any], str]] = {assignments.end: assignments.PERIOD}
_ONLY: Final[Mapping[Step[Any], Callable[[UnitOfWork, Sequence[UUID]], Awaitable[list[UUID]]]]] = {
    offers.withdraw: offers.unused
}
"""Which of the records may be ended so; an offer of which somebody has a part is settled with them."""
_LISTING: Final[tuple[Step[Any], ...]] = (posts.change_load, liaisons.change)
"""Steps that change whom a record lists; who has ended is not on its list any more."""

_OPEN: Final = """
select {place} as place, id from "{table}"
where organization_id = any($1::uuid[]) and home = $2 and not ended
"""
_LISTS: Final = """
select id from "{table}" where organizations && $1::text[] and home = $2 and not ended order by id
"""


async def end(uow: UnitOfWork, organizations: Sequence[UUID | str]) -> None:
    """End what is open about organisations that have ended, which are locked, and take them off the lists."""
    await uow.flush()
    gone = [str(id) for id in organizations]
    found = await _open(uow, gone)
    for step, said in ENDS.items():
        if ids := found.get(step.kind, []):
            await _take(uow, step, said, ids)
    for step in _LISTING:
        statement = _LISTS.format(table=step.kind.row.__tablename__)
        ids = [row["id"] for row in await uow.connection.fetch(statement, gone, uow.stack)]
        await advance_many(uow, step.kind, ids, step.event, change=_without(frozenset(gone)))


async def _take(uow: UnitOfWork, step: Step[Any], said: Mapping[str, Any], ids: list[UUID]) -> None:
    """Take the step with those that it is possible for."""
    if step in _ONE_BY_ONE:
        for id in ids:
            row = await uow.load(step.kind.row, id)
            if step.kind.allows(row, step.fact):
                await step.on(uow, row, **said)
        return
    if step in _ONLY:
        ids = await _ONLY[step](uow, ids)
    if step in _TIMERS:
        await uow.cancel(_TIMERS[step], map(str, ids))
    await advance_many(uow, step.kind, ids, step.event, said, change=lambda row: step.assign(row, said))


def _without(gone: frozenset[str]) -> Callable[[Draft], None]:
    def change(row: Draft) -> None:
        left = [id for id in row.organizations if id not in gone]
        if hasattr(row, "load"):
            row.load -= len(row.organizations) - len(left)
        row.organizations = left

    return change


async def _open(uow: UnitOfWork, organizations: Sequence[str]) -> Mapping[Kind[Any], list[UUID]]:
    """The open records of this stack about them, by kind; in one statement for all kinds."""
    kinds, found = _kinds(), defaultdict[Kind[Any], list[UUID]](list)
    for row in await uow.connection.fetch(_all(), list(organizations), uow.stack):
        found[kinds[row["place"]]].append(row["id"])
    return found


@cache
def _kinds() -> tuple[Kind[Any], ...]:
    return tuple(dict.fromkeys(step.kind for step in ENDS))


@cache
def _all() -> str:
    tables = enumerate(kind.row.__tablename__ for kind in _kinds())
    return "union all".join(_OPEN.format(place=place, table=table) for place, table in tables) + " order by 2"
