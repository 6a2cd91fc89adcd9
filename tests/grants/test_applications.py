"""Applications: judged by the local copy with reasons, waiting where it knows nothing, through every step."""

import asyncio
from datetime import date
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from shuniu_contracts import registry
from uuid_utils.compat import uuid7

from chassis.model import Refusals, StepNotPossible, step
from chassis.principal import NotPermitted, Principal
from chassis.unit_of_work import NotFound
from services.grants.applications import commands as applications
from services.grants.applications.model import (
    TRANSITIONS,
    ApplicationStatus,
    AreaNotOfRound,
    AwardOverBudget,
    DraftIsPrivate,
    NotJudgedNow,
    NotNextInReserve,
    OutsideWindow,
    RequestMissing,
    RequestNotWanted,
    RequestOverCap,
    RoundTakesNone,
    SameApplication,
    Window,
)
from services.grants.applications.tables import ApplicationRow
from services.grants.decisions import commands as decisions
from services.grants.eligibility.model import Rule
from services.grants.funds import commands as funds
from services.grants.funds.model import FundOverspent
from services.grants.funds.tables import FundRow
from services.grants.organizations.commands import ban
from services.grants.ranking import commands as ranking
from services.grants.ranking.commands import (
    ScoreCriterionUnknown,
    ScoreForOther,
    ScoreTooHigh,
    ScoreTwice,
)
from services.grants.ranking.model import Score
from services.grants.rounds import commands as rounds
from services.grants.rounds.model import (
    ApplicationsUndecided,
    NothingToRank,
    PublicityNotOver,
    RankingStale,
    RoundKind,
    RoundNotClosed,
    RoundStatus,
)
from tests.grants.conftest import HISTORY, Grants, registered

S = ApplicationStatus


class LifeOfAnApplication(RuleBasedStateMachine):
    """Through any sequence of facts: no award before eligibility, nothing after withdrawal."""

    def __init__(self) -> None:
        super().__init__()
        self.status = S.DRAFT
        self.facts: list[str] = []

    @rule(fact=st.sampled_from(sorted({fact for facts in TRANSITIONS.values() for fact in facts})))
    def take(self, fact: str) -> None:
        before = self.status
        try:
            self.status = step(TRANSITIONS, self.status, fact)
        except StepNotPossible:
            assert fact not in TRANSITIONS[before]
            return
        self.facts.append(fact)

    @invariant()
    def an_award_follows_eligibility(self) -> None:
        if self.status is S.AWARDED:
            settled = [fact for fact in self.facts if fact not in ("awarded", "reserved")]
            assert settled[-1] == "found_eligible"

    @invariant()
    def an_ineligible_one_is_never_selected_or_reserved(self) -> None:
        if self.facts and self.facts[-1] == "found_ineligible":
            assert not {"awarded", "reserved"} & set(TRANSITIONS[self.status])

    @invariant()
    def what_was_submitted_was_a_draft_or_came_back(self) -> None:
        assert ("submitted" in self.facts) == (
            self.status not in (S.DRAFT, S.WITHDRAWN) or len(self.facts) > 1
        )

    @invariant()
    def withdrawn_is_final(self) -> None:
        if "withdrawn" in self.facts:
            assert self.status is S.WITHDRAWN


LifeOfAnApplication.TestCase.settings = settings(max_examples=80, stateful_step_count=25)
TestLifeOfAnApplication = LifeOfAnApplication.TestCase


def test_history_comes_in_after_the_round_has_closed_but_not_after_its_window() -> None:
    window = Window(RoundStatus.CLOSED, date(2014, 7, 10), date(2014, 8, 31))
    window.admits(date(2014, 8, 31), live=False)
    with pytest.raises(RoundTakesNone):
        window.admits(date(2014, 8, 31), live=True)
    with pytest.raises(OutsideWindow):
        window.admits(date(2014, 9, 1), live=False)


def test_what_was_returned_comes_back_after_the_window_but_not_after_the_ranking() -> None:
    Window(RoundStatus.CLOSED, None, date(2014, 8, 31)).admits(date(2014, 9, 5), live=True, resubmitted=True)
    with pytest.raises(RoundTakesNone):
        Window(RoundStatus.RANKING_PROPOSED, None, None).admits(date(2014, 9, 5), live=True, resubmitted=True)


