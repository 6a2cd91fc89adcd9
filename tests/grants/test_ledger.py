"""Ledger: entries balance, reversal restores, a fund's sums and its books always agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chassis.model import StepNotPossible, SumOutOfRange, step
from services.grants.funds.model import (
    TRANSITIONS,
    FundHasCommitments,
    FundOverspent,
    FundStatus,
    FundSums,
)
from services.grants.ledger.model import (
    Account,
    EmptyPosting,
    Entry,
    EntryKind,
    Posting,
    UnbalancedEntry,
    balances,
    commit,
    lapse,
    receive,
)

sums = st.integers(min_value=1, max_value=10**12)


def test_an_entry_whose_debits_and_credits_differ_cannot_exist() -> None:
    with pytest.raises(UnbalancedEntry, match=r"0\.03 yuan"):
        Entry(EntryKind.OPENING, (Posting(Account.HELD, 10), Posting(Account.AVAILABLE, -7)))


def test_an_entry_needs_two_lines_with_money_on_each() -> None:
    with pytest.raises(EmptyPosting):
        Entry(EntryKind.OPENING, (Posting(Account.HELD, 0), Posting(Account.AVAILABLE, 0)))
    with pytest.raises(EmptyPosting):
        Entry(EntryKind.OPENING, ())


@given(total=sums, part=sums)
def test_a_reversed_entry_leaves_every_balance_as_it_was(total: int, part: int) -> None:
    before = [receive(EntryKind.OPENING, total)]
    bound = commit(part)
    assert balances([*before, bound, bound.reversal(EntryKind.RELEASE)]) == balances(before)


def test_a_fund_refuses_one_fen_more_than_is_free() -> None:
    sums = FundSums(total_fen=300_000_000).commit(299_999_999, title="F")
    with pytest.raises(FundOverspent, match=r"0\.01 yuan free"):
        sums.commit(2, title="F")
    assert sums.commit(1, title="F").available_fen == 0


@pytest.mark.parametrize("fen", [0, -1, 10**15 + 1])
def test_a_sum_that_is_no_sum_is_refused(fen: int) -> None:
    with pytest.raises(SumOutOfRange):
        FundSums(total_fen=1).increase(fen)


def test_a_fund_with_money_bound_or_free_is_not_closed() -> None:
    with pytest.raises(FundHasCommitments):
        FundSums(total_fen=5).settled()
    FundSums(total_fen=5).lapse(5, title="F").settled()


class FundAndItsBooks(RuleBasedStateMachine):
    """Whatever is done to a fund, its sums equal its ledger and nothing is ever below zero."""

    def __init__(self) -> None:
        super().__init__()
        self.status = FundStatus.OPEN
        self.sums = FundSums(total_fen=1000)
        self.books = [receive(EntryKind.OPENING, 1000)]
        self.open: list[Entry] = []

    def _step(self, fact: str) -> bool:
        try:
            self.status = step(TRANSITIONS, self.status, fact)
        except StepNotPossible:
            assert self.status is FundStatus.CLOSED
            return False
        return True

    @rule(fen=st.integers(1, 500))
    def increase(self, fen: int) -> None:
        if self._step("increased"):
            self.sums = self.sums.increase(fen)
            self.books.append(receive(EntryKind.INCREASE, fen))

    @rule(fen=st.integers(1, 800))
    def bind(self, fen: int) -> None:
        if not self._step("committed"):
            return
        free = self.sums.available_fen
        try:
            self.sums = self.sums.commit(fen, title="F")
        except FundOverspent:
            assert fen > free
            return
        assert fen <= free
        self.open.append(commit(fen))
        self.books.append(self.open[-1])

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def free(self, data: st.DataObject) -> None:
        if self._step("released"):
            entry = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
            self.sums = self.sums.release(entry.postings[0].fen)
            self.books.append(entry.reversal(EntryKind.RELEASE))

    @rule(fen=st.integers(1, 800))
    def let_lapse(self, fen: int) -> None:
        if self._step("lapsed") and fen <= self.sums.available_fen:
            self.sums = self.sums.lapse(fen, title="F")
            self.books.append(lapse(fen))

    @rule()
    def close(self) -> None:
        try:
            self.sums.settled()
        except FundHasCommitments:
            assert self.sums.committed_fen or self.sums.available_fen
            return
        self._step("closed")

    @invariant()
    def the_books_say_what_the_sums_say(self) -> None:
        found = balances(self.books)
        assert found[Account.HELD] == self.sums.total_fen
        assert found[Account.AVAILABLE] == self.sums.available_fen >= 0
        assert found[Account.COMMITTED] == self.sums.committed_fen >= 0
        assert found[Account.LAPSED] == self.sums.lapsed_fen >= 0


TestFundAndItsBooks = FundAndItsBooks.TestCase
