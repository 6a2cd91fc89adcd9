"""Party organisations: the rules for founding, changing, raising and electing one, and its posts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from chassis.model import Refusal, RefusalKind, Transitions


class SetUp(StrEnum):
    """How a party organisation is set up (A4.12); the last two are fall-backs (TONGZHOU 16)."""

    INDEPENDENT = "independent"
    JOINT = "joint"
    ATTACHED = "attached"
    TEMPORARY = "temporary"
    WORK_STATION = "work_station"


FALL_BACKS = frozenset({SetUp.TEMPORARY, SetUp.WORK_STATION})
"""No members admitted, no term, no subsidy."""


class Level(StrEnum):
    """支部, 总支, 党委; the higher last."""

    BRANCH = "branch"
    GENERAL_BRANCH = "general_branch"
    COMMITTEE = "committee"


RANK = {level: place for place, level in enumerate(Level)}


class PostKind(StrEnum):
    """What a holder is in the party organisation."""

    SECRETARY = "secretary"
    DEPUTY_SECRETARY = "deputy_secretary"
    COMMITTEE_MEMBER = "committee_member"
    ORGANISER = "organiser"
    PUBLICITY = "publicity"
    DISCIPLINE = "discipline"
    WOMEN = "women"
    OTHER = "other"


class Status(StrEnum):
    """Where a party organisation is."""

    ACTIVE = "active"
    ELECTION_DUE = "election_due"
    DISSOLVED = "dissolved"


TRANSITIONS: Transitions[Status] = {
    Status.ACTIVE: {
        "changed": Status.ACTIVE,
        "upgraded": Status.ACTIVE,
        "scored": Status.ACTIVE,
        "elected": Status.ACTIVE,
        "election_fell_due": Status.ELECTION_DUE,
        "dissolved": Status.DISSOLVED,
    },
    Status.ELECTION_DUE: {
        "changed": Status.ELECTION_DUE,
        "upgraded": Status.ELECTION_DUE,
        "scored": Status.ELECTION_DUE,
        "elected": Status.ACTIVE,
        "dissolved": Status.DISSOLVED,
    },
    Status.DISSOLVED: {},
}
"""`elected` is recorded as `changed`, with the new term."""


class CoversNobody(Refusal):
    """A party organisation has to cover somebody."""

    code = "party_organization.covers_nobody"
    kind = RefusalKind.INVALID
    zh = "请至少填写一家被覆盖的社会组织。"
    en = "Name at least one organisation that it covers."


class NamedTwice(Refusal):
    """One organisation twice in the list, perhaps under the id of a merged record."""

    code = "party_organization.named_twice"
    kind = RefusalKind.INVALID
    zh = "社会组织“{organization}”重复填写（合并前的编号视为同一家）。"
    en = "Organisation '{organization}' is named twice (the id of a merged record counts as the survivor)."


class IndependentCoversOne(Refusal):
    """An independent party organisation belongs to one organisation."""

    code = "party_organization.independent_covers_one"
    kind = RefusalKind.INVALID
    zh = "独立建党组织只覆盖本单位一家，现填写 {units} 家；多家请选择联合建。"
    en = "An independent party organisation covers its own organisation only, not {units}; found a joint one."


class TooFewMembers(Refusal):
    """Fewer full members than a branch needs (R18)."""

    code = "party_organization.too_few_members"
    zh = "正式党员 {members} 名，不足 {needed} 名；可增加联合单位、挂靠建或选派指导员。"
    en = "{members} full members are fewer than the {needed} needed; join more units or attach it."


class TooFewForLevel(Refusal):
    """Fewer full members than the level asks for."""

    code = "party_organization.too_few_for_level"
    zh = "正式党员 {members} 名，不足“{level}”所需的 {needed} 名。"
    en = "{members} full members are fewer than the {needed} that a '{level}' needs."


class JointNeedsUnits(Refusal):
    """A joint branch joins at least two organisations and not more than the profile allows."""

    code = "party_organization.joint_units"
    zh = "联合党支部应覆盖 2 至 {most} 家，现为 {units} 家。"
    en = "A joint branch covers 2 to {most} organisations, not {units}."


class LeadUnitMissing(Refusal):
    """A joint branch has a lead unit, which is one of those joined."""

    code = "party_organization.lead_unit"
    kind = RefusalKind.INVALID
    zh = "联合党支部须指定牵头单位，且牵头单位须在被覆盖的社会组织之中。"
    en = "Name the lead unit of the joint branch; it must be one of the organisations covered."


class NotNeighbours(Refusal):
    """The joined organisations share neither area nor field."""

    code = "party_organization.not_neighbours"
    zh = "联合建的社会组织应同属一个{scope_zh:or}；现分属：{areas}。"
    en = "Joined organisations must share one {scope_en:or}; these lie in {areas}."


class HostMissing(Refusal):
    """Attached to whom?"""

    code = "party_organization.host_missing"
    kind = RefusalKind.INVALID
    zh = "挂靠建须填写挂靠的党组织：选择库中的党组织，或填写其名称。"
    en = "An attached organisation needs its host: give superior_id or superior_name."


class NotAnUpgrade(Refusal):
    """The level asked for is not above the present one."""

    code = "party_organization.not_an_upgrade"
    zh = "当前层级为“{present}”，“{asked}”不高于当前层级。"
    en = "The level is '{present}' now; '{asked}' is not above it."


class NoTerm(Refusal):
    """A fall-back has no term."""

    code = "party_organization.no_term"
    zh = "临时党组织和党建工作站没有任期，不能换届。"
    en = "A temporary organisation or work station has no term and holds no election."


class PostTaken(Refusal):
    """There is one secretary at a time, and nobody holds the same post twice."""

    code = "party_organization.post_taken"
    zh = "职务“{post}”自 {since} 起已有人担任，请先办理离任。"
    en = "The post '{post}' has been held since {since}; end that first."


class PostNotHeld(Refusal):
    """Nobody by that id holds the post."""

    code = "party_organization.post_not_held"
    kind = RefusalKind.MISSING
    zh = "“{person}”目前没有担任职务“{post}”。"
    en = "'{person}' does not hold the post '{post}' now."


class DatesReversed(Refusal):
    """An end before its beginning."""

    code = "dates_reversed"
    kind = RefusalKind.INVALID
    zh = "结束日期 {until} 早于开始日期 {since}。"
    en = "The end {until} is before the beginning {since}."


@dataclass(frozen=True)
class Unit:
    """An organisation as a founding sees it. `area` is the code of its street or district, by the profile."""

    organization_id: UUID
    full_members: int | None
    area: str
    categories: frozenset[str]


@dataclass(frozen=True)
class FoundingRules:
    """The profile's thresholds. `strict` is off for what is entered as history: what was founded, was."""

    min_members: int = 3
    max_units: int = 5
    scopes: tuple[str, ...] = ("area", "field")
    general_branch_from: int = 50
    committee_from: int = 100
    strict: bool = True


