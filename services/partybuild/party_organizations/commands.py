"""Founding a party organisation and all that happens to it until it is dissolved."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from shuniu_contracts import Basis
from shuniu_contracts.partybuild import (
    PartyOrganizationChanged,
    PartyOrganizationDissolved,
    PartyOrganizationElectionFellDue,
    PartyOrganizationFounded,
    PartyOrganizationLevel,
    PartyOrganizationMode,
    PartyOrganizationScored,
    PartyOrganizationUpgraded,
)
from sqlalchemy import cast
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import col, select

from chassis.model import Refusal, ancestors, is_within, refuse_all, step
from chassis.received import Received
from chassis.service import DueTimer, timer
from chassis.unit_of_work import UnitOfWork
from services.partybuild.coverage import commands as coverage
from services.partybuild.coverage.model import Line, Mode
from services.partybuild.dating import Dated, dated
from services.partybuild.organizations.commands import lock_organizations, survivors
from services.partybuild.organizations.tables import OrganizationCopy
from services.partybuild.party_organizations.model import (
    FALL_BACKS,
    TRANSITIONS,
    FoundingRules,
    Level,
    NoTerm,
    PostKind,
    PostNotHeld,
    PostTerm,
    SetUp,
    Status,
    Unit,
    founding_faults,
    full_members,
    post_faults,
    term_end,
    upgrade_faults,
)
from services.partybuild.party_organizations.tables import PartyOrganizationRow, PostRow
from services.partybuild.policy import PartybuildPolicy

ELECTION_DUE = "party_organizations.election_due"
TERM_RULE = "partybuild.term_years"


class SuperiorUnknown(Refusal):
    """The superior or host is no party organisation of this service that still exists."""

    code = "party_organization.superior_unknown"
    zh = "未找到上级（挂靠）党组织“{superior}”，或其已撤销。"
    en = "There is no superior or host party organisation '{superior}', or it is dissolved."


@dataclass(frozen=True)
class PostGiven:
    """A post as a founding names it; held from the founding unless `since` says otherwise."""

    kind: PostKind
    person_id: str
    since: date | None = None
    until: date | None = None


def _rules(policy: PartybuildPolicy, when: Dated) -> FoundingRules:
    return FoundingRules(
        min_members=policy.min_members_independent,
        max_units=policy.joint_max_units,
        scopes=policy.joint_scope,
        general_branch_from=policy.general_branch_from,
        committee_from=policy.committee_from,
        strict=when.live,
    )


def _units(organizations: Iterable[OrganizationCopy]) -> list[Unit]:
    return [Unit(o.id, o.full_members, o.area, frozenset(o.categories)) for o in organizations]


async def found(
    uow: UnitOfWork, *, name: str, mode: SetUp, organization_ids: Sequence[UUID], line: Line = Line.PARTY,
    lead_organization_id: UUID | None = None, superior_id: UUID | None = None,
    superior_name: str | None = None, division: str | None = None, level: Level = Level.BRANCH,
    full_members: int | None = None, probationary_members: int | None = None,
    posts: Sequence[PostGiven] = (), effective_on: date | None = None, basis: str = "live",
) -> PartyOrganizationRow:  # fmt: skip
    """Found a party organisation that covers these organisations; their duties become covered.

    Raises the refusals of `founding_faults`, `AlreadyCovered`, `OrganizationUnknown`, `OrganizationEnded`.
    A fact entered as history is held to its form (who, whom, a lead, a host), not to today's thresholds.
    """
    when = dated(uow, effective_on, basis)
    await _check_superior(uow, superior_id)
    organizations = await lock_organizations(uow, organization_ids, at="/organization_ids")
    lead = (await survivors(uow, [lead_organization_id]))[0] if lead_organization_id else None
    policy = uow.policy(PartybuildPolicy)
    _check_set_up(
        mode, organizations, lead, superior_id or superior_name, full_members, level, _rules(policy, when)
    )
    row = PartyOrganizationRow(
        name=name, line=line.value, mode=mode.value, level=level.value, status=Status.ACTIVE.value,
        superior_id=superior_id, superior_name=superior_name,
        division=division or common_division([o.division for o in organizations]),
        organization_ids=[o.id for o in organizations], lead_organization_id=lead,
        full_members=full_members, probationary_members=probationary_members,
        founded_on=when.on, effective_on=when.on, basis=when.basis.value, recorded_at=uow.now,
    )  # fmt: skip
    held: list[PostRow] = []
    for post in posts:
        _hold(row, held, PostTerm(post.kind, post.person_id, post.since or when.on, post.until))
    uow.admit(row)
    uow.session.add_all(held)
    await _begin_term(uow, row, when)
    await _record(uow, row, PartyOrganizationFounded, when)
    await _say(uow, row, when, mode=row.mode, level=row.level)
    await coverage.begin_covering(uow, _source(row), row.organization_ids, when.on)
    await coverage.settle(uow, row.organization_ids, when)
    return row


def _check_set_up(
    mode: SetUp, organizations: Sequence[OrganizationCopy], lead: UUID | None, host: object,
    members: int | None, level: Level, rules: FoundingRules,
) -> None:  # fmt: skip
    units = _units(organizations)
    faults = list(
        founding_faults(mode, units, lead=lead, has_host=host is not None, members=members, rules=rules)
    )
    if level is not Level.BRANCH:
        known = full_members(units) if members is None else members
        faults += upgrade_faults(Level.BRANCH, level, known, mode, rules)
    refuse_all(faults)


async def _check_superior(uow: UnitOfWork, superior_id: UUID | None) -> None:
    if superior_id is None:
        return
    superior = await uow.session.get(PartyOrganizationRow, superior_id)
    if superior is None or superior.status == Status.DISSOLVED.value:
        raise SuperiorUnknown(superior=superior_id, at="/superior_id")


def common_division(divisions: Sequence[str]) -> str:
    """The lowest division that covers all of these; the first one's city where they share none."""
    shared = [
        code
        for code in (*ancestors(divisions[0]), divisions[0])
        if all(is_within(division, code) for division in divisions)
    ]
    return shared[-1] if shared else divisions[0][:4]


