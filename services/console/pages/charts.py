"""Options of the charts (ECharts), from the numbers of an area."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.console.pages.theme import ACCENT, BAD, FONT, GOOD, MUTED, PALETTE, RULE, SECOND
from services.console.pages.words import Words
from services.console.projection.queries import Overview

_AXIS: dict[str, Any] = {
    "axisLine": {"lineStyle": {"color": RULE}}, "axisTick": {"show": False},
    "axisLabel": {"color": MUTED, "fontSize": 11}, "splitLine": {"lineStyle": {"color": RULE}},
}  # fmt: skip
_BASE: dict[str, Any] = {"textStyle": {"fontFamily": FONT}, "animationDuration": 300}
_FORMS = (
    "association", "private_non_enterprise", "foundation", "community_organization", "unclassified", "none",
)  # fmt: skip
_YEARS = 25


def places_bar(found: Overview, name: Callable[[str], str], said: Words) -> dict[str, Any]:
    """Registered and filed organisations of each division below, most first."""
    labels = [name(code) for code, _, _ in found.places]
    return _stacked(
        labels,
        {
            said("registered"): [registered for _, registered, _ in found.places],
            said("filed"): [filed for _, _, filed in found.places],
        },
        {"interval": 0, "rotate": 38 if len(labels) > 8 else 0, "width": 84, "overflow": "truncate"},
    )


def years_bar(found: Overview, said: Words) -> dict[str, Any]:
    """Registrations and filings by year, the newest years."""
    known = {year: (registered, filed) for year, registered, filed in found.years}
    newest = max(known, default=0)
    first = max(min(known, default=1), newest - _YEARS + 1)
    years = [(year, *known.get(year, (0, 0))) for year in range(first, newest + 1)] if known else []
    return _stacked(
        [str(year) for year, _, _ in years],
        {said("registered"): [row[1] for row in years], said("filed"): [row[2] for row in years]},
        {},
    )


def form_pie(found: Overview, said: Words) -> dict[str, Any]:
    """Registered organisations by legal form."""
    known = {form: found.forms.get(form, 0) for form in _FORMS if found.forms.get(form)}
    return _pie({said.code("legal_form", form): number for form, number in known.items()}, PALETTE)


def coverage_pie(found: Overview, said: Words) -> dict[str, Any]:
    """Coverage duties: met by an organisation, met by work, not met."""
    duties = found.duties
    parts = {
        said("organisational"): duties.get("organisation", 0),
        said("work"): duties.get("work", 0),
        said("uncovered"): duties.get("open", 0),
    }
    return _pie(parts, (ACCENT, GOOD, BAD if duties.get("overdue") else "#d5dbe1"))


def _stacked(
    labels: Sequence[str], series: Mapping[str, Sequence[int]], label: dict[str, Any]
) -> dict[str, Any]:
    colours = (ACCENT, SECOND)
    return {
        **_BASE,
        "color": list(colours),
        "grid": {"left": 6, "right": 10, "top": 30, "bottom": 4, "containLabel": True},
        "legend": {"right": 0, "top": 0, "itemWidth": 12, "itemHeight": 8, "textStyle": {"color": MUTED}},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": {**_AXIS, "type": "category", "data": list(labels),
                  "axisLabel": {**_AXIS["axisLabel"], **label}},
        "yAxis": {**_AXIS, "type": "value", "minInterval": 1, "axisLine": {"show": False}},
        "series": [
            {"type": "bar", "name": name, "stack": "all", "barMaxWidth": 26, "data": list(values)}
            for name, values in series.items()
        ],
    }  # fmt: skip


def _pie(parts: Mapping[str, int], colours: Sequence[str]) -> dict[str, Any]:
    whole = sum(parts.values())
    return {
        **_BASE,
        "color": list(colours),
        "tooltip": {"trigger": "item", "formatter": "{b}: {c} ({d}%)"},
        "legend": {"bottom": 0, "itemWidth": 12, "itemHeight": 8, "textStyle": {"color": MUTED}},
        "series": [
            {
                "type": "pie", "radius": [48, 74], "center": ["50%", "42%"], "avoidLabelOverlap": True,
                "label": {"formatter": "{c}", "fontSize": 12, "overflow": "none"},
                "labelLine": {"length": 6, "length2": 6},
                "data": [{"name": n, "value": number} for n, number in parts.items() if number or not whole],
            }
        ],
    }  # fmt: skip