def founding_faults(
    mode: SetUp, units: Sequence[Unit], *, lead: UUID | None, has_host: bool, members: int | None,
    rules: FoundingRules,
) -> Iterator[Refusal]:  # fmt: skip
    """Everything that keeps these units from being covered in this mode (R18, national rules)."""
    if not units:
        yield CoversNobody(at="/organization_ids")
        return
    yield from _named_twice(units)
    if mode is SetUp.INDEPENDENT and len(units) > 1:
        yield IndependentCoversOne(units=len(units), at="/organization_ids")
    if mode is SetUp.JOINT:
        yield from _joint_faults(units, lead, rules)
    if mode is SetUp.ATTACHED and not has_host:
        yield HostMissing(at="/superior_id")
    if rules.strict and mode in {SetUp.INDEPENDENT, SetUp.JOINT}:
        yield from _member_faults(units, members, rules)


def _named_twice(units: Sequence[Unit]) -> Iterator[Refusal]:
    seen: set[UUID] = set()
    for unit in units:
        if unit.organization_id in seen:
            yield NamedTwice(organization=unit.organization_id, at="/organization_ids")
        seen.add(unit.organization_id)


def _joint_faults(units: Sequence[Unit], lead: UUID | None, rules: FoundingRules) -> Iterator[Refusal]:
    if len(units) < 2 or (rules.strict and len(units) > rules.max_units):
        yield JointNeedsUnits(units=len(units), most=rules.max_units, at="/organization_ids")
    if lead not in {unit.organization_id for unit in units}:
        yield LeadUnitMissing(at="/lead_organization_id")
    if rules.strict and not share_scope(units, rules.scopes):
        yield NotNeighbours(
            scope_zh=[{"area": "区域", "field": "领域"}[scope] for scope in rules.scopes],
            scope_en=rules.scopes,
            areas=sorted({unit.area for unit in units}),
            at="/organization_ids",
        )


