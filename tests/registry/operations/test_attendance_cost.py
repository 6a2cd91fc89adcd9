"""What lists cost: statements of a sheet, and what many rows are found by."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from chassis.region import Region
from services.registry.app import service
from services.registry.imports import commands as imports
from services.registry.imports.reader import Reading
from services.registry.operations.attendances import commands as attendances
from services.registry.operations.attendances import queries
from services.registry.operations.meetings import commands as meetings
from services.registry.policy import RegistryPolicy
from services.registry.sheets import commands as sheets
from tests.benchmarks.statements import overheard
from tests.registry.conftest import Register
from tests.registry.operations.test_attendance import invited, meeting
from tests.registry.references import organization

pytestmark = pytest.mark.integration
PER_ANSWER = 10
"""Statements for a row of a sheet; a batch has some more."""
TITLES = ["编号", "版本", "出席情况"]
_COPIES = """
insert into {table}
select (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid()) || {changed}::jsonb)).*
from {table} t, generate_series(1, $1) n
where t.id = $2
"""


async def brought(register: Register, profile: Region, places: Sequence[UUID]) -> list[str]:
    """The statements of a sheet that says of all of them that they came."""
    rows: list[list[Any]] = [[str(place), 1, "到会"] for place in places]
    sheet = Reading("签到表", TITLES, list(range(2, 2 + len(rows))), rows)
    dsn = register.runtime.database.settings.dsn.get_secret_value()
    async with overheard(service, dsn, profile) as (tap, runtime):
        runtime.policies = RegistryPolicy()
        with tap.heard() as found:
            report = await Register(runtime).do(
                sheets.bring, step=attendances.record, sheet=sheet, apply="all"
            )
    assert (report.applied, report.faults) == (len(places), [])
    return found


async def test_a_sheet_asks_to_be_counted_once(register: Register, profile: Region) -> None:
    id = await meeting(register)
    places = await invited(register, 10, meeting_id=id)
    few = await brought(register, profile, places[:2])
    many = await brought(register, profile, places[2:])
    assert sum("insert into timer" in statement for statement in many) == 1
    assert (len(many) - len(few)) / 6 == PER_ANSWER, "\n---\n".join(many)


async def test_what_a_refused_row_asked_is_asked_again(register: Register) -> None:
    id = await meeting(register)
    one, two = await invited(register, 2, meeting_id=id)
    await register.fire_timers()
    async with register.runtime.unit_of_work(register.officer) as uow:
        with suppress(ZeroDivisionError):
            async with uow.savepoint():
                await attendances.record(uow, id=one, presence="attended")
                raise ZeroDivisionError
        await attendances.record(uow, id=two, presence="attended")
    assert len(await register.rows("select from timer where kind = 'meeting.counted'")) == 1


async def plan(register: Register, statement: str, *arguments: Any) -> str:
    return "\n".join(row[0] for row in await register.rows(f"explain {statement}", *arguments))


async def copied(register: Register, table: str, of: UUID, number: int, changed: str) -> None:
    await register.rows(_COPIES.format(table=table, changed=changed), number, of)
    await register.rows(f"analyze {table}")


async def test_the_lists_of_a_year_are_found_by_the_day_held(register: Register) -> None:
    id, one = await meeting(register), await organization(register)
    place = await register.do(attendances.invite, meeting_id=id, organization_id=one)
    await register.do(meetings.hold, id=id)
    year = date(2026, 1, 1), date(2026, 12, 31)
    day = "json_build_object('held_on', date '2026-11-22' - n::int)"
    await copied(register, "meeting", id, 10_000, day)
    elsewhere = "json_build_object('organization_id', gen_random_uuid())"
    await copied(register, "attendance", place.id, 10_000, elsewhere)
    page = (-1, UUID(int=0), 50)
    of_all = await plan(register, queries._OF_ALL, *year, ["120116%"], *page)
    assert "ix_meeting_held_on" in of_all, of_all
    of_one = await plan(register, queries._OF_ONE, *year, ["120116%"], *page, one)
    assert "ix_attendance_organization_id" in of_one, of_one
    assert "Seq Scan on attendance" not in of_one, of_one


async def test_the_rows_of_an_import_are_found_by_the_pages_that_it_filled(register: Register) -> None:
    one, other, last = await organization(register), str(uuid7()), str(uuid7())
    for brought in (other, last):
        named = f"json_build_object('name', 'n' || n, 'replica', true, 'import_id', '{brought}')"
        await copied(register, "organization", one, 10_000, named)
    await register.rows("select brin_summarize_new_values('ix_organization_import_id')")
    found = await plan(register, imports._UNTOUCHED, last)
    assert "ix_organization_import_id" in found, found
    assert "Seq Scan on organization" not in found, found
    rows = "explain (analyze, format json) select from organization where import_id = $1"
    [[[read]]] = await register.rows(rows, other)
    assert read["Plan"].get("Rows Removed by Index Recheck", 0) < 2_000, read


async def test_who_is_named_in_a_sheet_is_found_by_name_and_code(register: Register) -> None:
    one = await organization(register)
    named = "json_build_object('name', 'n' || n, 'normalized_name', 'n' || n, 'credit_code', 'c' || n)"
    await copied(register, "organization", one, 10_000, named)
    below = named.replace("'n'", "'m'").replace("'c'", "'d'").replace("('name'", "('replica', true, 'name'")
    await copied(register, "organization", one, 10_000, below)
    found = await plan(register, sheets._CALLED, ["n7", "c9"], ["120116%"], ["n7", "c9"])
    for column, living in (("normalized_name", "uq_organization_name_division"),
                           ("credit_code", "uq_organization_credit_code")):  # fmt: skip
        for index in (living, f"ix_organization_{column}"):
            assert index in found, found
    assert "Seq Scan" not in found, found
    for called in ("c9", "n7", "d9", "m7"):
        assert (await register.rows(sheets._CALLED, [called], ["120116%"], [called]))[0]["said"] == called
    other = str(uuid7())
    assert await register.rows(sheets._CALLED, [other], ["120116%"], [other]) == []
