"""Seeded load through the public HTTP APIs: offices that repeat a command until somebody says yes."""

import asyncio
import contextlib
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import asyncpg
import httpx

from chassis.region import load_region
from deploy.regions import profile_file
from deploy.scenarios.register import compose, write_workbook
from tests.faults.second_check import Confirmed, Expectations
from tests.faults.stack import CODE, REGION, FaultStack

STREETS = ("120116001", "120116007", "120116005", "120116051")
OFFICERS = {"p-hub-officer": ("u-officer", "hub_officer"), "p-party-officer": ("u-party", "party_officer")}
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PATIENCE_S = 8.0
_FINISH_S = 120.0
_LATER = "update source set clock_offset = clock_offset + interval '91 days'"
_PAST = {"basis": "historical", "effective_on": "2016-05-01"}
_SIX_HAVES = ("responsibility", "department", "rules", "party_coverage", "service_system", "brands")
_GRADES = ("5A", "4A", "3A", "2A", "1A")
_NOT_YET = (404, 409, 422)
"""What a service answers about a record whose event has not reached it."""


class Refused(Exception):
    """The service said no, for good."""


def credit_code(number: int) -> str:
    """A well-formed unified social credit code of its own for each number."""
    body = f"{number:08d}"
    rest = sum(int(digit) * weight for digit, weight in zip(body, _BODY_WEIGHTS, strict=True)) % 11
    first = f"52120116{body}{'0123456789X0'[11 - rest]}"
    total = sum(_SYMBOLS.index(symbol) * pow(3, place, 31) for place, symbol in enumerate(first))
    return first + _SYMBOLS[(31 - total % 31) % 31]


