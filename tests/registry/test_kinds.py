"""Every kind of matter walks at random through its own table, by its real commands: state, events, history
and timers stay together, and what the table does not allow is refused."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shuniu_contracts import registry_meetings as meetings
from shuniu_contracts import registry_operations as contract

from chassis.matters import Kind, Step, check_complete
from chassis.matters.clocks import timer_kind
from chassis.matters.queries import for_caller, words
from chassis.model import Refusal, Refusals, StepNotPossible
from chassis.principal import Principal
from chassis.unit_of_work import UnitOfWork
from services.registry.app import ROLES
from services.registry.areas import KINDS
from services.registry.inspections.annual.commands import INSPECTIONS
from services.registry.operations.inquiries.model import InquiryPhase
from services.registry.operations.inquiries.tables import InquiryRow
from services.registry.sheets.routes import sheets
from services.registry.tables import MatterStepRow
from tests.registry.bodies import bodies
from tests.registry.conftest import Register
from tests.registry.references import REFERENCES

pytestmark = pytest.mark.integration
LONG = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


async def body(
    register: Register, step: Step[Any], data: st.DataObject, *, given: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Arguments as the step's body would carry them; references are to records that exist.

    With `given` they are the least: what must be said, what refers to something, and what is given.
    """
    schema = step.body.model_json_schema()
    fixed: dict[str, Any] = {}
    required = set(schema.get("required", ()))
    for name in schema["properties"]:
        if given is not None and name in given:
            fixed[name] = given[name]
        elif (make := REFERENCES.get(f"{step.kind.name}.{name}", REFERENCES.get(name))) is not None:
            fixed[name] = await make(register)
    schema["properties"] = {
        name: one
        for name, one in schema["properties"].items()
        if name not in {"effective_on", "basis", *fixed} and (given is None or name in required)
    }
    schema["required"] = sorted(required & schema["properties"].keys())
    drawn = data.draw(bodies(schema), label=step.fact)
    checked = step.body.model_validate({**drawn, **fixed})
    return {
        name: value for name, value in checked.arguments().items() if name not in ("effective_on", "basis")
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@LONG
@given(data=st.data())
async def test_a_walk_through_the_table(register: Register, kind: Kind[Any], data: st.DataObject) -> None:
    assert kind.opening is not None
    await register.rows(f'delete from "{kind.row.__tablename__}"')  # or the last walk's would be in the way
    try:
        row = await register.do(kind.opening, **await body(register, kind.opening, data))
    except (Refusal, Refusals):
        return
    state, sequence = row.state, row.sequence
    for _ in range(data.draw(st.integers(1, 6), label="length")):
        fact = data.draw(st.sampled_from(sorted(kind.steps)), label="fact")
        arguments = await body(register, kind.steps[fact], data)
        allowed = kind.table(row).get(kind.states(state), {})
        try:
            row = await register.do(kind.steps[fact], id=row.id, **arguments)
        except StepNotPossible:
            assert fact not in allowed
        except (Refusal, Refusals):
            pass
        else:
            assert row.state in {after.value for after in allowed.values()}
            state, sequence = row.state, row.sequence
        await together(register, kind, row.id, state, sequence)
        if not kind.table(row).get(kind.states(state)):
            break


async def together(register: Register, kind: Kind[Any], id: UUID, state: str, sequence: int) -> None:
    """What was committed agrees in the row, the log, the history and the timers."""
    table = kind.row.__tablename__
    [row] = await register.rows(f'select state, sequence, ended from "{table}" where id = $1', id)
    assert (row["state"], row["sequence"]) == (state, sequence)
    events = await register.events(id)
    assert len(events) == sequence
    assert events[-1][1]["state"]["state"] == state
    steps = await register.rows(
        "select fact, state from matter_step where record_id = $1 order by number", id
    )
    assert [step["fact"] for step in steps] == [fact for fact, _ in events]
    timers = {r["kind"] for r in await register.rows("select kind from timer where subject = $1", str(id))}
    for clock in kind.clocks:
        if state not in clock.runs_in or row["ended"]:
            assert timer_kind(kind, clock) not in timers


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
    assert found["transitions"]["concluded"] == {}
    assert "submitted_late" not in found["transitions"]["due"]  # the clock's word, not a step of people
    assert found["waits_in"] == ["due", "returned"]
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
    assert set(found["waits_in"]) <= set(found["states"])


def trial(**changes: Any) -> Kind[Any]:
    """A kind that is declared for a test."""
    return Kind(
        InquiryRow, InquiryPhase, {InquiryPhase.OPENED: {"answered": InquiryPhase.ANSWERED}},
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


def test_only_states_of_a_kind_are_settled() -> None:
    with pytest.raises(TypeError, match="inquiry has no minuted to settle"):
        trial(settled={meetings.MeetingPhase.MINUTED})


def test_rows_are_added_to_a_list_that_there_is_by_who_may_bring_it() -> None:
    kind = trial()
    kind.opens(contract.InquiryOpened, zh="受理", needs="write", by_workbook=True)(answered)
    kind.step(contract.InquiryAnswered, zh="答复", needs="write")(answered)
    with pytest.raises(TypeError, match="no step has a list"):
        check_complete(kind)
    other = trial()
    other.opens(contract.InquiryOpened, zh="受理", needs="write", by_workbook=True)(answered)
    other.step(contract.InquiryAnswered, zh="答复", needs="answer", by_workbook=True)(answered)
    check_complete(other)
    with pytest.raises(TypeError, match="must be who may open a record"):
        sheets(other)
