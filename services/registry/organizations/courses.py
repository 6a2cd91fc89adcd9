"""The course of organisations over time: what was said of each axis from which day on, in whichever order it
was entered, and how they stood from day to day."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from shuniu_contracts import registry

from chassis.unit_of_work import UnitOfWork
from services.registry.organizations.model import (
    AXES,
    FINAL,
    OF_STATUS,
    UNSAID,
    Axes,
    Decoupling,
    Entry,
    HubLink,
    LegalForm,
    LegalStatus,
    Standing,
    days_standing,
    standings,
)
from services.registry.organizations.tables import OrganizationRow

_READ = f"""
select number, organization_id, {", ".join(AXES)}, said, effective_on, until, recorded_at
from organization_status where organization_id = any($1::uuid[])
order by organization_id, effective_on, number
"""

_COLUMNS = ("organization_id", *AXES, "said", "effective_on", "until", "recorded_at")
_KEEP = f"""
insert into organization_status (number, {", ".join(_COLUMNS)})
select coalesce(number, nextval(pg_get_serial_sequence('organization_status', 'number'))),
       {", ".join(_COLUMNS)}
from jsonb_populate_recordset(null::organization_status, $1::jsonb) with ordinality as kept
order by ordinality
on conflict (number) do update set {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)}
"""


_LEGAL = frozenset({LegalStatus.REGISTERED.value, LegalStatus.SUSPENDED.value})
_FINAL = frozenset(status.value for status in FINAL)
_LAST = 2**63


@dataclass
class _Day:
    """What was said for a day; `kept` is the row that the table has of it, `known` what that says."""

    effective_on: date
    said: dict[str, str | None]
    recorded_at: datetime
    number: int | None = None
    kept: Mapping[str, Any] | None = None
    known: Standing | None = None


@dataclass
class Course:
    """The days of one organisation, in order."""

    organization_id: UUID
    _days: list[_Day] = field(default_factory=list)
    _stood: list[Standing] = field(default_factory=list)

    def say(self, day: date, said: Standing, *, at: datetime) -> None:
        """From `day` on it stands so on these axes; of the others nothing is said."""
        fresh = _Day(day, dict(said), at)
        place = sum(one.effective_on <= day for one in self._days)
        self._days.insert(place, fresh)
        self._reckon()

    def correct(self, was: Entry, now: Entry, *, form: str, at: datetime) -> None:
        """What it was entered with was never so: the entries that say it say what is right instead.

        An entry that was lacking, of a day that nobody had given, is added; `form` is that of the registered.
        """
        if now.division != was.division:
            said = (one.said for one in reversed(self._days) if one.said.get("division") == was.division)
            next(said, self._days[0].said)["division"] = now.division
        if now.registered_on != was.registered_on and now.registered_on is not None:
            registered: Standing = {"legal_status": LegalStatus.REGISTERED.value, "legal_form": form}
            self._redate(was.registered_on, now.registered_on, registered, at)
        if now.filed_on != was.filed_on and now.filed_on is not None:
            community = LegalForm.COMMUNITY_ORGANIZATION.value
            filed: Standing = {"legal_status": LegalStatus.FILED.value, "legal_form": community}
            self._redate(was.filed_on, now.filed_on, filed, at)
        if now.ended_on != was.ended_on:
            self._end(now.ended_on)
        if now.registration_route != was.registration_route:
            for one in self._days:
                if one.said.get("legal_status") in _LEGAL:
                    one.said["registration_route"] = now.registration_route
        self._days.sort(key=lambda one: (one.effective_on, one.number or _LAST))
        self._reckon()

    def _end(self, on: date | None) -> None:
        """Its end was on this day; on none, nothing was said of one."""
        for one in self._days:
            if one.said.get("legal_status") not in _FINAL:
                continue
            if on is None:
                del one.said["legal_status"]
            else:
                one.effective_on = on

    def _redate(self, was: date | None, now: date, otherwise: Standing, at: datetime) -> None:
        """The entry of that status and day is of another day. What it says besides, of where it was and how
        it was linked, stays where another entry says otherwise before that day."""
        status = otherwise["legal_status"]
        for one in self._days:
            if was is not None and (one.effective_on, one.said.get("legal_status")) == (was, status):
                between = [other.said for other in self._days if was < other.effective_on <= now]
                behind = {axis for said in between for axis in said} & one.said.keys() - OF_STATUS
                if behind:
                    self._days.append(
                        _Day(was, {axis: one.said.pop(axis) for axis in behind}, one.recorded_at)
                    )
                one.effective_on = now
                return
        self._days.append(_Day(now, dict(otherwise), at))

    def first(self, statuses: Collection[str]) -> date | None:
        """The first day of which one of these legal statuses was said."""
        days = [one.effective_on for one in self._days if one.said.get("legal_status") in statuses]
        return min(days, default=None)

    def on(self, day: date) -> Standing | None:
        """How it stood on `day`; none where nothing is known of it by then."""
        place = sum(one.effective_on <= day for one in self._days)
        return self._stood[place - 1] if place else None

    @property
    def now(self) -> Standing:
        """How it stands by what was said for the last day."""
        return self._stood[-1]

    @property
    def known(self) -> bool:
        """Whether anything was said of it."""
        return bool(self._days)

    def _reckon(self) -> None:
        self._stood = standings(one.said for one in self._days)

    def changed(self) -> list[dict[str, Any]]:
        """The rows of the table that are new or not what they were."""
        found = []
        for place, (day, stood) in enumerate(zip(self._days, self._stood, strict=True)):
            until = self._days[place + 1].effective_on if place + 1 < len(self._days) else None
            row: dict[str, Any] = {**stood, "effective_on": day.effective_on, "until": until}
            kept = day.kept
            if kept is not None and day.said == day.known and all(kept[one] == row[one] for one in row):
                continue
            row |= {
                "number": day.number, "organization_id": self.organization_id, "said": day.said,
                "recorded_at": day.recorded_at,
            }  # fmt: skip
            found.append(row)
        return found


async def courses(uow: UnitOfWork, ids: Iterable[UUID]) -> dict[UUID, Course]:
    """The courses of these organisations, whose rows the caller has locked."""
    found = {id: Course(id) for id in ids}
    for record in await uow.connection.fetch(_READ, list(found)):
        row = dict(record)
        said = said_by(row) if row["said"] is None else dict(row["said"])
        day = _Day(row["effective_on"], said, row["recorded_at"], row["number"], row, dict(said))
        found[row["organization_id"]]._days.append(day)
    for course in found.values():
        course._reckon()
    return found


async def course_of(uow: UnitOfWork, id: UUID) -> Course:
    """The course of one organisation, whose row the caller has locked."""
    return (await courses(uow, [id]))[id]


async def keep(uow: UnitOfWork, found: Sequence[Course]) -> None:
    """Write what changed of these courses, in one statement."""
    if document := [row for course in found for row in course.changed()]:
        await uow.connection.execute(_KEEP, msgspec.json.encode(document).decode())


def said_by(row: Mapping[str, Any]) -> dict[str, str | None]:
    """What is said of one that comes onto the record as these columns have it: all but what is said of
    nobody."""
    return {axis: row[axis] for axis in AXES if row[axis] is not None and row[axis] != UNSAID.get(axis)}


def days_said(row: OrganizationRow) -> Iterator[tuple[date, Standing]]:
    """The days that a record brings with it when it comes whole onto the register: filed, registered, and
    how it stands from the last one on. What else it is it was from the first."""
    found = days_standing(
        row.filed_on, row.registered_on, row.effective_on, form=row.legal_form, status=row.legal_status,
        route=row.registration_route,
    )  # fmt: skip
    common = said_by(standing_of(row))
    for day, form, status, route in found:
        said = {"legal_form": form, "legal_status": status}
        if route is not None:
            said["registration_route"] = route
        yield day, {axis: value for axis, value in common.items() if axis not in OF_STATUS} | said
        common = {}


def standing_of(row: OrganizationRow) -> Standing:
    """How its row has it."""
    return {axis: getattr(row, axis) for axis in AXES}


def axes_on(row: OrganizationRow, course: Course, day: date) -> Axes:
    """Its axes as they were on `day`; before anything is known of it as they are."""
    stood = course.on(day) or {}
    form, status = stood.get("legal_form"), stood.get("legal_status")
    return Axes(
        LegalForm(form or row.legal_form), LegalStatus(status or row.legal_status),
        HubLink(stood.get("hub_link") or UNSAID["hub_link"]), row.axes.hub_standing,
        Decoupling(stood.get("decoupling") or UNSAID["decoupling"]),
    )  # fmt: skip


def then(course: Course, day: date, said: Standing) -> registry.OrganizationStanding | None:
    """How it stood from `day` on, for a fact that said this of that day; none where it stands so now."""
    stood, now = course.on(day), course.now
    assert stood is not None
    if all(now[axis] == stood[axis] for axis in said):
        return None
    return msgspec.convert(dict(stood), registry.OrganizationStanding)
