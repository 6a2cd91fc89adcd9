"""Asking the services for their figures over HTTP, and the table of published beside computed."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import httpx

from services.console.figures.formulas import evaluate, names_in
from services.console.figures.model import Comparison, Number, PublishedFigure, Times, compare

Answers = Mapping[str, Number]


class ServiceSilent(Exception):
    """A service did not answer with its figures; the message says which and how."""


def _formulas(figure: PublishedFigure) -> tuple[str, ...]:
    own = () if figure.formula is None else (figure.formula,)
    return (*own, *(reading.formula for reading in figure.readings))


async def _ask(
    client: httpx.AsyncClient, service: str, url: str, times: Times, token: str
) -> tuple[Times, Answers]:
    try:
        answer = await client.get(
            f"{url}/v1/figures", params=times.query(), headers={"Authorization": f"Bearer {token}"}
        )
    except httpx.HTTPError as error:
        raise ServiceSilent(f"{service} does not answer at {url}: {error}") from error
    if answer.status_code != httpx.codes.OK:
        raise ServiceSilent(f"{service} answered {answer.status_code} for its figures: {answer.text[:200]}")
    figures = answer.json()["figures"]
    return times, {f"{service}.{name}": Fraction(str(figure["value"])) for name, figure in figures.items()}


async def compared(
    client: httpx.AsyncClient, services: Mapping[str, str], token: str, figures: Sequence[PublishedFigure]
) -> list[Comparison]:
    """Each published figure beside the computed one; every service is asked once for each time.

    `services` maps a service's name to its URL. Raises `ServiceSilent`.
    """
    wanted = {
        (figure.times, name.partition(".")[0])
        for figure in figures
        for formula in _formulas(figure)
        for name in names_in(formula)
    }
    answers = await asyncio.gather(
        *(_ask(client, service, services[service], times, token)
          for times, service in wanted if service in services)
    )  # fmt: skip
    return [_compare(figure, answers) for figure in figures]


def _compare(figure: PublishedFigure, answers: Iterable[tuple[Times, Answers]]) -> Comparison:
    known: dict[str, Number] = {}
    for times, values in answers:
        if times == figure.times:
            known.update(values)
    return compare(figure, {formula: evaluate(formula, known) for formula in _formulas(figure)})
