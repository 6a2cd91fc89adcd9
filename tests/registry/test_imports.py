"""A workbook on its way into the register: checked, applied whole or in part, undone, never half-done."""

import asyncio
import io
import itertools
import os
import sys
import zipfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from chassis.model import StepNotPossible
from chassis.principal import NotPermitted, Principal
from chassis.region import load_region
from deploy.regions import profile_file
from deploy.scenarios.register import compose, write_workbook
from services.registry.hub.hubs import commands as hubs
from services.registry.hub.hubs.commands import Department, Route
from services.registry.imports import commands, worker
from services.registry.imports import workbook as workbooks
from services.registry.imports.model import TRANSITIONS, WORKING, ImportState
from services.registry.imports.tables import ImportRow
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis
from services.registry.policy import RegistryPolicy
from tests.registry.conftest import OFFICER, POLICY, Register
from tests.registry.workbooks import HEADERS, row, saved, workbook

pytestmark = pytest.mark.integration
HANZI = "春夏秋冬山水花木金石云霞晨曦和谐康乐"

WORKER = """
import asyncio, sys
from pydantic import SecretStr
from chassis import failpoints
from chassis.database import Database
from chassis.region import load_region
from chassis.runtime import Runtime
from chassis.settings import DatabaseSettings, Settings
from deploy.regions import profile_file
from services.registry.app import service
from services.registry.imports.worker import work

async def main():
    failpoints.install_from_environment()
    database = Database(DatabaseSettings(dsn=SecretStr(sys.argv[1])))
    await database.open()
    settings = Settings(environment="test", stack="120116", database=database.settings)
    await work(Runtime(service, settings, load_region(profile_file("120116")), database))

asyncio.run(main())
"""


async def bring(register: Register, content: bytes, **arguments: Any) -> ImportRow:
    """Receive a workbook and let the worker do what there is to do."""
    made = await register.do(
        commands.receive, content=content, **{"file_name": "名册.xlsx", "division": "120116", **arguments}
    )
    return await run(register, made.id)


async def run(register: Register, id: UUID) -> ImportRow:
    """One piece of the worker's work on this import, and the import after it."""
    await worker.do(register.runtime, id)
    async with register.runtime.database.transaction() as transaction:
        found = await transaction.session.get(ImportRow, id)
    assert found is not None
    return found


async def faults(register: Register, id: UUID) -> list[tuple[int, str, str]]:
    found = await register.rows(
        'select row, "column", code from import_fault where import_id = $1 order by number', id
    )
    return [(fault["row"], fault["column"], fault["code"]) for fault in found]


async def organizations_of(register: Register) -> int:
    [found] = await register.rows("select count(*) from organization where not ended")
    return int(found[0])


async def test_a_dry_run_changes_nothing_and_reports_by_row(register: Register) -> None:
    rows = [
        row("滨海书画协会"),
        row("", 登记日期="去年"),
        row("滨海合唱协会", 法律形式="协会", 行政区划代码="440303"),
    ]
    done = await bring(register, workbook(rows))
    assert (done.state, done.rows_read, done.rows_valid, done.rows_faulty) == ("checked", 3, 1, 2)
    assert await faults(register, done.id) == [
        (3, "登记日期", "date_malformed"),
        (4, "行政区划代码", "division_outside"),
        (4, "法律形式", "value_unknown"),
    ]
    assert await organizations_of(register) == 0


async def test_all_rows_or_none(register: Register) -> None:
    content = workbook([row("滨海书画协会"), row("滨海合唱协会", 登记日期=None)])
    done = await bring(register, content, apply="all")
    assert (done.state, (done.problem or {})["code"]) == ("checked", "import_has_faults")
    assert await organizations_of(register) == 0
    await register.do(commands.request_apply, id=done.id, rows="valid")
    done = await run(register, done.id)
    assert (done.state, done.rows_applied) == ("applied", 1)
    assert await organizations_of(register) == 1


