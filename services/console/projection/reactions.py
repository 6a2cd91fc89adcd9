"""Every event of the four services becomes a line of the timeline and the newest state of its subject."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from shuniu_contracts import STREAMS, Event
from shuniu_contracts.registry import OrganizationState

from chassis.columns import SEPARATOR, day, joined, number
from chassis.pinyin import initials
from chassis.received import Received
from chassis.service import reaction
from chassis.unit_of_work import UnitOfWork
from services.console.projection.model import organization_of

SOURCES = ("registry", "grants", "partybuild", "notify")

_EVENTS = """
with e as materialized (
    select *
    from unnest(string_to_array($3, ',')::uuid[], string_to_array($4, ',')::int[],
                string_to_array($5, ',')::bigint[], string_to_array($6, ','), string_to_array($7, ','),
                string_to_array($8, ',', '')::uuid[], string_to_array($9, ','),
                string_to_array($10, ',')::date[], string_to_array($11, ',')::timestamptz[], $12::text[],
                string_to_array($13, chr(31)), string_to_array($14, ',')::bool[],
                string_to_array($15, chr(31), ''), string_to_array($16, ','))
         as e(subject, epoch, sequence, fact, division, organization_id, basis, effective_on, recorded_at,
              actor_id, particular, ended, state, home)
), lines as (
    insert into timeline (service, subject, epoch, sequence, aggregate, fact, division, organization_id,
                          basis, effective_on, recorded_at, actor_id, particular)
    select $1, subject, epoch, sequence, $2, fact, division, organization_id, basis, effective_on,
           recorded_at, actor_id, particular::jsonb
    from e
    on conflict do nothing
)
insert into subject (service, aggregate, id, division, home, organization_id, epoch, sequence, fact, basis,
                     effective_on, recorded_at, ended, state)
select $1, $2, subject, division, home, organization_id, epoch, sequence, fact, basis, effective_on,
       recorded_at, ended, state::jsonb
from e
where state is not null
on conflict (service, aggregate, id) do update
set division = excluded.division, home = excluded.home, organization_id = excluded.organization_id,
    epoch = excluded.epoch, sequence = excluded.sequence, fact = excluded.fact, basis = excluded.basis,
    effective_on = excluded.effective_on, recorded_at = excluded.recorded_at, ended = excluded.ended,
    state = excluded.state
"""
"""The lines, and the subjects by the newest event of each: only that one has a state here."""
_ORGANIZATIONS = """
insert into organization (id, division, name, initials, code, legal_form, legal_status, hub_link,
                          hub_standing, department, categories, registered_on, filed_on, full_members, ended)
select e.id, e.division, e.name, e.initials, e.code, e.legal_form, e.legal_status, e.hub_link, e.hub_standing,
       e.department, coalesce(string_to_array(nullif(e.categories, ''), chr(31)), '{}'), e.registered_on,
       e.filed_on, e.full_members, e.ended
from unnest(string_to_array($1, ',')::uuid[], string_to_array($2, ','), $3::text[], $4::text[], $5::text[],
            string_to_array($6, ','), string_to_array($7, ','), string_to_array($8, ','),
            string_to_array($9, ','), $10::text[], $11::text[], string_to_array($12, ',', '')::date[],
            string_to_array($13, ',', '')::date[], string_to_array($14, ',', '')::int[],
            string_to_array($15, ',')::bool[])
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
    """Put the batch on the timeline and keep the newest state of each of its subjects; four statements."""
    service, aggregate = events[0].envelope.service, events[0].envelope.aggregate
    envelopes, states = [event.envelope for event in events], [event.data.state for event in events]
    about = [organization_of(aggregate, event.subject, event.data.state) for event in events]
    newest = {event.subject: event for event in events}
    await uow.connection.execute(
        _EVENTS, service, aggregate,
        joined([envelope.subject for envelope in envelopes]),
        joined([str(envelope.epoch) for envelope in envelopes]),
        joined([str(envelope.sequence) for envelope in envelopes]),
        joined([envelope.fact for envelope in envelopes]),
        joined([envelope.division for envelope in envelopes]),
        joined([id or "" for id in about]),
        joined([state.basis.value for state in states]),
        joined([state.effective_on.isoformat() for state in states]),
        joined([envelope.time.isoformat() for envelope in envelopes]),
        [envelope.actor_id for envelope in envelopes],
        joined([_particular(event) for event in events], SEPARATOR),
        joined([str(state.ended) for state in states]),
        joined([_state(event) if newest[event.subject] is event else "" for event in events], SEPARATOR),
        joined([envelope.stack for envelope in envelopes]),
    )  # fmt: skip
    if (service, aggregate) == ("registry", "organization"):
        await _organizations(list(newest.values()), uow)
        about = [subject for subject, event in newest.items() if event.data.state.merged_into]
    # Batches are one after another from here on: each sees the mergers, or the records, of those before it.
    await uow.connection.execute(_VERSION, uow.now)
    await _follow([id for id in about if id is not None], uow)


async def _follow(organizations: Sequence[str | UUID], uow: UnitOfWork) -> None:
    """Let what is about a merged organisation be about the one that goes on, whichever was heard first."""
    waiting, followed = set(map(str, organizations)), set[str]()
    while waiting:
        rows = await uow.connection.fetch(_FOLLOW, waiting)
        followed |= waiting
        waiting = {str(row["organization_id"]) for row in rows} - followed  # a stranger may tell of a circle


def _state(event: Received[Any]) -> str:
    return msgspec.json.encode(event.data.state).decode()


def _particular(event: Received[Any]) -> str:
    """The data without its state, which most types have nothing beside."""
    if len(event.data.__struct_fields__) == 1:
        return "{}"
    data = msgspec.to_builtins(msgspec.structs.replace(event.data, state=None))
    del data["state"]
    return msgspec.json.encode(data).decode()


async def _organizations(newest: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    states: list[OrganizationState] = [event.data.state for event in newest]
    await uow.connection.execute(
        _ORGANIZATIONS,
        joined([event.subject for event in newest]),
        joined([event.division for event in newest]),
        [state.name for state in states],
        [initials(state.name) for state in states],
        [state.credit_code or state.legacy_number or "" for state in states],
        joined([state.legal_form.value for state in states]),
        joined([state.legal_status.value for state in states]),
        joined([state.hub_link.value for state in states]),
        joined([state.hub_standing.value for state in states]),
        [state.department for state in states],
        [SEPARATOR.join(state.categories) for state in states],
        joined([day(state.registered_on) for state in states]),
        joined([day(state.filed_on) for state in states]),
        joined([number(state.full_party_member_count) for state in states]),
        joined([str(state.ended) for state in states]),
    )
