"""Records opened and moved by the thousand are as those that a command opens and moves one by one."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Ref
from shuniu_contracts import registry_inspections as contract
from uuid_utils.compat import uuid7

from chassis.matters import advance_many, draft, open_many, pausing
from services.registry.inspections.annual import commands as annual
from services.registry.inspections.annual.tables import InspectionRow
from services.registry.inspections.evaluations import commands as evaluations
from tests.registry.conftest import OFFICER, Register
from tests.registry.inspections.test_evaluations import enrolled, publicised
from tests.registry.references import organization

pytestmark = pytest.mark.integration
DUE = date(2026, 12, 20)


async def inspected(register: Register) -> UUID:
    about = await organization(register)
    return (await register.do(annual.open_, organization_id=about, year=2025, due_on=DUE)).id


async def left_by(register: Register, kind: str, id: UUID) -> list[Any]:
    """All that is stored of a record, without what no two records share."""
    own = {"id", "organization_id", "organization_sequence", "recorded_at", "record_id", "number"}
    rows = await register.rows(f"select * from {kind} where id = $1", id)
    steps = await register.rows("select * from matter_step where record_id = $1 order by number", id)
    timers = await register.rows(
        "select kind, division, due_at, payload, provisional from timer where subject = $1", str(id)
    )
    kept = [_without(dict(one), own) for one in (*rows, *steps, *timers)]
    said = [(fact, _without(data, {*own, "organization"})) for fact, data in await register.events(id)]
    return [kept, said]


def _without(values: Any, own: set[str]) -> Any:
    """The values, those of documents in them too."""
    if not isinstance(values, dict):
        return values
    return {name: _without(value, own) for name, value in values.items() if name not in own}


async def test_many_are_opened_as_one_is(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    by_command, about = await inspected(register), await organization(register)
    async with register.runtime.unit_of_work(OFFICER) as uow:
        new = draft(
            annual.open_, id=uuid7(), division="120116005", effective_on=uow.today, basis="live",
            opened_on=uow.today, organization_id=about, year=2025, legal_form="association", due_on=DUE,
        )  # fmt: skip
        await open_many(uow, annual.open_, [new])
    left = await left_by(register, "inspection", new.id)
    expected = await left_by(register, "inspection", by_command)
    assert left[0][1].pop("arguments") == {}, "only a command's step keeps what was said"
    assert "year" in expected[0][1].pop("arguments")
    assert left == expected


async def test_many_move_as_one_does(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    one, other = await inspected(register), await inspected(register)
    await register.do(annual.miss, id=one)
    async with register.runtime.unit_of_work(OFFICER) as uow:
        assert await advance_many(uow, annual.INSPECTIONS, [other], contract.InspectionMissed) == 1
        assert await advance_many(uow, annual.INSPECTIONS, [other], contract.InspectionMissed) == 0
    assert await left_by(register, "inspection", other) == await left_by(register, "inspection", one)


async def test_the_session_sees_what_was_written_past_it(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    id = await inspected(register)
    async with register.runtime.unit_of_work(OFFICER) as uow:
        row = await uow.load(InspectionRow, id)
        row.owner = "u-1"
        await advance_many(uow, annual.INSPECTIONS, [id], contract.InspectionMissed)
        assert (row.state, row.sequence, row.owner) == ("missed", 2, "u-1")
    [kept] = await register.rows("select state, sequence, owner from inspection where id = $1", id)
    assert tuple(kept) == ("missed", 2, "u-1")


async def test_documents_in_a_record_stay_as_they_are(register: Register) -> None:
    await register.begin(date(2026, 12, 1))
    id = await enrolled(register)
    await publicised(register, id, 900, 910, 920)
    columns = "select scores, publicised_until, stands_aside from evaluation where id = $1"
    [before] = await register.rows(columns, id)
    async with register.runtime.unit_of_work(OFFICER) as uow:
        assert await pausing.stand_still(uow, evaluations.EVALUATIONS, [id], Ref(str(uuid7()))) == 1
    assert await register.rows(columns, id) == [before]
    assert [one["points"] for one in before["scores"]] == [900, 910, 920]


async def test_a_column_that_is_none_or_is_left_out_is_told() -> None:
    with pytest.raises(TypeError, match="InspectionRow has no colour"):
        draft(annual.open_, colour="red")
    with pytest.raises(TypeError, match="InspectionRow needs basis, division"):
        draft(annual.open_)