async def test_a_fault_behind_rows_that_were_written_takes_them_back(register: Register) -> None:
    """Rows go into the database while later ones are read; the last of these is the only one at fault."""
    content = workbook([*(row(f"滨海第{n}协会") for n in range(2500)), row("末行协会", 成立日期="不详")])
    done = await bring(register, content, apply="all")
    assert (done.state, done.rows_read, done.rows_valid, done.rows_applied) == ("checked", 2501, 2500, 0)
    assert await faults(register, done.id) == [(2502, "成立日期", "date_malformed")]
    assert await organizations_of(register) == 0
    assert (await register.rows("select count(*) from event_log"))[0][0] == 0
    again = await register.do(commands.request_apply, id=done.id, rows="valid")
    done = await run(register, again.id)
    assert (done.state, done.rows_applied) == ("applied", 2500)
    assert await organizations_of(register) == (await register.rows("select count(*) from event_log"))[0][0]


async def test_a_reader_that_dies_over_its_rows_takes_them_back(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it handed over was written already, and may not be believed."""
    read, handed = workbooks._read, 3

    async def dies(arguments: Sequence[str], content: bytes, to: workbooks.Frames) -> None:
        frames = workbooks.Frames()
        await read(arguments, content, frames)
        for _ in range(handed):
            to.put_nowait(frames.get_nowait())

    monkeypatch.setattr(workbooks, "_read", dies)
    done = await bring(
        register, workbook([row(f"滨海第{n}协会") for n in range(2500)]), apply="valid"
    )  # fmt: skip
    assert (done.state, done.rows_applied) == ("failed", 0)
    assert (done.problem or {})["code"] == "workbook_refused"
    assert await organizations_of(register) == 0


async def test_what_ended_twice_in_one_workbook_is_entered_twice(register: Register) -> None:
    """However far apart its rows stand, and nothing of it when the same file comes again."""
    await bring(register, workbook([row("先来协会")]), apply="all")
    ended = [*row("滨海书画协会", 法律状态="注销"), date(2013, 5, 1)]
    rows = [ended, *([*row(f"滨海第{n}协会"), None] for n in range(2500)), ended]
    content = workbook(rows, (*HEADERS, "终止日期"))
    done = await bring(register, content, apply="all")
    assert (done.rows_applied, done.rows_unchanged) == (2502, 0)
    more = workbook([*rows, [*row("另一协会"), None]], (*HEADERS, "终止日期"))
    done = await bring(register, more, apply="all")
    assert (done.rows_applied, done.rows_unchanged) == (1, 2502)


async def test_cells_that_are_equal_and_not_the_same_are_told_apart(register: Register) -> None:
    """True is equal to 1 for Python; as a number of people it is none."""
    rows = [[*row(f"滨海第{n}协会"), n % 2 == 1 or 1] for n in range(20)]
    done = await bring(register, workbook(rows, (*HEADERS, "从业人数")), apply="valid")
    assert done.rows_applied == 10
    assert {fault[2] for fault in await faults(register, done.id)} == {"count_malformed"}


async def test_every_row_is_one_complete_event_with_its_own_day_and_basis(register: Register) -> None:
    rows = [
        row("滨海书画协会", 登记证号="津滨社证字第000001号"),
        row("新港书画队", 法律形式="社区社会组织", 法律状态="备案", 登记日期=None, 备案日期=date(2013, 5, 1)),
        row("读心书友会", 法律形式="草根组织", 法律状态="摸底", 登记日期=None),
    ]
    done = await bring(register, workbook(rows), apply="all")
    assert done.rows_applied == 3
    facts = {}
    for found in await register.rows("select id, name from organization"):
        [(fact, data)] = await register.events(found["id"])
        facts[found["name"]] = (fact, data["state"]["effective_on"], data["state"]["basis"])
    assert facts == {
        "滨海书画协会": ("registered", "2012-03-01", "historical"),
        "新港书画队": ("filed", "2013-05-01", "historical"),
        "读心书友会": ("discovered", "2011-11-01", "historical"),
    }
    outbox = await register.rows("select count(*) from outbox")
    assert outbox[0][0] == 3


async def test_an_imported_row_is_the_same_as_one_entered_by_hand(register: Register) -> None:
    await bring(register, workbook([row("滨海书画协会")]), apply="all")
    [imported] = await register.rows("select * from organization")
    await register.do(organizations.change_details, id=imported["id"], details={"staff_count": 3})
    [_, (fact, data)] = await register.events(imported["id"])
    assert (fact, data["state"]["name"], data["state"]["categories"]) == (
        "details_changed", "滨海书画协会", ["charity"],
    )  # fmt: skip


async def test_an_imported_row_is_routed_by_its_hub(register: Register) -> None:
    await register.do(
        hubs.recognise, division="120116", name="枢纽", body="hub", form="mass_organization",
        recognition="government", recognised_by="mzj", departments=[Department(code="charity_section")],
        routes=[Route(category="charity", department="charity_section")],
    )  # fmt: skip
    await bring(register, workbook([row("滨海书画协会"), row("滨海英语角", 类别="跨境服务")]), apply="all")
    found = await register.rows("select department from organization order by name")
    assert {one["department"] for one in found} == {"charity_section", "childrens_work"}


async def test_the_same_file_twice_changes_nothing(register: Register) -> None:
    content = workbook([row("滨海书画协会"), row("滨海合唱协会")])
    first = await bring(register, content, apply="all")
    again = await bring(register, content, apply="all")
    assert (again.id, again.state, again.rows_applied) == (first.id, "applied", 2)
    assert await organizations_of(register) == 2


async def test_a_file_that_grew_brings_only_what_is_new(register: Register) -> None:
    await bring(register, workbook([row("滨海书画协会")]), apply="all")
    done = await bring(register, workbook([row("滨海书画协会"), row("滨海合唱协会")]), apply="all")
    assert (done.state, done.rows_unchanged, done.rows_applied) == ("applied", 1, 1)


async def test_a_row_that_differs_from_the_register_names_the_other(register: Register) -> None:
    await bring(register, workbook([row("滨海书画协会")]), apply="all")
    done = await bring(register, workbook([row("滨海 书画协会", 类别="科技类")]))
    assert await faults(register, done.id) == [(2, "名称", "duplicate")]
    [known] = await register.rows("select id::text from organization")
    [fault] = await register.rows("select other from import_fault")
    assert fault["other"] == known["id"]


async def test_duplicates_within_the_file_are_told_with_the_first_row(register: Register) -> None:
    done = await bring(
        register, workbook([row("滨海书画协会"), row("滨海（书画）协会"), row("滨海书画协会。")])
    )
    assert await faults(register, done.id) == [
        (3, "名称", "duplicate_in_file"),
        (4, "名称", "duplicate_in_file"),
    ]


async def test_names_nearly_alike_are_shown_and_not_refused(register: Register) -> None:
    await bring(register, workbook([row("滨海新区夕阳红艺术团合唱协会")]), apply="all")
    done = await bring(register, workbook([row("塘沽街道夕阳红艺术团合唱队"), row("甲子养老服务中心")]))
    assert (done.rows_faulty, done.warnings) == (0, 1)
    assert await faults(register, done.id) == [(2, "名称", "name_similar")]


async def test_the_last_of_many_rows_is_compared_with_all_there_are(register: Register) -> None:
    first = [row(f"{a}{b}{c}艺苑协会") for a in HANZI for b in HANZI for c in HANZI][:5200]
    await bring(register, workbook([row("滨海新区夕阳红艺术团合唱协会")]), apply="all")
    done = await bring(register, workbook([*first, row("塘沽街道夕阳红艺术团合唱队")]))
    found = await faults(register, done.id)
    assert (5202, "名称", "name_similar") in found
    assert not [fault for fault in found if fault[2] == "names_not_compared"]


async def test_names_that_could_not_be_compared_are_told(register: Register) -> None:
    register.runtime.policies = POLICY.model_copy(update={"similar_names_comparisons": 0})
    await bring(register, workbook([row("滨海新区夕阳红艺术团合唱协会")]), apply="all")
    rows = [row("塘沽街道夕阳红艺术团大合唱队"), row("甲子养老服务中心")]
    done = await bring(register, workbook(rows))
    assert (done.rows_valid, done.warnings) == (2, 1)
    assert await faults(register, done.id) == [(2, "名称", "names_not_compared")]


async def test_undo_ends_what_nobody_touched_and_keeps_what_somebody_did(register: Register) -> None:
    content = workbook([row("滨海书画协会"), row("滨海合唱协会")])
    done = await bring(register, content, apply="all")
    [touched] = await register.rows("select id from organization where name = '滨海合唱协会'")
    await register.do(organizations.change_details, id=touched["id"], details={"staff_count": 3})
    await register.do(commands.request_undo, id=done.id)
    undone = await run(register, done.id)
    assert (undone.state, undone.rows_undone, undone.rows_kept) == ("undone", 1, 1)
    [gone] = await register.rows("select * from organization where ended")
    [*_, (fact, data)] = await register.events(gone["id"])
    assert (fact, data["state"]["basis"], data["state"]["ended"]) == ("dissolved", "corrected", True)
    assert gone["revision"] == 2
    counted = await register.rows("select organization_id from organization_status")
    assert [entry["organization_id"] for entry in counted] == [touched["id"]]
    again = await bring(register, content, apply="valid")
    assert (again.state, again.rows_applied, again.rows_faulty) == ("applied", 1, 0)


async def test_a_mapping_is_given_once_and_remembered_for_the_office_and_header(register: Register) -> None:
    headers = ["单位全称", *HEADERS[1:]]
    failed = await bring(register, workbook([row("滨海书画协会")], headers))
    assert (failed.state, (failed.problem or {})["code"]) == ("failed", "columns_missing")
    assert failed.headers == headers, "whoever has to say which column is which sees which there are"
    await register.do(commands.remap, id=failed.id, mapping={"name": "单位全称"})
    assert (await run(register, failed.id)).state == "checked"
    next_year = await bring(register, workbook([row("滨海合唱协会")], headers))
    assert (next_year.state, next_year.rows_valid) == ("checked", 1)
    elsewhere = await bring(register, workbook([row("滨海合唱协会")], headers), division="120116005")
    assert elsewhere.state == "failed"


@pytest.mark.parametrize(
    ("error", "state"), [(ConnectionResetError("the database is away"), "received"),
                         (ArithmeticError("nobody foresaw this"), "failed")],
)  # fmt: skip
async def test_an_outage_gives_no_import_up_however_often_it_was_begun(
    register: Register, monkeypatch: pytest.MonkeyPatch, error: Exception, state: str
) -> None:
    """Killed many times, it has tried often; an error of its own is then the last, an outage is not."""
    made = await register.do(
        commands.receive, content=workbook([row("滨海书画协会")]), file_name="名册.xlsx", division="120116"
    )
    await register.rows("update import set attempts = $1", worker.ATTEMPTS + 1)

    async def fail(_: object, id: UUID) -> None:
        raise error

    monkeypatch.setattr(worker, "do", fail)
    monkeypatch.setattr(worker, "PAUSE_S", 0)
    await worker._attempt(register.runtime, made.id)
    [found] = await register.rows("select state from import where id = $1", made.id)
    assert found["state"] == state


async def test_a_mapping_to_what_does_not_exist_is_refused(register: Register) -> None:
    for mapping in ({"name": "没有这一列"}, {"nonsense": "名称"}):
        done = await bring(register, workbook([row("滨海书画协会")]), mapping=mapping)
        assert (done.problem or {})["code"] == "mapping_unknown"


async def test_titles_above_the_header_and_empty_rows_are_passed_over(register: Register) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["滨海新区社会组织名册（2014年）"])
    sheet.merge_cells("A1:I1")
    sheet.append([])
    sheet.append(list(HEADERS))
    sheet.append([])
    sheet.append(row("滨海书画协会", 登记日期="2012年3月1日"))
    done = await bring(register, saved(book))
    assert (done.rows_read, done.rows_valid, done.faults) == (1, 1, 0)


async def test_merged_cells_and_broken_formulas_are_named_by_row_and_column(register: Register) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (HEADERS, row("滨海书画协会"), row("滨海合唱协会"), row("滨海棋类协会")):
        sheet.append(list(cells))
    sheet.merge_cells("C2:C3")
    sheet["H4"] = "=1/0"
    done = await bring(register, saved(book))
    assert (
        await faults(register, done.id)
        == [
            (2, "行政区划代码", "cell_merged"),
            (3, "行政区划代码", "cell_merged"),
            (4, "登记日期", "formula_broken"),
            (4, "登记日期", "day_missing"),
        ][:3]
    )


async def test_hidden_sheets_are_left_out_unless_named(register: Register) -> None:
    book = Workbook()
    visible, hidden = book.active, book.create_sheet("旧名册")
    assert visible is not None
    hidden.sheet_state = "hidden"
    for cells in (HEADERS, row("滨海书画协会")):
        hidden.append(list(cells))
    content = saved(book)
    done = await bring(register, content)
    assert "旧名册" in (done.problem or {})["zh"]
    assert (await bring(register, content, sheet="旧名册")).rows_valid == 1


def _far_cell() -> bytes:
    """A sheet whose one cell far away makes a dense reader ask for terabytes."""
    source = io.BytesIO(workbook([row("滨海书画协会")]))
    target = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                content = content.replace(b"</sheetData>", far)
            new.writestr(entry.filename, content)
    return target.getvalue()


def _bomb() -> bytes:
    target = io.BytesIO(workbook([row("滨海书画协会")]))
    with (
        zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/huge.bin", "w") as file,
    ):
        for _ in range(600):
            file.write(bytes(1 << 20))
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "不是可读取"),
        (b"name,code\n1,2", "不是可读取"),
        (workbook([], headers=None), "为空"),
        (workbook([["甲", "乙"]], ["序号", "备注"]), "缺少必需的列"),
        (_far_cell(), "超"),
        (_bomb(), "解压后"),
        (workbook([row("滨海书画协会")])[:900], "不是可读取"),
    ],
    ids=["empty", "text", "no rows", "no columns", "far cell", "bomb", "truncated"],
)
async def test_what_is_no_register_is_refused_with_its_reason(
    register: Register, content: bytes, fault: str
) -> None:
    done = await bring(register, content)
    assert done.state == "failed"
    assert fault in (done.problem or {})["zh"]


async def test_what_died_in_the_middle_leaves_nothing_and_is_done_again(register: Register) -> None:
    """A process of its own is killed by SIGKILL when the first thousand rows are written."""
    content = workbook([row(f"滨海第{n}协会") for n in range(1500)])
    made = await register.do(
        commands.receive, content=content, file_name="名册.xlsx", division="120116", apply="all"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, register.runtime.database.dsn,
        env={**os.environ, "SHUNIU_FAILPOINT": f"{commands.CHUNK_WRITTEN}:1"},
    )  # fmt: skip
    assert await asyncio.wait_for(child.wait(), 60) == -9
    assert await organizations_of(register) == 0
    assert (await register.rows("select count(*) from event_log"))[0][0] == 0
    task = asyncio.create_task(worker.work(register.runtime))
    try:
        for _ in range(200):
            await asyncio.sleep(0.05)
            [now] = await register.rows("select state from import where id = $1", made.id)
            if now["state"] == "applied":
                break
    finally:
        task.cancel()
    assert await organizations_of(register) == 1500
    assert (await register.rows("select count(*) from event_log"))[0][0] == 1500


async def test_an_import_is_done_once_and_steps_out_of_turn_are_refused(register: Register) -> None:
    done = await bring(register, workbook([row("滨海书画协会")]), apply="all")
    await worker.do(register.runtime, done.id)
    with pytest.raises(StepNotPossible):
        await register.do(commands.request_apply, id=done.id, rows="all")
    assert await organizations_of(register) == 1


@dataclass
class Way:
    """An import on its way, and what was done to it."""

    register: Register
    id: UUID
    state: ImportState = ImportState.RECEIVED
    taken: set[tuple[ImportState, str]] = field(default_factory=set)

    async def go(self, act: str) -> None:
        """Do one thing: the table says whether it can be, and what comes of it."""
        before, facts = await self._row(), TRANSITIONS[self.state]
        if act in COMMANDS:
            fact, command, arguments = COMMANDS[act]
            try:
                await self.register.do(command, id=self.id, **arguments)
            except StepNotPossible:
                assert fact not in facts
                assert await self._row() == before
            else:
                self._moved(fact)
        elif act == "work":
            await worker.do(self.register.runtime, self.id)
            if self.state in WORKING:
                after = ImportState((await self._row())["state"])
                self._moved(next(fact for fact, state in facts.items() if state is after))
        else:
            await self.register.rows(
                "update import set attempts = $1 where id = $2", worker.ATTEMPTS, self.id
            )
            await worker._give_up(self.register.runtime, self.id, None)
            if self.state in WORKING:
                self._moved("failed")
        now = await self._row()
        assert now["state"] == self.state.value
        applied = self.state in (ImportState.APPLIED, ImportState.UNDOING)
        assert await self._organizations() == (now["rows_applied"] if applied else 0)

    def _moved(self, fact: str) -> None:
        self.taken.add((self.state, fact))
        self.state = TRANSITIONS[self.state][fact]

    async def _row(self) -> dict[str, Any]:
        [found] = await self.register.rows("select * from import where id = $1", self.id)
        return dict(found)

    async def _organizations(self) -> int:
        [found] = await self.register.rows(
            "select count(*) from organization where import_id = $1 and not ended", self.id
        )
        return int(found[0])


Command = Callable[..., Awaitable[Any]]
COMMANDS: dict[str, tuple[str, Command, dict[str, Any]]] = {
    "remap": ("remapped", commands.remap, {"mapping": {"name": "名称"}}),
    "remap wrongly": ("remapped", commands.remap, {"mapping": {"name": "没有这一列"}}),
    "ask for all": ("requested", commands.request_apply, {"rows": "all"}),
    "ask for valid": ("requested", commands.request_apply, {"rows": "valid"}),
    "ask to undo": ("undo_requested", commands.request_undo, {}),
}
ACTS = (*COMMANDS, "work", "give up")
NUMBERS = itertools.count()


async def on_its_way(register: Register, *, faulty: bool) -> Way:
    """A workbook of two rows that nobody has brought before."""
    number = next(NUMBERS)
    rows = [row(f"滨海第{number}书画协会"), row(f"滨海第{number}合唱协会")]
    if faulty:
        rows[1] = row(f"滨海第{number}合唱协会", 登记日期="去年")
    made = await register.do(
        commands.receive, content=workbook(rows), file_name="名册.xlsx", division="120116"
    )
    return Way(register, made.id)


async def test_an_import_goes_every_way_of_its_table(register: Register) -> None:
    taken: set[tuple[ImportState, str]] = set()
    for faulty, acts in (
        (True, ["work", "remap", "work", "ask for all", "work", "ask for valid", "give up", "remap",
                "give up"]),
        (False, ["work", "ask for all", "work", "ask to undo", "give up", "ask to undo", "work"]),
    ):  # fmt: skip
        way = await on_its_way(register, faulty=faulty)
        for act in acts:
            await way.go(act)
        taken |= way.taken
    assert taken == {(state, fact) for state, facts in TRANSITIONS.items() for fact in facts}


@settings(
    max_examples=25, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(faulty=st.booleans(), acts=st.lists(st.sampled_from(ACTS), min_size=4, max_size=10))
async def test_an_import_never_leaves_its_table_nor_anything_half_done(
    register: Register, faulty: bool, acts: list[str]
) -> None:
    way = await on_its_way(register, faulty=faulty)
    for act in acts:
        await way.go(act)


async def test_an_office_imports_into_its_own_division_only(register: Register) -> None:
    street = Principal("u-street", frozenset({"hub_officer"}), frozenset({"imports:*"}), ("120116005",))
    with pytest.raises(NotPermitted):
        await register.do(
            commands.receive, principal=street, permission="imports:write", content=b"x",
            file_name="名册.xlsx", division="120116",
        )  # fmt: skip
    done = await bring(
        register, workbook([row("滨海书画协会", 行政区划代码="120116006")]), division="120116005"
    )
    assert await faults(register, done.id) == [(2, "行政区划代码", "division_outside")]


async def test_who_may_not_change_organisations_brings_no_changes(register: Register) -> None:
    clerk = Principal("u-clerk", frozenset({"clerk"}), frozenset({"imports:*"}), ("120116",))
    arguments: dict[str, Any] = {"content": b"x", "file_name": "名册.xlsx", "division": "120116"}
    with pytest.raises(NotPermitted):
        await register.do(
            commands.receive, principal=clerk, permission="imports:write", update=True, **arguments
        )
    made = await register.do(commands.receive, principal=clerk, permission="imports:write", **arguments)
    await run(register, made.id)
    with pytest.raises(NotPermitted):
        await register.do(
            commands.remap, principal=clerk, permission="imports:write", id=made.id, update=True
        )


async def test_who_may_not_change_organisations_says_yes_to_no_changes(register: Register) -> None:
    """Whoever brought the workbook: the changes are of who asks for them."""
    may = frozenset({"imports:*", "organizations:change"})
    officer = Principal("u-officer", frozenset({"hub_officer"}), may, ("120116",))
    clerk = Principal("u-clerk", frozenset({"clerk"}), frozenset({"imports:*"}), ("120116",))
    made = await register.do(
        commands.receive, principal=officer, permission="imports:write", content=workbook([row("滨海棋社")]),
        file_name="名册.xlsx", division="120116", update=True,
    )  # fmt: skip
    assert (await run(register, made.id)).state == "checked"
    for which in ("all", "valid"):
        with pytest.raises(NotPermitted):
            await register.do(
                commands.request_apply, principal=clerk, permission="imports:write", id=made.id, rows=which
            )


async def test_a_row_of_a_record_takes_no_step(register: Register) -> None:
    """Who may not file may change what is said of what others filed, as on its page."""
    register.runtime.policies = load_region(profile_file("440303")).policy("registry", RegistryPolicy)
    filed = {"备案日期": date(2012, 3, 1), "法律形式": "社区社会组织"} | {"法律状态": None, "登记日期": None}
    arguments: dict[str, Any] = {"file_name": "名册.xlsx", "division": "120116"}
    permissions = frozenset({"imports:*", "organizations:change"})
    staff = {
        body: Principal(f"u-{body}", frozenset({"hub_officer"}), permissions, ("120116",), frozenset({body}))
        for body in ("office", "centre")
    }
    for body, number in (("centre", 3), ("office", 4)):
        made = await register.do(
            commands.receive, principal=staff[body], update=True, apply="all",
            content=workbook(
                [[*row("滨海互助会", **filed), number]], [*HEADERS, "从业人数"]
            ), **arguments,
        )  # fmt: skip
        assert (await run(register, made.id)).state == "applied", body
    [found] = await register.rows("select staff_count, revision from organization")
    assert tuple(found) == (4, 2)


async def test_binhais_register_goes_in_without_a_fault(register: Register, tmp_path: Path) -> None:
    register.runtime.policies = register.runtime.region.policy("registry", RegistryPolicy)
    file = tmp_path / "register.xlsx"
    write_workbook(compose(load_region(profile_file("120116"))), file)
    done = await bring(register, file.read_bytes(), apply="all")
    assert await faults(register, done.id) == []
    assert (done.state, done.rows_applied) == ("applied", 2357)
    assert OFFICER.actor_id == done.actor_id
    assert done.basis == Basis.HISTORICAL.value


async def test_an_import_takes_no_step_of_another_bodys_staff(register: Register) -> None:
    """In Luohu 妇儿中心 files and the office takes stock (L11), whoever brings the workbook."""
    register.runtime.policies = load_region(profile_file("440303")).policy("registry", RegistryPolicy)
    filed = {"备案日期": date(2012, 3, 1), "法律形式": "社区社会组织"}
    blank = {"法律状态": None, "登记日期": None, "法律形式": None}
    rows = [row("滨海第一互助会", **blank | filed), row("滨海第二互助会", **blank)]
    file = workbook(rows)
    as_staff = {
        body: Principal(
            f"u-{body}", frozenset({"hub_officer"}), frozenset({"imports:*"}), ("120116",), bodies
        )
        for body, bodies in (("office", frozenset({"office"})), ("centre", frozenset({"centre"})))
    }

    async def brought(body: str) -> ImportRow:
        made = await register.do(
            commands.receive, principal=as_staff[body], content=file, file_name="名册.xlsx",
            division="120116",
        )  # fmt: skip
        return await run(register, made.id)

    checked = await brought("office")
    assert await faults(register, checked.id) == [(2, "法律状态", "not_owner_of_step")]
    # Who asks for the rows to go in is who takes the step, whoever brought the file.
    await register.do(commands.request_apply, principal=as_staff["centre"], id=checked.id, rows="valid")
    applied = await run(register, checked.id)
    assert await faults(register, applied.id) == [(3, "法律状态", "not_owner_of_step")]
    [entered] = await register.rows("select name, legal_status from organization")
    assert tuple(entered) == ("滨海第一互助会", "filed")
