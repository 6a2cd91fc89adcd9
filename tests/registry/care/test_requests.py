"""Whatever order people ask, are answered and are left waiting in: a request opens while it is open, and then
forgets whose it was."""

import asyncio
import itertools
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chassis.matters.facts import BeforeOpening
from chassis.model import FutureDay, StepNotPossible
from services.registry.care.looks.model import PurposeWithoutGround
from services.registry.care.records import commands as records
from services.registry.care.requests import commands as requests
from services.registry.care.requests.model import RequestOpen
from tests.registry.care.world import WORKER, asked, in_care
from tests.registry.conftest import Register

pytestmark = pytest.mark.integration
T = TypeVar("T")
FIRST = date(2026, 11, 5)
DAYS = 30
"""Until a request lapses, where no profile says otherwise."""
_NUMBERS = itertools.count()


@dataclass
class Asked:
    """What we expect of one request."""

    person: int
    asked_on: date
    state: str = "open"

    @property
    def due_on(self) -> date:
        return self.asked_on + timedelta(days=DAYS)


class Requests(RuleBasedStateMachine):
    """Two people in care, and what they ask, by the real commands on a real database."""

    register: Register
    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What the test's own loop makes of it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    @initialize()
    def begin(self) -> None:
        for table in ("care_request", "timer"):
            self.run(self.register.rows(f"delete from {table}"))
        self.today = FIRST
        self.run(self.register.begin(FIRST))
        self.people = [f"p-{next(_NUMBERS)}" for _ in range(2)]
        self.records = [self.run(in_care(self.register, person)).id for person in self.people]
        self.known: dict[UUID, Asked] = {}

    def open_of(self, person: int) -> list[Asked]:
        return [one for one in self.known.values() if one.person == person and one.state == "open"]

    @rule(person=st.integers(0, 1), ago=st.integers(-1, DAYS))
    def ask(self, person: int, ago: int) -> None:
        day = self.today - timedelta(days=ago)
        try:
            row = self.run(asked(self.register, self.people[person], asked_on=day))
        except FutureDay:
            assert ago < 0
        except RequestOpen:
            assert self.open_of(person), "one at a time"
        else:
            assert ago >= 0
            assert not self.open_of(person)
            self.known[row.id] = Asked(person, day)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), later=st.integers(-2, 2))
    def answer(self, data: st.DataObject, later: int) -> None:
        id = data.draw(st.sampled_from(sorted(self.known)))
        one = self.known[id]
        day = one.asked_on + timedelta(days=later)
        try:
            self.run(self.register.do(requests.answer, id=id, answered_on=day))
        except FutureDay:
            assert day > self.today
        except BeforeOpening:
            assert later < 0
        except StepNotPossible:
            assert one.state != "open", "what is answered or lapsed is so for good"
        else:
            assert one.state == "open"
            assert one.asked_on <= day <= self.today
            one.state = "answered"

    @rule(days=st.integers(1, DAYS + 2), fires=st.booleans())
    def wait(self, days: int, fires: bool) -> None:
        self.today += timedelta(days=days)
        self.run(self.register.begin(self.today))
        if fires:
            self.run(self.register.fire_timers())
            for one in self.known.values():
                if one.state == "open" and one.due_on < self.today:
                    one.state = "lapsed"

    @rule(person=st.integers(0, 1))
    def look(self, person: int) -> None:
        look: dict[str, Any] = {"id": self.records[person], "purpose": "own_request", "principal": WORKER}
        ground = [one for one in self.open_of(person) if one.due_on >= self.today]
        try:
            self.run(self.register.do(records.look_into, **look))
        except PurposeWithoutGround:
            assert not ground
        else:
            assert ground, "only who asks and waits is looked into for it"

    @invariant()
    def nothing_but_an_open_request_says_whose_it_is_or_waits(self) -> None:
        if not hasattr(self, "known"):
            return
        rows = self.run(self.register.rows("select id, state, mark, due_on from care_request"))
        assert {row["id"]: (row["state"], row["due_on"]) for row in rows} == {
            id: (one.state, one.due_on) for id, one in self.known.items()
        }
        waiting = {id for id, one in self.known.items() if one.state == "open"}
        assert {row["id"] for row in rows if row["mark"] is not None} == waiting
        timers = self.run(self.register.rows("select subject from timer where kind = 'care_request.lapses'"))
        assert {UUID(row["subject"]) for row in timers} == waiting


async def test_requests_in_any_order(register: Register) -> None:
    Requests.register, Requests.loop = register, asyncio.get_running_loop()
    rules = settings(
        max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
    )  # fmt: skip
    await asyncio.to_thread(run_state_machine_as_test, Requests, settings=rules)
