"""Formulas over the services' figures: arithmetic on dotted names such as `registry.organizations.total`."""

import re
from collections.abc import Mapping
from fractions import Fraction

from simpleeval import InvalidExpression, SimpleEval

from services.console.figures.model import Number

_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9][a-z0-9_]*(?:-[a-z][a-z0-9_]*)*)+")
"""A hyphen between letters is part of a name, as in the paths of kinds (`social-worker-posts`); a minus
stands between spaces."""


class FormulaError(ValueError):
    """The formula is not arithmetic over figure names; the message quotes it."""


def names_in(formula: str) -> frozenset[str]:
    """The figures that the formula needs, `service.figure`."""
    return frozenset(_NAME.findall(formula))


def evaluate(formula: str, figures: Mapping[str, Number]) -> Number | None:
    """The formula's value, exact; None where a figure it needs is missing. Raises `FormulaError`."""
    names = sorted(names_in(formula))
    if any(name not in figures for name in names):
        return None
    placeholders = {name: f"figure_{position}" for position, name in enumerate(names)}
    expression = _NAME.sub(lambda match: placeholders[match[0]], formula)
    values = {placeholders[name]: Fraction(figures[name]) for name in names}
    try:
        value = Fraction(SimpleEval(names=values).eval(expression))
    except ZeroDivisionError:
        return None
    except (InvalidExpression, SyntaxError, TypeError, ValueError) as error:
        raise FormulaError(f"formula '{formula}': {error}") from error
    return int(value) if value.denominator == 1 else value