def share_scope(units: Sequence[Unit], scopes: Iterable[str]) -> bool:
    """Whether all lie in one area, or have a category in common, as far as the scopes allow."""
    shared = {
        "area": len({unit.area for unit in units}) == 1,
        "field": bool(units) and bool(frozenset.intersection(*(unit.categories for unit in units))),
    }
    return any(shared[scope] for scope in scopes)


def full_members(units: Iterable[Unit]) -> int:
    """Full members of these organisations together; an unknown count adds nothing."""
    return sum(unit.full_members or 0 for unit in units)


def _member_faults(units: Sequence[Unit], members: int | None, rules: FoundingRules) -> Iterator[Refusal]:
    known = full_members(units) if members is None else members
    if known < rules.min_members:
        yield TooFewMembers(members=known, needed=rules.min_members, at="/organization_ids")


def level_for(members: int, rules: FoundingRules) -> Level:
    """The level that a count of full members calls for (50 and 100 by national rules)."""
    if members >= rules.committee_from:
        return Level.COMMITTEE
    return Level.GENERAL_BRANCH if members >= rules.general_branch_from else Level.BRANCH


def upgrade_faults(
    present: Level, asked: Level, members: int, mode: SetUp, rules: FoundingRules
) -> Iterator[Refusal]:
    """What keeps a party organisation from rising to `asked`."""
    if RANK[asked] <= RANK[present] or mode in FALL_BACKS:
        yield NotAnUpgrade(present=present.value, asked=asked.value, at="/level")
        return
    needed = {Level.GENERAL_BRANCH: rules.general_branch_from, Level.COMMITTEE: rules.committee_from}[asked]
    if rules.strict and members < needed:
        yield TooFewForLevel(members=members, needed=needed, level=asked.value, at="/level")


def term_end(began_on: date, years: int) -> date:
    """The last day of a term that began on `began_on`; 29 February counts as the 28th."""
    try:
        return began_on.replace(year=began_on.year + years)
    except ValueError:
        return began_on.replace(year=began_on.year + years, day=28)


@dataclass(frozen=True)
class PostTerm:
    """One person in one post from `since`, until the day `until` on which it no longer held."""

    kind: PostKind
    person_id: str
    since: date
    until: date | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until < self.since:
            raise DatesReversed(since=self.since, until=self.until, at="/until")

    def overlaps(self, other: "PostTerm") -> bool:
        """Whether both hold on some day."""
        ends_before = self.until is not None and self.until <= other.since
        begins_after = other.until is not None and other.until <= self.since
        return not (ends_before or begins_after)


def post_faults(held: Iterable[PostTerm], taken: PostTerm) -> Iterator[Refusal]:
    """What keeps `taken` from being added: one secretary at a time, nobody twice in one post."""
    for post in held:
        same_person = post.person_id == taken.person_id
        exclusive = same_person or taken.kind is PostKind.SECRETARY
        if post.kind is taken.kind and exclusive and post.overlaps(taken):
            yield PostTaken(post=taken.kind.value, since=post.since, at="/kind")
            return
