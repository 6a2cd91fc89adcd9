"""Every kind of matter goes every way of its own table that people can take, by its real commands: state,
events, history and timers stay together, and what is refused leaves no trace."""

import re
from collections.abc import Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from itertools import cycle
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shuniu_contracts import event_type
from shuniu_contracts import registry_meetings as meetings
from shuniu_contracts import registry_operations as contract
from shuniu_contracts.codec import decode_data

from chassis.matters import Kind, Step, check_complete
from chassis.matters.clocks import timer_kind
from chassis.matters.queries import for_caller, words
from chassis.model import Refusal, RefusalKind, Refusals, StepNotPossible
from chassis.principal import Principal
from chassis.unit_of_work import UnitOfWork
from services.registry.app import ROLES
from services.registry.areas import KINDS
from services.registry.incubation.entries.model import AnotherHand, OneHandForBoth
from services.registry.inspections.annual.commands import INSPECTIONS
from services.registry.inspections.annual.tables import InspectionRow
from services.registry.inspections.campaigns.commands import CAMPAIGNS
from services.registry.operations.inquiries.model import InquiryPhase
from services.registry.operations.inquiries.tables import InquiryRow
from services.registry.operations.meetings.commands import MEETINGS
from services.registry.sheets.routes import sheets
from services.registry.tables import MatterStepRow
from tests.registry.bodies import bodies
from tests.registry.conftest import Register
from tests.registry.references import REFERENCES
from tests.registry.ways import OPENINGS, OTHER, STEPS, TODAY, Way, as_drawn

