"""A kind of matter: its row, its transition table, its steps, each of which is one fact of the catalogue."""

import inspect
import typing
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar
from uuid import UUID

import msgspec
import sqlalchemy as sa
from pydantic import BaseModel, Field, create_model
from shuniu_contracts import Basis, Event, Reassigned, pausing, reassigning
from shuniu_contracts.catalogue import event_type, stream
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from chassis.acting import Acting
from chassis.http.fields import Code, Division, Fact
from chassis.matters import clocks as clockwork
from chassis.matters.clocks import Clock
from chassis.matters.facts import check_day
from chassis.matters.history import plain, remember
from chassis.matters.rows import MatterRow, MatterStepColumns, rendering
from chassis.model import (
    Refusal,
    RefusalKind,
    StepNotPossible,
    Transitions,
    division_code,
    in_words,
)
from chassis.received import Received
from chassis.service import Timer
from chassis.unit_of_work import UnitOfWork, When

if TYPE_CHECKING:
    from chassis.matters.drafts import Draft

R = TypeVar("R", bound=MatterRow)
StepFunction = Callable[..., Awaitable[Mapping[str, Any] | None]]
Ahead = Callable[[UnitOfWork, UUID], Awaitable[None]]
Whose = Callable[[Acting, Any], Awaitable[None]]
"""Raises the refusal of a caller who may not take a step of this record, whatever is said with it."""
FoundBy = Callable[[Acting, str], Sequence[sa.ColumnElement[bool]]]
"""A word -> what is true of a record that it names."""
Place = Callable[[UnitOfWork, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
Instead = Mapping[str, Mapping[Any, type[Event]]]
"""Parameter -> its values that make another fact than the step's own."""
BULKY: dict[str, Any] = {"x-bulky": True}
"""`json_schema_extra` of a parameter that the record of the step leaves out: a list of thousands, which the
step keeps in a table of its own."""
_MOST = 2**31 - 1
"""The most that a column of numbers holds; sums of money have wider ones."""
_TAKEN = frozenset({"answer", "basis", "because", "command", "effective_on", "id", "location", "status"})
"""Names of arguments that a step or the call that runs it has for itself."""


class AlreadyThere(Refusal):
    """A second record where there can be one only."""

    code = "matter_already_there"
    kind = RefusalKind.CONFLICT
    zh = "{kind_zh}已存在（编号 {other}），请在原记录上办理。"
    en = "There is such a {kind_en} already ({other}); continue on that record."


class SumTooLarge(Refusal):
    """What a step adds up to is more than its column holds."""

    code = "sum_too_large"
    kind = RefusalKind.INVALID
    zh = "“{column_zh}”累计为 {value}，超过可记录的上限 {most}，请核对本次填写的数。"
    en = "'{column_en}' comes to {value}, more than the {most} that is kept; check the number entered."


class OwnerAlready(Refusal):
    """A record given to whoever answers for it."""

    code = "owner_already"
    kind = RefusalKind.INVALID
    zh = "负责人已是“{owner}”，请选择接任人员。"
    en = "'{owner}' answers for it already; name who takes over."


class Step(Generic[R]):
    """One step of a kind: the fact it makes, who may take it, the rules in its function, its body over HTTP.

    Called like the command it is: `await close(uow, id=..., outcome="done")`; the opening takes no id.
    """

    def __init__(
        self, kind: "Kind[R]", event: type[Event], function: StepFunction, *, permission: str, zh: str,
        path: str | None = None, opening: bool = False, late: type[Event] | None = None,
        by_workbook: bool | str = False, instead: Instead | None = None, whose: Whose | None = None,
        ready: Whose | None = None, en: str | None = None,
    ) -> None:  # fmt: skip
        self.kind, self.event, self.function, self.late = kind, event, function, late
        self.whose, self.ready = whose, ready
        self.fact, self.by_workbook = event_type(event).fact, bool(by_workbook)
        self.permission, self.zh, self.opening = permission, zh, opening
        self.en = en or in_words(function.__name__.rstrip("_"))
        """what one does, as a button says it: the name of its command, where it has no other"""
        self.instead: Instead = instead or {}
        self.workbook = by_workbook if isinstance(by_workbook, str) else f"{kind.zh}{zh}"
        """what its list to fill in is called"""
        self.path = path or self.fact.replace("_", "-")
        self.doc = inspect.getdoc(function) or ""
        self.__name__ = f"{kind.name}.{self.fact}"
        self.parameters = _parameters(function)
        if taken := _TAKEN & self.parameters.keys():
            raise TypeError(f"{self.__name__}: {', '.join(sorted(taken))} means something else to a step")
        self._bulky = frozenset(name for name, one in self.parameters.items() if _is_bulky(one.annotation))
        self.body = self._body()
        if unknown := self.instead.keys() - self.parameters.keys():
            raise TypeError(f"{self.__name__} takes no {', '.join(sorted(unknown))}")
        for one in (event, *self.others):
            if event_type(one).stream.aggregate != kind.row.stream[1]:
                raise TypeError(f"{one.__name__} is no fact of {kind.name}")

    @property
    def others(self) -> tuple[type[Event], ...]:
        """What it can record beside its own event."""
        late = () if self.late is None else (self.late,)
        return (*late, *(event for events in self.instead.values() for event in events.values()))

    def _body(self) -> type[Fact]:
        fields: dict[str, Any] = {}
        if self.opening and self.kind.place is None:
            fields["division"] = (Division, Field(title="行政区划"))
        fields |= self.asked()
        name = "".join(part.title() for part in (*self.kind.name.split("_"), *self.fact.split("_"))) + "Body"
        made: type[Fact] = create_model(name, __base__=Fact, __doc__=self.doc, **fields)
        return made

    def asked(self) -> dict[str, Any]:
        """What is said with it, as fields of a body."""
        return {
            name: (parameter.annotation, ... if parameter.default is parameter.empty else parameter.default)
            for name, parameter in self.parameters.items()
        }

    async def __call__(
        self, uow: UnitOfWork, *, id: UUID | str | None = None, effective_on: date | None = None,
        basis: Basis | None = None, because: Received[Any] | None = None, **arguments: Any,
    ) -> R:  # fmt: skip
        """Take the step in this transaction; returns the record after it.

        Day and basis that are left out are those of `UnitOfWork.when`: taken in the function of another step
        it has those of that step.

        Raises what `UnitOfWork.load` and `admit` raise, `StepNotPossible`, `FutureDay`, `BeforeOpening`,
        `AlreadyThere` at an opening, and what the rules of the step refuse.
        """
        if self.opening:
            when = uow.when(effective_on, basis, because)
            return await self.kind.open(uow, self, arguments, UUID(str(id)) if id else uuid7(), when, because)
        if id is None:
            raise TypeError(f"{self.__name__} is a step of a record: give its id")
        row = await self.kind.load(uow, id)
        uow.expected_revision = None  # it was this record's
        return await self.on(uow, row, effective_on=effective_on, basis=basis, because=because, **arguments)

    async def on(
        self, uow: UnitOfWork, row: R, *, effective_on: date | None = None, basis: Basis | None = None,
        because: Received[Any] | None = None, **arguments: Any,
    ) -> R:  # fmt: skip
        """The same for a row that this transaction has locked."""
        when = uow.when(effective_on, basis, because)
        if effective_on is None:
            when = not_before(row, when)
        day = when.day
        arguments = self.complete(arguments)
        event = self._event(row, day, arguments)
        fact = event_type(event).fact
        await self._check_whose(uow, row)  # before anything is said of how it stands
        self.kind.check(row, fact)
        check_day(day, uow.today, row.opened_on)
        row.effective_on, row.basis = day, when.basis.value
        before = {name: getattr(row, name) for name in row.dated.get(fact, ())}
        self.assign(row, arguments)
        with uow.following(when):
            said = await self.function(uow, row, **arguments) or {}
        details = {**self.remembered(arguments), **said}
        self.kind.check_sums(row)
        left_out = {
            name for name, value in before.items()
            if name in arguments and arguments[name] is None and getattr(row, name) == value
        }  # fmt: skip
        await self.kind.advance(uow, row, fact, event, details, on=day, basis=when.basis, because=because,
                                left_out=left_out)  # fmt: skip
        return row

    async def open_to(self, acting: Acting, row: R, permission: str | None = None) -> bool:
        """Whether whoever acts may take the step of this record, with the `permission` of the route where
        that is not the step's own."""
        try:
            acting.principal.reaches(permission or self.permission, row.division, row.reached_from())
            await self._check_whose(acting, row)
        except Refusal:
            return False
        return True

    async def is_possible(self, acting: Acting, row: R, permission: str | None = None) -> bool:
        """`open_to`, and nothing beside the record's state stands against the step."""
        if not await self.open_to(acting, row, permission):
            return False
        try:
            if self.ready is not None:
                await self.ready(acting, row)
        except Refusal:
            return False
        return True

    async def _check_whose(self, acting: Acting, row: R) -> None:
        if self.kind.holder is not None and acting.principal.stands_for is not None:
            await self.kind.holder(acting, row)
        if self.whose is not None:
            await self.whose(acting, row)

    def _event(self, row: R, day: date, arguments: Mapping[str, Any]) -> type[Event]:
        """What is recorded, by what was said and on which day."""
        for name, events in self.instead.items():
            if (other := events.get(_stored(arguments[name]))) is not None:
                return other
        return self.late if self.late is not None and row.is_late(day) else self.event

    def complete(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments with the defaults of those left out; raises TypeError for unknown or missing ones."""
        if unknown := set(arguments) - set(self.parameters):
            raise TypeError(f"{self.__name__} takes no {', '.join(sorted(unknown))}")
        found = dict(arguments)
        for name, parameter in self.parameters.items():
            if name not in found:
                if parameter.default is parameter.empty:
                    raise TypeError(f"{self.__name__} needs {name}")
                found[name] = copy(parameter.default)  # a list there is each call's own
        return found

    def remembered(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments that the record of the step keeps."""
        return {name: value for name, value in arguments.items() if name not in self._bulky}

    def assign(self, row: R, arguments: Mapping[str, Any]) -> None:
        """Put the arguments that are named like columns into the row; what was left out leaves them alone."""
        for name, value in arguments.items():
            if value is not None and name in self.kind.columns:
                setattr(row, name, _stored(value))


@dataclass(frozen=True)
class AtOnce:
    """What is done with many records of a kind in one request, by a route of its own below the kind's."""

    name: str
    zh: str
    path: str
    permission: str
    body: type[BaseModel]

    @property
    def en(self) -> str:
        """What a button says in English."""
        return in_words(self.name)


class Kind(Generic[R]):
    """A kind of matter. Its steps are declared beside it, by `opens` and `step`.

    `transitions` is the visible table, or a function that gives the table of a row where kinds of one record
    take different ways, which `variants` then lists. `states_zh` names every state for people. `place` gives
    the division of a new record (and columns that go with it) from its arguments, where the body is not to
    say it; an argument that it names, too, is put right by it. `unique` are the columns of a unique index
    that says that there is one such record only. `filters` are the columns that a list can be narrowed by.
    `settled` are states in which a record has ended although a step can still correct it; one that leads on
    to a state that is not lets the record go on. `appointed` are columns with a day that people have set for
    something, with the states in which that day is due; then it is what one looks out for, and `due_on` lies
    behind it. `holder` refuses an account that stands for a record (`Principal.stands_for`) whatever step it
    takes of a record that is not of its own; it concerns nobody of the staff.
    """

    def __init__(
        self, row: type[R], states: type[Enum],
        transitions: Transitions[Any] | Callable[[Any], Transitions[Any]],
        *, initial: Enum, zh: str, en: str, path: str, steps: type[MatterStepColumns],
        states_zh: Mapping[Any, str], unit: str = "件", clocks: Sequence[Clock] = (),
        place: Place | None = None, unique: Sequence[str] = (), filters: Sequence[str] = (),
        permission: str | None = None, variants: Sequence[Transitions[Any]] = (),
        settled: Collection[Enum] = (), appointed: Mapping[str, Collection[Enum]] | None = None,
        holder: Whose | None = None,
    ) -> None:  # fmt: skip
        self.holder = holder
        self.row, self.states, self.initial, self.path = row, states, initial, path
        self._settled = frozenset(settled)
        self.name, self.zh, self.en, self.unit = row.stream[1], zh, en, unit
        self.steps_table, self.states_zh = steps, states_zh
        self.clocks, self.place, self.unique, self.filters = (
            tuple(clocks),
            place,
            tuple(unique),
            tuple(filters),
        )
        self.permission = permission or path.replace("-", "_")
        self.columns = frozenset(row.model_fields)
        self._counts = {
            column.name: row.model_fields[column.name].title or column.name
            for column in row.metadata.tables[str(row.__tablename__)].columns
            if type(column.type) is sa.Integer
        }
        self.pause = pausing.facts_of(stream(*row.stream))
        """what a record says of its deadlines standing still and running again; None where they cannot"""
        self.steps: dict[str, Step[R]] = {}
        self.opening: Step[R] | None = None
        self.at_once: list[AtOnce] = []
        """what pages offer beside the steps of one record; the routes are the service's own"""
        self.ahead: Ahead | None = None
        """locks what is locked before a record of this kind; set by a service that has such a thing"""
        self.found_by: FoundBy | None = None
        """by what a list finds a record beside its own texts; set by a service that knows more names"""
        self._transitions = transitions
        row.called = (zh, en)
        self.tables = tuple(variants) if callable(transitions) else (transitions,)
        self.deadlines = self._deadlines(appointed or {})
        """which of its columns are due in which states: those of its clocks, and those that are appointed"""
        rendering(row)
        if unknown := self._settled - frozenset(states):
            raise TypeError(f"{self.name} has no {', '.join(sorted(one.value for one in unknown))} to settle")
        if lacking := {state for state in states if state not in states_zh}:
            raise TypeError(f"{self.name}: no Chinese name for {', '.join(sorted(s.value for s in lacking))}")

    def _deadlines(self, appointed: Mapping[str, Collection[Enum]]) -> Mapping[str, frozenset[str]]:
        """Column -> states. A kind without clocks owes what it owes while anything can follow."""
        found: dict[str, set[str]] = {}
        for clock in self.clocks:
            found.setdefault(clock.column, set()).update(clock.runs_in)
        if not self.clocks:
            goes_on = {state.value for table in self.tables for state, after in table.items() if after}
            found["due_on"] = goes_on - {state.value for state in self._settled}
        for column, states in appointed.items():
            found["due_on"] = found.get("due_on", set()) - {state.value for state in states}
            found.setdefault(column, set()).update(state.value for state in states)
        if unnamed := [column for column in found if not self.row.model_fields[column].title]:
            raise TypeError(f"{self.name}: no Chinese name for {', '.join(unnamed)}")
        return {column: frozenset(states) for column, states in found.items() if states}

    def opens(
        self, event: type[Event], *, zh: str, needs: str, by_workbook: bool = False, en: str | None = None
    ) -> Callable[[StepFunction], Step[R]]:
        """Declare the function that opens a record; its parameters are the body of the request.

        `by_workbook`: a row that is added to the list of one of the kind's steps opens a record.
        """

        def declare(function: StepFunction) -> Step[R]:
            self.opening = Step(
                self, event, function, permission=self._needs(needs), zh=zh, opening=True,
                by_workbook=by_workbook, en=en,
            )  # fmt: skip
            return self.opening

        return declare

    def step(
        self, event: type[Event], *, zh: str, needs: str, path: str | None = None,
        late: type[Event] | None = None, by_workbook: bool | str = False, instead: Instead | None = None,
        whose: Whose | None = None, ready: Whose | None = None, en: str | None = None,
    ) -> Callable[[StepFunction], Step[R]]:  # fmt: skip
        """Declare a step: the function holds the rules, its parameters are the body of the request, its name
        in words is what a button says in English unless `en` does.

        Parameters named like columns are put into the row before the function is called; those named like
        fields of the event are put into the event, as is what the function returns. `late` is recorded
        instead where the record's deadline has passed, and so is what `instead` names for the value of a
        parameter. `by_workbook`: the step is offered as a list to be filled in offline, too, under the name
        given. `whose` refuses who may not take the step of this record, beside permission and division;
        `ready` refuses as long as something beside the record's state stands against it: it is not offered
        then, and `function` refuses it itself, by what it has locked.
        """

        def declare(function: StepFunction) -> Step[R]:
            made = Step(
                self,
                event,
                function,
                permission=self._needs(needs),
                zh=zh,
                path=path,
                late=late,
                by_workbook=by_workbook,
                instead=instead,
                whose=whose,
                ready=ready,
                en=en,
            )
            if made.fact in self.steps:
                raise TypeError(f"{self.name} has the step '{made.fact}' twice")
            self.steps[made.fact] = made
            return made

        return declare

    def reassigns(
        self, *, needs: str, zh: str = "变更负责人", whose: Whose | None = None,
        then: Callable[[R, str | None], None] | None = None,
    ) -> Step[R]:  # fmt: skip
        """Declare the step by which somebody else comes to answer for a record (`MatterRow.owner`).

        It is alike for all kinds, as its fact is. `then` is told the row and who answered for it before: for
        what a kind keeps beside the owner.
        """
        event = reassigning.fact_of(stream(*self.row.stream))
        if event is None:
            raise TypeError(f"{self.name}: nobody takes its records over one by one, says its stream")

        async def reassign(
            uow: UnitOfWork, row: R, *, to: Annotated[Code, Field(title="接任负责人")],
            reason: Annotated[Code | None, Field(title="原因")] = None,
        ) -> Mapping[str, Any]:  # fmt: skip
            """Somebody else answers for it from now on; its deadlines stay."""
            uow.authorize(row.division)  # not for who only reaches it, see `MatterRow.reached_from`
            previous = row.owner
            if to == previous:
                raise OwnerAlready(at="/to", owner=to)
            row.owner = to
            if then is not None:
                then(row, previous)
            return {"previous": previous}

        return self.step(event, zh=zh, needs=needs, path="owner", whose=whose)(reassign)

    def takes_many(self, name: str, body: type[BaseModel], *, zh: str, needs: str, path: str) -> AtOnce:
        """Tell pages of a route by which many records are opened or moved in one request."""
        made = AtOnce(name, zh, path, self._needs(needs), body)
        self.at_once.append(made)
        return made

    def _needs(self, needs: str) -> str:
        return needs if ":" in needs else f"{self.permission}:{needs}"

    @property
    def money(self) -> frozenset[str]:
        """The fields that are sums in fen, a part of a row as `<field>.<part>`."""
        return rendering(self.row).money

    @property
    def timers(self) -> tuple[Timer, ...]:
        """What the service has to fire."""
        return tuple(clockwork.timer_of(self, clock) for clock in self.clocks)

    @property
    def replaces_owner(self) -> Step[R] | None:
        """The step that `reassigns` declared."""
        step = self.steps.get(reassigning.REASSIGNED)
        return step if step is not None and issubclass(step.event, Reassigned) else None

    def is_settled(self, state: Enum) -> bool:
        """Whether a record in this state has ended although a step can still correct it."""
        return state in self._settled

    def table(self, row: "R | Draft") -> Transitions[Any]:
        """The transition table that holds for this record."""
        return self._transitions(row) if callable(self._transitions) else self._transitions

    def allows(self, row: "R | Draft", fact: str) -> bool:
        """Whether `fact` changes the state that the record is in."""
        return fact in self.table(row).get(self.states(row.state), {})

    def check(self, row: "R | Draft", fact: str) -> Enum:
        """The state after `fact`; raises `StepNotPossible` with what people can do instead."""
        facts: Mapping[str, Enum] = self.table(row).get(self.states(row.state), {})
        if fact not in facts:
            of_people = [one for one in facts if one in self.steps]
            raise StepNotPossible.of(
                row.state, fact, of_people,
                states_zh={state.value: zh for state, zh in self.states_zh.items()},
                facts_zh={one.fact: one.zh for one in self.steps.values()},
            )  # fmt: skip
        return facts[fact]

    async def possible(self, acting: Acting, row: R) -> list[str]:
        """The steps that whoever acts can take of the record now: its state has them, its home is here, and
        nothing refuses them before it is known what would be said."""
        if row.home != acting.stack:
            return []
        after = self.table(row).get(self.states(row.state), {})
        return [
            step.fact
            for step in self.steps.values()
            if step.fact in after and await step.is_possible(acting, row)
        ]

    def check_sums(self, row: R) -> None:
        """Raise `SumTooLarge` where steps have added up to more than a column holds."""
        for name, title in self._counts.items():
            if (value := getattr(row, name)) is not None and value > _MOST:
                raise SumTooLarge(
                    at=f"/{name}", column_zh=title, column_en=in_words(name), value=value, most=_MOST
                )

    async def load(self, uow: UnitOfWork, id: UUID | str) -> R:
        """`UnitOfWork.load`, after what is locked before it."""
        if self.ahead is not None:
            await self.ahead(uow, UUID(str(id)))
        return await uow.load(self.row, id)

    async def open(
        self, uow: UnitOfWork, opening: Step[R], arguments: Mapping[str, Any], id: UUID, when: When,
        because: Received[Any] | None,
    ) -> R:  # fmt: skip
        """A new record by its opening step."""
        given = dict(arguments)
        place: Mapping[str, Any] = {"division": given.pop("division", None)}
        given = opening.complete(given)
        day = when.day
        check_day(day, uow.today, day)
        if self.place is not None:
            with uow.following(when):
                place = await self.place(uow, given)
            given |= {name: value for name, value in place.items() if name in given}
        row = self.row(
            id=id, effective_on=day, basis=when.basis.value, recorded_at=uow.now, state=self.initial.value,
            opened_on=day, **{**place, "division": division_code(str(place["division"]), at="/division")},
        )  # fmt: skip
        opening.assign(row, given)
        uow.authorize(row.division)
        with uow.following(when):
            said = await opening.function(uow, row, **given) or {}
        self.check_sums(row)
        if self.pause is None or when.basis is not Basis.LIVE:
            row.paused_on = None  # nothing runs that could stand still
        await self._admit(uow, row)
        await clockwork.moved(uow, self, row, None, opening.fact)
        self._end(row)
        uow.record(row, made(opening.event, row.public_state(), {**given, **said}), because=because)
        await remember(uow, self.steps_table, row, opening.fact, opening.remembered(given))
        return row

    async def _admit(self, uow: UnitOfWork, row: R) -> None:
        if not self.unique:
            return uow.admit(row)
        try:
            async with uow.session.begin_nested():
                uow.admit(row)
                await uow.session.flush()
        except IntegrityError:
            other = await self._other(uow, row)
            if other is None:
                raise
            raise AlreadyThere(kind_zh=self.zh, kind_en=self.en, other=other) from None

    async def _other(self, uow: UnitOfWork, row: R) -> UUID | None:
        same = [getattr(self.row, name) == getattr(row, name) for name in self.unique]
        with uow.session.no_autoflush:
            open_first = select(self.row.id).where(*same).order_by(col(self.row.ended))
            return (await uow.session.exec(open_first)).first()

    async def advance(
        self, uow: UnitOfWork, row: R, fact: str, event: type[Event], details: Mapping[str, Any], *,
        on: date, basis: Basis = Basis.LIVE, because: Received[Any] | None = None,
        left_out: Collection[str] = (),
    ) -> None:  # fmt: skip
        """Move the locked record on by `fact`: state, days, clocks, event, step.

        `left_out` are columns that the fact could have set and did not.
        """
        before = row.state
        self.move(row, fact, on=on, basis=basis, at=uow.now)
        await clockwork.moved(uow, self, row, before, fact)
        uow.record(row, made(event, row.public_state(), details), because=because)
        await remember(uow, self.steps_table, row, fact, details, left_out)

    async def remark(
        self, uow: UnitOfWork, row: R, fact: str, event: type[Event], details: Mapping[str, Any], *,
        on: date | None = None, basis: Basis | None = None, because: Received[Any] | None = None,
    ) -> None:  # fmt: skip
        """Record a fact about the locked record that leaves its state as it is; `on` and `basis` as in
        `UnitOfWork.when`."""
        when = uow.when(on, basis, because)
        if on is None:
            when = not_before(row, when)
        row.effective_on, row.basis, row.recorded_at = when.day, when.basis.value, uow.now
        uow.record(row, made(event, row.public_state(), details), because=because)
        await remember(uow, self.steps_table, row, fact, details)

    def move(self, row: "R | Draft", fact: str, *, on: date, basis: Basis, at: datetime) -> None:
        """Put the row into the state after `fact`; raises `StepNotPossible`."""
        row.state = self.check(row, fact).value
        row.effective_on, row.basis, row.recorded_at = on, basis.value, at
        self._end(row)

    def _end(self, row: "R | Draft") -> None:
        state = self.states(row.state)
        ended = state in self._settled or not self.table(row).get(state)
        if ended and not row.ended:
            row.ended, row.ended_on, row.paused_on = True, row.effective_on, None
        elif row.ended and not ended:
            row.ended, row.ended_on = False, None


def not_before(row: "MatterRow | Draft", when: When) -> When:
    """The same, on the day of what happened to the record last where that is later: what follows from
    something else follows what is on the record."""
    return When(max(when.day, row.opened_on, row.effective_on), when.basis)


def made(event: type[Event], state: Any, details: Mapping[str, Any]) -> Event:
    """An event of this state with what of `details` it has fields for."""
    said = {
        name: msgspec.convert(plain(details[name]), kind)
        for name, kind in _types(event).items()
        if details.get(name) is not None
    }
    return event(state=state, **said)


@cache
def _types(event: type[Event]) -> Mapping[str, Any]:
    """What each of the particulars is."""
    hints = typing.get_type_hints(event, include_extras=True)
    return {name: hints[name] for name in sorted(particulars(event))}


@cache
def particulars(event: type[Event]) -> frozenset[str]:
    """The fields of an event beside the state."""
    return frozenset(field.name for field in msgspec.structs.fields(event)) - {"state"}


def _is_bulky(annotation: Any) -> bool:
    extras = [getattr(one, "json_schema_extra", None) for one in getattr(annotation, "__metadata__", ())]
    return BULKY in extras


def _parameters(function: StepFunction) -> dict[str, inspect.Parameter]:
    hints = typing.get_type_hints(function, include_extras=True)
    return {
        name: parameter.replace(annotation=hints[name])
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }


def _stored(value: Any) -> Any:
    """A value as a column keeps it: enums as their text."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [_stored(one) for one in value]
    return value


def check_complete(kind: Kind[Any]) -> None:
    """Raise `TypeError` where a fact of the kind's tables has neither step nor clock, or a step no place.

    A service calls it when it is composed, so that nothing that is visible in a table is missing.
    """
    facts = {fact for table in kind.tables for row in table.values() for fact in row}
    timed = {clock.fact for clock in kind.clocks}
    timed |= {event_type(other).fact for step in kind.steps.values() for other in step.others}
    if lacking := facts - set(kind.steps) - timed:
        raise TypeError(f"{kind.name}: no step or clock makes {', '.join(sorted(lacking))}")
    if idle := set(kind.steps) - facts:
        raise TypeError(f"{kind.name}: no transition has {', '.join(sorted(idle))}")
    if kind.opening is None:
        raise TypeError(f"{kind.name}: nothing opens it")
    _check_reassigned(kind)
    if kind.opening.by_workbook and not any(step.by_workbook for step in kind.steps.values()):
        raise TypeError(f"{kind.name}: it opens by workbook, and no step has a list to add rows to")


def _check_reassigned(kind: Kind[Any]) -> None:
    """Who answers for a record can be replaced while it is open, in every state of it."""
    fact = reassigning.REASSIGNED
    given = {
        step.fact for step in (kind.opening, *kind.steps.values()) if step and "owner" in step.parameters
    }
    if reassigning.fact_of(stream(*kind.row.stream)) is None:
        if given:
            raise TypeError(f"{kind.name}: {', '.join(sorted(given))} names an owner whom nobody can replace")
        return
    if fact not in kind.steps:
        raise TypeError(f"{kind.name}: nothing declares that it `reassigns`")
    for table in kind.tables:
        for state, facts in table.items():
            is_open = bool(facts) and not kind.is_settled(state)
            if is_open != (facts.get(fact) is state):
                raise TypeError(f"{kind.name}: '{fact}' has to stay in '{state.value}' as long as it is open")
