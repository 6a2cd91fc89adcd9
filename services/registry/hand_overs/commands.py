"""The use case of handing over: all that somebody answers for in a division goes to a successor."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlmodel import col, select

from chassis.matters import Kind, MatterRow, Step
from chassis.model import Refusal, Refusals
from chassis.unit_of_work import UnitOfWork
from services.registry.areas import KINDS
from services.registry.hand_overs.model import HandedOverToSelf, KeptBelow, NoRightToHandOver
from services.registry.hub.liaisons import commands as liaisons
from services.registry.operations.inquiries import commands as inquiries
from services.registry.records.assignments import commands as assignments

MOST: Final = 200
"""How many records one request moves: its transaction stays short, and what is left is said."""


@dataclass(frozen=True)
class Duty:
    """What somebody can have: records of a kind that name her in a column, and the step that gives one to
    somebody else."""

    step: Step[Any]
    column: str

    @property
    def kind(self) -> Kind[Any]:
        """The kind of the records."""
        return self.step.kind

    def is_of(self, row: MatterRow, person: str) -> bool:
        """Whether the record is hers, and goes on."""
        return not row.ended and getattr(row, self.column) == person


def _duties() -> Iterator[Duty]:
    yield Duty(assignments.hand_over, "officer")  # with them go the contacts that are due
    yield Duty(liaisons.hand_over, "person")
    for kind in KINDS:
        if (step := kind.replaces_owner) is not None:
            yield Duty(step, "owner")
    yield Duty(inquiries.transfer, "handler")  # those of which somebody else is the first person


DUTIES: Final = tuple(_duties())
"""In the order in which they are handed over: what goes along with another comes after it."""


@dataclass(frozen=True)
class Left:
    """Records of one kind that stay with whom they are, for one reason."""

    kind: Kind[Any]
    why: Refusal
    records: list[UUID]


@dataclass
class HandOver:
    """What was handed over, what was not and why, and whether there is more than one request takes."""

    taken: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """kind -> how many"""
    more: bool = False
    _left: dict[tuple[str, str], Left] = field(default_factory=dict)

    @property
    def left(self) -> Sequence[Left]:
        """By kind and reason."""
        return list(self._left.values())

    @property
    def moved(self) -> int:
        """How many in all."""
        return sum(self.taken.values())

    def leave(self, kind: Kind[Any], why: Refusal, records: Sequence[UUID]) -> None:
        """These stay, and why."""
        if records:
            self._left.setdefault((kind.name, str(why)), Left(kind, why, [])).records.extend(records)


async def hand_over(
    uow: UnitOfWork, *, division: str, person: str, to: str, reason: str | None = None
) -> HandOver:
    """All that `person` has in the division and below goes to a successor, `MOST` records at a time, each by
    the step of its own kind: its rules, its event, its history.

    What a rule keeps back stays, and its reason is told; sent again it takes what is left and nothing twice.
    Raises `NotPermitted`, `HandedOverToSelf`.
    """
    uow.authorize(division)
    if person == to:
        raise HandedOverToSelf(at="/to", person=person)
    done = HandOver()
    for duty in DUTIES:
        await _hand_over(uow, done, duty, division, person, {"to": to, "reason": reason})
    return done


async def _hand_over(
    uow: UnitOfWork, done: HandOver, duty: Duty, division: str, person: str, said: Mapping[str, Any]
) -> None:
    kind, row = duty.kind, duty.kind.row
    found = await uow.session.exec(
        select(row.id, row.home)
        .where(getattr(row, duty.column) == person, col(row.ended).is_(False))
        .where(col(row.division).startswith(division, autoescape=True))
        .order_by(col(row.id))
    )
    by_home: dict[str, list[UUID]] = defaultdict(list)
    for id, home in found.all():
        by_home[home].append(id)
    here = by_home.pop(uow.stack, [])
    for home, ids in by_home.items():
        done.leave(kind, KeptBelow(place=uow.region.division_name(home)), ids)
    if not uow.principal.has(duty.step.permission):
        done.leave(kind, NoRightToHandOver(kind_zh=kind.zh, kind_en=kind.en), here)
        return
    arguments = {name: value for name, value in said.items() if name in duty.step.parameters}
    for id in here:
        if done.moved == MOST:
            done.more = True
            return
        try:
            if await _give(uow, duty, id, person, arguments):
                done.taken[kind.name] += 1
        except Refusal as refusal:
            done.leave(kind, refusal, [id])
        except Refusals as several:
            done.leave(kind, several.refusals[0], [id])


async def _give(uow: UnitOfWork, duty: Duty, id: UUID, person: str, arguments: Mapping[str, Any]) -> bool:
    """Hand one record over, or leave it as it is; whether it was still hers. Raises what its step refuses."""
    async with uow.savepoint():
        row = await uow.load(duty.kind.row, id)
        if not duty.is_of(row, person):
            return False
        await duty.step.on(uow, row, **arguments)
        return True
