"""Recording scores and proposing the ranking that follows from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from shuniu_contracts import grants
from sqlmodel import col, func, select

from chassis.model import Refusal, RefusalKind, refuse_all
from chassis.unit_of_work import UnitOfWork
from services.grants.applications.model import ApplicationStatus
from services.grants.applications.tables import ApplicationRow
from services.grants.model import Basis
from services.grants.policy import GrantsPolicy
from services.grants.ranking.model import (
    Candidate,
    Deviation,
    Inputs,
    Ranking,
    Score,
    as_data,
    digest,
    from_data,
    rank,
)
from services.grants.ranking.tables import ProposalRow, ScoreRow
from services.grants.rounds.commands import count_submitted, record, take
from services.grants.rounds.model import (
    ApplicationsUndecided,
    NothingToRank,
    RankingStale,
    RoundNotClosed,
    RoundStatus,
)
from services.grants.rounds.tables import RoundRow


class ScoreForOther(Refusal):
    """Scores are for the eligible applications of the round."""

    code = "score_application_unknown"
    kind = RefusalKind.INVALID
    zh = "“{application}”不是本轮的合格申请,不能评分。"
    en = "'{application}' is no eligible application of this round and takes no score."


class ScoreCriterionUnknown(Refusal):
    """Scores are on the criteria of the round."""

    code = "score_criterion_unknown"
    kind = RefusalKind.INVALID
    zh = "本轮没有评分标准“{criterion}”;可用:{known}。"
    en = "The round has no criterion '{criterion}'; known: {known}."


class ScoreTooHigh(Refusal):
    """No more points than the criterion has."""

    code = "score_too_high"
    kind = RefusalKind.INVALID
    zh = "评分 {points}(千分之一分)超出“{criterion}”的范围 0 至 {highest}。"
    en = "{points} thousandths of a point are outside the range of '{criterion}', 0 to {highest}."


class ScoreTwice(Refusal):
    """One score a reviewer, application and criterion in one list."""

    code = "score_twice"
    kind = RefusalKind.INVALID
    zh = "同一评审人对同一申请的“{criterion}”评分重复。"
    en = "The list has the same reviewer's score for the same application on '{criterion}' twice."


_KEEP_SCORES = """
insert into score (application_id, reviewer, criterion, round_id, points_thousandths, actor, recorded_at)
select application_id, reviewer, criterion, $5, points_thousandths, $6, $7
from unnest($1::uuid[], $2::text[], $3::text[], $4::int[])
     as given(application_id, reviewer, criterion, points_thousandths)
on conflict (application_id, reviewer, criterion) do update
set points_thousandths = excluded.points_thousandths, actor = excluded.actor,
    recorded_at = excluded.recorded_at
"""


@dataclass(frozen=True)
class Settings:
    """How a ranking is cut, as the proposer asks for it; None takes the profile's."""

    awards_at_most: int | None = None
    reserve_at_most: int | None = None
    minimum_score_thousandths: int = 0
    deviations: tuple[Deviation, ...] = ()


async def record_scores(uow: UnitOfWork, *, id: UUID, scores: Sequence[Score]) -> RoundRow:
    """Keep the scores given; one given again replaces the earlier. All of the list, or every fault in it.

    Raises `RoundNotClosed` unless the round is between closing and ranking.
    """
    row = await uow.load(RoundRow, id)
    if row.status != RoundStatus.CLOSED:
        raise RoundNotClosed(status=row.status)
    eligible = {application.subject for application in await _eligible(uow, row.id)}
    refuse_all(_faults(row, eligible, scores))
    await uow.connection.execute(
        _KEEP_SCORES,
        [score.application for score in scores],
        [score.reviewer for score in scores],
        [score.criterion for score in scores],
        [score.points_thousandths for score in scores],
        row.id,
        uow.principal.actor_id,
        uow.now,
    )
    return row


async def propose(
    uow: UnitOfWork, *, id: UUID, settings: Settings | None = None, basis: Basis = Basis.LIVE,
    effective_on: date | None = None,
) -> RoundRow:  # fmt: skip
    """Compute the ranking from what is recorded and propose it, with its inputs kept whole.

    Raises `ApplicationsUndecided`, `NothingToRank`, and what `rank` raises.
    """
    row = await uow.load(RoundRow, id)
    occasion = take(uow, row, "ranking_proposed", basis, effective_on)
    await _all_judged(uow, row.id)
    inputs = await _inputs(uow, row, settings or Settings())
    if not inputs.candidates:
        raise NothingToRank()
    ranking = rank(inputs)
    previous = await latest(uow, row.id)
    uow.session.add(
        ProposalRow(
            round_id=row.id,
            number=1 if previous is None else previous.number + 1,
            inputs=as_data(inputs),
            digest=digest(inputs, ranking),
            effective_on=occasion.effective_on,
            actor=uow.principal.actor_id,
            recorded_at=uow.now,
        )
    )
    await count_submitted(uow, row)
    record(uow, row, grants.RoundRankingProposed(state=row.public_state(), ranking=lines(ranking)))
    return row


