"""The main job: Binhai's register of 2014 through the public APIs, a live registration, the figures.

`make run`, or `python -m deploy.scenarios.binhai [--data-dir DIR] [--port PORT] [--once]`.
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from chassis.embedded.connection import Connection, NoStackRunning, read_connection_file
from chassis.keys import issue_token
from chassis.region import load_region
from deploy.regions import profile_file
from deploy.scenarios.client import Stack, StepFailed
from deploy.scenarios.register import INSTRUCTORS, Entry, compose, write_workbook

REGION = "120116-binhai"
DIVISION = "120116"
SEED = 20141231
BUDGET_FEN = 300_000_000
APPLICATIONS, AWARDS = 84, 32
FULL_YEAR_FROM = date(2014, 1, 1)
"""Posts are held and instructors assigned before this day, so that all of 2014 is paid for (F08)."""

HISTORICAL = "historical"
NEW_ORGANIZATION = "滨海新区甲子邻里互助服务中心"
NEW_CREDIT_CODE = "52120116GENERATE6C"
NEW_DIVISION = "120116005"
REST_S = 60.0
PROJECTS = ("幸福敲门", "坚强孩子俱乐部")
"""Two projects that the document names; the other titles are generated."""

out = Console()


class Failed(Exception):
    """The main job cannot go on; the message says why."""


def _made(name: str) -> str:
    """A stable id for what the scenario makes, so that a second run finds it."""
    return str(uuid5(NAMESPACE_URL, f"urn:shuniu:scenario:binhai:{name}"))


@contextlib.asynccontextmanager
async def running_stack(data_dir: Path, port: int) -> AsyncIterator[Connection]:
    """`shuniu up` as a process of its own; it is stopped cleanly when the block ends."""
    arguments = ["up", "--region", REGION, "--data-dir", str(data_dir), "--port", str(port)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chassis.command", *arguments, start_new_session=True
    )
    try:
        yield await _connection(data_dir, process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            await process.wait()


async def _connection(data_dir: Path, process: asyncio.subprocess.Process) -> Connection:
    while process.returncode is None:
        with contextlib.suppress(NoStackRunning):
            return read_connection_file(data_dir)
        await asyncio.sleep(0.05)
    raise Failed(f"the stack did not start (exit code {process.returncode}); see the lines above")


@dataclass
class Scenario:
    """The steps against one running stack, each of which looks before it writes."""

    stack: Stack
    progress: Progress
    register: list[Entry]
    ids: dict[str, UUID]

    def bar(self, title: str, total: int) -> Callable[[], None]:
        """A progress bar; the callable moves it by one."""
        task = self.progress.add_task(title, total=total)
        return lambda: self.progress.advance(task)

    async def load_register(self) -> None:
        """Import the workbook as historical facts; the same file twice changes nothing."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "register.xlsx"
            write_workbook(self.register, file)
            content = file.read_bytes()
        task = self.progress.add_task("导入名册 import the register", total=len(self.register))
        job = await self.stack.ask(
            "POST", "registry", "/v1/imports",
            files={"file": ("滨海新区社会组织名册.xlsx", content)},
            data={"division": DIVISION, "basis": HISTORICAL, "apply": "all"},
        )  # fmt: skip
        while job["state"] in {"received", "applying"}:
            await asyncio.sleep(0.1)
            job = await self.stack.get("registry", f"/v1/imports/{job['id']}")
            self.progress.update(task, completed=job["rows_applied"])
        if job["state"] != "applied":
            raise Failed(f"the import ended as '{job['state']}': {job['problem'] or job['faults']}")
        self.progress.update(task, completed=len(self.register))

    async def learn_ids(self) -> None:
        """The ids that the registry gave to the organisations, by name."""
        items = await self.stack.every("registry", "/v1/organizations", division=DIVISION)
        self.ids = {item["name"]: UUID(item["id"]) for item in items}
        missing = [entry.name for entry in self.register if entry.name not in self.ids]
        if missing:
            raise Failed(
                f"{len(missing)} organisations of the workbook are not in the register: {missing[:3]}"
            )

    async def appoint_recipients(self) -> None:
        """Those who are written to: officers of the hub and the party line, a liaison of the street."""
        known = await self.stack.every("notify", "/v1/recipients")
        there = {(item["person_id"], item["division"]) for item in known}
        for person, actor, role, division in (
            ("p-hub-officer", "u-officer", "hub_officer", DIVISION),
            ("p-party-officer", "u-party", "party_officer", DIVISION),
            ("p-liaison-005", "u-liaison-005", "liaison", NEW_DIVISION),
        ):
            if (person, division) not in there:
                await self.stack.post(
                    "notify", "/v1/recipients", person_id=person, actor_id=actor, role=role, division=division
                )

    async def found_party_organizations(self) -> None:
        """214 independent and 49 joint ones, each with a secretary from the founding on (F07)."""
        groups: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.register:
            if entry.coverage == "independent":
                groups[f"independent-{entry.number}"].append(entry)
            elif entry.coverage.startswith("joint"):
                groups[entry.coverage].append(entry)
        founded = await self.stack.every("partybuild", "/v1/party-organizations", division=DIVISION)
        covered = {id for item in founded for id in item["organization_ids"]}
        told = self.bar("组建党组织 found party organisations", len(groups))

        async def found(group: tuple[str, list[Entry]]) -> None:
            name, units = group
            if str(self.ids[units[0].name]) not in covered:
                await self.stack.post("partybuild", "/v1/party-organizations", **self._founding(name, units))

        await self.stack.each(groups.items(), found, told)

    def _founding(self, group: str, units: Sequence[Entry]) -> dict[str, Any]:
        joint = len(units) > 1
        founded_on = max(_registered(unit) for unit in units) + timedelta(days=20)
        title = f"{units[0].name}等{len(units)}家联合党支部" if joint else f"{units[0].name}党支部"
        return {
            "name": title,
            "mode": "joint" if joint else "independent",
            "organization_ids": [str(self.ids[unit.name]) for unit in units],
            "lead_organization_id": str(self.ids[units[0].name]) if joint else None,
            "posts": [{"kind": "secretary", "person_id": f"p-secretary-{_made(group)[:13]}"}],
            "effective_on": founded_on.isoformat(),
            "basis": HISTORICAL,
        }

    async def assign_instructors(self) -> None:
        """43 instructors for the registered organisations without full members (F07)."""
        groups: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.register:
            if entry.coverage.startswith("instructor"):
                groups[entry.coverage].append(entry)
        items = await self.stack.every("partybuild", "/v1/instructors", division=DIVISION)
        known = {item["person_id"]: item for item in items}
        told = self.bar("选派指导员 assign instructors", INSTRUCTORS)

        async def assign(group: tuple[str, list[Entry]]) -> None:
            name, units = group
            person = f"p-{name}"
            instructor = known.get(person) or await self.stack.post(
                "partybuild", "/v1/instructors", person_id=person, division=units[0].division,
                capacity=len(units), effective_on="2013-12-01", basis=HISTORICAL,
            )  # fmt: skip
            wanted = [str(self.ids[unit.name]) for unit in units]
            left = [id for id in wanted if id not in instructor["organization_ids"]]
            if left:
                await self.stack.post(
                    "partybuild", f"/v1/instructors/{instructor['id']}/assignments",
                    organization_ids=left, effective_on="2013-12-15", basis=HISTORICAL,
                )  # fmt: skip

        await self.stack.each(groups.items(), assign, told)

    async def hold_round(self) -> None:
        """The round of 2014: 84 applications, ranked, 32 awarded within 3,000,000 yuan (F14-F16)."""
        told = self.bar("公益创投 the round of 2014", APPLICATIONS + 5)
        rounds = await self.stack.every("grants", "/v1/rounds", division=DIVISION, year=2014)
        status = rounds[0]["status"] if rounds else None
        if status is None:
            await self._announce()
            status = "open"
        told()
        await self._apply(told, status)
        for step, path, body in self._steps():
            if status == step:
                await self.stack.post("grants", f"/v1/rounds/{_made('round')}/{path}", **body)
                status = (await self.stack.get("grants", f"/v1/rounds/{_made('round')}"))["status"]
            if status == "closed" and step == "open":
                scores = {"scores": list(_scores())}
                await self.stack.ask("PUT", "grants", f"/v1/rounds/{_made('round')}/scores", json=scores)
            told()

    async def _announce(self) -> None:
        funds = await self.stack.every("grants", "/v1/funds", division=DIVISION, fiscal_year=2014)
        if not any(fund["id"] == _made("fund") for fund in funds):
            await self.stack.post(
                "grants", "/v1/funds", id=_made("fund"), division=DIVISION,
                title="滨海新区2014年公益创投资金", source="fiscal", fiscal_year=2014,
                purpose="venture_philanthropy", total_fen=BUDGET_FEN, effective_on="2014-07-01",
                basis=HISTORICAL,
            )  # fmt: skip
        await self.stack.post(
            "grants", "/v1/rounds", id=_made("round"), division=DIVISION,
            title="滨海新区2014年社会组织公益创投活动", year=2014, areas_declared=10,
            areas_named=["social_assistance", "home_elderly_care", "social_volunteering"],
            opens_on="2014-07-15", closes_on="2014-08-31", budget_fen=BUDGET_FEN, fund_id=_made("fund"),
            status="open", effective_on="2014-07-15", basis=HISTORICAL,
        )  # fmt: skip

    async def _apply(self, told: Callable[[], None], status: str) -> None:
        applicants = [entry for entry in self.register if entry.status == "registered"][:APPLICATIONS]
        there = await self.stack.every("grants", "/v1/applications", round_id=_made("round"))
        known = {item["id"] for item in there}
        areas = ("social_assistance", "home_elderly_care", "social_volunteering", None)

        async def apply(position: int) -> None:
            id = _made(f"application-{position}")
            if status == "open" and id not in known:
                title = PROJECTS[position] if position < len(PROJECTS) else f"示例项目第{position + 1}号"
                await self.stack.post(
                    "grants", "/v1/applications", id=id, round_id=_made("round"),
                    organization_id=str(self.ids[applicants[position].name]), title=title,
                    requested_fen=_requested(position), area=areas[position % len(areas)],
                    effective_on=(date(2014, 7, 20) + timedelta(days=position % 40)).isoformat(),
                    basis=HISTORICAL,
                )  # fmt: skip

        await self.stack.each(range(APPLICATIONS), apply, told)

    def _steps(self) -> tuple[tuple[str, str, dict[str, Any]], ...]:
        def on(day: str) -> dict[str, Any]:
            return {"effective_on": day, "basis": HISTORICAL}

        return (
            ("open", "closing", on("2014-08-31")),
            ("closed", "ranking", on("2014-09-10")),
            ("ranking_proposed", "publicity", on("2014-09-11")),
            ("publicised", "decision", on("2014-09-25")),
        )

    async def register_live(self) -> dict[str, Any]:
        """Today: an organisation applies and is registered directly; its id and what it led to."""
        found = await self.stack.every("registry", "/v1/organizations", q=NEW_ORGANIZATION)
        if found:
            return {"id": found[0]["id"], "new": False}
        before = await self._moving()
        application = await self.stack.post(
            "registry", "/v1/registration-applications", division=NEW_DIVISION, name=NEW_ORGANIZATION,
            legal_form="private_non_enterprise", route="direct", categories=["community_service"],
            charter_party_clause=True, full_party_member_count=4, member_count=30, staff_count=6,
        )  # fmt: skip
        await self.stack.post(
            "registry",
            f"/v1/registration-applications/{application['id']}/registration",
            credit_code=NEW_CREDIT_CODE,
        )
        found = await self.stack.every("registry", "/v1/organizations", q=NEW_ORGANIZATION)
        return {"id": found[0]["id"], "new": True, "before": before}

    async def _moving(self) -> dict[str, Any]:
        figures: dict[str, Any] = {}
        for service in ("registry", "partybuild", "notify"):
            answer = await self.stack.get(service, "/v1/figures")
            figures |= {f"{service}.{name}": value["value"] for name, value in answer["figures"].items()}
        return figures

    async def show_live(self, live: dict[str, Any]) -> None:
        """The duty with its deadline, the messages, and the numbers that moved."""
        duties = await self.stack.every("partybuild", "/v1/duties", organization_id=live["id"])
        written = await self.stack.every("notify", "/v1/messages/written", division=NEW_DIVISION)
        table = Table(title=f"{NEW_ORGANIZATION}：今日登记 registered live", show_header=False)
        for duty in duties:
            table.add_row("党建覆盖任务 coverage duty", f"{duty['status']}, due {duty['due_on']}")
            table.add_row("建议方式 proposed mode", f"{duty['proposed_mode']} ({duty['proposed_reason']})")
        for message in written:
            table.add_row(f"消息 message to {message['person_id']}", message["title"])
        if live["new"]:
            now = await self._moving()
            for name, value in now.items():
                if value != live["before"].get(name, 0):
                    table.add_row(name, f"{live['before'].get(name, 0)} -> {value}")
        out.print(table)
        if not duties or not written:
            raise Failed("the live registration has led to no duty or to no message")


