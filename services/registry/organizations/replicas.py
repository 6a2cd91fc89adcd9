"""Organisations of the stacks below: kept beside the own ones, so that search and figures of a tier need
nothing else. Nobody acts on them here; what no two of the own may share does not bind them. Where two of them
were merged, what is about the one is about the other here too, in whichever order that is heard."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from enum import Enum
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec.structs import astuple
from shuniu_contracts import Basis, Event, registry, stream

from chassis.matters import Kind
from chassis.matters.replicas import replicas
from chassis.matters.rows import MatterRow, rendering
from chassis.received import Received
from chassis.service import Reaction
from chassis.unit_of_work import UnitOfWork
from services.registry.identification.model import normalized_name
from services.registry.organizations.courses import courses, days_said, keep
from services.registry.organizations.hooks import ENDED, IDENTIFIED
from services.registry.organizations.judgements import Axis, Days, cut, judgements, plain
from services.registry.organizations.judgements import keep as keep_judgement
from services.registry.organizations.merging import going_on, move, naming, step_back
from services.registry.organizations.model import AXES, Entry, Standing
from services.registry.organizations.tables import OrganizationRow, pinyin_initials

_SAYS: Final[Mapping[type[Event], tuple[str, ...]]] = {
    registry.OrganizationFiled: ("legal_status", "legal_form"),
    registry.OrganizationRegistered: ("legal_status", "legal_form", "registration_route"),
    registry.OrganizationRelocated: ("division",),
    registry.OrganizationHubFiled: ("hub_link",),
    registry.OrganizationLinked: ("hub_link",),
    registry.OrganizationDecoupled: ("decoupling",),
    registry.OrganizationSuspended: ("legal_status",),
    registry.OrganizationResumed: ("legal_status",),
    registry.OrganizationDeregistered: ("legal_status",),
    registry.OrganizationRevoked: ("legal_status",),
    registry.OrganizationDissolved: ("legal_status",),
}
"""What a fact says of the axes; one about changed details what it names."""

_JUDGES: Final[Mapping[type[Event], Axis]] = {
    registry.OrganizationHubStandingChanged: Axis.STANDING,
    registry.OrganizationCreditListingChanged: Axis.LISTING,
}
"""What has a course that is told with the fact."""

_KEEP = """
insert into organization select * from jsonb_populate_recordset(null::organization, $1::jsonb)
on conflict (id) do update set {columns}
where organization.home = excluded.home and organization.sequence < excluded.sequence
"""

_NAME = "hashtextextended('registry mergers elsewhere', 0)"
_FOLLOWING = f"select pg_advisory_xact_lock_shared({_NAME})"
_MERGING = f"select pg_advisory_xact_lock({_NAME})"
"""Who hears of a record and who hears of a merger at the same time do not see each other's rows."""

_UNCOUNTED = "delete from organization_status where organization_id = any($1::uuid[])"


async def _keep(events: Sequence[Received[Event]], uow: UnitOfWork) -> None:
    foreign = [received for received in events if received.envelope.stack != uow.stack]
    if not foreign:
        return
    rows = [(received, _row(received)) for received in foreign]
    newest, told = {row.id: row for _, row in rows}, {row.id: received for received, row in rows}
    merged = [row.id for row in newest.values() if row.merged_into is not None]
    if merged:
        await uow.connection.execute(_MERGING)
    await _write(uow, newest.values())
    await _follow(uow, merged)
    await _remember(uow, rows)
    gone = [row.id for received, row in rows if _never_was(received.data)]
    await uow.connection.execute(_UNCOUNTED, gone)
    for row in newest.values():
        if row.ended and row.merged_into is None:
            with uow.following(uow.when(because=told[row.id])):
                await ENDED(uow, [row.id])
    await IDENTIFIED(uow, [row.id for row in newest.values() if row.credit_code is not None])


async def _remember(uow: UnitOfWork, rows: Sequence[tuple[Received[Event], OrganizationRow]]) -> None:
    """Keep what each of these said of the axes of its organisation, late or not. The first that is heard of
    one says all."""
    found = await courses(uow, {row.id for _, row in rows})
    for received, row in rows:
        course = found[row.id]
        if not course.known:
            for day, said in days_said(row):
                course.say(day, said, at=row.recorded_at)
        elif isinstance(received.data, registry.OrganizationCorrected):
            was, now = _entries(received.data)
            course.correct(was, now, form=row.legal_form, at=row.recorded_at)
        elif said := _said(received.data):
            course.say(row.effective_on, said, at=row.recorded_at)
    await keep(uow, list(found.values()))
    await _remember_judgements(uow, [received for received, _ in rows])