def _source(row: PartyOrganizationRow) -> coverage.Source:
    return coverage.Source("party_organization", row.id, row.sequence, Mode(row.mode), Line(row.line))


async def change(
    uow: UnitOfWork, *, id: UUID, given: Mapping[str, Any], effective_on: date | None = None,
    basis: str = "live",
) -> PartyOrganizationRow:  # fmt: skip
    """Give the named fields new values; whom it covers and how are checked as at a founding.

    A mode that had another for a later day on record before it was told is that of the days until then.

    Fields: name, mode, organization_ids, lead_organization_id, superior_id, superior_name, full_members,
    probationary_members.
    """
    row = await uow.load(PartyOrganizationRow, id)
    when = dated(uow, effective_on, basis, not_before=row.founded_on)
    step(TRANSITIONS, Status(row.status), "changed")
    await _check_superior(uow, given.get("superior_id"))
    before, mode_before = list(row.organization_ids), row.mode
    wanted = given.get("organization_ids", before)
    organizations = await lock_organizations(uow, {*before, *wanted}, at="/organization_ids")
    by_id = {organization.id: organization for organization in organizations}
    present = [by_id[id] for id in await survivors(uow, wanted)]
    stood = await _course(uow, row.id)
    until = next((day for day, said in stood if day > when.on and said.mode is not None), None)
    late = given["mode"] if "mode" in given and until is not None else None
    for name, value in given.items():
        if name != "mode" or late is None:
            setattr(row, name, value.value if isinstance(value, SetUp) else value)
    row.organization_ids = [organization.id for organization in present]
    if row.lead_organization_id is not None:
        row.lead_organization_id = (await survivors(uow, [row.lead_organization_id]))[0]
    mode = SetUp(row.mode)
    host = row.superior_id or row.superior_name
    said = given.keys() - ({"mode"} if late is not None else set())
    if {"organization_ids", "mode", "lead_organization_id", "superior_id", "superior_name"} & said:
        rules = _rules(uow.policy(PartybuildPolicy), when)
        _check_set_up(mode, present, row.lead_organization_id, host, row.full_members, Level.BRANCH, rules)
    if (mode in FALL_BACKS) != (SetUp(mode_before) in FALL_BACKS):
        await _begin_term(uow, row, when)
    then = None if late is None else PartyOrganizationMode(late.value)
    await _record(uow, row, PartyOrganizationChanged, when, fields=tuple(sorted(given)), then=then)
    if late is not None and until is not None:
        await _say(uow, row, when, mode=late.value)
        await coverage.cover_otherwise_then(uow, row.id, Mode(late.value), when.on, until)
    elif "mode" in given:
        await _say(uow, row, when, mode=row.mode)
    await _cover_otherwise(uow, row, before, row.mode != mode_before, when)
    return row


