"""Funds: every movement is an event and a balanced entry, and nothing overspends, whoever comes at once."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from chassis.model import StepNotPossible, SumOutOfRange
from chassis.unit_of_work import NotFound, StaleRevision
from services.grants.funds import commands as funds
from services.grants.funds.model import (
    CommitmentExists,
    CommitmentMissing,
    FundHasCommitments,
    FundOverspent,
)
from services.grants.funds.tables import FundRow
from services.grants.model import Basis, EffectiveBeforePrevious, EffectiveInFuture
from tests.grants.conftest import Grants

pytestmark = pytest.mark.integration


async def books(grants: Grants, fund_id: Any) -> dict[str, int]:
    """Balance of each account by the ledger alone, credits positive but for what is held."""
    rows = await grants.rows(
        "select account, sum(case account when 'held' then fen else -fen end)::bigint as fen"
        " from ledger_posting join ledger_entry on ledger_entry.id = entry_id"
        " where fund_id = $1 group by account",
        fund_id,
    )
    return {row["account"]: row["fen"] for row in rows}


async def test_a_funds_whole_life_is_told_and_booked(grants: Grants) -> None:
    fund = await grants.fund(1000)
    await grants.do(funds.increase, id=fund.id, amount_fen=500)
    await grants.do(funds.commit_money, id=fund.id, subject="voucher-1", amount_fen=600)
    await grants.do(funds.commit_money, id=fund.id, subject="voucher-2", amount_fen=100)
    await grants.do(funds.release_money, id=fund.id, subject="voucher-1")
    await grants.do(funds.release_money, id=fund.id, subject="voucher-2")
    await grants.do(funds.lapse_rest, id=fund.id)
    await grants.do(funds.close, id=fund.id)
    events = await grants.events(fund.id)
    assert [fact for fact, _ in events] == [
        "opened", "increased", "committed", "committed", "released", "released", "lapsed", "closed",
    ]  # fmt: skip
    last = events[-1][1]["state"]
    assert last["ended"] is True
    assert (last["total_fen"], last["released_fen"], last["lapsed_fen"]) == (1500, 700, 1500)
    assert await books(grants, fund.id) == {"held": 1500, "available": 0, "committed": 0, "lapsed": 1500}


async def test_a_release_is_a_reversal_that_names_its_entry(grants: Grants) -> None:
    fund = await grants.fund(1000)
    await grants.do(funds.commit_money, id=fund.id, subject="v", amount_fen=600)
    await grants.do(funds.release_money, id=fund.id, subject="v")
    await grants.do(funds.commit_money, id=fund.id, subject="v", amount_fen=700)
    entries = await grants.rows(
        "select id, kind, reverses from ledger_entry where subject = 'v' order by recorded_at"
    )
    assert [entry["kind"] for entry in entries] == ["commitment", "release", "commitment"]
    assert entries[1]["reverses"] == entries[0]["id"]


async def test_one_subject_is_committed_once_at_a_time(grants: Grants) -> None:
    fund = await grants.fund(1000)
    await grants.do(funds.commit_money, id=fund.id, subject="v", amount_fen=1)
    with pytest.raises(CommitmentExists):
        await grants.do(funds.commit_money, id=fund.id, subject="v", amount_fen=1)
    with pytest.raises(CommitmentMissing):
        await grants.do(funds.release_money, id=fund.id, subject="other")


async def test_what_is_not_there_is_not_committed_and_a_refusal_leaves_no_trace(grants: Grants) -> None:
    fund = await grants.fund(1000)
    with pytest.raises(FundOverspent):
        await grants.do(funds.commit_money, id=fund.id, subject="v", amount_fen=1001)
    with pytest.raises(SumOutOfRange):
        await grants.do(funds.increase, id=fund.id, amount_fen=0)
    assert await grants.facts(fund.id) == ["opened"]
    assert await books(grants, fund.id) == {"held": 1000, "available": 1000}


async def test_a_fund_with_money_in_it_is_not_closed_and_a_closed_one_takes_nothing(grants: Grants) -> None:
    fund = await grants.fund(1000)
    with pytest.raises(FundHasCommitments):
        await grants.do(funds.close, id=fund.id)
    await grants.do(funds.lapse_rest, id=fund.id)
    await grants.do(funds.close, id=fund.id)
    with pytest.raises(StepNotPossible):
        await grants.do(funds.increase, id=fund.id, amount_fen=1)


async def test_days_are_kept_in_order_and_out_of_the_future(grants: Grants) -> None:
    fund = await grants.fund(1000)
    with pytest.raises(EffectiveInFuture):
        await grants.do(funds.increase, id=fund.id, amount_fen=1, effective_on=date(2999, 1, 1))
    with pytest.raises(EffectiveBeforePrevious):
        await grants.do(funds.increase, id=fund.id, amount_fen=1, effective_on=date(2014, 6, 30))
    corrected: dict[str, Any] = {"basis": Basis.CORRECTED, "effective_on": date(2014, 6, 30)}
    await grants.do(funds.increase, id=fund.id, amount_fen=1, **corrected)


async def test_an_old_revision_and_an_unknown_fund_are_refused(grants: Grants) -> None:
    fund = await grants.fund(1000)
    await grants.do(funds.increase, id=fund.id, amount_fen=1, revision=1)
    with pytest.raises(StaleRevision):
        await grants.do(funds.increase, id=fund.id, amount_fen=1, revision=1)
    with pytest.raises(NotFound):
        await grants.do(funds.increase, id=uuid7(), amount_fen=1)


Movement = tuple[str, int]
movements = st.lists(
    st.tuples(st.sampled_from(["commit", "release", "lapse", "increase"]), st.integers(1, 600)),
    min_size=2,
    max_size=12,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(movements)
async def test_no_sequence_of_concurrent_commands_overspends(
    grants: Grants, movements: Sequence[Movement]
) -> None:
    fund = await grants.fund(1000)

    async def move(number: int, kind: str, fen: int) -> None:
        try:
            match kind:
                case "commit":
                    subject = f"s{number}"
                    await grants.do(funds.commit_money, id=fund.id, subject=subject, amount_fen=fen)
                case "release":
                    await grants.do(funds.release_money, id=fund.id, subject=f"s{number - 1}")
                case "lapse":
                    await grants.do(funds.lapse_rest, id=fund.id, amount_fen=fen)
                case _:
                    await grants.do(funds.increase, id=fund.id, amount_fen=fen)
        except (FundOverspent, CommitmentMissing):
            return

    await asyncio.gather(*(move(number, *movement) for number, movement in enumerate(movements)))
    row = await grants.do(lambda uow: uow.load(FundRow, fund.id))
    found = await books(grants, fund.id)
    assert found["held"] == row.total_fen
    assert found["available"] == row.sums.available_fen >= 0
    assert found.get("committed", 0) == row.committed_fen >= 0
    assert found.get("lapsed", 0) == row.lapsed_fen >= 0
    sequences = await grants.rows(
        "select sequence from event_log where aggregateid = $1 order by seq", str(fund.id)
    )
    assert [entry["sequence"] for entry in sequences] == list(range(1, len(sequences) + 1))


async def test_twenty_at_once_for_money_that_does_for_seven_leave_seven(grants: Grants) -> None:
    fund = await grants.fund(799)
    outcomes = await asyncio.gather(
        *(
            grants.do(funds.commit_money, id=fund.id, subject=f"s{number}", amount_fen=100)
            for number in range(20)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, FundRow) for outcome in outcomes) == 7
    assert sum(isinstance(outcome, FundOverspent) for outcome in outcomes) == 13