@pytest.mark.integration
class TestJudging:
    """Eligibility from the local copy."""

    async def test_it_is_judged_when_submitted_and_names_the_versions_it_saw(self, grants: Grants) -> None:
        round_ = await grants.round(eligibility=[Rule("covered", ("party",))])
        organization = await grants.organization()
        duty = await grants.covered(organization)
        row = await grants.application(round_, organization)
        events = await grants.events(row.id)
        assert [fact for fact, _ in events] == ["submitted", "found_eligible"]
        assert events[1][1]["state"]["facts_used"] == [
            {"id": str(organization), "sequence": 1},
            {"id": str(duty), "sequence": 1},
        ]
        assert row.division == "120116001"

    async def test_every_failing_condition_is_a_reason(self, grants: Grants) -> None:
        rules = [Rule("registered_months", ("36",)), Rule("legal_form_in", ("foundation",))]
        round_ = await grants.round(eligibility=rules)
        row = await grants.application(round_)
        fact, data = (await grants.events(row.id))[-1]
        assert (fact, data["reasons"]) == ("found_ineligible", ["registered_too_short", "legal_form"])
        assert row.status == S.INELIGIBLE

    async def test_a_banned_organisation_is_ineligible_though_the_round_did_not_think_of_it(
        self, grants: Grants
    ) -> None:
        round_ = await grants.round(eligibility=[])
        organization = await grants.organization()
        day = {"effective_on": date(2013, 1, 1), **HISTORY}
        await grants.do(ban, organization_id=organization, reason="clawed_back", **day)
        row = await grants.application(round_, organization)
        assert row.eligibility_reasons == ["banned"]

    async def test_it_waits_for_an_organisation_not_yet_known_and_is_judged_when_that_arrives(
        self, grants: Grants
    ) -> None:
        round_ = await grants.round()
        organization = uuid7()
        row = await grants.application(round_, organization)
        assert (row.status, row.waits_for_organization, row.division) == (S.SUBMITTED, True, "120116")
        row = await grants.do(applications.judge_eligibility, id=row.id)
        assert row.waits_for_organization
        await grants.organization(uuid7())
        assert await grants.facts(row.id) == ["submitted"]
        await grants.receive((organization, registered()))
        events = await grants.rows(
            "select type, headers, payload from event_log where aggregateid = $1 order by sequence",
            str(row.id),
        )
        assert events[-1]["type"].endswith("found_eligible.v1")
        assert "causationid" in events[-1]["headers"]
        await grants.receive((organization, registered(name="新名")))
        assert await grants.facts(row.id) == ["submitted", "found_eligible"]

    async def test_an_officer_may_say_that_unknown_is_ineligible(self, grants: Grants) -> None:
        row = await grants.application(await grants.round(), uuid7())
        row = await grants.do(applications.judge_eligibility, id=row.id, unknown_is_ineligible=True)
        assert (row.status, row.eligibility_reasons) == (S.INELIGIBLE, ["organization_unknown"])

    async def test_judged_again_it_follows_the_facts(self, grants: Grants) -> None:
        round_ = await grants.round(eligibility=[Rule("not_listed")])
        organization = await grants.organization(credit_listing=registry.CreditListing.ABNORMAL)
        row = await grants.application(round_, organization)
        assert row.eligibility_reasons == ["credit_listed"]
        await grants.receive((organization, registered()))
        row = await grants.do(applications.judge_eligibility, id=row.id)
        assert (row.status, row.facts_used) == (S.ELIGIBLE, [{"id": str(organization), "sequence": 2}])

    async def test_nothing_is_judged_or_returned_once_the_ranking_stands(self, grants: Grants) -> None:
        round_ = await grants.round()
        row = await grants.application(round_)
        await grants.scored(round_, [(row, 90)])
        await grants.propose(round_)
        with pytest.raises(NotJudgedNow):
            await grants.do(applications.judge_eligibility, id=row.id)
        with pytest.raises(NotJudgedNow):
            await grants.do(applications.return_, id=row.id)