async def _cover_otherwise(
    uow: UnitOfWork, row: PartyOrganizationRow, before: Sequence[UUID], mode_changed: bool, when: Dated
) -> None:
    left = set(before) if mode_changed else set(before) - set(row.organization_ids)
    joined = [id for id in row.organization_ids if mode_changed or id not in before]
    await coverage.cease_covering(uow, row.id, left, when.on)
    await coverage.begin_covering(uow, _source(row), joined, when.on)
    await coverage.settle(uow, left | set(joined), when, reason="left_party_organization")


async def appoint_to_post(
    uow: UnitOfWork, *, id: UUID, kind: PostKind, person_id: str, since: date | None = None,
    until: date | None = None, basis: str = "live",
) -> PartyOrganizationRow:  # fmt: skip
    """Put a person into a post from `since`; raises `PostTaken`."""
    row = await uow.load(PartyOrganizationRow, id)
    when = dated(uow, since, basis, not_before=row.founded_on)
    row.status = step(TRANSITIONS, Status(row.status), "changed").value
    await _take_post(uow, row, PostTerm(kind, person_id, when.on, until))
    await _record(uow, row, PartyOrganizationChanged, when, fields=("posts",))
    return row


async def leave_post(
    uow: UnitOfWork, *, id: UUID, kind: PostKind, person_id: str, until: date | None = None,
    basis: str = "live",
) -> PartyOrganizationRow:  # fmt: skip
    """End what a person holds, on the day `until` from which it is no longer held; raises `PostNotHeld`."""
    row = await uow.load(PartyOrganizationRow, id)
    when = dated(uow, until, basis)
    row.status = step(TRANSITIONS, Status(row.status), "changed").value
    held = await _posts(uow, row.id)
    for post in held:
        if post.kind == kind and post.person_id == person_id and post.until is None:
            PostTerm(kind, person_id, post.since, when.on)  # refuses an end before the beginning
            post.until = when.on
            break
    else:
        raise PostNotHeld(person=person_id, post=kind.value, at="/person_id")
    row.posts = _counted(held)
    await _record(uow, row, PartyOrganizationChanged, when, fields=("posts",))
    return row


async def _take_post(uow: UnitOfWork, row: PartyOrganizationRow, taken: PostTerm) -> None:
    uow.session.add(_hold(row, list(await _posts(uow, row.id)), taken))


def _hold(row: PartyOrganizationRow, held: list[PostRow], taken: PostTerm) -> PostRow:
    terms = [PostTerm(PostKind(post.kind), post.person_id, post.since, post.until) for post in held]
    refuse_all(post_faults(terms, taken))
    post = PostRow(
        party_organization_id=row.id, kind=taken.kind.value, person_id=taken.person_id,
        since=taken.since, until=taken.until,
    )  # fmt: skip
    held.append(post)
    row.posts = _counted(held)
    return post


async def _posts(uow: UnitOfWork, id: UUID) -> Sequence[PostRow]:
    return (await uow.session.exec(select(PostRow).where(PostRow.party_organization_id == id))).all()


def _counted(posts: Iterable[PostRow]) -> dict[str, int]:
    return dict(Counter(post.kind for post in posts if post.until is None))


