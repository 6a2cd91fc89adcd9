"""What today and the calendar offer to do: the next step of what is ours, and of nothing else."""

import asyncio
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from nicegui import Client, ui

from chassis.matters import Kind
from chassis.matters.queries import for_caller, words
from chassis.principal import Principal
from services.console.matters.kinds import Kinds
from services.console.matters.queries import Due
from services.console.neighbours import NotDone
from services.console.pages.dues import Dues
from services.console.pages.frame import Frame
from services.console.pages.words import Words
from services.registry.app import ROLES
from services.registry.incubation.stays.commands import STAYS
from services.registry.inspections.annual.commands import INSPECTIONS

STREET, STACK = "120116001", "120116"
LIAISON = Principal("u-1", frozenset({"liaison"}), frozenset(ROLES["liaison"]), (STREET,))


class Page(Dues[None]):
    """A page that draws one step."""

    async def read(self) -> None:
        """Nothing."""

    def draw(self, seen: None) -> None:
        """Nothing."""


@dataclass
class Registry:
    """What the registry says of records of which it depends on the record; None while it does not answer."""

    told: list[str] | None = None
    asked: list[str] = field(default_factory=list)

    async def get(self, service: str, path: str, *, record: list[str]) -> dict[str, list[str]]:
        """What is possible with each."""
        assert (service, path) == ("registry", "/v1/matters/possible")
        self.asked += record
        if self.told is None:
            raise NotDone("no answer")
        return dict.fromkeys(record, self.told)


async def offered(
    due: Due, kind: Kind[Any] = INSPECTIONS, caller: Principal = LIAISON, registry: Registry | None = None
) -> list[str]:
    """The buttons that the page draws for it."""
    person = SimpleNamespace(principal=caller, patterns=[f"{STREET}%"])
    runtime = SimpleNamespace(settings=SimpleNamespace(stack=STACK))
    frame = SimpleNamespace(
        words=Words("zh"), person=person, redrawing=asyncio.Lock(),
        desk=SimpleNamespace(neighbours=lambda person: registry, runtime=runtime),
    )  # fmt: skip
    with Client(ui.page(""), request=None):
        page = Page(cast(Frame, frame), Kinds.of([for_caller(words(kind), caller)]), mine=False)
        await page.ask_possible([due])
        with ui.element("div") as acts:
            page.draw_step(due, ui.element("div"), "")
    return [one.text for one in acts.descendants() if isinstance(one, ui.button)]


@pytest.mark.parametrize(
    ("division", "home", "buttons"),
    [
        (STREET, STACK, ["报送材料"]),
        (STREET, "", ["报送材料"]),  # from before it was known whose it is
        (STREET, STREET, []),  # the street has a stack of its own: it is done there
        ("120116005", STACK, []),
    ],
)
async def test_a_step_is_offered_where_its_record_can_be_worked_on(
    division: str, home: str, buttons: list[str]
) -> None:
    due = Due(
        service="registry", aggregate="inspection", id=uuid4(), division=division, organization_id=None,
        organization=None, due_on=date(2026, 3, 1), state={"state": "due"}, home=home,
    )  # fmt: skip
    assert await offered(due) == buttons


@pytest.mark.parametrize(
    ("told", "buttons"),
    [
        (["screened", "rejected", "withdrawn"], ["入选"]),
        (["withdrawn"], []),  # the base decides; to give up is no next step
        (None, []),
    ],
)
async def test_what_depends_on_the_record_is_offered_as_the_registry_tells(
    told: list[str] | None, buttons: list[str]
) -> None:
    officer = Principal("u-2", frozenset({"hub_officer"}), frozenset(ROLES["hub_officer"]), (STREET,))
    registry = Registry(told)
    applied = Due(
        service="registry", aggregate="stay", id=uuid4(), division=STREET, organization_id=None,
        organization=None, due_on=date(2026, 3, 1), state={"state": "applied"}, home=STACK,
    )  # fmt: skip
    assert await offered(applied, STAYS, officer, registry) == buttons
    assert registry.asked == [f"stay:{applied.id}"]