def _registered(entry: Entry) -> date:
    if entry.registered_on is None:
        raise Failed(f"{entry.name} has no day of registration")
    return entry.registered_on


def _requested(position: int) -> int:
    """Generated amounts, in fen: those of the first 32 add up to the budget exactly, pair by pair."""
    mean = BUDGET_FEN // AWARDS
    swing = 50_000 * (1 + position // 2 % 40)
    return mean + (swing if position % 2 else -swing)


def _scores() -> list[dict[str, Any]]:
    """Generated scores of three opaque reviewers; the earlier an application, the better."""
    dice = random.Random(SEED)
    return [
        {
            "application_id": _made(f"application-{position}"),
            "reviewer": f"r-{reviewer}",
            "criterion": criterion,
            "points_thousandths": 96_000 - 900 * position + dice.randrange(300),
        }
        for position in range(APPLICATIONS)
        for reviewer in range(3)
        for criterion in ("need", "feasibility", "capacity", "budget")
    ]


async def compared(stack: Stack) -> list[dict[str, Any]]:
    """The region's published figures beside the computed ones, as the console answers them."""
    answer = await stack.get("console", "/v1/figures/published")
    items: list[dict[str, Any]] = answer["items"]
    return items


async def build(stack: Stack, started: float) -> None:
    """Steps 2 to 5: everything against a stack that runs."""
    register = compose(load_region(profile_file(REGION)), SEED)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out) as progress:
        scenario = Scenario(stack, progress, register, {})
        await scenario.load_register()
        await scenario.learn_ids()
        await scenario.appoint_recipients()
        task = progress.add_task("事件到达各服务 events reach every service", total=None)
        await stack.at_rest(REST_S)
        progress.update(task, total=1, completed=1)
        await scenario.found_party_organizations()
        await scenario.assign_instructors()
        await scenario.hold_round()
        task = progress.add_task("党建覆盖更新 coverage settles", total=None)
        await stack.at_rest(REST_S)
        progress.update(task, total=1, completed=1)
        live = await scenario.register_live()
        task = progress.add_task("今日登记的影响 the live registration travels", total=None)
        await stack.at_rest(REST_S)
        progress.update(task, total=1, completed=1)
    await scenario.show_live(live)
    out.print(f"[dim]{time.monotonic() - started:.1f} s from the start[/dim]")