@dataclass
class Load:
    """Offices at work on one stack. What they were told is `confirmed`."""

    stack: FaultStack
    seed: int
    pause_s: float = 0.15
    """between two commands of one clerk"""
    inspects: bool = True
    """whether a campaign asks the organisations for their forms"""
    governs: bool = True
    """whether a hub does with organisations of its own what else a register is for"""
    confirmed: list[Confirmed] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    retried: int = 0
    imported: int = 0
    asked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """whom each campaign has to ask: those of long ago that were confirmed before it was opened"""
    owing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """which divisions each task asks for a receipt"""
    closing: bool = False
    _working: "asyncio.Task[None] | None" = None
    _numbers: int = 0
    _base: str = ""
    """of incubation, where the hub's organisations move in"""
    _registered: list[str] = field(default_factory=list)
    _elders: list[str] = field(default_factory=list)
    """registered long enough ago to be inspected"""
    _suspended: set[str] = field(default_factory=set)
    _busy: set[str] = field(default_factory=set)
    _clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def on(
        cls, stack: FaultStack, seed: int, *, workbook: int = 0, pause_s: float = 0.15, inspects: bool = True,
        governs: bool = True,
    ) -> AsyncIterator["Load"]:  # fmt: skip
        """Offices that work until the end of the block, and then finish what they have begun.

        `workbook` is how many rows of a register are imported meanwhile.
        """
        load = cls(stack, seed, pause_s, inspects, governs)
        work = load._working = asyncio.create_task(load._work(workbook))
        try:
            yield load
            await load.finish()
        except BaseException as error:
            if work.done() and not work.cancelled() and (fault := work.exception()) is not None:
                raise fault from error  # nobody was at work any more, which explains the rest
            raise
        finally:
            work.cancel()
            await asyncio.wait({work})
            for client in load._clients.values():
                await client.aclose()

    async def finish(self) -> None:
        """Begin nothing new, and wait until what was begun has an answer; raises what went wrong."""
        self.closing = True
        if self._working is not None:
            async with asyncio.timeout(_FINISH_S):
                await asyncio.shield(self._working)

    @property
    def settled(self) -> tuple[str, ...]:
        """Organisations that can always be changed: no merger ends them."""
        return tuple(self._registered)

    @property
    def expected(self) -> Expectations:
        """What the second check is to find."""
        recipients = {"p-hub-officer": "u-officer"} if "notify" in self.stack.services else {}
        return Expectations(tuple(self.confirmed), self.imported, recipients, asked=dict(self.asked),
                            owing=dict(self.owing))  # fmt: skip

    async def _work(self, workbook: int) -> None:
        offices: list[Callable[[random.Random], Awaitable[None]]] = [self._registrar, self._registrar]
        if self.inspects:
            offices += [self._inspectorate]
        if self.governs:
            offices += [self._hub]
        if "partybuild" in self.stack.services:
            offices += [self._party_office, self._calendar]
        if "grants" in self.stack.services:
            offices += [self._treasury, self._round]
        if "notify" in self.stack.services:
            await self._appoint_recipients()
            offices += [self._acknowledging]
        if any(seat.argv[1] == "console" and "api" in seat.argv for seat in self.stack.seats.values()):
            offices += [self._desk]
        async with asyncio.TaskGroup() as group:
            for number, office in enumerate(offices):
                group.create_task(self._office(office, random.Random(self.seed * 100 + number)))
            if workbook:
                group.create_task(self._import(workbook))

    async def _office(self, office: Callable[[random.Random], Awaitable[None]], dice: random.Random) -> None:
        with contextlib.suppress(Refused):
            await office(dice)

    # --- offices ---------------------------------------------------------------------------------------

    async def _registrar(self, dice: random.Random) -> None:
        """Registers, changes, suspends and resumes."""
        while not self.closing:
            settled = [id for id in self._registered if id not in self._busy]
            if not settled or dice.random() < 0.4:
                await self._register(dice)
            else:
                await self._alter(dice.choice(settled), dice)
            await self._rest(dice)

    async def _register(self, dice: random.Random) -> None:
        late = dice.random() < 0.3  # long ago and live: its duty is overdue at once, and a timer says so
        id = await self._registration(dice, late=late)
        self._registered.append(id)
        if late:
            self._elders.append(id)

    async def _registration(self, dice: random.Random, *, late: bool) -> str:
        number = self._next()
        name = f"火线{self.seed}第{number}号互助中心"
        dated = {"effective_on": "2015-06-01", "founded_on": "2015-05-01"} if late else {}
        answer = await self._insist(
            "registry", "POST", "/v1/organizations/registrations",
            {
                "name": name, "division": dice.choice(STREETS), "legal_form": "private_non_enterprise",
                "route": "direct", "categories": ["community_service"], "member_count": 30,
                "full_party_member_count": dice.randrange(3, 9), "staff_count": dice.randrange(1, 40),
                "credit_code": None if late else credit_code(self.seed % 1000 * 10_000 + number), **dated,
            },
            key=f"register-{number}",
        )  # fmt: skip
        self._told("registry", "organization", answer, "registered", name=name)
        id: str = answer["id"]
        return id

    async def _alter(self, id: str, dice: random.Random) -> None:
        self._busy.add(id)
        try:
            if dice.random() < 0.7:
                await self.change(id)
                return
            number = self._next()
            suspended = id in self._suspended
            path, fact = ("/resumption", "resumed") if suspended else ("/suspension", "suspended")
            answer = await self._insist(
                "registry", "POST", f"/v1/organizations/{id}{path}", {}, key=f"{fact}-{number}"
            )
            self._told("registry", "organization", answer, fact)
            (self._suspended.discard if suspended else self._suspended.add)(id)
        finally:
            self._busy.discard(id)

    async def change(self, id: str) -> None:
        """One more change of an organisation's details."""
        number = self._next()
        mark = f"品牌{self.seed}-{number}"
        answer = await self._insist(
            "registry", "PATCH", f"/v1/organizations/{id}", {"brands": [mark]}, key=f"change-{number}"
        )
        self._told("registry", "organization", answer, "details_changed", brands=[mark])

    async def _inspectorate(self, dice: random.Random) -> None:
        """A campaign over all that are registered: forms are handed in and concluded, or returned."""
        before = (await self._registration(dice, late=True), *self._elders)
        body = {"division": CODE, "title": f"第{self.seed}号年检", "year": 2016 + self.seed % 5,
                "legal_forms": ["private_non_enterprise"], "due_on": "2099-06-30"}  # fmt: skip
        campaign = await self._insist("registry", "POST", "/v1/inspection-campaigns", body, key="campaign")
        self._told("registry", "inspection_campaign", campaign, "opened")
        self.asked[campaign["id"]] = before
        while not self.closing:
            page = await self._insist(
                "registry",
                "GET",
                f"/v1/inspections?campaign_id={campaign['id']}&state=due&limit=3",
                None,
                key="",
            )
            for item in page["items"]:
                await self._inspect(item["id"], dice)
                await self._rest(dice)
            await asyncio.sleep(0.3)

    async def _inspect(self, id: str, dice: random.Random) -> None:
        result = "qualified" if dice.random() < 0.6 else "unqualified"
        with suppress(Refused):
            await self._inspected(id, "submitted", "submission")
            await self._inspected(id, "concluded", "conclusion", result=result)

    async def _inspected(self, id: str, fact: str, path: str, **said: str) -> None:
        """A step of an inspection; raises `Refused` where it asks nobody any more, since its organisation was
        merged meanwhile."""
        where = f"/v1/inspections/{id}"
        try:
            answer = await self._insist(
                "registry", "POST", f"{where}/{path}", said, key=f"{path}-{id}", refusals=(409,)
            )
        except Refused as refusal:
            found = await self._insist("registry", "GET", where, None, key="")
            if found["state"] != "released":
                raise AssertionError(f"{path} of {where} in state {found['state']}") from refusal
            raise
        self._told("registry", "inspection", answer, fact, **said)

    async def _hub(self, dice: random.Random) -> None:
        """A hub at work: with organisations of its own, so that no other office is in its way."""
        hub = await self._opened(
            "hub", "recognised", "hubs", division=CODE, name=f"枢纽{self.seed}", body=f"hub-{self.seed}",
            form="federation", recognition="government", recognised_by="civil_affairs", **_PAST,
        )  # fmt: skip
        haves = [{"have": have, "met": True, "evidence": "见附件"} for have in _SIX_HAVES]
        await self._step("hub", "six_haves_assessed", "hubs", hub, "self-check", haves=haves, **_PAST)
        self._base = await self._opened(
            "base", "opened", "bases", division=CODE, name=f"孵化基地{self.seed}", capacity=10_000, **_PAST
        )
        works = (self._stand_still, self._merge, self._order, self._grade, self._list, self._host)
        for number in itertools.count():
            if self.closing and number >= len(works):  # each once, however short the time
                return
            await works[number % len(works)](dice)
            await self._rest(dice)

    async def _stand_still(self, dice: random.Random) -> None:
        """An emergency stops organisations, by portions of a timer, and is over."""
        some = [await self._registration(dice, late=True) for _ in range(2)]
        order = await self._opened(
            "emergency_order", "issued", "emergency-orders", division=CODE, title="汛期暂停活动",
            kind="flood", organizations=some,
        )  # fmt: skip
        await asyncio.sleep(dice.uniform(0, 2))
        await self._step("emergency_order", "lifted", "emergency-orders", order, "lifting")

    async def _merge(self, dice: random.Random) -> None:
        """Two records were one organisation."""
        loser, survivor = [await self._registration(dice, late=True) for _ in range(2)]
        await self._step("organization", "merged", "organizations", loser, "merger", into=survivor)

    async def _order(self, dice: random.Random) -> None:
        """A task to some streets; each owes a receipt, and one answers."""
        streets = dice.sample(STREETS, 3)
        task = await self._opened(
            "task", "issued", "tasks", division=CODE, title=f"报送方案{self._next()}", kind="plan",
            lead="office", implementing=streets, due_on="2099-10-31",
        )  # fmt: skip
        self.owing[task] = tuple(streets)
        page = await self._insist("registry", "GET", f"/v1/task-receipts?task_id={task}", None, key="")
        for receipt in page["items"][:1]:
            await self._step("task_receipt", "reported", "task-receipts", receipt["id"], "report",
                             report="已完成", done=1)  # fmt: skip
        if dice.random() < 0.5:
            await self._step("task", "completed", "tasks", task, "completion")

    async def _grade(self, dice: random.Random) -> None:
        """An evaluation of long ago."""
        one = await self._registration(dice, late=True)
        of = await self._opened(
            "evaluation", "enrolled", "evaluations", organization_id=one, year=2016, **_PAST
        )
        await self._step(
            "evaluation", "graded", "evaluations", of, "grade", grade=dice.choice(_GRADES), **_PAST
        )

    async def _list(self, dice: random.Random) -> None:
        """An authority lists an organisation, whose home hears of it by the bus; some are taken off again."""
        one = await self._registration(dice, late=False)
        path = "credit-listings"
        listing = await self._opened(
            "credit_listing", "opened", path, division=CODE, authority="civil_affairs", organization_id=one,
            listing="abnormal", listing_grounds=["unreachable"],
        )  # fmt: skip
        await self._step("credit_listing", "noticed", path, listing, "notice")
        await self._step("credit_listing", "answered", path, listing, "answer", answer_given="无异议")
        await self._step("credit_listing", "listed", path, listing, "listing")
        if dice.random() < 0.5:
            await self._step("credit_listing", "removed", path, listing, "removal", reason="repaired")

    async def _host(self, dice: random.Random) -> None:
        """An organisation moves into the base, and some leave it."""
        one = await self._registration(dice, late=True)
        stay = await self._opened(
            "stay", "applied", "stays", organization_id=one, base_id=self._base, **_PAST
        )
        await self._step("stay", "screened", "stays", stay, "screening", **_PAST)
        if dice.random() < 0.5:
            await self._step("stay", "withdrawn", "stays", stay, "withdrawal", reason="moved", **_PAST)

    async def _opened(self, aggregate: str, fact: str, path: str, **body: Any) -> str:
        answer = await self._insist(
            "registry", "POST", f"/v1/{path}", body, key=f"{aggregate}-{self._next()}"
        )
        self._told("registry", aggregate, answer, fact)
        id: str = answer["id"]
        return id

    async def _step(self, aggregate: str, fact: str, path: str, id: str, step: str, **body: Any) -> None:
        answer = await self._insist(
            "registry", "POST", f"/v1/{path}/{id}/{step}", body, key=f"{fact}-{self._next()}"
        )
        self._told("registry", aggregate, answer, fact)

    async def _party_office(self, dice: random.Random) -> None:
        """Founds party organisations, appoints instructors, assigns and releases them; one stays assigned."""
        instructors = [await self._appoint(number) for number in range(3)]
        guided: dict[str, str] = {}
        while not self._registered and not self.closing:
            await self._rest(dice)
        taken = set(self._registered[:1])
        for id in taken:
            await self._instruct(instructors[0], "assignments", "assigned", id)
        while not self.closing:
            free = [id for id in self._registered if id not in taken]
            if guided and dice.random() < 0.2:
                id = dice.choice(sorted(guided))
                await self._instruct(guided.pop(id), "releases", "released", id)
                taken.discard(id)
            elif free:
                id = dice.choice(free)
                taken.add(id)
                with contextlib.suppress(Refused):
                    if dice.random() < 0.6:
                        await self._found(id)
                    else:
                        instructor = dice.choice(instructors)
                        await self._instruct(instructor, "assignments", "assigned", id)
                        guided[id] = instructor
            await self._rest(dice)

    async def _calendar(self, dice: random.Random) -> None:
        """Three months pass in party-building every few seconds: deadlines fall due, and timers fire."""
        while not self.closing:
            await asyncio.sleep(dice.uniform(1, 3))
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection = await asyncpg.connect(self.stack.dsn("partybuild"), timeout=5)
                try:
                    await connection.execute(_LATER)
                finally:
                    await connection.close()

    async def _appoint(self, number: int) -> str:
        body = {"person_id": f"p-instructor-{self.seed}-{number}", "division": CODE, "capacity": 500}
        answer = await self._insist("partybuild", "POST", "/v1/instructors", body, key=f"appoint-{number}")
        self._told("partybuild", "instructor", answer, "appointed")
        id: str = answer["id"]
        return id

    async def _instruct(self, instructor: str, path: str, fact: str, id: str) -> None:
        answer = await self._insist(
            "partybuild", "POST", f"/v1/instructors/{instructor}/{path}", {"organization_ids": [id]},
            key=f"{fact}-{self._next()}", not_yet=_NOT_YET,
        )  # fmt: skip
        self._told("partybuild", "instructor", answer, fact)

    async def _found(self, id: str) -> None:
        number = self._next()
        name = f"火线{self.seed}第{number}号党支部"
        answer = await self._insist(
            "partybuild", "POST", "/v1/party-organizations",
            {"name": name, "mode": "independent", "organization_ids": [id],
             "posts": [{"kind": "secretary", "person_id": f"p-secretary-{number}"}]},
            key=f"found-{number}", not_yet=_NOT_YET,
        )  # fmt: skip
        self._told("partybuild", "party_organization", answer, "founded")

    async def _treasury(self, dice: random.Random) -> None:
        """Opens funds, puts money in, binds it, often more than there is, and frees it again."""
        funds = [await self._open_fund(f"资金{self.seed}-{n}", 1_000_000) for n in range(2)]
        bound: list[tuple[str, str]] = []
        while not self.closing:
            fund, number = dice.choice(funds), self._next()
            chance = dice.random()
            if chance < 0.3:
                fen = dice.randrange(1, 50_000)
                answer = await self._insist(
                    "grants", "POST", f"/v1/funds/{fund}/increase", {"amount_fen": fen},
                    key=f"increase-{number}",
                )  # fmt: skip
                self._told("grants", "fund", answer, "increased", total_fen=answer["total_fen"])
            elif chance < 0.7 or not bound:
                await self._bind(fund, f"项目-{number}", dice.randrange(1, 600_000), bound)
            else:
                fund, subject = bound.pop(dice.randrange(len(bound)))
                answer = await self._insist(
                    "grants", "POST", f"/v1/funds/{fund}/release", {"subject": subject},
                    key=f"release-{number}",
                )  # fmt: skip
                self._told("grants", "fund", answer, "released")
            await self._rest(dice)

    async def _open_fund(self, title: str, fen: int) -> str:
        body = {"division": CODE, "title": title, "source": "fiscal", "fiscal_year": 2026, "total_fen": fen}
        answer = await self._insist("grants", "POST", "/v1/funds", body, key=f"fund-{title}")
        self._told("grants", "fund", answer, "opened", title=title, total_fen=fen)
        id: str = answer["id"]
        return id

    async def _bind(self, fund: str, subject: str, fen: int, bound: list[tuple[str, str]]) -> None:
        with contextlib.suppress(Refused):
            answer = await self._insist(
                "grants", "POST", f"/v1/funds/{fund}/commitments", {"subject": subject, "amount_fen": fen},
                key=f"bind-{subject}", refusals=(409, 422),
            )  # fmt: skip
            self._told("grants", "fund", answer, "committed")
            bound.append((fund, subject))

    async def _round(self, dice: random.Random) -> None:
        """Rounds from their announcement to the decision, with applications in between."""
        year = 2013
        while not self.closing:
            if len(self._registered) < 6:
                await asyncio.sleep(0.5)
                continue
            with contextlib.suppress(Refused):  # a round of which nothing came
                await self._hold_round(dice, year)

    async def _hold_round(self, dice: random.Random, year: int) -> None:
        number = self._next()
        history = {"basis": "historical"}
        budget = 300_000
        fund = await self._open_fund(f"创投资金{self.seed}-{number}", budget)
        opened = await self._insist(
            "grants", "POST", "/v1/rounds",
            {"division": CODE, "title": f"第{number}轮公益创投", "year": year, "fund_id": fund,
             "budget_fen": budget, "opens_on": f"{year}-07-01", "closes_on": f"{year}-08-31",
             "eligibility": [{"rule": "division_within", "parameters": [CODE]}],
             "criteria": [{"code": "need", "weight_thousandths": 1000}], "status": "open",
             "effective_on": f"{year}-07-01", **history},
            key=f"round-{number}",
        )  # fmt: skip
        self._told("grants", "round", opened, "opened")
        round_ = opened["id"]
        for place, id in enumerate(dice.sample(self._registered, 5)):
            answer = await self._insist(
                "grants", "POST", "/v1/applications",
                {"round_id": round_, "organization_id": id, "title": f"第{number}轮项目{place}",
                 "requested_fen": dice.randrange(50_000, 120_000),
                 "effective_on": str(date(year, 7, 20) + timedelta(days=place)), **history},
                key=f"apply-{number}-{place}", not_yet=_NOT_YET,
            )  # fmt: skip
            # Judged in the same breath where the organisation is known: the answer tells of that event.
            first = {**answer, "sequence": 1}
            self._told("grants", "application", first, "submitted", requested_fen=answer["requested_fen"])
        await self._decide(dice, round_, number, year)

    async def _decide(self, dice: random.Random, round_: str, number: int, year: int) -> None:
        steps = (("closing", "closed", "08-31"), ("ranking", "ranking_proposed", "09-10"),
                 ("publicity", "publicised", "09-11"), ("decision", "decided", "09-25"))  # fmt: skip
        for path, fact, day in steps:
            answer = await self._insist(
                "grants", "POST", f"/v1/rounds/{round_}/{path}",
                {"effective_on": f"{year}-{day}", "basis": "historical"}, key=f"{path}-{number}",
                not_yet=_NOT_YET,
            )  # fmt: skip
            self._told("grants", "round", answer, fact)
            scores = await self._scores(dice, round_) if path == "closing" else []
            if scores:  # events of nobody may have come by now
                await self._insist(
                    "grants", "PUT", f"/v1/rounds/{round_}/scores", {"scores": scores},
                    key=f"scores-{number}",
                )  # fmt: skip

    async def _scores(self, dice: random.Random, round_: str) -> list[dict[str, Any]]:
        """Points for those who were found eligible by now."""
        page = await self._insist(
            "grants", "GET", f"/v1/applications?round_id={round_}&limit=50", None, key=""
        )
        return [
            {"application_id": item["id"], "reviewer": "r-1", "criterion": "need",
             "points_thousandths": dice.randrange(60_000, 99_000)}
            for item in page["items"]
            if item["status"] == "eligible"
        ]  # fmt: skip

    async def _appoint_recipients(self) -> None:
        for person, (actor, role) in OFFICERS.items():
            with contextlib.suppress(Refused):  # an earlier load has appointed them
                await self._insist(
                    "notify", "POST", "/v1/recipients",
                    {"person_id": person, "actor_id": actor, "role": role, "division": CODE},
                    key=f"recipient-{person}", refusals=(409,),
                )  # fmt: skip

    async def _acknowledging(self, dice: random.Random) -> None:
        """The party officer looks into the box now and then, and says that she knows."""
        while not self.closing:
            page = await self._insist("notify", "GET", "/v1/messages?limit=5", None, key="", caller="u-party")
            for item in page["items"]:
                if item["status"] in ("sent", "read") and dice.random() < 0.5:
                    await self._acknowledge(item["id"])
            await asyncio.sleep(0.5)

    async def _acknowledge(self, id: str) -> None:
        with contextlib.suppress(Refused):
            answer = await self._insist(
                "notify", "POST", f"/v1/messages/{id}/acknowledgement", None, key=f"acknowledge-{id}",
                caller="u-party", refusals=(409, 422),
            )  # fmt: skip
            self._told("notify", "message", answer, "acknowledged")

    async def _desk(self, _: random.Random) -> None:
        """Somebody looks at the console's figures, which asks the services for them."""
        while not self.closing:
            page = await self._insist("console", "GET", "/v1/figures/published", None, key="")
            assert page["items"], page
            await asyncio.sleep(1)

    async def _import(self, rows: int) -> None:
        """A register by workbook: whole or not at all, whoever is killed."""
        file = self.stack.place / f"register-{self.seed}.xlsx"
        entries = [e for e in compose(load_region(profile_file(REGION))) if e.status != "discovered"]
        await asyncio.to_thread(write_workbook, entries[:rows], file)
        content = await asyncio.to_thread(Path.read_bytes, file)
        form = {
            "files": {"file": ("名册.xlsx", content)},
            "data": {"division": CODE, "basis": "historical", "apply": "all"},
        }
        job = await self._insist("registry", "POST", "/v1/imports", None, key="import", form=form)
        while job["state"] in ("received", "applying"):
            await asyncio.sleep(0.3)
            job = await self._insist("registry", "GET", f"/v1/imports/{job['id']}", None, key="")
        assert job["state"] == "applied", job
        self.imported += job["rows_applied"]

    # --- commands --------------------------------------------------------------------------------------

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers

    async def _rest(self, dice: random.Random) -> None:
        await asyncio.sleep(self.pause_s * dice.uniform(0.5, 1.5))

    def _told(
        self, service: str, aggregate: str, answer: dict[str, Any], fact: str | None, **said: Any
    ) -> None:
        """Remember what was confirmed. An answer's sequence is that of its last event."""
        if fact is not None:
            UUID(answer["id"])
            one = Confirmed(service, aggregate, answer["id"], answer["sequence"], fact, tuple(said.items()))
            self.confirmed.append(one)

    def _client(self, caller: str) -> httpx.AsyncClient:
        if caller not in self._clients:
            role = dict(OFFICERS.values()).get(caller, "operator")
            self._clients[caller] = httpx.AsyncClient(
                headers={"authorization": f"Bearer {self.stack.token(caller, role)}"}, trust_env=False,
                timeout=5,
            )  # fmt: skip
        return self._clients[caller]

    async def _insist(
        self, service: str, method: str, path: str, body: dict[str, Any] | None, *, key: str,
        caller: str = "u-operator", not_yet: Collection[int] = (), refusals: Collection[int] = (),
        form: dict[str, Any] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Ask until there is an answer: with the same key, so that it happens once.

        `not_yet` may mean that an event is under way, for a while; `refusals` are an answer, raised as
        `Refused`. Any other refusal is a fault of the load itself.
        """
        headers = {"idempotency-key": quote(f"{self.seed}-{key}")} if method != "GET" else {}
        asked = asyncio.get_running_loop().time()
        content: dict[str, Any] = form or ({} if body is None else {"json": body})
        while True:
            try:
                answer = await self._client(caller).request(
                    method, f"{self.stack.url(service)}{path}", headers=headers, **content
                )
            except httpx.TransportError:
                self.retried += 1
                await asyncio.sleep(0.1)
                continue
            if answer.status_code < 300:
                found: dict[str, Any] = answer.json()
                return found
            if answer.status_code < 500:
                waited = asyncio.get_running_loop().time() - asked
                if answer.status_code in not_yet and waited < _PATIENCE_S and not self.closing:
                    await asyncio.sleep(0.3)
                    continue
                self.refused[f"{service} {answer.status_code}"] += 1
                assert answer.status_code in (*not_yet, *refusals), f"{method} {path}: {answer.text}"
                raise Refused(answer.text)
            self.retried += 1
            await asyncio.sleep(0.1)
