"""Events of the party-building service: which organisation is covered, how, and what is missing."""

from __future__ import annotations

import datetime
import enum
from typing import Annotated

import msgspec

from shuniu_contracts.catalogue import FIRST, Major, define_stream
from shuniu_contracts.fields import (
    EXACT,
    Code,
    Count,
    Event,
    Id,
    OrganizationText,
    PersonId,
    Ref,
    State,
)
from shuniu_contracts.replay import REQUESTED_EN, REQUESTED_ZH, ReplayState, define_replay

Thousandths = Annotated[int, msgspec.Meta(ge=-EXACT, le=EXACT, extra_json_schema={"x-privacy": "internal"})]
"""A number in integer thousandths: 85.5 points are 85,500."""


class CoverageLine(enum.StrEnum):
    """Which line of organisation a duty belongs to; `women` is 组建率 (L27)."""

    PARTY = "party"
    WOMEN = "women"


class CoverageMode(enum.StrEnum):
    """How an organisation is covered (R18, A4.10)."""

    INDEPENDENT = "independent"
    JOINT = "joint"
    ATTACHED = "attached"
    INSTRUCTOR = "instructor"
    TEMPORARY = "temporary"
    WORK_STATION = "work_station"


class CoverageClass(enum.StrEnum):
    """Coverage by an organisation (independent, joint, attached) or by work (instructor, station)."""

    ORGANISATION = "organisation"
    WORK = "work"


class DutyStatus(enum.StrEnum):
    """Where a coverage duty is; being overdue stands beside it."""

    OPEN = "open"
    COVERED = "covered"
    LAPSED = "lapsed"
    ENDED = "ended"


class CoverageDutyState(State, frozen=True, kw_only=True):
    """The duty to cover one organisation on one line, by a day."""

    organization: Ref
    line: CoverageLine
    status: DutyStatus
    mode: CoverageMode | None = None
    mode_reason: Code | None = None
    proposed_mode: CoverageMode | None = None
    proposed_reason: Code | None = None
    coverage_class: CoverageClass | None = None
    covered_by: Ref | None = None
    """The party organisation or instructor that covers it."""
    opened_on: datetime.date
    due_on: datetime.date | None = None
    overdue: bool = False
    covered_on: datetime.date | None = None
    ended_on: datetime.date | None = None


class PartyOrganizationMode(enum.StrEnum):
    """How a party organisation is set up."""

    INDEPENDENT = "independent"
    JOINT = "joint"
    ATTACHED = "attached"
    TEMPORARY = "temporary"
    WORK_STATION = "work_station"


class PartyOrganizationLevel(enum.StrEnum):
    """Level of a party organisation: general branch from 50 full members, committee from 100."""

    BRANCH = "branch"
    GENERAL_BRANCH = "general_branch"
    COMMITTEE = "committee"


class Posts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many hold each kind of post; who they are never leaves the service."""

    secretary: Count = 0
    deputy_secretary: Count = 0
    committee_member: Count = 0
    organiser: Count = 0
    publicity: Count = 0
    discipline: Count = 0
    women: Count = 0
    other: Count = 0


class PartyOrganizationState(State, frozen=True, kw_only=True):
    """A party organisation: how it is set up, whom it covers, its posts as counts, its term."""

    name: OrganizationText
    line: CoverageLine = CoverageLine.PARTY
    mode: PartyOrganizationMode
    level: PartyOrganizationLevel = PartyOrganizationLevel.BRANCH
    superior: Id | None = None
    superior_name: OrganizationText | None = None
    covered_organization_ids: tuple[Id, ...] = ()
    lead_organization_id: Id | None = None
    posts: Posts = Posts()
    full_member_count: Count | None = None
    probationary_member_count: Count | None = None
    founded_on: datetime.date | None = None
    term_began_on: datetime.date | None = None
    term_ends_on: datetime.date | None = None
    election_due_on: datetime.date | None = None
    score_thousandths: Thousandths | None = None
    dissolved_on: datetime.date | None = None


class InstructorState(State, frozen=True, kw_only=True):
    """A dispatched instructor: an opaque person, how much they can carry and what they carry."""

    person_id: PersonId
    capacity: Count
    load: Count
    """Organisations carried now; stated because a joint unit counts once."""
    organization_ids: tuple[Id, ...] = ()
    appointed_on: datetime.date | None = None
    ended_on: datetime.date | None = None


coverage_duty = define_stream(
    "partybuild",
    "coverage_duty",
    en="Duties to cover an organisation by a party or women's organisation.",
    zh="党组织、妇联组织覆盖任务。",
    consumers=("registry", "grants", "partybuild", "notify", "console"),
)
party_organization = define_stream(
    "partybuild",
    "party_organization",
    en="Party organisations and whom they cover.",
    zh="党组织及其覆盖的社会组织。",
    consumers=("registry", "partybuild", "notify", "console"),
)
instructor = define_stream(
    "partybuild",
    "instructor",
    en="Dispatched party-building instructors, as opaque persons.",
    zh="党建指导员(以不透明编号表示)。",
    consumers=("notify", "partybuild", "console"),
    partitions=3,
    versions=(
        Major(1, FIRST, deprecated=datetime.date(2026, 11, 20), sunset=datetime.date(2027, 6, 30)),
        Major(2, datetime.date(2026, 11, 20)),
    ),
)
replay = define_replay("partybuild")


@coverage_duty.fact("opened", en="A duty to cover an organisation was opened.", zh="产生一项覆盖任务。")
class CoverageDutyOpened(Event, frozen=True, kw_only=True):
    """Opened because an organisation applied, filed or registered, as the profile says."""

    state: CoverageDutyState
    cause: Code | None = None


@coverage_duty.fact("mode_proposed", en="A mode of coverage was proposed.", zh="提出覆盖方式建议。")
class CoverageDutyModeProposed(Event, frozen=True, kw_only=True):
    """A mode with its reason (R18)."""

    state: CoverageDutyState


@coverage_duty.fact("covered", en="An organisation was covered.", zh="实现覆盖。")
class CoverageDutyCovered(Event, frozen=True, kw_only=True):
    """Covered, in the mode the state names."""

    state: CoverageDutyState


@coverage_duty.fact("mode_changed", en="The mode of coverage changed.", zh="覆盖方式变更。")
class CoverageDutyModeChanged(Event, frozen=True, kw_only=True):
    """Covered in another mode than before."""

    state: CoverageDutyState
    previous: CoverageMode


@coverage_duty.fact("lapsed", en="Coverage of an organisation was lost.", zh="覆盖失效。")
class CoverageDutyLapsed(Event, frozen=True, kw_only=True):
    """What covered it ended; the duty is to be met again."""

    state: CoverageDutyState
    reason: Code | None = None


@coverage_duty.fact("became_overdue", en="A coverage duty passed its day.", zh="覆盖任务逾期。")
class CoverageDutyBecameOverdue(Event, frozen=True, kw_only=True):
    """The deadline passed, once per deadline."""

    state: CoverageDutyState
    due_on: datetime.date
    rule: Code


@coverage_duty.fact("ended", en="A coverage duty ended.", zh="覆盖任务终止。")
class CoverageDutyEnded(Event, frozen=True, kw_only=True):
    """The organisation is gone or no longer subject to the duty; the subject ends."""

    state: CoverageDutyState
    reason: Code | None = None


@coverage_duty.fact("reopened", en="An ended coverage duty goes on.", zh="已终止的覆盖任务恢复。")
class CoverageDutyReopened(Event, frozen=True, kw_only=True):
    """The register took the organisation's end back as a mistake: the duty never ended, and is to be met."""

    state: CoverageDutyState
    previous_ended_on: datetime.date