@pytest.mark.integration
class TestSteps:
    """Draft, submission, return, withdrawal."""

    async def test_a_draft_is_told_to_nobody_until_it_is_submitted(self, grants: Grants) -> None:
        row = await grants.application(await grants.round(), draft=True)
        assert (row.status, row.revision, row.sequence) == (S.DRAFT, 1, 0)
        row = await grants.do(applications.amend, id=row.id, requested_fen=5_000_000, title="坚强孩子俱乐部")
        assert row.revision == 2
        assert await grants.facts(row.id) == []
        row = await grants.do(applications.submit, id=row.id, effective_on=date(2014, 8, 3), **HISTORY)
        (fact, data), *_ = await grants.events(row.id)
        assert (fact, data["state"]["requested_fen"]) == ("submitted", 5_000_000)
        with pytest.raises(DraftIsPrivate):
            await grants.do(applications.amend, id=row.id, title="别的")

    async def test_a_draft_given_up_leaves_no_event(self, grants: Grants) -> None:
        row = await grants.application(await grants.round(), draft=True)
        row = await grants.do(applications.withdraw, id=row.id)
        assert row.status == S.WITHDRAWN
        assert await grants.facts(row.id) == []

    async def test_returned_completed_and_submitted_again(self, grants: Grants) -> None:
        row = await grants.application(await grants.round())
        day = {"effective_on": date(2014, 8, 20), **HISTORY}
        await grants.do(applications.return_, id=row.id, items=["budget_sheet"], **day)
        await grants.do(applications.amend, id=row.id, requested_fen=8_000_000)
        row = await grants.do(applications.submit, id=row.id, **day)
        events = await grants.events(row.id)
        assert [fact for fact, _ in events] == [
            "submitted", "found_eligible", "returned", "submitted", "found_eligible",
        ]  # fmt: skip
        assert events[2][1]["items"] == ["budget_sheet"]
        assert row.submitted_on == date(2014, 8, 1)

    async def test_a_withdrawn_award_gives_its_money_back(self, grants: Grants) -> None:
        round_ = await grants.round()
        row = await grants.application(round_)
        await grants.scored(round_, [(row, 90)])
        await grants.decided(round_)
        row = await grants.do(applications.withdraw, id=row.id)
        assert (row.status, row.awarded_fen, row.ended) == (S.WITHDRAWN, None, True)
        fund = await grants.do(lambda uow: uow.load(FundRow, round_.fund_id))
        assert (fund.committed_fen, fund.released_fen) == (0, 9_000_000)
        assert await grants.facts(round_.fund_id) == ["opened", "committed", "released"]

    async def test_one_organisation_applies_once_with_one_project(self, grants: Grants) -> None:
        round_ = await grants.round()
        organization = await grants.organization()
        first = await grants.application(round_, organization)
        with pytest.raises(SameApplication, match=str(first.id)):
            await grants.application(round_, organization)
        await grants.application(round_, organization, title="另一个项目")
        await grants.do(applications.withdraw, id=first.id)
        await grants.application(round_, organization)

    async def test_every_fault_of_an_application_is_told_at_once(self, grants: Grants) -> None:
        named: dict[str, Any] = {"areas_declared": 1, "areas_named": ["social_assistance"]}
        round_ = await grants.round(cap_per_application_fen=100, **named)
        with pytest.raises(Refusals) as caught:
            await grants.application(round_, area="x", requested_fen=101, target_groups=["nobody"])
        pointers = [refusal.at for refusal in caught.value.refusals]
        assert pointers == ["/area", "/target_groups/0", "/requested_fen"]

    @pytest.mark.parametrize(
        ("terms", "request_", "refusal"),
        [
            ({}, {"requested_fen": 0}, RequestMissing),
            ({"cap_per_application_fen": 100}, {"requested_fen": 101}, RequestOverCap),
            ({"kind": RoundKind.HONOURS, "budget_fen": None}, {"requested_fen": 1}, RequestNotWanted),
            ({"areas_declared": 1, "areas_named": ["social_assistance"]}, {"area": "x"}, AreaNotOfRound),
            ({}, {"effective_on": date(2014, 9, 1)}, OutsideWindow),
            ({"begins_as": RoundStatus.ANNOUNCED}, {}, RoundTakesNone),
        ],
    )
    async def test_what_a_round_does_not_take(
        self, grants: Grants, terms: Any, request_: Any, refusal: type[Exception]
    ) -> None:
        round_ = await grants.round(**terms)
        with pytest.raises(refusal):
            await grants.application(round_, **request_)

    async def test_nobody_applies_for_an_organisation_of_another_street(self, grants: Grants) -> None:
        round_ = await grants.round()
        organization = await grants.organization(division="120116001")
        permissions = frozenset({"applications:submit"})
        neighbour = Principal("u-n", frozenset({"liaison"}), permissions, ("120116002",))
        with pytest.raises(NotPermitted):
            await grants.application(
                round_, organization, principal=neighbour, permission="applications:submit"
            )
        own = Principal("u-l", frozenset({"liaison"}), permissions, ("120116001",))
        await grants.application(round_, organization, principal=own, permission="applications:submit")

    async def test_an_unknown_round_or_application_is_not_found(self, grants: Grants) -> None:
        with pytest.raises(NotFound):
            await grants.do(applications.apply, round_id=uuid7(), organization_id=uuid7(), title="x",
                            requested_fen=1)  # fmt: skip
        with pytest.raises(NotFound):
            await grants.do(applications.submit, id=uuid7())