_VERDICTS = {
    "matches": "[green]一致 matches[/green]",
    "differs": "[red]不一致 differs[/red]",
    "cannot": "[dim]暂不能计算 cannot yet[/dim]",
}


def show_figures(items: Sequence[dict[str, Any]]) -> list[str]:
    """Print the table; returns the ids of the figures that should match and do not."""
    table = Table(
        title="公布的数字与系统算出的数字 published figures beside the computed ones", show_lines=True
    )
    for heading in ("编号", "数字 figure", "时间 time", "公布 published", "算出 computed", "结论 verdict"):
        table.add_column(heading)
    for item in items:
        table.add_row(
            item["id"], f"{item['statement']}\n[dim]{item['statement_en']}[/dim]", item["time"],
            f"{item['printed']}\n[dim]{item['qualifier']}[/dim]", _computed(item),
            f"{_VERDICTS[item['verdict']]}{_residual(item)}",
        )  # fmt: skip
    out.print(table)
    return [item["id"] for item in items if item["verdict"] != item["expect"]]


def _computed(item: dict[str, Any]) -> str:
    lines = [] if item["computed_text"] is None else [item["computed_text"]]
    lines += [
        f"[dim]{reading['statement']}: {reading['computed_text']} ({reading['verdict']})[/dim]"
        for reading in item["readings"]
    ]
    return "\n".join(lines) or f"[dim]{item['reason']}[/dim]"