async def _remember_judgements(uow: UnitOfWork, events: Sequence[Received[Any]]) -> None:
    """Keep what these say of the hub's standing and of authorities' lists, from day to day."""
    told = [event for event in events if type(event.data) in _JUDGES]
    if not told:
        return
    known = await judgements(uow, {UUID(event.subject) for event in told})
    for event in told:
        axis, days, state = _JUDGES[type(event.data)], known[UUID(event.subject)], event.data.state
        course: Days = [(since, value.value) for since, value in map(astuple, event.data.course)]
        since = cut(days[axis], state.effective_on, getattr(state, axis).value)
        days[axis] = plain(axis, course or since)
    for id, days in known.items():
        for axis in _JUDGES.values():
            await keep_judgement(uow, id, axis, days[axis])


def _entries(corrected: registry.OrganizationCorrected) -> tuple[Entry, Entry]:
    """What it was entered with, and what it should have been: otherwise in the fields that the fact names."""
    now = {one.name: getattr(corrected.state, one.name) for one in fields(Entry)}
    was = {name: getattr(corrected.previous, name) for name in now if name in corrected.fields}
    return _entry(now | was), _entry(now)


def _entry(said: Mapping[str, Any]) -> Entry:
    plain = {name: value.value if isinstance(value, Enum) else value for name, value in said.items()}
    return Entry(**plain)


def _said(event: Event) -> Standing:
    """What a fact says of the axes from its day on."""
    if isinstance(event, registry.OrganizationDetailsChanged):
        axes: tuple[str, ...] = tuple(axis for axis in AXES if axis in event.fields)
    else:
        axes = _SAYS.get(type(event), ())
    stood = getattr(event, "then", None) or event.state
    return {axis: msgspec.to_builtins(getattr(stood, axis)) for axis in axes}


async def _follow(uow: UnitOfWork, about: Sequence[UUID], *tables: str) -> None:
    for was, (now, sequence) in (await going_on(uow, about)).items():
        if was != now:
            await move(uow, was, now, sequence, tables=tables)


async def _write(uow: UnitOfWork, rows: Iterable[OrganizationRow]) -> None:
    names = OrganizationRow.model_fields
    columns = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name != "id")
    document = [{name: getattr(row, name) for name in names} for row in rows]
    await uow.connection.execute(_KEEP.format(columns=columns), msgspec.json.encode(document).decode())


def _row(received: Received[Event]) -> OrganizationRow:
    """The organisation as the event says it stands; what the bus does not have takes its default."""
    state, envelope = received.data.state, received.envelope
    assert isinstance(state, registry.OrganizationState)
    said: dict[str, Any] = {
        field: msgspec.to_builtins(getattr(state, field), builtin_types=(date,))
        for field in state.__struct_fields__
        if field != "merged_into"
    }
    merged = state.merged_into
    return OrganizationRow(
        **said, id=UUID(received.subject), home=envelope.stack, replica=True, sequence=envelope.sequence,
        revision=envelope.sequence, recorded_at=envelope.time, normalized_name=normalized_name(state.name),
        pinyin=pinyin_initials(state.name), merged_into=UUID(merged.id) if merged else None,
        merged_into_sequence=merged.sequence if merged else None,
    )  # fmt: skip


def _never_was(event: Event) -> bool:
    """Merged into another, or taken back as an import that was a mistake: counted on no day."""
    if isinstance(event, registry.OrganizationMerged):
        return True
    return isinstance(event, registry.OrganizationDissolved) and event.state.basis is Basis.CORRECTED


_STREAM = stream("registry", "organization")
keep_organizations = Reaction(
    tuple(one.event for (_, major), one in _STREAM.facts.items() if major == _STREAM.newest), _keep
)


def keep_matters(kinds: Sequence[Kind[Any]]) -> tuple[Reaction, ...]:
    """The reactions that keep other stacks' records of these kinds."""
    return tuple(
        _following(keep, kind) if naming(str(kind.row.__tablename__)) else keep
        for kind, keep in zip(kinds, replicas(kinds), strict=True)
    )


def _following(keep: Reaction, kind: Kind[Any]) -> Reaction:
    """The same, which lets records about merged organisations follow."""
    table = str(kind.row.__tablename__)

    async def follow(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        foreign = [event for event in events if event.envelope.stack != uow.stack]
        named = list({id for event in foreign for id in _named(kind, event)})
        if not named:
            return await keep.function(events, uow)
        await uow.connection.execute(_FOLLOWING)
        here = [now for now, _ in (await going_on(uow, named)).values()]
        back = await step_back(uow, table, [*named, *here])
        await keep.function(events, uow)
        await _follow(uow, [*named, *back], table)

    follow.__qualname__ = f"{keep.function.__qualname__}, following"
    return Reaction(keep.types, follow)


def _named(kind: Kind[Any], event: Received[Any]) -> Iterator[UUID]:
    """The organisations that a record says something about."""
    row: type[MatterRow] = kind.row
    said = rendering(row).columns(event.data.state)
    for column in naming(str(row.__tablename__)):
        value = said.get(column)
        for id in value if isinstance(value, list | tuple) else filter(None, [value]):
            yield UUID(str(id))
