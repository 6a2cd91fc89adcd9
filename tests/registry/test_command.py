"""`shuniu import` against a registry on a port."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.registry.command import commands
from tests.registry.conftest import Api
from tests.registry.workbooks import HEADERS, row, workbook

pytestmark = pytest.mark.integration


async def shuniu_import(url: str, *arguments: str) -> Result:
    """Run the command in a thread, as a process beside the server would."""
    token = ["--url", url, "--token", "operator@120116"]
    return await asyncio.to_thread(lambda: CliRunner().invoke(commands, [*arguments, *token]))


async def test_a_register_goes_in_and_is_told_in_numbers(api: Api, served: str, tmp_path: Path) -> None:
    file = tmp_path / "名册.xlsx"
    file.write_bytes(workbook([row("滨海书画协会"), row("滨海合唱协会")]))
    done = await shuniu_import(served, str(file), "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["rows_applied"] == 2
    assert len((await api.get("/v1/organizations"))["items"]) == 2


async def test_faults_are_listed_by_row_and_nothing_goes_in(api: Api, served: str, tmp_path: Path) -> None:
    file = tmp_path / "名册.xlsx"
    file.write_bytes(workbook([row("滨海书画协会"), row("滨海合唱协会", 登记日期="去年")]))
    done = await shuniu_import(served, str(file))
    assert done.exit_code == 1
    assert "登记日期" in done.output
    assert (await api.get("/v1/organizations"))["items"] == []
    done = await shuniu_import(served, str(file), "--valid-rows", "--json")
    assert json.loads(done.stdout)["rows_applied"] == 1


async def test_a_mapping_is_given_by_field_and_header(served: str, tmp_path: Path) -> None:
    file = tmp_path / "名册.xlsx"
    file.write_bytes(workbook([row("滨海书画协会")], ["单位全称", *HEADERS[1:]]))
    assert (await shuniu_import(served, str(file), "--dry-run")).exit_code == 1
    done = await shuniu_import(served, str(file), "--dry-run", "--mapping", "name=单位全称")
    assert done.exit_code == 0, done.output
    wrong = await shuniu_import(served, str(file), "--mapping", "name")
    assert wrong.exit_code == 2