def _residual(item: dict[str, Any]) -> str:
    return f"\n差 by {item['residual_text']}" if item["verdict"] == "differs" else ""


def operator_token(data_dir: Path, connection: Connection) -> str:
    """A token of the embedded stack's own key for one who may do everything in the stack."""
    return issue_token(
        data_dir / "keys", subject="u-scenario", roles=["operator"], divisions=[connection.stack]
    )


async def _main(data_dir: Path, port: int, once: bool) -> int:
    started = time.monotonic()
    async with running_stack(data_dir, port) as connection:
        async with Stack.open(connection, operator_token(data_dir, connection)) as stack:
            await build(stack, started)
            wrong = show_figures(await compared(stack))
        out.print(f"[dim]{time.monotonic() - started:.1f} s in all[/dim]")
        if once:
            return 1 if wrong else 0
        out.print(f"控制台 console: {connection.services['console']}/  (Ctrl-C 停止 stops it)")
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await stop.wait()
    return 0


def main(
    data_dir: Annotated[Path, typer.Option(help="where the stack keeps everything")] = Path(".shuniu"),
    port: Annotated[int, typer.Option(help="first of the stack's ports")] = 8600,
    once: Annotated[
        bool, typer.Option("--once", help="stop after the figures; exit 1 if one is wrong")
    ] = False,
) -> None:
    """Start the embedded stack, bring Binhai's register of 2014 into it, and compare the figures."""
    try:
        code = asyncio.run(_main(data_dir.resolve(), port, once))
    except* (Failed, StepFailed, httpx.HTTPError) as failures:
        for failure in failures.exceptions:
            out.print(f"[red]{failure}[/red]")
        code = 2
    raise SystemExit(code)


if __name__ == "__main__":
    os.environ.setdefault("COLUMNS", "140")
    typer.run(main)