async def load(grants: Grants, row: ApplicationRow) -> ApplicationRow:
    return await grants.do(lambda uow: uow.load(ApplicationRow, row.id))


@pytest.mark.integration
class TestAwards:
    """Ranking, decision, reserve list, reopening."""

    async def test_a_round_is_decided_within_its_budget_and_the_money_is_committed_with_it(
        self, grants: Grants
    ) -> None:
        fund = await grants.fund(300)
        round_ = await grants.round(fund.id, budget_fen=250)
        rows = [await grants.application(round_, requested_fen=100, title=f"T{n}") for n in range(4)]
        await grants.scored(round_, [(row, 90 - n) for n, row in enumerate(rows)])
        decided = await grants.decided(round_, reserve_at_most=1)
        assert (decided.awarded_count, decided.awarded_fen) == (2, 200)
        after = [await load(grants, row) for row in rows]
        assert [row.status for row in after] == [S.AWARDED, S.AWARDED, S.RESERVED, S.NOT_SELECTED]
        assert [(row.rank, row.score_thousandths) for row in after] == [
            (1, 90_000), (2, 89_000), (3, 88_000), (4, 87_000),
        ]  # fmt: skip
        committed = [data for fact, data in await grants.events(fund.id) if fact == "committed"]
        assert [data["application"]["id"] for data in committed] == [str(rows[0].id), str(rows[1].id)]
        assert committed[-1]["state"]["committed_fen"] == 200

    async def test_a_fund_that_was_spent_meanwhile_stops_the_decision_whole(self, grants: Grants) -> None:
        fund = await grants.fund(300)
        round_ = await grants.round(fund.id, budget_fen=300)
        rows = [await grants.application(round_, requested_fen=100, title=f"T{n}") for n in range(3)]
        await grants.scored(round_, [(row, 90 - n) for n, row in enumerate(rows)])
        await grants.propose(round_)
        await grants.do(decisions.publicise, id=round_.id, effective_on=date(2014, 9, 10), **HISTORY)
        await grants.do(funds.commit_money, id=fund.id, subject="elsewhere", amount_fen=150)
        with pytest.raises(FundOverspent):
            await grants.do(decisions.decide, id=round_.id, effective_on=date(2014, 9, 20), **HISTORY)
        assert {(await load(grants, row)).status for row in rows} == {S.ELIGIBLE}
        assert (await grants.facts(round_.id))[-1] == "publicised"

    async def test_two_rounds_decided_at_once_never_overspend_the_fund_they_share(
        self, grants: Grants
    ) -> None:
        fund = await grants.fund(150)
        ready = []
        for title in ("甲", "乙"):
            round_ = await grants.round(fund.id, budget_fen=100, title=title)
            await grants.scored(round_, [(await grants.application(round_, requested_fen=100), 90)])
            await grants.propose(round_)
            await grants.do(decisions.publicise, id=round_.id, effective_on=date(2014, 9, 10), **HISTORY)
            ready.append(round_)
        day = {"effective_on": date(2014, 9, 20), **HISTORY}
        outcomes = await asyncio.gather(
            *(grants.do(decisions.decide, id=round_.id, **day) for round_ in ready), return_exceptions=True
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["FundOverspent", "RoundRow"]
        assert await grants.facts(fund.id) == ["opened", "committed"]

    async def test_the_reserve_list_is_drawn_in_order_within_the_budget_left(self, grants: Grants) -> None:
        fund_id = (await grants.fund(300)).id
        round_ = await grants.round(fund_id, budget_fen=150)
        rows = [await grants.application(round_, requested_fen=100, title=f"T{n}") for n in range(3)]
        await grants.scored(round_, [(row, 90 - n) for n, row in enumerate(rows)])
        await grants.decided(round_, reserve_at_most=2)
        with pytest.raises(AwardOverBudget):
            await grants.do(decisions.award_reserved, id=rows[1].id)
        await grants.do(applications.withdraw, id=rows[0].id)
        with pytest.raises(NotNextInReserve, match=str(rows[1].id)):
            await grants.do(decisions.award_reserved, id=rows[2].id)
        row = await grants.do(decisions.award_reserved, id=rows[2].id, award_fen=90, reason="first_declined")
        assert (row.status, row.awarded_fen, row.deviation) == (S.AWARDED, 90, "first_declined")
        row = await grants.do(decisions.award_reserved, id=rows[1].id, award_fen=60)
        fund = await grants.do(lambda uow: uow.load(FundRow, fund_id))
        assert fund.committed_fen == 150
        await grants.do(decisions.conclude, id=round_.id)

    async def test_a_reopened_decision_gives_the_money_back_and_every_case_is_open_again(
        self, grants: Grants
    ) -> None:
        round_ = await grants.round((await grants.fund(300)).id, budget_fen=100)
        rows = [await grants.application(round_, requested_fen=100, title=f"T{n}") for n in range(3)]
        await grants.scored(round_, [(row, 90 - n) for n, row in enumerate(rows)])
        await grants.decided(round_, reserve_at_most=1)
        reopened = await grants.do(decisions.reopen, id=round_.id, reason="conflict_upheld")
        assert (reopened.status, reopened.awarded_fen) == (RoundStatus.CLOSED, 0)
        assert {(await load(grants, row)).status for row in rows} == {S.ELIGIBLE}
        fund = await grants.do(lambda uow: uow.load(FundRow, round_.fund_id))
        assert (fund.committed_fen, fund.released_fen) == (0, 100)

    async def test_what_changed_since_the_proposal_makes_it_stale(self, grants: Grants) -> None:
        round_ = await grants.round()
        rows = [await grants.application(round_, title=f"T{n}") for n in range(2)]
        await grants.scored(round_, [(row, 90) for row in rows])
        await grants.propose(round_)
        await grants.do(applications.withdraw, id=rows[0].id)
        day = {"effective_on": date(2014, 9, 10), **HISTORY}
        with pytest.raises(RankingStale):
            await grants.do(decisions.publicise, id=round_.id, **day)
        await grants.propose(round_)
        await grants.do(decisions.publicise, id=round_.id, **day)

    async def test_no_live_decision_while_objections_may_be_lodged(self, grants: Grants) -> None:
        round_ = await grants.round()
        row = await grants.application(round_)
        await grants.scored(round_, [(row, 90)])
        await grants.propose(round_)
        await grants.begin(date(2026, 3, 2))
        published = await grants.do(decisions.publicise, id=round_.id)
        assert published.publicised_until == date(2026, 3, 9)
        await grants.begin(date(2026, 3, 9))
        with pytest.raises(PublicityNotOver):
            await grants.do(decisions.decide, id=round_.id)
        await grants.begin(date(2026, 3, 10))
        await grants.do(decisions.decide, id=round_.id)

    async def test_no_ranking_while_an_application_waits_or_is_with_the_applicant(
        self, grants: Grants
    ) -> None:
        round_ = await grants.round()
        row = await grants.application(round_, uuid7())
        await grants.do(rounds.close, id=round_.id, effective_on=date(2014, 9, 1), **HISTORY)
        with pytest.raises(ApplicationsUndecided, match="1 applications are not yet judged"):
            await grants.propose(round_)
        await grants.do(applications.judge_eligibility, id=row.id, unknown_is_ineligible=True)
        with pytest.raises(NothingToRank):
            await grants.propose(round_)

    async def test_scores_are_for_this_rounds_applications_criteria_and_points(self, grants: Grants) -> None:
        round_ = await grants.round()
        row = await grants.application(round_)
        good = Score(row.subject, "u-r1", "need", 1)
        with pytest.raises(RoundNotClosed):
            await grants.do(ranking.record_scores, id=round_.id, scores=[good])
        await grants.do(rounds.close, id=round_.id, effective_on=date(2014, 9, 1), **HISTORY)
        bad = [
            Score(str(uuid7()), "u-r1", "need", 1),
            Score(row.subject, "u-r1", "charm", 1),
            Score(row.subject, "u-r1", "capacity", 100_001),
            good,
            good,
        ]
        with pytest.raises(Refusals) as caught:
            await grants.do(ranking.record_scores, id=round_.id, scores=bad)
        found = [type(refusal) for refusal in caught.value.refusals]
        assert found == [ScoreForOther, ScoreCriterionUnknown, ScoreTooHigh, ScoreTwice]
        assert await grants.rows("select 1 from score") == []
        await grants.do(ranking.record_scores, id=round_.id, scores=[good])
        again = Score(row.subject, "u-r1", "need", None)
        await grants.do(ranking.record_scores, id=round_.id, scores=[again])
        (kept,) = await grants.rows("select points_thousandths from score")
        assert kept["points_thousandths"] is None
