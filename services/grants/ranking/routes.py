"""Scores and ranking over HTTP."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.http import Call, requires
from chassis.http.fields import Body, Code, Sum
from services.grants.ranking import commands, queries
from services.grants.ranking.model import Deviation, Outcome, Score
from services.grants.requests import Fact
from services.grants.rounds.routes import RoundOut

router = APIRouter(prefix="/v1/rounds", tags=["ranking"])


class ScoreBody(Body):
    """What one reviewer gives on one criterion; null is an abstention."""

    application_id: UUID
    reviewer: Code = Field(description="opaque id, never a name")
    criterion: Code
    points_thousandths: Annotated[int, Field(ge=0, le=1_000_000, strict=True)] | None


class ScoresBody(Body):
    """Scores of a round, all at once or a part; one given again replaces the earlier."""

    scores: list[ScoreBody] = Field(min_length=1, max_length=20_000)


class ScoreOut(Body):
    """A score as it was given."""

    application_id: UUID
    reviewer: str
    criterion: str
    points_thousandths: int | None


class DeviationBody(Body):
    """A departure from the computed ranking, with its reason."""

    application_id: UUID
    reason: Code
    outcome: Outcome | None = None
    award_fen: Annotated[int, Sum()] | None = None


class ProposeBody(Fact):
    """How the ranking is cut; the budget and the cap are the round's."""

    awards_at_most: Annotated[int, Field(ge=0, le=100_000)] | None = None
    reserve_at_most: Annotated[int, Field(ge=0, le=100_000)] | None = Field(
        None, description="places on the reserve list; the profile's where not given"
    )
    minimum_score_thousandths: Annotated[int, Field(ge=0, le=100_000)] = 0
    deviations: list[DeviationBody] = Field(default_factory=list, max_length=1000)

    def arguments(self) -> dict[str, Any]:
        """The settings and the occasion, as the command takes them."""
        settings = commands.Settings(
            awards_at_most=self.awards_at_most,
            reserve_at_most=self.reserve_at_most,
            minimum_score_thousandths=self.minimum_score_thousandths,
            deviations=tuple(
                Deviation(str(given.application_id), given.reason, given.outcome, given.award_fen)
                for given in self.deviations
            ),
        )
        return {"settings": settings, "basis": self.basis, "effective_on": self.effective_on}


class LineOut(Body):
    """One line of the ranking."""

    application_id: UUID
    organization_id: UUID | None
    organization_name: str | None
    title: str | None
    rank: int
    score_thousandths: int | None
    abstentions: int
    requested_fen: int | None
    outcome: Outcome
    award_fen: int
    deviation: str | None
    facts_changed: bool = Field(description="the organisation changed since its eligibility was judged")


class RankingOut(Body):
    """A proposed ranking; the cut line runs below `cut_rank`."""

    round_id: UUID
    number: int
    effective_on: date
    proposed_by: str
    digest: str = Field(description="SHA-256 of inputs and outcome")
    reproducible: bool = Field(description="computed again just now, it comes out the same")
    budget_fen: int | None
    awarded_fen: int
    left_fen: int | None
    cut_rank: int | None
    lines: list[LineOut]

    @classmethod
    def of(cls, round_id: UUID, found: queries.Proposal) -> "RankingOut":
        """The ranking of a proposal."""
        return cls(
            round_id=round_id,
            number=found.number,
            effective_on=found.effective_on,
            proposed_by=found.actor,
            digest=found.digest,
            reproducible=found.reproducible,
            budget_fen=found.inputs.budget_fen,
            awarded_fen=found.ranking.awarded_fen,
            left_fen=found.ranking.left_fen,
            cut_rank=found.ranking.cut_rank,
            lines=[_line(line, found.applications.get(line.application)) for line in found.ranking.lines],
        )


def _line(line: Any, application: Any) -> LineOut:
    about = dict(application) if application is not None else {}
    return LineOut(
        application_id=line.application,
        organization_id=about.get("organization_id"),
        organization_name=about.get("organization_name"),
        title=about.get("title"),
        rank=line.rank,
        score_thousandths=line.score_thousandths,
        abstentions=line.abstentions,
        requested_fen=about.get("requested_fen"),
        outcome=line.outcome,
        award_fen=line.award_fen,
        deviation=line.deviation,
        facts_changed=about.get("facts_changed", False),
    )


@router.put("/{id}/scores", response_model=RoundOut)
async def record_scores(
    id: UUID, body: ScoresBody, call: Annotated[Call, requires("scores:record")]
) -> Response:
    """录入评分 / Record scores of a closed round."""
    scores = [
        Score(str(given.application_id), given.reviewer, given.criterion, given.points_thousandths)
        for given in body.scores
    ]
    return await call.execute(commands.record_scores, id=id, scores=scores, answer=RoundOut.of)


@router.get("/{id}/scores", response_model=list[ScoreOut])
async def scores(id: UUID, call: Annotated[Call, requires("scores:read")]) -> list[ScoreOut]:
    """评分 / The scores of a round."""
    return [
        ScoreOut(
            application_id=row.application_id,
            reviewer=row.reviewer,
            criterion=row.criterion,
            points_thousandths=row.points_thousandths,
        )
        for row in await call.read(queries.scores, id=id)
    ]


@router.post("/{id}/ranking", response_model=RoundOut)
async def propose(id: UUID, body: ProposeBody, call: Annotated[Call, requires("rounds:rank")]) -> Response:
    """提出排名 / Propose the ranking that follows from scores, budget and deviations."""
    return await call.execute(commands.propose, id=id, **body.arguments(), answer=RoundOut.of)


@router.get("/{id}/ranking", response_model=RankingOut)
async def ranking(
    id: UUID, call: Annotated[Call, requires("scores:read")],
    number: Annotated[int, Field(ge=1, le=1_000_000)] | None = None,
) -> RankingOut:  # fmt: skip
    """排名与分数线 / The ranking with its cut line, computed again from its inputs."""
    return RankingOut.of(id, await call.read(queries.proposal, id=id, number=number))


@router.get("/{id}/ranking/inputs")
async def inputs(
    id: UUID, call: Annotated[Call, requires("scores:read")],
    number: Annotated[int, Field(ge=1, le=1_000_000)] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """排名依据 / All that the ranking was computed from."""
    return await call.read(queries.inputs, id=id, number=number)
