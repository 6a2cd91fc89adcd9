"""Every event of the four services becomes a line of the timeline and the newest state of its subject."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from shuniu_contracts import STREAMS, Event

from chassis.pinyin import initials
from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.console.projection.model import organization_of

SOURCES = ("registry", "grants", "partybuild", "notify")

_TIMELINE = """
insert into timeline (service, subject, epoch, sequence, aggregate, fact, division, organization_id, basis,
                      effective_on, recorded_at, actor_id, particular)
select $1, e.subject, e.epoch, e.sequence, $2, e.fact, e.division, e.organization_id, e.basis, e.effective_on,
       e.recorded_at, e.actor_id, e.particular::jsonb
from unnest($3::uuid[], $4::int[], $5::bigint[], $6::text[], $7::text[], $8::uuid[], $9::text[], $10::date[],
            $11::timestamptz[], $12::text[], $13::text[])
     as e(subject, epoch, sequence, fact, division, organization_id, basis, effective_on, recorded_at,
          actor_id, particular)
on conflict do nothing
"""
_SUBJECTS = """
insert into subject (service, aggregate, id, division, organization_id, epoch, sequence, fact, basis,
                     effective_on, recorded_at, ended, state)
select $1, $2, e.id, e.division, e.organization_id, e.epoch, e.sequence, e.fact, e.basis, e.effective_on,
       e.recorded_at, e.ended, e.state::jsonb
from unnest($3::uuid[], $4::text[], $5::uuid[], $6::int[], $7::bigint[], $8::text[], $9::text[], $10::date[],
            $11::timestamptz[], $12::bool[], $13::text[])
     as e(id, division, organization_id, epoch, sequence, fact, basis, effective_on, recorded_at, ended,
          state)
on conflict (service, aggregate, id) do update
set division = excluded.division, organization_id = excluded.organization_id, epoch = excluded.epoch,
    sequence = excluded.sequence, fact = excluded.fact, basis = excluded.basis,
    effective_on = excluded.effective_on, recorded_at = excluded.recorded_at, ended = excluded.ended,
    state = excluded.state
"""
_ORGANIZATIONS = """
insert into organization (id, division, name, initials, code, legal_form, legal_status, hub_link,
                          hub_standing, department, categories, registered_on, filed_on, full_members, ended)
select e.id, e.division, e.name, e.initials, e.code, e.legal_form, e.legal_status, e.hub_link, e.hub_standing,
       e.department, coalesce(string_to_array(nullif(e.categories, ''), chr(31)), '{}'), e.registered_on,
       e.filed_on, e.full_members, e.ended
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::text[], $11::text[], $12::date[], $13::date[], $14::int[], $15::bool[])
     as e(id, division, name, initials, code, legal_form, legal_status, hub_link, hub_standing, department,
          categories, registered_on, filed_on, full_members, ended)
on conflict (id) do update
set division = excluded.division, name = excluded.name, initials = excluded.initials, code = excluded.code,
    legal_form = excluded.legal_form, legal_status = excluded.legal_status, hub_link = excluded.hub_link,
    hub_standing = excluded.hub_standing, department = excluded.department, categories = excluded.categories,
    registered_on = excluded.registered_on, filed_on = excluded.filed_on,
    full_members = excluded.full_members, ended = excluded.ended
"""
_FOLLOW = """
update subject s set organization_id = (o.state -> 'merged_into' ->> 'id')::uuid
from subject o
where (o.service, o.aggregate) = ('registry', 'organization') and o.id = any($1::uuid[])
  and o.state -> 'merged_into' ->> 'id' is not null
  and s.organization_id = o.id and (s.service, s.aggregate) <> ('registry', 'organization')
returning s.organization_id
"""
_VERSION = """
insert into projection (single, version, changed_at) values (true, 1, $1)
on conflict (single) do update set version = projection.version + 1, changed_at = excluded.changed_at
"""
_SEPARATOR = "\x1f"


def _published() -> tuple[type[Event], ...]:
    return tuple(
        described.event
        for stream in STREAMS.values()
        if stream.service in SOURCES and stream.aggregate != "replay"
        for described in stream.facts.values()
        if described.is_newest
    )


@reaction(*_published())
async def project(events: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Put the batch on the timeline and keep the newest state of each of its subjects; five statements."""
    service, aggregate = events[0].envelope.service, events[0].envelope.aggregate
    states = {id(event): msgspec.to_builtins(event.data.state) for event in events}
    about = {id(event): organization_of(aggregate, event.subject, states[id(event)]) for event in events}
    await uow.connection.execute(
        _TIMELINE, service, aggregate,
        [UUID(event.subject) for event in events],
        [event.envelope.epoch for event in events],
        [event.envelope.sequence for event in events],
        [event.envelope.fact for event in events],
        [event.division for event in events],
        [about[id(event)] for event in events],
        [event.data.state.basis.value for event in events],
        [event.data.state.effective_on for event in events],
        [event.envelope.time for event in events],
        [event.envelope.actor_id for event in events],
        [_particular(event) for event in events],
    )  # fmt: skip
    newest = list({event.subject: event for event in events}.values())
    await uow.connection.execute(
        _SUBJECTS, service, aggregate,
        [UUID(event.subject) for event in newest],
        [event.division for event in newest],
        [about[id(event)] for event in newest],
        [event.envelope.epoch for event in newest],
        [event.envelope.sequence for event in newest],
        [event.envelope.fact for event in newest],
        [event.data.state.basis.value for event in newest],
        [event.data.state.effective_on for event in newest],
        [event.envelope.time for event in newest],
        [event.data.state.ended for event in newest],
        [msgspec.json.encode(states[id(event)]).decode() for event in newest],
    )  # fmt: skip
    if (service, aggregate) == ("registry", "organization"):
        await _organizations(newest, uow)
    # Batches are one after another from here on: each sees the mergers, or the records, of those before it.
    await uow.connection.execute(_VERSION, uow.now)
    await _follow([id for id in about.values() if id is not None], uow)


async def _follow(organizations: Sequence[UUID], uow: UnitOfWork) -> None:
    """Let what is about a merged organisation be about the one that goes on, whichever was heard first."""
    while organizations:
        rows = await uow.connection.fetch(_FOLLOW, organizations)
        organizations = list({row["organization_id"] for row in rows})


def _particular(event: Received[Any]) -> str:
    data = msgspec.to_builtins(event.data)
    data.pop("state")
    return msgspec.json.encode(data).decode()


async def _organizations(newest: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    states = [event.data.state for event in newest]
    await uow.connection.execute(
        _ORGANIZATIONS,
        [UUID(event.subject) for event in newest],
        [event.division for event in newest],
        [state.name for state in states],
        [initials(state.name) for state in states],
        [state.credit_code or state.legacy_number or "" for state in states],
        [state.legal_form.value for state in states],
        [state.legal_status.value for state in states],
        [state.hub_link.value for state in states],
        [state.hub_standing.value for state in states],
        [state.department for state in states],
        [_SEPARATOR.join(state.categories) for state in states],
        [state.registered_on for state in states],
        [state.filed_on for state in states],
        [state.full_party_member_count for state in states],
        [state.ended for state in states],
    )
