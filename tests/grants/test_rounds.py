"""Rounds: announced with sound terms, opened and closed by their window, through every step to the end."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chassis.model import Refusals, StepNotPossible, step
from chassis.service import DueTimer, Timer
from services.grants.applications.model import OutsideWindow, RoundTakesNone, Window
from services.grants.decisions import commands as decisions
from services.grants.eligibility.model import Rule, UnknownRule
from services.grants.model import Basis, EffectiveBeforePrevious
from services.grants.ranking import commands as ranking
from services.grants.ranking.model import CriteriaNotWhole
from services.grants.rounds import commands as rounds
from services.grants.rounds.commands import CLOSES, OPENS
from services.grants.rounds.model import (
    TRANSITIONS,
    BudgetExceedsFund,
    FewerDeclaredThanNamed,
    HonoursWithoutMoney,
    MoneyMissing,
    NotAnExtension,
    RoundKind,
    RoundStatus,
    StatusNotEntered,
    Terms,
    UnknownArea,
    UnknownTargetGroup,
    WindowMissing,
    WindowReversed,
    WindowStillOpen,
    extension,
    faults,
    publicised_until,
)
from services.grants.rounds.tables import RoundRow
from services.grants.rounds.timers import window_closed, window_opened
from tests.grants.conftest import HISTORY, Grants

TERMS = Terms("公益创投", RoundKind.GRANTS, 2014, budget_fen=100, has_fund=True)
KNOWN: dict[str, Any] = {"areas": ["a", "b"], "target_groups": ["elderly"]}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"areas_named": ("x",)}, UnknownArea),
        ({"target_groups": ("x",)}, UnknownTargetGroup),
        ({"areas_named": ("a", "b"), "areas_declared": 1}, FewerDeclaredThanNamed),
        ({"opens_on": date(2014, 2, 1), "closes_on": date(2014, 1, 1)}, WindowReversed),
        ({"budget_fen": None}, MoneyMissing),
        ({"has_fund": False}, MoneyMissing),
        ({"kind": RoundKind.HONOURS}, HonoursWithoutMoney),
        ({"eligibility": (Rule("x"),)}, UnknownRule),
    ],
)
def test_unsound_terms_are_told(changes: dict[str, Any], refusal: type[Exception]) -> None:
    assert list(faults(TERMS, live=False, **KNOWN)) == []
    assert [type(fault) for fault in faults(replace(TERMS, **changes), live=False, **KNOWN)] == [refusal]


def test_a_live_round_needs_its_last_day_since_it_closes_by_it() -> None:
    assert [type(fault) for fault in faults(TERMS, live=True, **KNOWN)] == [WindowMissing]


def test_a_list_of_areas_that_is_shorter_than_declared_leaves_the_others_possible() -> None:
    open_list = Terms("t", RoundKind.GRANTS, 2014, areas_declared=10, areas_named=("a",))
    assert open_list.takes_area("anything")
    whole_list = Terms("t", RoundKind.GRANTS, 2014, areas_declared=1, areas_named=("a",))
    assert whole_list.takes_area("a")
    assert not whole_list.takes_area("b")


def test_an_extension_is_later_and_for_a_live_round_not_already_past() -> None:
    assert extension(date(2014, 8, 1), date(2014, 9, 1), None) == date(2014, 9, 1)
    with pytest.raises(NotAnExtension):
        extension(date(2014, 8, 1), date(2014, 8, 1), None)
    with pytest.raises(NotAnExtension):
        extension(date(2014, 8, 1), date(2014, 9, 1), date(2014, 9, 2))


def test_objections_are_taken_for_whole_days_after_the_day_of_publication() -> None:
    assert publicised_until(date(2014, 9, 10), 7) == date(2014, 9, 17)


class WindowOfRound(RuleBasedStateMachine):
    """Through any sequence of steps an application gets in exactly while the window stands open."""

    def __init__(self) -> None:
        super().__init__()
        self.status = RoundStatus.ANNOUNCED
        self.day = date(2014, 7, 1)
        self.closes = date(2014, 7, 20)
        self.has_been_decided = False

    @rule(fact=st.sampled_from(sorted({fact for facts in TRANSITIONS.values() for fact in facts})))
    def step(self, fact: str) -> None:
        try:
            after = step(TRANSITIONS, self.status, fact)
        except StepNotPossible:
            assert fact not in TRANSITIONS[self.status]
            return
        if fact == "decided":
            assert self.status is RoundStatus.PUBLICISED
        if fact == "publicised":
            assert self.status is RoundStatus.RANKING_PROPOSED
        self.status = after

    @rule(days=st.integers(0, 9))
    def wait(self, days: int) -> None:
        self.day = date.fromordinal(self.day.toordinal() + days)

    @invariant()
    def applications_get_in_while_it_is_open(self) -> None:
        window = Window(self.status, date(2014, 7, 5), self.closes)
        inside = date(2014, 7, 5) <= self.day <= self.closes
        try:
            window.admits(self.day, live=True)
        except (RoundTakesNone, OutsideWindow):
            assert self.status is not RoundStatus.OPEN or not inside
            return
        assert self.status is RoundStatus.OPEN
        assert inside

    @invariant()
    def final_states_stay(self) -> None:
        if self.status in (RoundStatus.CONCLUDED, RoundStatus.CANCELLED):
            assert TRANSITIONS[self.status] == {}


WindowOfRound.TestCase.settings = settings(max_examples=60, stateful_step_count=25)
TestWindowOfRound = WindowOfRound.TestCase


@pytest.mark.integration
class TestSteps:
    """The commands on a real database."""

    async def test_a_round_goes_through_every_step_and_each_is_told(self, grants: Grants) -> None:
        round_ = await grants.round(begins_as=RoundStatus.ANNOUNCED, effective_on=date(2014, 7, 1))
        await grants.do(rounds.open_now, id=round_.id, effective_on=date(2014, 7, 10), **HISTORY)
        later = {"closes_on": date(2014, 9, 15), "effective_on": date(2014, 8, 20), **HISTORY}
        await grants.do(rounds.extend, id=round_.id, **later)
        row = await grants.application(round_)
        await grants.scored(round_, [(row, 90)])
        await grants.decided(round_)
        again = {"reason": "objection_upheld", "effective_on": date(2014, 9, 25), **HISTORY}
        await grants.do(decisions.reopen, id=round_.id, **again)
        day = {"effective_on": date(2014, 10, 1), **HISTORY}
        await grants.do(ranking.propose, id=round_.id, **day)
        await grants.do(decisions.publicise, id=round_.id, **day)
        await grants.do(decisions.decide, id=round_.id, **day)
        await grants.do(decisions.conclude, id=round_.id, **day)
        events = await grants.events(round_.id)
        assert [fact for fact, _ in events] == [
            "announced", "opened", "extended", "closed", "ranking_proposed", "publicised", "decided",
            "reopened", "ranking_proposed", "publicised", "decided", "concluded",
        ]  # fmt: skip
        state = events[-1][1]["state"]
        assert state["ended"] is True
        assert (state["submitted_count"], state["awarded_count"], state["awarded_fen"]) == (1, 1, 9_000_000)
        assert events[2][1]["previously_closed_on"] == "2014-08-31"

    async def test_the_declared_and_the_named_areas_travel_apart(self, grants: Grants) -> None:
        named = ("social_assistance", "home_elderly_care", "social_volunteering")
        round_ = await grants.round(areas_declared=10, areas_named=named)
        (_, data), *_ = await grants.events(round_.id)
        assert data["state"]["areas"] == {"declared": 10, "named": list(named)}

    async def test_every_fault_of_an_announcement_is_told_at_once(self, grants: Grants) -> None:
        with pytest.raises(Refusals) as caught:
            await grants.round(
                areas_named=["gardening"],
                eligibility=[Rule("nonsense")],
                criteria=[{"code": "a", "weight_thousandths": 1, "highest_thousandths": 1}],
            )
        found = [type(refusal) for refusal in caught.value.refusals]
        assert found == [UnknownArea, UnknownRule, CriteriaNotWhole]

    async def test_a_round_promises_no_more_than_its_fund_has_free(self, grants: Grants) -> None:
        fund = await grants.fund(100)
        with pytest.raises(BudgetExceedsFund):
            await grants.round(fund.id, budget_fen=101)
        round_ = await grants.round(fund.id, budget_fen=100)
        (_, data), *_ = await grants.events(round_.id)
        assert data["state"]["fund"] == {"id": str(fund.id), "sequence": 1}

    async def test_only_history_is_entered_as_already_open(self, grants: Grants) -> None:
        with pytest.raises(StatusNotEntered):
            await grants.round(begins_as=RoundStatus.DECIDED)
        with pytest.raises(StatusNotEntered):
            await grants.round(begins_as=RoundStatus.OPEN, basis=Basis.LIVE, effective_on=None)

    async def test_steps_follow_each_other_in_time(self, grants: Grants) -> None:
        round_ = await grants.round()
        with pytest.raises(EffectiveBeforePrevious):
            await grants.do(rounds.close, id=round_.id, effective_on=date(2014, 7, 9), **HISTORY)

    async def test_a_cancelled_round_ends_the_applications_in_it(self, grants: Grants) -> None:
        round_ = await grants.round()
        row = await grants.application(round_)
        day = {"effective_on": date(2014, 8, 5), **HISTORY}
        await grants.do(decisions.cancel, id=round_.id, reason="budget_withdrawn", **day)
        assert (await grants.events(round_.id))[-1][1]["reason"] == "budget_withdrawn"
        fact, data = (await grants.events(row.id))[-1]
        assert (fact, data["state"]["ended"]) == ("not_selected", True)

    async def test_a_round_of_honours_moves_no_money(self, grants: Grants) -> None:
        honours: dict[str, Any] = {"kind": RoundKind.HONOURS, "budget_fen": None, "title": "文明家庭评选"}
        round_ = await grants.round(**honours)
        rows = [await grants.application(round_, requested_fen=0, title=f"T{n}") for n in range(3)]
        await grants.scored(round_, [(row, 90 - n) for n, row in enumerate(rows)])
        decided = await grants.decided(round_, awards_at_most=1, reserve_at_most=0)
        assert (decided.awarded_count, decided.awarded_fen) == (1, 0)
        assert (await grants.facts(rows[0].id))[-1] == "awarded"


async def due(grants: Grants, timer: Timer, round_id: UUID) -> bool:
    """Fire the timer as the loop does, if there is one; says whether there was."""
    query = "delete from timer where kind = $1 and subject = $2 returning id"
    async with grants.runtime.unit_of_work() as uow:
        taken: list[bool] = []

        async def take() -> bool:
            taken.append(await uow.connection.fetchval(query, timer.kind, str(round_id)) is not None)
            return taken[-1]

        await timer.function(uow, DueTimer("t", timer.kind, str(round_id), "120116", {}, take))
    return taken[-1]


@pytest.mark.integration
class TestWindow:
    """A live round opens and closes by itself; history starts no timer."""

    async def test_a_live_round_opens_and_closes_on_the_days_of_shanghai(self, grants: Grants) -> None:
        await grants.begin(date(2026, 3, 2))
        fund = await grants.fund()
        live = {"begins_as": RoundStatus.ANNOUNCED, "basis": Basis.LIVE, "effective_on": None, "year": 2026}
        days = {"opens_on": date(2026, 3, 10), "closes_on": date(2026, 3, 31)}
        round_ = await grants.round(fund.id, **live, **days)
        timers = await grants.rows("select kind, due_at::text from timer where subject = $1", round_.subject)
        assert {row["kind"]: row["due_at"] for row in timers} == {
            OPENS: "2026-03-09 16:00:00+00",
            CLOSES: "2026-03-31 16:00:00+00",
        }
        await grants.begin(date(2026, 3, 10))
        assert await due(grants, window_opened, round_.id)
        assert not await due(grants, window_opened, round_.id)
        with pytest.raises(WindowStillOpen):
            await grants.do(rounds.close, id=round_.id)
        await grants.begin(date(2026, 4, 1))
        assert await due(grants, window_closed, round_.id)
        assert await grants.facts(round_.id) == ["announced", "opened", "closed"]

    async def test_an_extension_moves_the_end(self, grants: Grants) -> None:
        await grants.begin(date(2026, 3, 2))
        fund = await grants.fund()
        live = {"begins_as": RoundStatus.ANNOUNCED, "basis": Basis.LIVE, "effective_on": None}
        round_ = await grants.round(fund.id, **live, opens_on=None, closes_on=date(2026, 3, 31))
        await grants.do(rounds.extend, id=round_.id, closes_on=date(2026, 4, 15))
        (row,) = await grants.rows("select due_at::text from timer where kind = $1", CLOSES)
        assert row["due_at"] == "2026-04-15 16:00:00+00"

    async def test_history_starts_no_timer(self, grants: Grants) -> None:
        await grants.round()
        await grants.round(begins_as=RoundStatus.ANNOUNCED, title="另一轮")
        assert await grants.rows("select * from timer") == []

    async def test_a_cancelled_round_never_opens(self, grants: Grants) -> None:
        await grants.begin(date(2026, 3, 2))
        fund = await grants.fund()
        live = {"begins_as": RoundStatus.ANNOUNCED, "basis": Basis.LIVE, "effective_on": None}
        round_ = await grants.round(fund.id, **live, opens_on=date(2026, 3, 3), closes_on=date(2026, 3, 31))
        await grants.do(decisions.cancel, id=round_.id, reason="budget_withdrawn")
        assert await grants.rows("select * from timer") == []
        row = await grants.do(lambda uow: uow.load(RoundRow, round_.id))
        assert row.status == RoundStatus.CANCELLED