@coverage_duty.fact(
    "corrected", en="The day of a coverage duty's end was put right.", zh="更正覆盖任务终止日期。"
)
class CoverageDutyCorrected(Event, frozen=True, kw_only=True):
    """The register corrected the day on which the organisation ended."""

    state: CoverageDutyState
    previous_ended_on: datetime.date


@party_organization.fact("founded", en="A party organisation was founded.", zh="成立党组织。")
class PartyOrganizationFounded(Event, frozen=True, kw_only=True):
    """Founded in a mode, under a superior."""

    state: PartyOrganizationState


@party_organization.fact("changed", en="A party organisation changed.", zh="党组织情况变更。")
class PartyOrganizationChanged(Event, frozen=True, kw_only=True):
    """The named fields of the state have new values."""

    state: PartyOrganizationState
    fields: tuple[Code, ...] = ()
    then: PartyOrganizationMode | None = None
    """The mode that it had from `effective_on` on, where a later fact has another in the state."""


@party_organization.fact("upgraded", en="A party organisation rose a level.", zh="党组织升格。")
class PartyOrganizationUpgraded(Event, frozen=True, kw_only=True):
    """A branch became a general branch or a committee."""

    state: PartyOrganizationState
    previous: PartyOrganizationLevel
    then: PartyOrganizationLevel | None = None
    """The level to which it rose on `effective_on`, where a later fact has another in the state."""


@party_organization.fact(
    "election_fell_due", en="An election of a party organisation fell due.", zh="党组织换届到期。"
)
class PartyOrganizationElectionFellDue(Event, frozen=True, kw_only=True):
    """The term ends; the election is due."""

    state: PartyOrganizationState
    due_on: datetime.date
    rule: Code


@party_organization.fact(
    "scored", en="A party organisation's standardisation was scored.", zh="党组织规范化建设评分。"
)
class PartyOrganizationScored(Event, frozen=True, kw_only=True):
    """Scored against a version of the criteria."""

    state: PartyOrganizationState
    score_thousandths: Thousandths
    criteria_version: Code | None = None


@party_organization.fact("dissolved", en="A party organisation was dissolved.", zh="党组织撤销。")
class PartyOrganizationDissolved(Event, frozen=True, kw_only=True):
    """Dissolved; the subject ends."""

    state: PartyOrganizationState
    reason: Code | None = None


@instructor.fact("appointed", major=2, en="An instructor was appointed.", zh="聘任党建指导员。")
class InstructorAppointed(Event, frozen=True, kw_only=True):
    """An instructor can be assigned from now on."""

    state: InstructorState


@instructor.fact(
    "assigned", major=2, en="An instructor was assigned to an organisation.", zh="指导员派驻组织。"
)
class InstructorAssigned(Event, frozen=True, kw_only=True):
    """Work coverage of an organisation began."""

    state: InstructorState
    organization: Ref


@instructor.fact(
    "released",
    major=2,
    minor=1,
    since=datetime.date(2026, 11, 21),
    en="An instructor was released from an organisation.",
    zh="指导员撤出组织。",
)
class InstructorReleased(Event, frozen=True, kw_only=True):
    """Work coverage of an organisation by this instructor is over; 2.1 added why."""

    state: InstructorState
    organization: Ref
    reason: Code | None = None


@instructor.fact("ended", major=2, en="An instructor's appointment ended.", zh="指导员任期结束。")
class InstructorEnded(Event, frozen=True, kw_only=True):
    """The appointment ended; the subject ends."""

    state: InstructorState


@replay.fact("requested", en=REQUESTED_EN, zh=REQUESTED_ZH)
class ReplayRequested(Event, frozen=True, kw_only=True):
    """A gap was seen by party-building."""

    state: ReplayState
