"""Every query of the alert rules and the dashboard, and the metrics that each names."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from deploy.observability import dashboard

HERE = Path(__file__).parent.parent.parent / "deploy" / "observability"
_SELECTOR = re.compile(r"\b(shuniu_\w+|process_\w+|up)\b(?:\{([^}]*)\})?")


def read(name: str) -> Any:
    """A YAML file of `deploy/observability`."""
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def alerts() -> list[dict[str, Any]]:
    """Every alerting rule."""
    return [rule for group in read("rules.yml")["groups"] for rule in group["rules"]]


def expressions() -> Iterator[str]:
    """Every query of rules and dashboard."""
    yield from (rule["expr"] for rule in alerts())
    yield from dashboard.expressions()


def selected(expression: str) -> list[tuple[str, str]]:
    """The metrics in a query, each with its matchers of labels."""
    return _SELECTOR.findall(expression)


def named() -> set[str]:
    """Every metric that rules or dashboard name."""
    return {name for expression in expressions() for name, _ in selected(expression)}
