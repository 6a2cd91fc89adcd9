"""Published figures beside computed ones: qualifiers, formulas, files."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.regions import profile_file
from services.console.figures.formulas import FormulaError, evaluate, names_in
from services.console.figures.model import (
    PublishedFigure,
    Qualifier,
    Reading,
    Times,
    Verdict,
    compare,
)
from services.console.figures.published import FiguresFileError, figures_file, published_figures
from services.console.figures.queries import compared

YEAR = Times(since=date(2014, 1, 1), until=date(2014, 12, 31))


def figure(
    value: int, qualifier: Qualifier = Qualifier.EXACT, upper: int | None = None, formula: str = "a.b"
) -> PublishedFigure:
    return PublishedFigure(
        id="X", statement="某数", statement_en="some figure", printed=str(value), value=value, upper=upper,
        qualifier=qualifier, unit="家", times=YEAR, expect=Verdict.MATCHES, formula=formula,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("qualifier", "computed", "verdict"),
    [
        (Qualifier.EXACT, 120, Verdict.MATCHES),
        (Qualifier.EXACT, 121, Verdict.DIFFERS),
        (Qualifier.AT_LEAST, 119, Verdict.DIFFERS),
        (Qualifier.AT_LEAST, 5000, Verdict.MATCHES),
        (Qualifier.OVER, 119, Verdict.DIFFERS),
        (Qualifier.OVER, 120, Verdict.MATCHES),
        (Qualifier.OVER, 129, Verdict.MATCHES),
        (Qualifier.OVER, 130, Verdict.DIFFERS),
        (Qualifier.ABOUT, 114, Verdict.MATCHES),
        (Qualifier.ABOUT, 113, Verdict.DIFFERS),
        (Qualifier.ABOUT, 127, Verdict.DIFFERS),
    ],
)
def test_a_qualifier_decides_what_agrees(qualifier: Qualifier, computed: int, verdict: Verdict) -> None:
    published = figure(120, qualifier, upper=130 if qualifier is Qualifier.OVER else None)
    assert compare(published, {"a.b": computed}).verdict is verdict


@given(st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_the_residual_of_an_exact_figure_is_the_difference(value: int, computed: int) -> None:
    assert figure(value).residual(computed) == computed - value


def test_a_figure_that_nobody_answers_cannot_be_computed_and_says_why() -> None:
    comparison = compare(figure(3), {"a.b": None})
    assert comparison.verdict is Verdict.CANNOT
    assert "a.b" in comparison.reason_en
    assert not comparison.as_expected


def test_readings_are_judged_side_by_side() -> None:
    published = PublishedFigure(
        id="F08", statement="补贴", statement_en="allowances", printed="120多万元", value=120, upper=130,
        qualifier=Qualifier.OVER, unit="fen", times=YEAR, expect=Verdict.MATCHES, formula="p.both",
        readings=(Reading("甲", "a", "p.some"), Reading("乙", "b", "p.both")),
    )  # fmt: skip
    comparison = compare(published, {"p.some": 115, "p.both": 126})
    assert comparison.verdict is Verdict.MATCHES
    assert [reading.verdict for reading in comparison.readings] == [Verdict.DIFFERS, Verdict.MATCHES]


def test_formulas_are_exact_arithmetic_over_dotted_names() -> None:
    figures = {"registry.organizations.total": 2355, "registry.organizations.total.filed": 1731}
    formula = "registry.organizations.total.filed / registry.organizations.total * 100"
    assert names_in(formula) == set(figures)
    assert evaluate(formula, figures) == Fraction(173100, 2355)
    assert evaluate("registry.organizations.total - 1", figures) == 2354
    assert evaluate("grants.rounds.budget", figures) is None
    assert evaluate("1 / (registry.organizations.total - 2355)", figures) is None


def test_a_hyphen_between_letters_is_part_of_a_name_and_a_minus_stands_between_spaces() -> None:
    figures = {"registry.social-worker-posts.filled": 20, "registry.social-worker-posts.needed": 21}
    formula = "registry.social-worker-posts.needed - registry.social-worker-posts.filled-1"
    assert names_in(formula) == set(figures)
    assert evaluate(formula, figures) == 0


@pytest.mark.parametrize("formula", ["__import__('os')", "a.b +", "open('x')", "a.b.__class__"])
def test_anything_but_arithmetic_is_refused(formula: str) -> None:
    with pytest.raises(FormulaError):
        evaluate(formula, dict.fromkeys(names_in(formula), 1))


def test_binhais_file_reads_and_asks_each_service_once_for_each_time() -> None:
    figures = published_figures(figures_file(profile_file("120116"))).figures
    assert {f.id for f in figures} >= {"F01", "F02", "F02-residual", "F08", "F16"}
    f08 = next(f for f in figures if f.id == "F08")
    assert (f08.value, f08.upper, f08.qualifier) == (120_000_000, 130_000_000, Qualifier.OVER)
    assert len(f08.readings) == 3


async def test_the_services_are_asked_over_http_and_a_silent_one_is_named() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if request.url.host == "broken":
            return httpx.Response(503, text="down")
        assert request.headers["Authorization"] == "Bearer secret"
        return httpx.Response(
            200, json={"figures": {"b": {"value": 7}, "c": {"value": "2"}, "rate": {"value": None}}}
        )

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        figures = [figure(7), figure(14, formula="a.b * a.c"), figure(1, formula="other.b")]
        found = await compared(client, {"a": "http://a"}, "secret", figures)
        assert [comparison.verdict for comparison in found] == ["matches", "matches", "cannot"]
        assert asked == ["http://a/v1/figures?from=2014-01-01&to=2014-12-31"]
        [first, *_] = await compared(client, {"a": "http://broken"}, "secret", figures)
        assert first.verdict is Verdict.CANNOT
        assert first.reason_en == "a answered 503"


PRINT = """
region = "1"
source = "s"
[[figure]]
id = "F33-all"
statement = "全部"
statement_en = "all"
printed = "97个"
value = 97
qualifier = "exact"
unit = "家"
as_of = 2014-12-31
reason = "尚无记录"
reason_en = "no records yet"
expect = "cannot"
[[figure]]
id = "F33-rest"
statement = "其余"
statement_en = "the rest"
printed = "97个"
value = 90
qualifier = "at_least"
unit = "家"
as_of = 2014-12-31
formula = "published.f33_all - 1"
expect = "matches"
"""


async def test_what_is_printed_can_be_checked_against_itself_without_any_service(tmp_path: Path) -> None:
    file = tmp_path / "x.figures.toml"
    file.write_text(PRINT, encoding="utf-8")
    figures = published_figures(file).figures
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500))) as client:
        _, rest = await compared(client, {"registry": "http://registry"}, "secret", figures)
    assert (rest.computed, rest.verdict) == (96, Verdict.MATCHES)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        (
            "published.f33_all",
            "published.f33_al",
            "F33-rest: no figure .* is called published.f33_al",
        ),
        ('"F33-rest"', '"f33-ALL"', "listed twice: published.f33_all"),
    ],
)
def test_a_printed_value_that_is_not_there_or_ambiguous_is_named(
    tmp_path: Path, old: str, new: str, word: str
) -> None:
    file = tmp_path / "x.figures.toml"
    file.write_text(PRINT.replace(old, new), encoding="utf-8")
    with pytest.raises(FiguresFileError, match=word):
        published_figures(file)


def test_a_faulty_file_is_named_with_its_key(tmp_path: Path) -> None:
    file = tmp_path / "x.figures.toml"
    with pytest.raises(FiguresFileError, match="no file of published figures"):
        published_figures(file)
    file.write_text('region = "1"\nsource = "s"\n[[figure]]\nid = "F1"\nvalue = "many"\n', encoding="utf-8")
    with pytest.raises(FiguresFileError, match=r"(?s)x.figures.toml.*figure.0.value"):
        published_figures(file)
