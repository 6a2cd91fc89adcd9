"""Asking the services for their figures over HTTP, and the table of published beside computed."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import httpx

from services.console.figures.formulas import evaluate, names_in
from services.console.figures.model import Comparison, Number, PublishedFigure, Times, Verdict, compare

Answers = Mapping[str, Number]


@dataclass(frozen=True)
class Answer:
    """What one service said for one time; `silence` says why it said nothing."""

    service: str
    times: Times
    values: Answers
    silence: tuple[str, str] | None = None
    """in Chinese and English"""


async def _ask(client: httpx.AsyncClient, service: str, url: str, times: Times, token: str) -> Answer:
    try:
        answer = await client.get(
            f"{url}/v1/figures", params=times.query(), headers={"Authorization": f"Bearer {token}"}
        )
    except httpx.HTTPError as error:
        words = (f"“{service}”服务没有回应", f"{service} does not answer: {error}")
        return Answer(service, times, {}, words)
    if answer.status_code != httpx.codes.OK:
        words = (f"“{service}”服务答复 {answer.status_code}", f"{service} answered {answer.status_code}")
        return Answer(service, times, {}, words)
    values = {
        f"{service}.{name}": Fraction(str(figure["value"]))
        for name, figure in answer.json()["figures"].items()
        if figure["value"] is not None
    }
    return Answer(service, times, values)


async def compared(
    client: httpx.AsyncClient, services: Mapping[str, str], token: str, figures: Sequence[PublishedFigure]
) -> list[Comparison]:
    """Each published figure beside the computed one; every service is asked once for each time.

    `services` maps a service's name to its URL. Formulas may also read the printed values of `figures`.
    What a silent or forbidding service would have answered cannot be computed, and the comparison says why.
    """
    wanted = {
        (figure.times, name.partition(".")[0])
        for figure in figures
        for formula in figure.formulas
        for name in names_in(formula)
    }
    answers = await asyncio.gather(
        *(_ask(client, service, services[service], times, token)
          for times, service in wanted if service in services)
    )  # fmt: skip
    printed = {figure.name: figure.value for figure in figures}
    return [_compare(figure, answers, printed) for figure in figures]


def _compare(figure: PublishedFigure, answers: Iterable[Answer], printed: Answers) -> Comparison:
    asked = [answer for answer in answers if answer.times == figure.times]
    known: dict[str, Number] = {**printed}
    for answer in asked:
        known.update(answer.values)
    comparison = compare(figure, {formula: evaluate(formula, known) for formula in figure.formulas})
    if comparison.verdict is not Verdict.CANNOT or figure.formula is None:
        return comparison
    needed = {name.partition(".")[0] for name in names_in(figure.formula)}
    silences = [answer.silence for answer in asked if answer.silence and answer.service in needed]
    if not silences:
        return comparison
    return replace(
        comparison,
        reason="；".join(zh for zh, _ in silences),
        reason_en="; ".join(en for _, en in silences),
    )
