"""A round of venture philanthropy (公益创投) of the past, from its fund to its decision."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deploy.scenarios.client import Stack
from deploy.scenarios.situation import HISTORICAL, Situation, on

CRITERIA = ("need", "feasibility", "capacity", "budget")
_REVIEWERS = 3


@dataclass(frozen=True)
class Project:
    """One application: who asks for how much, for what."""

    organization_id: str
    title: str
    requested_fen: int
    area: str | None = None


@dataclass(frozen=True)
class VentureRound:
    """What is known of a round, and the applications in the order in which they were scored."""

    title: str
    fund: str
    year: int
    budget_fen: int
    areas_declared: int
    areas_named: tuple[str, ...]
    opens_on: date
    closes_on: date
    decided_on: date
    projects: Sequence[Project]
    seed: int


async def hold(situation: Situation, of: VentureRound) -> None:
    """Fund, notice, applications, scores, ranking, publicity, decision; what is there is left as it is."""
    stack, id = situation.stack, situation.made("round")
    told = situation.bar(f"公益创投 the round of {of.year}", len(of.projects) + 5)
    rounds = await stack.every("grants", "/v1/rounds", division=situation.division, year=of.year)
    status = rounds[0]["status"] if rounds else None
    if status is None:
        await _announce(situation, of)
        status = "open"
    told()
    await _apply(situation, of, status, told)
    for step, path, day in (
        ("open", "closing", of.closes_on),
        ("closed", "ranking", of.closes_on + timedelta(days=10)),
        ("ranking_proposed", "publicity", of.closes_on + timedelta(days=11)),
        ("publicised", "decision", of.decided_on),
    ):
        if status == step:
            await stack.post("grants", f"/v1/rounds/{id}/{path}", **on(day))
            status = (await stack.get("grants", f"/v1/rounds/{id}"))["status"]
        if status == "closed" and step == "open":
            await stack.ask(
                "PUT", "grants", f"/v1/rounds/{id}/scores", json={"scores": _scores(situation, of)}
            )
        told()


async def _announce(situation: Situation, of: VentureRound) -> None:
    stack, division, fund = situation.stack, situation.division, situation.made("fund")
    funds = await stack.every("grants", "/v1/funds", division=division, fiscal_year=of.year)
    if not any(known["id"] == fund for known in funds):
        await stack.post(
            "grants", "/v1/funds", id=fund, division=division, title=of.fund, source="fiscal",
            fiscal_year=of.year, purpose="venture_philanthropy", total_fen=of.budget_fen,
            **on(of.opens_on.replace(day=1)),
        )  # fmt: skip
    await stack.post(
        "grants", "/v1/rounds", id=situation.made("round"), division=division, title=of.title, year=of.year,
        areas_declared=of.areas_declared, areas_named=list(of.areas_named),
        opens_on=str(of.opens_on), closes_on=str(of.closes_on), budget_fen=of.budget_fen, fund_id=fund,
        status="open", **on(of.opens_on),
    )  # fmt: skip


async def _apply(situation: Situation, of: VentureRound, status: str, told: Callable[[], None]) -> None:
    stack: Stack = situation.stack
    id = situation.made("round")
    known = {item["id"] for item in await stack.every("grants", "/v1/applications", round_id=id)}
    days = (of.closes_on - of.opens_on).days - 5

    async def apply(position: int) -> None:
        project, own = of.projects[position], situation.made(f"application-{position}")
        if status == "open" and own not in known:
            await stack.post(
                "grants", "/v1/applications", id=own, round_id=id, organization_id=project.organization_id,
                title=project.title, requested_fen=project.requested_fen, area=project.area,
                effective_on=(of.opens_on + timedelta(days=5 + position % days)).isoformat(),
                basis=HISTORICAL,
            )  # fmt: skip

    await stack.each(range(len(of.projects)), apply, told)


def _scores(situation: Situation, of: VentureRound) -> list[dict[str, Any]]:
    """Generated scores of three opaque reviewers; the earlier an application, the better."""
    dice = random.Random(of.seed)
    return [
        {
            "application_id": situation.made(f"application-{position}"),
            "reviewer": f"r-{reviewer}",
            "criterion": criterion,
            "points_thousandths": 96_000 - 900 * position + dice.randrange(300),
        }
        for position in range(len(of.projects))
        for reviewer in range(_REVIEWERS)
        for criterion in CRITERIA
    ]