pytestmark = pytest.mark.integration
LONG = settings(
    max_examples=2, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
BESIDE = {"effective_on", "basis", "principal"}
"""What a step is told beside its own arguments."""
CALLERS = tuple(
    Principal(f"u-{role}", frozenset({role}), frozenset(ROLES[role]), (division,))
    for role, division in (("hub_officer", "120116"), ("liaison", "120116005"))
)
"""Who are asked to take what they are offered: at the district, in a street."""
RIGHTS = (AnotherHand, OneHandForBoth)
"""Refused for who somebody is, beside what is forbidden."""


class _TakenBack(Exception):
    """Nothing of a transaction stays."""


Edge = tuple[str, str]
"""A state, and the fact that leads on from it."""


async def body(
    register: Register, step: Step[Any], data: st.DataObject, *, given: Mapping[str, Any], whole: bool = False
) -> dict[str, Any]:
    """Arguments as the step's body would carry them: what must be said, what refers to something, which
    exists then, and what is given; `whole`: any of the others, too."""
    schema = step.body.model_json_schema()
    required = set(schema.get("required", ()))
    fixed = {name: value for name, value in given.items() if name in step.parameters or name == "division"}
    for name in sorted(schema["properties"].keys() - fixed.keys()):
        if (make := REFERENCES.get(f"{step.kind.name}.{name}", REFERENCES.get(name))) is not None:
            fixed[name] = await make(register)
    schema["properties"] = {
        name: one
        for name, one in schema["properties"].items()
        if name not in {"effective_on", "basis", *fixed} and (whole or name in required)
    }
    schema["required"] = sorted(required & schema["properties"].keys())
    drawn = data.draw(bodies(schema), label=step.fact)
    checked = step.body.model_validate({**drawn, **fixed})
    return {
        name: value for name, value in checked.arguments().items() if name not in ("effective_on", "basis")
    }


@dataclass
class Tour:
    """Records of one kind that go every way of its table which people can take."""

    register: Register
    kind: Kind[Any]
    data: st.DataObject
    taken: set[Edge] = field(default_factory=set)
    refused: dict[Edge, str] = field(default_factory=dict)
    """what was said last, where a step that the table allows was refused by its rules"""
    strayed: set[str] = field(default_factory=set)
    """states in which something was tried that the table does not allow"""
    _read: int = 0

    def __post_init__(self) -> None:
        [self.table] = self.kind.tables
        self.steps = {
            event_type(event).fact: step
            for step in self.kind.steps.values()
            for event in (step.event, *step.others)
        }

    @property
    def left(self) -> set[Edge]:
        """What people can do and was not done."""
        return self._edges() - self.taken

    async def go(self) -> None:
        """Open records in all ways there are, until there is nothing left or nothing new comes of it."""
        ways, idle = OPENINGS.get(self.kind.name, (as_drawn,)), 0
        for way in cycle(ways):
            before = len(self.taken)
            await self._life(way)
            idle = 0 if len(self.taken) > before else idle + 1
            if not self.left or idle == len(ways):
                return

    async def _life(self, way: Way) -> None:
        """One record, until it has ended or can do nothing new."""
        table = self.kind.row.__tablename__
        await self.register.rows(f'delete from "{table}"')  # or the last record's would be in the way
        await self.register.rows("delete from timer")
        await self.register.begin(TODAY)
        row = await self._open(way)
        stuck: Set[Edge] = frozenset()
        while (fact := self._next(row.state, stuck)) is not None:
            if row.state not in self.strayed:
                self.strayed.add(row.state)
                await self._stray(row)
            edge = (row.state, fact)
            row, done = await self._step(row, fact)
            if not done:
                stuck = stuck | {edge}

    def _next(self, state: str, stuck: Set[Edge]) -> str | None:
        """What to do now: something new after which it goes on, else the way there, else what is the last or
        the late thing to do, else the way there."""
        open_ = self._edges() - stuck
        new = open_ - self.taken
        lasting = {edge for edge in new if self._lasts(*edge)}
        ways = (
            self._here(state, lasting)
            or self._towards(state, open_, lasting)
            or self._here(state, new)
            or self._towards(state, open_, new)
        )
        return self.data.draw(st.sampled_from(ways), label="fact") if ways else None

    @staticmethod
    def _here(state: str, edges: Set[Edge]) -> list[str]:
        return sorted(fact for at, fact in edges if at == state)

    def _edges(self) -> set[Edge]:
        return {
            (state.value, fact) for state, facts in self.table.items() for fact in facts if fact in self.steps
        }

    def _lasts(self, state: str, fact: str) -> bool:
        """Whether the record can go on after it, and no day has passed for it."""
        late = self.steps[fact].late
        return (late is None or event_type(late).fact != fact) and bool(self.table[self._after(state, fact)])

    def _after(self, state: str, fact: str) -> Enum:
        after: Enum = self.table[self.kind.states(state)][fact]
        return after

    def _towards(self, state: str, open_: Set[Edge], new: Set[Edge]) -> list[str]:
        """First steps of the shortest ways to a state in which there is something new to do."""
        wanted = {at for at, _ in new} - {state}
        firsts: dict[str, set[str]] = {state: set()}
        front = [state]
        while front and not wanted & set(front):
            reached: dict[str, set[str]] = {}
            for at, fact in sorted(open_):
                if at in front and self._lasts(at, fact):
                    after = str(self._after(at, fact).value)
                    if after not in firsts:
                        reached.setdefault(after, set()).update(firsts[at] or {fact})
            firsts |= reached
            front = sorted(reached)
        return sorted(set().union(*(firsts[at] for at in wanted & set(front))))

    async def _open(self, way: Way) -> Any:
        opening = self.kind.opening
        assert opening is not None
        said = ""
        for whole in (True, False):
            arguments = await self._arguments(opening, await way(self.register, None), None, whole=whole)
            before = await self._trace()
            try:
                row = await self.register.do(opening, **arguments)
            except (Refusal, Refusals) as refusal:
                said = str(refusal)
                assert await self._trace() == before
                continue
            await self._together(row)
            return row
        raise AssertionError(f"{self.kind.name} does not open: {said}")

    async def _step(self, row: Any, fact: str) -> tuple[Any, bool]:
        """Take one step that the table allows, if its rules do; the record after it."""
        step, edge = self.steps[fact], (row.state, fact)
        way = STEPS.get(f"{self.kind.name}.{fact}", as_drawn)
        if step.late is not None and fact == event_type(step.late).fact and row.due_on is not None:
            await self.register.begin(row.due_on + timedelta(days=1))
        for whole in (True, False):
            arguments = await self._arguments(step, await way(self.register, row), row, whole=whole)
            before = await self._trace(row)
            await self._as_told(row, step, arguments)
            try:
                after = await self.register.do(step, id=row.id, **arguments)
            except StepNotPossible as refusal:
                raise AssertionError(f"{edge} is in the table: {refusal}") from refusal
            except (Refusal, Refusals) as refusal:
                self.refused[edge] = str(refusal)
                assert await self._trace(row) == before
                continue
            done = await self._together(after)
            assert after.state == self.table[self.kind.states(edge[0])][done].value
            self.taken.add((edge[0], done))
            return after, done == fact
        return row, False

    async def _as_told(self, row: Any, step: Step[Any], arguments: Mapping[str, Any]) -> None:
        """Who is told that the step is possible is not refused for who she is; who is not told is refused.
        Nothing is left of it."""
        said = {name: value for name, value in arguments.items() if name != "principal"}
        for caller in CALLERS:
            refused: Refusal | Refusals | None = None
            with suppress(_TakenBack):
                async with self.register.runtime.unit_of_work(caller, permission=step.permission) as uow:
                    kept = await uow.session.get_one(self.kind.row, row.id)
                    told = step.fact in await self.kind.possible(uow, kept)
                    try:
                        await step(uow, id=row.id, **said)
                    except (Refusal, Refusals) as refusal:
                        refused = refusal
                    raise _TakenBack
            for_rights = isinstance(refused, Refusal) and (
                refused.kind is RefusalKind.FORBIDDEN or isinstance(refused, RIGHTS)
            )
            assert not (told and for_rights), f"{caller.actor_id} was offered {step.__name__}: {refused}"
            assert told or refused is not None, f"{caller.actor_id} was not offered {step.__name__}"

    async def _stray(self, row: Any) -> None:
        """What the table does not allow is refused, and leaves no trace."""
        other = sorted(self.kind.steps.keys() - self.kind.table(row)[self.kind.states(row.state)].keys())
        if not other:
            return
        step = self.kind.steps[self.data.draw(st.sampled_from(other), label="not allowed")]
        if any(event_type(event).fact in self.table[self.kind.states(row.state)] for event in step.others):
            return
        arguments = await body(self.register, step, self.data, given={})
        caller, before = await self._whose(step, row), await self._trace(row)
        with pytest.raises(StepNotPossible):
            await self.register.do(step, id=row.id, principal=caller, **arguments)
        assert await self._trace(row) == before

    async def _whose(self, step: Step[Any], row: Any) -> Principal:
        """Somebody whose step it is: others are refused before anything is said of how the record stands."""
        for caller in (self.register.officer, OTHER):
            async with self.register.runtime.unit_of_work(caller, permission=step.permission) as uow:
                kept = await uow.session.get_one(self.kind.row, row.id)
                if await step.open_to(uow, kept):
                    return caller
        raise AssertionError(f"{step.__name__} is nobody's")

    async def _arguments(
        self, step: Step[Any], given: Mapping[str, Any], row: Any, *, whole: bool
    ) -> dict[str, Any]:
        """The body, and what is said beside it: day, basis, who does it."""
        beside = {name: given[name] for name in BESIDE & given.keys()}
        return {**await body(self.register, step, self.data, given=given, whole=whole), **beside}

    async def _trace(self, row: Any = None) -> Any:
        """What anything that was done would change."""
        [found] = await self.register.rows(
            "select (select max(seq) from event_log) as log, (select count(*) from outbox) as outbox,"
            " (select max(number) from matter_step) as steps, (select count(*) from timer) as timers,"
            " (select max(due_at) from timer) as due,"
            f' (select to_jsonb(one) from "{self.kind.row.__tablename__}" one where id = $1) as record',
            row and row.id,
        )
        return dict(found)

    async def _together(self, row: Any) -> str:
        """What was committed agrees in the row, the log, the history and the timers, and every event written
        is as its contract says; returns the last fact of the record."""
        fresh = await self.register.rows(
            "select seq, type, payload, sequence, aggregateid from event_log where seq > $1 order by seq",
            self._read,
        )
        for entry in fresh:
            assert decode_data(entry["type"], entry["payload"]) is not None
            self._read = entry["seq"]
        table = self.kind.row.__tablename__
        [kept] = await self.register.rows(
            f'select state, sequence, ended from "{table}" where id = $1', row.id
        )
        assert (kept["state"], kept["sequence"], kept["ended"]) == (row.state, row.sequence, row.ended)
        assert row.ended or self.table[self.kind.states(row.state)]
        events = await self.register.events(row.id)
        assert len(events) == row.sequence
        assert events[-1][1]["state"]["state"] == row.state
        steps = await self.register.rows(
            "select fact, state from matter_step where record_id = $1 order by number", row.id
        )
        assert [step["fact"] for step in steps] == [fact for fact, _ in events]
        kinds = await self.register.rows("select kind from timer where subject = $1", str(row.id))
        timers = {timer["kind"] for timer in kinds}
        for clock in self.kind.clocks:
            if not clock.runs(row):
                assert timer_kind(self.kind, clock) not in timers
        return events[-1][0]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@LONG
@given(data=st.data())
async def test_every_way_of_the_table_is_gone(
    register: Register, kind: Kind[Any], data: st.DataObject
) -> None:
    tour = Tour(register, kind, data)
    await tour.go()
    left = {f"{state}: {fact}": tour.refused.get((state, fact)) for state, fact in sorted(tour.left)}
    assert not left


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_named_for_people(kind: Kind[Any]) -> None:
    assert set(kind.states_zh) == set(kind.states)
    steps = [step for step in (kind.opening, *kind.steps.values()) if step is not None]
    for step in steps:
        assert step.zh
        assert step.doc, f"{step.__name__} says nothing of itself"
        schema = step.body.model_json_schema()["properties"]
        untitled = [
            name
            for name, field in schema.items()
            if not any("一" <= c <= "鿿" for c in field.get("title", ""))
        ]
        assert untitled == [], f"{step.__name__}: no Chinese title"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_step_is_called_by_what_one_does_in_both_languages(kind: Kind[Any]) -> None:
    """A button asks to do something: the name of the fact, in words, says that it was done."""
    steps = [step for step in (kind.opening, *kind.steps.values()) if step is not None]
    for step in steps:
        told = words(kind)["opening"] if step is kind.opening else words(kind)["steps"][step.fact]
        assert re.search("[一-鿿]", told["zh"]), step.__name__
        assert re.fullmatch(r"[a-z]+( [a-z-]+)*", told["en"]), f"{step.__name__}: {told['en']}"
        assert told["en"] != step.fact.replace("_", " "), f"{step.__name__} is called by its fact"
        assert not told["en"].split()[0].endswith("ed"), f"{step.__name__}: {told['en']} is over"
    for one in kind.at_once:
        assert re.search("[一-鿿]", one.zh), one.name
        assert re.fullmatch(r"[a-z]+( [a-z]+)*", one.en), one.name
    for names in ([step.zh for step in kind.steps.values()], [step.en for step in kind.steps.values()]):
        assert len(set(names)) == len(names), f"{kind.name}: two steps of one name: {names}"


def test_a_list_that_is_left_out_is_each_calls_own() -> None:
    steps = [step for kind in KINDS for step in (kind.opening, *kind.steps.values()) if step is not None]
    lists = [(step, one.name) for step in steps for one in step.parameters.values() if one.default == []]
    assert lists
    for step, name in lists:
        needed = {n: None for n, one in step.parameters.items() if one.default is one.empty}
        assert step.complete(needed)[name] is not step.complete(needed)[name]


def test_every_state_of_every_table_can_be_reached() -> None:
    for kind in KINDS:
        for table in kind.tables:
            reached, found = {kind.initial}, [kind.initial]
            while found:
                for after in table.get(found.pop(), {}).values():
                    if after not in reached:
                        reached.add(after)
                        found.append(after)
            assert reached == set(table), f"{kind.name}: {set(table) - reached}"


def test_a_page_is_told_what_follows_what_until_when_and_who_may() -> None:
    found = words(INSPECTIONS)
    assert found["transitions"]["hub_reviewed"] == {"returned": "returned", "concluded": "concluded"}
    assert found["transitions"]["concluded"] == {"corrected": "concluded"}
    assert found["transitions"]["missed"] == {"submitted": "submitted", "released": "released"}
    assert "submitted_late" not in found["transitions"]["due"]  # the clock's word, not a step of people
    assert found["deadlines"] == {"due_on": ["due", "returned"]}
    assert {"campaign_id", "year", "late", "due_before"} <= set(found["filter"]["properties"])
    assert (found["steps"]["submitted"]["by_workbook"], found["steps"]["returned"]["by_workbook"]) == (
        True,
        False,
    )
    liaison = Principal("u-1", frozenset({"liaison"}), frozenset(ROLES["liaison"]), ("120116001",))
    told = for_caller(found, liaison)
    assert told["may_read"]
    assert {fact for fact, step in told["steps"].items() if step["may"]} == {"submitted"}
    assert told["opening"]["may"] is False
    assert "may" not in found["opening"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_a_page_is_told_to_follow_are_steps_and_states_of_the_kind(kind: Kind[Any]) -> None:
    found = words(kind)
    for followers in found["transitions"].values():
        assert set(followers) <= set(found["steps"])
        assert set(followers.values()) <= set(found["states"])
    assert {fact for followers in found["transitions"].values() for fact in followers} == set(found["steps"])
    for column, states in found["deadlines"].items():
        assert set(states) <= set(found["states"])
        assert found["fields"][column], "pages say which of its days it is"


def test_the_day_that_was_set_for_something_stands_before_until_when_it_has_to_be() -> None:
    assert words(MEETINGS)["deadlines"] == {
        "due_on": ["due", "held"], "scheduled_on": ["scheduled"], "explanation_due_on": ["missed"],
    }  # fmt: skip
    assert words(CAMPAIGNS)["deadlines"] == {"due_on": ["opened"]}, "without clocks: while it goes on"


def trial(**changes: Any) -> Kind[Any]:
    """A kind that is declared for a test."""
    return Kind(
        InquiryRow, InquiryPhase,
        {InquiryPhase.OPENED: {"answered": InquiryPhase.ANSWERED, "reassigned": InquiryPhase.OPENED}},
        initial=InquiryPhase.OPENED, zh="试", en="trial", path="trial", steps=MatterStepRow,
        states_zh=dict.fromkeys(InquiryPhase, "试"), **changes,
    )  # fmt: skip


async def answered(uow: UnitOfWork, row: InquiryRow, *, how: str) -> None:
    """Answer."""


def test_a_step_takes_no_argument_that_its_call_has_for_itself() -> None:
    async def answer(uow: UnitOfWork, row: InquiryRow, *, answer: str) -> None:
        """Answer."""

    with pytest.raises(TypeError, match="answer means something else"):
        trial().step(contract.InquiryAnswered, zh="答复", needs="write")(answer)


@pytest.mark.parametrize(
    ("instead", "what"),
    [
        ({"why": {"no": contract.InquiryTransferred}}, "takes no why"),
        ({"how": {"no": meetings.MeetingCancelled}}, "MeetingCancelled is no fact of inquiry"),
    ],
)
def test_what_is_said_instead_is_said_by_a_parameter_and_of_the_same_kind(instead: Any, what: str) -> None:
    with pytest.raises(TypeError, match=what):
        trial().step(contract.InquiryAnswered, zh="答复", needs="write", instead=instead)(answered)


def test_what_is_not_possible_is_said_with_the_names_of_the_kind() -> None:
    row = SimpleNamespace(state="due", form="annual_inspection")
    with pytest.raises(StepNotPossible) as caught:
        INSPECTIONS.check(cast(InspectionRow, row), "concluded")
    said = caught.value.message("zh")
    assert said.startswith("当前状态为“应检未报”，不能执行“作出结论”；可执行的步骤："), said
    assert not re.search("[a-z]", said), said
    assert caught.value.message("en").startswith("In state 'due' the step 'concluded' is not possible")


def test_only_states_of_a_kind_are_settled() -> None:
    with pytest.raises(TypeError, match="inquiry has no minuted to settle"):
        trial(settled={meetings.MeetingPhase.MINUTED})


def test_rows_are_added_to_a_list_that_there_is_by_who_may_bring_it() -> None:
    kind = trial()
    kind.opens(contract.InquiryOpened, zh="受理", needs="write", by_workbook=True)(answered)
    kind.step(contract.InquiryAnswered, zh="答复", needs="write")(answered)
    kind.reassigns(needs="write")
    with pytest.raises(TypeError, match="no step has a list"):
        check_complete(kind)
    other = trial()
    other.opens(contract.InquiryOpened, zh="受理", needs="write", by_workbook=True)(answered)
    other.step(contract.InquiryAnswered, zh="答复", needs="answer", by_workbook=True)(answered)
    with pytest.raises(TypeError, match="no step or clock makes reassigned"):
        check_complete(other)
    other.reassigns(needs="answer")
    check_complete(other)
    with pytest.raises(TypeError, match="must be who may open a record"):
        sheets(other)
