"""Every service that answers figures is asked in the same way and answers in the same form."""

from datetime import date
from typing import Any

import pytest

from chassis.http.figures import FiguresRequest, PeriodIncomplete, PeriodReversed, TimesMixed
from chassis.model import Refusal
from chassis.service import discover, installed
from chassis.settings import region_profile
from tests.test_permissions import application

FIRST, LAST = date(2014, 1, 1), date(2014, 12, 31)


def described(name: str) -> dict[str, Any]:
    """The operation `GET /v1/figures` of a service's OpenAPI document with its answer; empty without it."""
    document = application(discover(name), region_profile("120116-binhai")).openapi()
    operation = document["paths"].get("/v1/figures", {}).get("get", {})
    return {
        "asked": {parameter["name"]: parameter for parameter in operation.get("parameters", ())},
        "answered": operation.get("responses", {}).get("200"),
        "form": {name: document["components"]["schemas"].get(name) for name in ("FiguresOut", "FigureOut")},
    }


def test_all_services_that_own_records_have_one_form_of_figures() -> None:
    forms = {name: described(name) for name in installed() if name != "console"}
    form = forms.pop("registry")
    assert {"as_of", "from", "to", "division", "by"} <= set(form["asked"])
    assert set(form["form"]["FiguresOut"]["properties"]) == {
        "as_of", "from", "to", "division", "figures", "by"
    }  # fmt: skip
    assert set(form["form"]["FigureOut"]["properties"]) == {
        "value", "unit", "qualifier", "name_zh", "name_en"
    }  # fmt: skip
    assert forms == dict.fromkeys(forms, form)


@pytest.mark.parametrize(
    ("times", "refusal"),
    [
        ({"as_of": LAST, "start": FIRST, "end": LAST}, TimesMixed),
        ({"as_of": LAST, "end": LAST}, TimesMixed),
        ({"start": FIRST}, PeriodIncomplete),
        ({"end": LAST}, PeriodIncomplete),
        ({"start": LAST, "end": FIRST}, PeriodReversed),
    ],
)
def test_a_time_that_is_neither_a_day_nor_a_period_is_refused(
    times: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        FiguresRequest(**times)


def test_a_day_a_period_and_a_period_of_one_day_are_times() -> None:
    assert FiguresRequest(as_of=LAST).as_of == LAST
    assert FiguresRequest(start=FIRST, end=LAST).end == LAST
    assert FiguresRequest(start=LAST, end=LAST).start == LAST
