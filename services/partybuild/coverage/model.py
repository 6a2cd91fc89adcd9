"""The duty to cover an organisation: its states, the mode proposed and why, and what counts as covered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from chassis.model import Transitions, step


class Line(StrEnum):
    """Which line of organisation is owed; `women` is 组建率 (L27)."""

    PARTY = "party"
    WOMEN = "women"


class Mode(StrEnum):
    """How an organisation is covered (R18, A4.12), the strongest first."""

    INDEPENDENT = "independent"  # 独立建
    JOINT = "joint"  # 联合建
    ATTACHED = "attached"  # 挂靠建
    TEMPORARY = "temporary"  # 临时党组织
    INSTRUCTOR = "instructor"  # 派入式: 选派党建指导员
    WORK_STATION = "work_station"  # 党建工作站


STRENGTH = {mode: place for place, mode in enumerate(Mode)}


class CoverageClass(StrEnum):
    """组织覆盖 or 工作覆盖: the two rates."""

    ORGANISATION = "organisation"
    WORK = "work"


def coverage_class(mode: Mode) -> CoverageClass:
    """Independent, joint and attached cover by an organisation; the fall-backs cover by work (R18)."""
    by_organisation = {Mode.INDEPENDENT, Mode.JOINT, Mode.ATTACHED}
    return CoverageClass.ORGANISATION if mode in by_organisation else CoverageClass.WORK


class Status(StrEnum):
    """Where a duty is; being overdue stands beside it."""

    OPEN = "open"
    COVERED = "covered"
    LAPSED = "lapsed"
    ENDED = "ended"


TRANSITIONS: Transitions[Status] = {
    Status.OPEN: {
        "mode_proposed": Status.OPEN,
        "covered": Status.COVERED,
        "became_overdue": Status.OPEN,
        "ended": Status.ENDED,
    },
    Status.COVERED: {
        "mode_changed": Status.COVERED,
        "lapsed": Status.LAPSED,
        "ended": Status.ENDED,
    },
    Status.LAPSED: {
        "mode_proposed": Status.LAPSED,
        "covered": Status.COVERED,
        "became_overdue": Status.LAPSED,
        "ended": Status.ENDED,
    },
    Status.ENDED: {
        "reopened": Status.OPEN,
        "corrected": Status.ENDED,
    },
}


class OpensOn(StrEnum):
    """What opens a duty, as the profile says (R17; Binhai: registered)."""

    REGISTERED = "registered"
    FILED = "filed"
    APPLIED = "applied"


_REGISTERED = frozenset({"registered", "suspended"})


def owing(opens_on: OpensOn) -> frozenset[str]:
    """The legal statuses in which coverage is owed. A suspended organisation is still registered."""
    return _REGISTERED if opens_on is OpensOn.REGISTERED else _REGISTERED | {"filed"}


def owes_coverage(legal_status: str, *, has_applied: bool, opens_on: OpensOn) -> bool:
    """Whether an organisation in this legal status owes coverage, by that or by having applied."""
    return legal_status in owing(opens_on) or (opens_on is OpensOn.APPLIED and has_applied)


def deadline(opened_on: date, recorded_on: date, days: int, *, live: bool) -> date | None:
    """The day by which the organisation is to be covered; None for what is entered as history.

    Calendar days, counted from the later of the fact and its entry: nobody is late for what was not known.
    """
    return max(opened_on, recorded_on) + timedelta(days=days) if live else None


@dataclass(frozen=True)
class Covering:
    """One thing that covers an organisation at present: a party organisation or an instructor."""

    source_id: UUID
    mode: Mode
    since: date
    source_sequence: int = 0


def strongest(coverings: Iterable[Covering]) -> Covering | None:
    """The covering that names the duty's mode: the strongest mode, then the longest standing."""
    return min(coverings, key=lambda c: (STRENGTH[c.mode], c.since, c.source_id), default=None)


class Reason(StrEnum):
    """Why a mode is proposed (R18)."""

    ENOUGH_MEMBERS = "enough_full_members"
    NEIGHBOURS_IN_AREA = "neighbours_in_area"
    NEIGHBOURS_IN_FIELD = "neighbours_in_field"
    HOST_IN_AREA = "host_in_area"
    NO_MEMBERS = "no_full_members"
    MEMBERS_UNKNOWN = "full_members_unknown"
    NO_NEIGHBOUR_NO_HOST = "no_neighbour_no_host"
    DECIDED = "decided_by_officer"


@dataclass(frozen=True)
class Neighbour:
    """An uncovered organisation with too few members of its own, that another could join."""

    organization_id: UUID
    full_members: int


@dataclass(frozen=True)
class Proposal:
    """A mode with its reason; for a joint branch the partners and the lead unit."""

    mode: Mode
    reason: Reason
    partners: tuple[UUID, ...] = ()
    lead: UUID | None = None


@dataclass(frozen=True)
class ModeRules:
    """The profile's thresholds for a mode."""

    min_members: int = 3
    max_units: int = 5


@dataclass(frozen=True)
class Surroundings:
    """What an organisation could lean on: neighbours by scope in order of preference, and a host nearby."""

    neighbours: Sequence[tuple[Reason, Sequence[Neighbour]]] = ()
    has_host: bool = False


