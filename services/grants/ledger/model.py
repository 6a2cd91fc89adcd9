"""Accounts of a fund and the balanced entries between them: debit positive, credit negative, in fen."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from chassis.model import Refusal, RefusalKind


class Account(StrEnum):
    """The accounts of one fund.

    `held` is money at disposal and has a debit balance; the others say what it is bound to and have credit
    balances, so that held = available + committed + lapsed at every moment.
    """

    HELD = "held"
    AVAILABLE = "available"
    COMMITTED = "committed"
    LAPSED = "lapsed"


class EntryKind(StrEnum):
    """Why money moved."""

    OPENING = "opening"
    INCREASE = "increase"
    COMMITMENT = "commitment"
    RELEASE = "release"
    LAPSE = "lapse"


class UnbalancedEntry(Refusal):
    """Debits and credits differ."""

    code = "ledger_unbalanced"
    kind = RefusalKind.INVALID
    zh = "凭证借贷不平,差额 {difference:yuan} 元。"
    en = "Debits and credits of the entry differ by {difference:yuan} yuan."


class EmptyPosting(Refusal):
    """A line without money."""

    code = "ledger_empty_posting"
    kind = RefusalKind.INVALID
    zh = "凭证至少两行,且每行金额不能为 0。"
    en = "An entry has at least two lines and no line of zero."


@dataclass(frozen=True)
class Posting:
    """One line: `fen` above zero is a debit, below zero a credit."""

    account: Account
    fen: int


@dataclass(frozen=True)
class Entry:
    """A balanced set of postings. Raises `EmptyPosting` or `UnbalancedEntry` when made otherwise."""

    kind: EntryKind
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        if len(self.postings) < 2 or any(posting.fen == 0 for posting in self.postings):
            raise EmptyPosting()
        difference = sum(posting.fen for posting in self.postings)
        if difference:
            raise UnbalancedEntry(difference=difference)

    def reversal(self, kind: EntryKind) -> "Entry":
        """The entry that undoes this one; the wrong one stays in the books."""
        return Entry(kind, tuple(Posting(posting.account, -posting.fen) for posting in self.postings))


def move(kind: EntryKind, fen: int, *, debit: Account, credit: Account) -> Entry:
    """An entry of two lines: `fen` from the credited account to the debited one."""
    return Entry(kind, (Posting(debit, fen), Posting(credit, -fen)))


def receive(kind: EntryKind, fen: int) -> Entry:
    """Money comes in and is free."""
    return move(kind, fen, debit=Account.HELD, credit=Account.AVAILABLE)


def commit(fen: int) -> Entry:
    """Free money is bound to a purpose."""
    return move(EntryKind.COMMITMENT, fen, debit=Account.AVAILABLE, credit=Account.COMMITTED)


def lapse(fen: int) -> Entry:
    """Free money may no longer be used."""
    return move(EntryKind.LAPSE, fen, debit=Account.AVAILABLE, credit=Account.LAPSED)


def balances(entries: Iterable[Entry]) -> Mapping[Account, int]:
    """Each account's balance in its normal direction: `held` debit, the others credit; never negative."""
    sums: Counter[Account] = Counter(dict.fromkeys(Account, 0))
    for entry in entries:
        for posting in entry.postings:
            sums[posting.account] += posting.fen
    return {account: total if account is Account.HELD else -total for account, total in sums.items()}
