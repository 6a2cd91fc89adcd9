"""Bad workbooks brought over HTTP with `apply`: each is answered by row and column, and nothing goes in."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from openpyxl import Workbook

from chassis.keys import EmbeddedKey
from services.registry.imports.worker import work
from tests.backends import Postgres
from tests.http.conftest import opened
from tests.http.office import Office
from tests.registry.workbooks import HEADERS, row, saved, workbook

pytestmark = pytest.mark.integration

GOOD = row("滨海书画协会")
WORKING = {"received", "applying"}
FAULTY = 5000


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def registry(postgres: Postgres, signing_key: EmbeddedKey) -> AsyncIterator[Office]:
    """A registry whose api role does imports."""
    async with opened("registry", postgres, signing_key) as office:
        worker = asyncio.create_task(work(office.runtime))
        yield office
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker


async def bring(registry: Office, content: bytes, *, dry: bool = False) -> dict[str, Any]:
    """Bring a workbook to be applied whole, or checked only; the import when there is nothing left to do."""
    form = {"division": "120116"} | ({} if dry else {"apply": "all"})
    made: dict[str, Any] = await registry.done(
        "POST", "/v1/imports", data=form, division="120116",
        files={"file": ("名册.xlsx", content)},
    )  # fmt: skip
    async with asyncio.timeout(60):
        while made["state"] in WORKING:
            await asyncio.sleep(0.05)
            made = await registry.done("GET", f"/v1/imports/{made['id']}", division="120116")
    return made


async def faults(registry: Office, made: dict[str, Any]) -> list[dict[str, Any]]:
    """The whole report by row."""
    found: list[dict[str, Any]] = []
    parameters: dict[str, Any] = {"limit": 500, "severity": "fault"}
    while True:
        page = await registry.done(
            "GET", f"/v1/imports/{made['id']}/faults", params=parameters, division="120116"
        )
        found += page["items"]
        if page["next"] is None:
            return found
        parameters["cursor"] = page["next"]


async def nothing_went_in(registry: Office, before: dict[str, list[Any]]) -> bool:
    """Whether neither register nor log have changed."""
    after = await registry.contents()
    kept = ("organization", "organization_status", "event_log", "timer")
    return all(after[table] == before[table] for table in kept)


def entity_bomb() -> bytes:
    """A sheet whose XML declares entities of entities."""
    names = [f"e{level}" for level in range(9)]
    declared = "".join(f'<!ENTITY {name} "{f"&{below};" * 10}">' for below, name in pairwise(names))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "{"x" * 100}">{declared}]>'.encode()
    source, target = io.BytesIO(workbook([row("滨海实体协会")])), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.endswith(("workbook.xml", "sheet1.xml")):
                begin = content.index(b"?>") + 2 if content.startswith(b"<?xml") else 0
                content = content[:begin] + bomb + content[begin:].replace(b"<v>", b"<v>&e8;", 1)
            new.writestr(entry.filename, content)
    return target.getvalue()


def zip_bomb() -> bytes:
    """A workbook that unpacks to more than any register."""
    target = io.BytesIO(workbook([GOOD]))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/b.bin", "w") as file:
        for _ in range(600):
            file.write(bytes(1 << 20))
    return target.getvalue()


NO_REGISTERS = {
    "not a workbook": b"name,code\n1,2\n",
    "empty": b"",
    "a zip of something else": b"PK\x05\x06" + bytes(18),
    "truncated": workbook([GOOD])[:-200],
    "no rows and no header": workbook([], headers=None),
    "no column of names": workbook([GOOD[1:]], HEADERS[1:]),
    "an archive that explodes": zip_bomb(),
}


@pytest.mark.parametrize("content", NO_REGISTERS.values(), ids=NO_REGISTERS)
async def test_what_is_no_register_fails_with_its_reason_in_both_languages(
    registry: Office, content: bytes
) -> None:
    before = await registry.contents()
    made = await bring(registry, content)
    assert made["state"] == "failed"
    assert made["problem"]["zh"]
    assert made["problem"]["en"]
    assert made["problem"]["code"] != "import_failed"  # it was understood, not given up
    assert await nothing_went_in(registry, before)


async def test_entities_that_multiply_are_never_expanded(registry: Office) -> None:
    made = await bring(registry, entity_bomb(), dry=True)
    assert made["state"] in {"failed", "checked"}
    assert (made["problem"] or {}).get("code") != "import_failed"  # the reader was not killed by it
    assert "xxx" not in str(made)


async def test_wrong_values_are_named_by_row_and_column_and_the_good_rows_wait(registry: Office) -> None:
    wrong: list[dict[str, Any]] = [
        {"登记日期": "去年"}, {"登记日期": True}, {"行政区划代码": 3.5}, {"行政区划代码": "440303001"},
        {"法律形式": "公司"}, {"法律状态": 7}, {"类别": "无此类"}, {"名称": None}, {"名称": "x" * 300},
        {"登记证号": "社证" * 200}, {"成立日期": "2031-01-01"},
    ]  # fmt: skip
    rows = [row(**{"name": f"滨海第{number}协会", **changes}) for number, changes in enumerate(wrong)]
    before = await registry.contents()
    made = await bring(registry, workbook([GOOD, *rows]))
    told = {(fault["row"], fault["column"]) for fault in await faults(registry, made)}
    expected = {(number, column) for number, changes in enumerate(wrong, 3) for column in changes}
    assert told >= expected
    assert 2 not in {number for number, _ in told}
    assert (made["rows_read"], made["rows_applied"]) == (len(wrong) + 1, 0)
    assert await nothing_went_in(registry, before)


async def test_merged_cells_and_formulas_without_a_result_are_named(registry: Office) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (HEADERS, row("滨海书画协会"), row("滨海合唱协会"), row("滨海棋类协会")):
        sheet.append(list(cells))
    sheet.merge_cells("C2:C3")
    sheet["A4"] = "=1/0"
    before = await registry.contents()
    told = {
        (fault["row"], fault["column"], fault["code"])
        for fault in await faults(registry, await bring(registry, saved(book)))
    }
    assert {(2, "行政区划代码", "cell_merged"), (4, "名称", "formula_broken")} <= told
    assert await nothing_went_in(registry, before)


async def test_five_thousand_faulty_rows_are_each_told_and_none_goes_in(registry: Office) -> None:
    rows = [row(f"滨海第{number}协会", 登记日期="去年") for number in range(FAULTY)]
    before = await registry.contents()
    made = await bring(registry, workbook([GOOD, *rows]))
    report = await faults(registry, made)
    assert made["rows_faulty"] == FAULTY
    assert [fault["row"] for fault in report] == list(range(3, FAULTY + 3))
    assert {fault["column"] for fault in report} == {"登记日期"}
    assert all(fault["zh"] and fault["en"] for fault in report)
    assert await nothing_went_in(registry, before)


async def test_a_file_over_the_limit_is_refused_before_it_is_kept(registry: Office) -> None:
    limit = registry.runtime.settings.http.max_upload_bytes
    before = await registry.contents()
    answer = await registry.ask(
        "POST", "/v1/imports", division="120116", files={"file": ("名册.xlsx", bytes(limit + 1))}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")
    assert await registry.contents() == before