def propose(
    organization_id: UUID, full_members: int | None, around: Surroundings, rules: ModeRules
) -> Proposal:
    """The mode by R18 and national practice.

    Three full members or more: independent. Fewer: joint with uncovered neighbours, as few units as reach
    the threshold. Else attached to a party organisation nearby. Else, or with no member, an instructor.
    """
    if full_members is None:
        return Proposal(Mode.INSTRUCTOR, Reason.MEMBERS_UNKNOWN)
    if full_members >= rules.min_members:
        return Proposal(Mode.INDEPENDENT, Reason.ENOUGH_MEMBERS)
    if full_members == 0:
        return Proposal(Mode.INSTRUCTOR, Reason.NO_MEMBERS)
    me = Neighbour(organization_id, full_members)
    for reason, candidates in around.neighbours:
        if units := _join(me, candidates, rules):
            lead = max(units, key=lambda unit: (unit.full_members, -unit.organization_id.int))
            partners = tuple(unit.organization_id for unit in units[1:])
            return Proposal(Mode.JOINT, reason, partners, lead.organization_id)
    if around.has_host:
        return Proposal(Mode.ATTACHED, Reason.HOST_IN_AREA)
    return Proposal(Mode.INSTRUCTOR, Reason.NO_NEIGHBOUR_NO_HOST)


def _join(me: Neighbour, candidates: Sequence[Neighbour], rules: ModeRules) -> list[Neighbour]:
    others = [c for c in candidates if c.organization_id != me.organization_id and c.full_members > 0]
    others.sort(key=lambda c: (-c.full_members, c.organization_id))
    units = [me]
    for other in others[: rules.max_units - 1]:
        units.append(other)
        if sum(unit.full_members for unit in units) >= rules.min_members:
            return units
    return []


@dataclass(frozen=True)
class Duty:
    """The duty of one organisation on one line."""

    opened_on: date
    status: Status = Status.OPEN
    proposal: Proposal | None = None
    due_on: date | None = None
    overdue: bool = False
    cover: Covering | None = None
    covered_on: date | None = None
    ended_on: date | None = None

    @property
    def uncovered(self) -> bool:
        """Whether coverage is owed now."""
        return self.status in {Status.OPEN, Status.LAPSED}

    @property
    def mode_reason(self) -> str | None:
        """Whether the mode is the proposed one: a rule that is `generally` (一般应) asks for that."""
        if self.cover is None:
            return None
        as_proposed = self.proposal is not None and self.proposal.mode is self.cover.mode
        return "as_proposed" if as_proposed else "other_than_proposed"

    def propose(self, proposal: Proposal) -> "Duty":
        """Take another proposal; raises `StepNotPossible` for a duty that is covered or ended."""
        return replace(self, status=step(TRANSITIONS, self.status, "mode_proposed"), proposal=proposal)

    def settle(
        self, coverings: Iterable[Covering], *, next_deadline: date | None
    ) -> tuple["Duty", str | None]:
        """Bring the duty into line with what covers the organisation now; the fact that follows, if any.

        `next_deadline` is the day to be covered again by, should coverage have been lost.
        """
        best = strongest(coverings)
        if self.status is Status.ENDED or (best is None and self.uncovered):
            return self, None
        if best is None:
            return self._lapse(next_deadline), "lapsed"
        if self.uncovered:
            return self._cover(best), "covered"
        assert self.cover is not None  # a covered duty names what covers it
        if (best.source_id, best.mode) == (self.cover.source_id, self.cover.mode):
            return self, None
        status = step(TRANSITIONS, self.status, "mode_changed")
        return replace(self, status=status, cover=best), "mode_changed"

    def _cover(self, best: Covering) -> "Duty":
        status = step(TRANSITIONS, self.status, "covered")
        return replace(self, status=status, cover=best, covered_on=best.since, overdue=False)

    def _lapse(self, due_on: date | None) -> "Duty":
        status = step(TRANSITIONS, self.status, "lapsed")
        return replace(self, status=status, cover=None, covered_on=None, due_on=due_on, overdue=False)

    def pass_deadline(self, due_on: date) -> "Duty | None":
        """The duty once `due_on` has passed; None where that deadline no longer stands."""
        if not self.uncovered or self.overdue or self.due_on != due_on:
            return None
        return replace(self, status=step(TRANSITIONS, self.status, "became_overdue"), overdue=True)

    def end(self, on: date) -> "Duty":
        """The organisation is gone; raises `StepNotPossible` for a duty that has ended."""
        status = step(TRANSITIONS, self.status, "ended")
        return replace(self, status=status, cover=None, overdue=False, ended_on=on)

    def end_corrected(self, on: date | None) -> tuple["Duty", str]:
        """The duty whose end was on another day, or on none; the fact that this is. It is owed again then,
        without a deadline. Raises `StepNotPossible` for one that has not ended."""
        fact = "reopened" if on is None else "corrected"
        status = step(TRANSITIONS, self.status, fact)
        due_on = None if on is None else self.due_on
        return replace(self, status=status, due_on=due_on, ended_on=on), fact