async def latest(uow: UnitOfWork, round_id: UUID) -> ProposalRow | None:
    """The newest proposal of the round."""
    statement = (
        select(ProposalRow)
        .where(ProposalRow.round_id == round_id)
        .order_by(col(ProposalRow.number).desc())
        .limit(1)
    )
    return (await uow.session.exec(statement)).one_or_none()


async def confirmed(uow: UnitOfWork, row: RoundRow) -> Ranking:
    """The proposed ranking, computed again from what is recorded now.

    Raises `RankingStale` where applications, scores or terms changed since it was proposed.
    """
    proposal = await latest(uow, row.id)
    if proposal is None:
        raise RankingStale()
    proposed = from_data(proposal.inputs)
    present = replace(
        await _inputs(uow, row, Settings()),
        awards_at_most=proposed.awards_at_most,
        reserve_at_most=proposed.reserve_at_most,
        minimum_score_thousandths=proposed.minimum_score_thousandths,
        deviations=proposed.deviations,
    )
    if as_data(present) != proposal.inputs:
        raise RankingStale()
    ranking = rank(present)
    if digest(present, ranking) != proposal.digest:
        raise RankingStale()
    return ranking


def lines(ranking: Ranking) -> tuple[grants.RankedApplication, ...]:
    """The ranking as the contract has it; an application without scores has none to show."""
    return tuple(
        grants.RankedApplication(
            application=line.application,
            rank=line.rank,
            score_thousandths=line.score_thousandths or 0,
            award_fen=line.award_fen,
            deviation=line.deviation,
        )
        for line in ranking.lines
    )


async def _eligible(uow: UnitOfWork, round_id: UUID) -> Sequence[ApplicationRow]:
    statement = (
        select(ApplicationRow)
        .where(ApplicationRow.round_id == round_id, ApplicationRow.status == ApplicationStatus.ELIGIBLE)
        .order_by(col(ApplicationRow.id))
    )
    return (await uow.session.exec(statement)).all()


async def _all_judged(uow: UnitOfWork, round_id: UUID) -> None:
    statement = (
        select(ApplicationRow.status, func.count())
        .where(ApplicationRow.round_id == round_id)
        .group_by(ApplicationRow.status)
    )
    counts = dict((await uow.session.exec(statement)).all())
    waiting = counts.get(ApplicationStatus.SUBMITTED, 0)
    returned = counts.get(ApplicationStatus.RETURNED, 0)
    if waiting or returned:
        raise ApplicationsUndecided(waiting=waiting, returned=returned)


async def _inputs(uow: UnitOfWork, row: RoundRow, settings: Settings) -> Inputs:
    """Everything recorded that the ranking depends on."""
    candidates = await _eligible(uow, row.id)
    statement = select(ScoreRow).where(ScoreRow.round_id == row.id)
    scores = (await uow.session.exec(statement)).all()
    ranked = {candidate.id for candidate in candidates}
    reserve = settings.reserve_at_most
    return Inputs(
        criteria=row.scoring,
        candidates=tuple(
            Candidate(candidate.subject, candidate.requested_fen, candidate.submitted_on or row.effective_on)
            for candidate in candidates
        ),
        scores=tuple(
            Score(str(score.application_id), score.reviewer, score.criterion, score.points_thousandths)
            for score in scores
            if score.application_id in ranked
        ),
        budget_fen=row.budget_fen,
        cap_fen=row.cap_per_application_fen,
        awards_at_most=settings.awards_at_most,
        reserve_at_most=uow.policy(GrantsPolicy).reserve_places if reserve is None else reserve,
        minimum_score_thousandths=settings.minimum_score_thousandths,
        deviations=settings.deviations,
    )


def _faults(row: RoundRow, eligible: set[str], scores: Sequence[Score]) -> Iterable[Refusal]:
    highest = {criterion.code: criterion.highest_thousandths for criterion in row.scoring}
    seen: set[tuple[str, str, str]] = set()
    for position, score in enumerate(scores):
        at = f"/scores/{position}"
        if score.application not in eligible:
            yield ScoreForOther(application=score.application, at=f"{at}/application_id")
        if score.criterion not in highest:
            known = tuple(highest)
            yield ScoreCriterionUnknown(criterion=score.criterion, known=known, at=f"{at}/criterion")
        elif not 0 <= (score.points_thousandths or 0) <= highest[score.criterion]:
            yield ScoreTooHigh(
                points=score.points_thousandths,
                criterion=score.criterion,
                highest=highest[score.criterion],
                at=f"{at}/points_thousandths",
            )
        key = (score.application, score.reviewer, score.criterion)
        if key in seen:
            yield ScoreTwice(criterion=score.criterion, at=at)
        seen.add(key)