async def upgrade(
    uow: UnitOfWork, *, id: UUID, level: Level, effective_on: date | None = None, basis: str = "live"
) -> PartyOrganizationRow:
    """Raise it to a general branch or a committee; raises `NotAnUpgrade` and `TooFewForLevel`."""
    row = await uow.load(PartyOrganizationRow, id)
    when = dated(uow, effective_on, basis, not_before=row.founded_on)
    row.status = step(TRANSITIONS, Status(row.status), "upgraded").value
    stood = await _course(uow, row.id)
    previous = next(
        (Level(said.level) for day, said in reversed(stood) if day <= when.on and said.level),
        Level(row.level),
    )
    later = any(day > when.on and said.level for day, said in stood)
    members = row.full_members
    if members is None:
        organizations = await lock_organizations(uow, row.organization_ids, at="/organization_ids")
        members = full_members(_units(organizations))
    rules = _rules(uow.policy(PartybuildPolicy), when)
    refuse_all(upgrade_faults(previous, level, members, SetUp(row.mode), rules))
    if not later:
        row.level = level.value
    await _record(
        uow, row, PartyOrganizationUpgraded, when, previous=PartyOrganizationLevel(previous.value),
        then=PartyOrganizationLevel(level.value) if later else None,
    )  # fmt: skip
    await _say(uow, row, when, level=level.value)
    return row


async def elect(
    uow: UnitOfWork, *, id: UUID, held_on: date | None = None, basis: str = "live"
) -> PartyOrganizationRow:
    """An election was held: a new term begins. Raises `NoTerm` for a fall-back."""
    row = await uow.load(PartyOrganizationRow, id)
    when = dated(uow, held_on, basis, not_before=row.founded_on)
    row.status = step(TRANSITIONS, Status(row.status), "elected").value
    if SetUp(row.mode) in FALL_BACKS:
        raise NoTerm()
    await _begin_term(uow, row, when)
    await _record(uow, row, PartyOrganizationChanged, when, fields=("term_began_on", "term_ends_on"))
    return row


async def _begin_term(uow: UnitOfWork, row: PartyOrganizationRow, when: Dated) -> None:
    if SetUp(row.mode) in FALL_BACKS:
        row.term_began_on = row.term_ends_on = None
        if row.sequence:
            await uow.cancel(ELECTION_DUE, [row.subject])
        return
    row.term_began_on = when.on
    row.term_ends_on = term_end(when.on, uow.policy(PartybuildPolicy).term_years)
    if when.live:
        payload = {"due_on": row.term_ends_on.isoformat()}
        await uow.schedule(ELECTION_DUE, row.subject, row.division, on=row.term_ends_on, payload=payload)
    elif row.sequence:
        await uow.cancel(ELECTION_DUE, [row.subject])


@timer(ELECTION_DUE)
async def election_fell_due(uow: UnitOfWork, due: DueTimer) -> None:
    """The term has ended: the election is due, recorded once for this term."""
    row = await uow.load(PartyOrganizationRow, due.subject)
    if not await due.take():
        return
    due_on = date.fromisoformat(due.payload["due_on"])
    if row.term_ends_on != due_on or "election_fell_due" not in TRANSITIONS[Status(row.status)]:
        return
    row.status = step(TRANSITIONS, Status(row.status), "election_fell_due").value
    when = Dated(due_on, Basis.LIVE)
    await _record(uow, row, PartyOrganizationElectionFellDue, when, due_on=due_on, rule=TERM_RULE)


async def score(
    uow: UnitOfWork, *, id: UUID, score_thousandths: int, criteria_version: str | None = None,
    effective_on: date | None = None, basis: str = "live",
) -> PartyOrganizationRow:  # fmt: skip
    """Record the yearly score of standardised building (规范化建设考核, R20), in thousandths of a point."""
    row = await uow.load(PartyOrganizationRow, id)
    when = dated(uow, effective_on, basis, not_before=row.founded_on)
    row.status = step(TRANSITIONS, Status(row.status), "scored").value
    row.score_thousandths = score_thousandths
    await _record(
        uow, row, PartyOrganizationScored, when,
        score_thousandths=score_thousandths, criteria_version=criteria_version,
    )  # fmt: skip
    return row


async def dissolve(
    uow: UnitOfWork, *, id: UUID, reason: str | None = None, effective_on: date | None = None,
    basis: str = "live",
) -> PartyOrganizationRow:  # fmt: skip
    """Dissolve it: posts end, and what only it covered lapses."""
    row = await uow.load(PartyOrganizationRow, id)
    when = dated(uow, effective_on, basis, not_before=row.founded_on)
    row.status = step(TRANSITIONS, Status(row.status), "dissolved").value
    row.dissolved_on = when.on
    for post in await _posts(uow, row.id):
        if post.until is None:
            post.until = max(post.since, when.on)
    row.posts = {}
    await uow.cancel(ELECTION_DUE, [row.subject])
    await _record(uow, row, PartyOrganizationDissolved, when, reason=reason)
    await coverage.cease_covering(uow, row.id, row.organization_ids, when.on)
    await coverage.settle(uow, row.organization_ids, when, reason="party_organization_dissolved")
    return row


