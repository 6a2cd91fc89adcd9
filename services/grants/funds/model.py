"""A fund's sums and the one rule they obey: what is committed and lapsed never exceeds what came in."""

from dataclasses import dataclass, replace
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions, within


class FundStatus(StrEnum):
    """Whether a fund still takes and gives."""

    OPEN = "open"
    CLOSED = "closed"


TRANSITIONS: Transitions[FundStatus] = {
    FundStatus.OPEN: {
        "increased": FundStatus.OPEN,
        "committed": FundStatus.OPEN,
        "released": FundStatus.OPEN,
        "lapsed": FundStatus.OPEN,
        "closed": FundStatus.CLOSED,
    },
    FundStatus.CLOSED: {},
}


class FundOverspent(Refusal):
    """Not enough is free."""

    code = "fund_overspent"
    zh = "资金“{title}”可用余额 {available:yuan} 元,不足 {asked:yuan} 元;请减少金额或先追加资金。"
    en = "Fund '{title}' has {available:yuan} yuan free, not {asked:yuan}; take less or increase it first."


class CommitmentExists(Refusal):
    """One purpose is committed once."""

    code = "commitment_exists"
    zh = "“{subject}”已占用资金 {fen:yuan} 元;请先释放原有占用。"
    en = "'{subject}' already has {fen:yuan} yuan committed; release that first."


class CommitmentMissing(Refusal):
    """Nothing to release."""

    code = "commitment_missing"
    kind = RefusalKind.MISSING
    zh = "“{subject}”在该资金中没有未释放的占用。"
    en = "'{subject}' has no open commitment in this fund."


class FundHasCommitments(Refusal):
    """A fund is closed once nothing is bound or free in it."""

    code = "fund_not_settled"
    zh = "资金尚有已占用 {committed:yuan} 元、可用 {available:yuan} 元;请先释放占用并将余额作失效处理。"
    en = "Of the fund {committed:yuan} yuan are committed and {available:yuan} free; release and lapse them."


@dataclass(frozen=True)
class FundSums:
    """What came in, what is bound now, what came back so far, what lapsed; in fen."""

    total_fen: int
    committed_fen: int = 0
    released_fen: int = 0
    lapsed_fen: int = 0

    @property
    def available_fen(self) -> int:
        """What is free."""
        return self.total_fen - self.committed_fen - self.lapsed_fen

    def increase(self, fen: int) -> "FundSums":
        """More came in; raises `SumOutOfRange`."""
        return replace(self, total_fen=self.total_fen + within(fen, 1, at="/amount_fen"))

    def commit(self, fen: int, *, title: str) -> "FundSums":
        """Bind free money; raises `SumOutOfRange` or `FundOverspent`."""
        self._free(fen, title)
        return replace(self, committed_fen=self.committed_fen + fen)

    def release(self, fen: int) -> "FundSums":
        """Free what was bound by one commitment of `fen`."""
        if not 0 < fen <= self.committed_fen:
            raise ValueError(f"{fen} fen are not committed, only {self.committed_fen} are")
        return replace(self, committed_fen=self.committed_fen - fen, released_fen=self.released_fen + fen)

    def lapse(self, fen: int, *, title: str) -> "FundSums":
        """Free money may no longer be used; raises `SumOutOfRange` or `FundOverspent`."""
        self._free(fen, title)
        return replace(self, lapsed_fen=self.lapsed_fen + fen)

    def settled(self) -> None:
        """Raise `FundHasCommitments` unless nothing is bound or free."""
        if self.committed_fen or self.available_fen:
            raise FundHasCommitments(committed=self.committed_fen, available=self.available_fen)

    def _free(self, fen: int, title: str) -> None:
        within(fen, 1, at="/amount_fen")
        if fen > self.available_fen:
            raise FundOverspent(title=title, available=self.available_fen, asked=fen)