_SAY = """
insert into party_organization_standing as said (party_organization_id, effective_on, sequence, mode, level)
values ($1, $2, $3, $4, $5)
on conflict (party_organization_id, effective_on) do update
set sequence = excluded.sequence, mode = coalesce(excluded.mode, said.mode),
    level = coalesce(excluded.level, said.level)
"""


# --- following the register ----------------------------------------------------------------------------


async def lock_covering(uow: UnitOfWork, organization_ids: Sequence[UUID]) -> Sequence[PartyOrganizationRow]:
    """The party organisations that cover any of these, locked in the order of their ids."""
    statement = (
        select(PartyOrganizationRow)
        .where(
            col(PartyOrganizationRow.organization_ids).bool_op("&&")(
                cast(list(organization_ids), ARRAY(PG_UUID))
            ),
            PartyOrganizationRow.status != Status.DISSOLVED.value,
            PartyOrganizationRow.home == uow.stack,
        )
        .order_by(col(PartyOrganizationRow.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await uow.session.exec(statement)).all()


async def part(uow: UnitOfWork, gone: Mapping[UUID, tuple[UUID | None, Received[Any]]]) -> set[UUID]:
    """Organisations have ended: take them out, or put the survivor of a merger in their place.

    Nobody is dissolved here: that is decided by people. Returns the survivors that are covered instead.
    """
    replaced: set[UUID] = set()
    for row in await lock_covering(uow, list(gone)):
        for leaving in [id for id in row.organization_ids if id in gone]:
            survivor, because = gone[leaving]
            when = Dated(max(because.data.state.effective_on, row.founded_on), because.data.state.basis)
            if survivor is not None and await _is_free(uow, row, survivor):
                replaced.add(survivor)
            else:
                survivor = None
            await _replace(uow, row, leaving, survivor, when, because)
    return replaced


async def _is_free(uow: UnitOfWork, row: PartyOrganizationRow, survivor: UUID) -> bool:
    taken = await coverage.covered_by_organisation(uow, [survivor], Line(row.line))
    return survivor not in row.organization_ids and survivor not in taken


async def _replace(
    uow: UnitOfWork, row: PartyOrganizationRow, leaving: UUID, survivor: UUID | None, when: Dated,
    because: Received[Any],
) -> None:  # fmt: skip
    stays = [id for id in row.organization_ids if id != leaving]
    row.organization_ids = [*stays, survivor] if survivor is not None else stays
    if row.lead_organization_id == leaving:
        row.lead_organization_id = survivor or next(iter(row.organization_ids), None)
    await _record(
        uow, row, PartyOrganizationChanged, when, because=because, fields=("covered_organization_ids",)
    )
    await coverage.cease_covering(uow, row.id, [leaving], when.on)
    if survivor is not None:
        await coverage.begin_covering(uow, _source(row), [survivor], when.on)


async def _record(
    uow: UnitOfWork, row: PartyOrganizationRow, event: type[Any], when: Dated, *,
    because: Received[Any] | None = None, **particular: object,
) -> None:  # fmt: skip
    row.effective_on, row.basis = when.on, when.basis.value
    uow.record(row, event(state=row.public_state(), **particular), because=because)


_COURSE = """
select effective_on, mode, level from party_organization_standing
where party_organization_id = $1 order by effective_on
"""


class _Said(NamedTuple):
    mode: str | None
    level: str | None


async def _course(uow: UnitOfWork, id: UUID) -> list[tuple[date, _Said]]:
    """What was said of its mode and its level, by days in order."""
    found = await uow.connection.fetch(_COURSE, id)
    return [(row["effective_on"], _Said(row["mode"], row["level"])) for row in found]


async def _say(
    uow: UnitOfWork, row: PartyOrganizationRow, when: Dated, *, mode: str | None = None,
    level: str | None = None,
) -> None:  # fmt: skip
    """It has this mode, this level from the day on, until another is said for a later one."""
    await uow.connection.execute(_SAY, row.id, when.on, row.sequence, mode, level)
