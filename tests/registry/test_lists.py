"""What is offered as a closed list is refused for another code, and what is offered as open is taken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chassis.matters import Fact, Step
from chassis.matters.naming import named
from chassis.model import Refusal, Refusals
from services.registry.areas import KINDS
from services.registry.policy import RegistryPolicy, names_of
from services.registry.vocabulary import ENUMERATIONS, FIELDS
from tests.registry.conftest import Register
from tests.registry.test_kinds import body

pytestmark = pytest.mark.integration
STRANGE = "on-no-list"
OF_ANOTHER_RECORD = {"base_case.department", "base_case.to_department", "hub.routes.department"}
"""What a base or a hub has for itself, which may be more than is on the profile's list."""
GIVEN = {"topics": ["finance"], "ends_on": "2199-12-31", "listing": "abnormal"}
"""What some openings need besides, and would hardly draw."""
BESIDE: dict[str, dict[str, list[str]]] = {"departments": {"routes": []}}
"""What else is given where rows are replaced that it would name."""
ONCE = settings(
    max_examples=1, deadline=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where a step takes a code that a list of the profile names: `within` a row, or in the body itself."""

    step: Step[Any]
    within: str
    field: str
    many: bool
    open: bool
    listed: str
    """a code of the list"""

    def __str__(self) -> str:
        return ".".join(filter(None, (self.step.kind.name, self.step.fact, self.within, self.field)))

    @property
    def of_another_record(self) -> bool:
        """Whether another record says which codes there are."""
        kind = self.step.kind.name
        return ".".join(filter(None, (kind, self.within, self.field))) in OF_ANOTHER_RECORD


def places() -> Iterator[Place]:
    """Every field of every form that a list of the profile names."""
    names = names_of(RegistryPolicy())
    for kind in KINDS:
        for step in filter(None, (kind.opening, *kind.steps.values())):
            form = named(step.body.model_json_schema(), kind.name, names)
            for within, name, schema in fields(form):
                if "x-open" in schema and on_a_list(kind.name, name):
                    many = any("items" in one for one in schema.get("anyOf", (schema,)))
                    yield Place(step, within, name, many, schema["x-open"], schema["x-zh"][0][0])


def fields(form: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The properties of a form and of its rows, with the name of the field whose rows they are."""
    for name, schema in form["properties"].items():
        yield "", name, schema
        for one in schema.get("anyOf", (schema,)):
            definition = one.get("items", {}).get("$ref", "").rpartition("/")[2]
            for part, inner in form.get("$defs", {}).get(definition, {}).get("properties", {}).items():
                yield name, part, inner


def on_a_list(kind: str, field: str) -> bool:
    """Whether the profile's list names it, and not our own words."""
    known = RegistryPolicy().vocabulary
    key = next(key for key in (f"{kind}.{field}", field) if key in known)
    return known[key] != {**FIELDS, **ENUMERATIONS}.get(key)


PLACES = [place for place in places() if not place.of_another_record]


def test_there_are_such_places() -> None:
    found = {str(place): place.open for place in PLACES}
    assert found["stay.agreement_signed.services"] is False
    assert found["periodic_return.submitted.income.source"] is False
    assert found["placement.placed.services"] is True


@pytest.mark.parametrize("place", PLACES, ids=str)
@ONCE
@given(data=st.data())
async def test_a_closed_list_is_closed_and_an_open_one_is_open(
    register: Register, place: Place, data: st.DataObject
) -> None:
    step, kind = place.step, place.step.kind
    id = {}
    if not step.opening:
        assert kind.opening is not None
        row = await register.do(kind.opening, **await body(register, kind.opening, data, given=GIVEN))
        state = next(state for state, after in kind.table(row).items() if step.fact in after)
        await register.rows(f'update "{kind.row.__tablename__}" set state = $1 where id = $2', state, row.id)
        id = {"id": row.id}
    arguments = await body(register, step, data, given={**GIVEN, **BESIDE.get(place.within, {})})
    at = f"/{place.within or place.field}"
    if place.open:
        assert await pointers(register, step, id | saying(place, arguments, STRANGE)) == []
        [kept] = await register.rows("select arguments from matter_step order by number desc limit 1")
        assert STRANGE in str(kept["arguments"]), "taken, and kept as it was said"
    else:
        refused = await pointers(register, step, id | saying(place, arguments, STRANGE))
        assert any(pointer.startswith(at) for pointer in refused), refused
        listed = arguments if arguments.get(place.field) else saying(place, arguments, place.listed)
        taken = await pointers(register, step, id | listed)
        assert not any(pointer.startswith(at) for pointer in taken), taken


def saying(place: Place, arguments: Mapping[str, Any], code: str) -> dict[str, Any]:
    """The arguments with this code in the place."""
    said: Any = [code] if place.many else code
    if place.within:
        said = [{**arguments[place.within][0].model_dump(), place.field: said}]
    checked = place.step.body.model_validate({**arguments, place.within or place.field: said})
    return {name: value for name, value in checked.arguments().items() if name not in Fact.model_fields}


async def pointers(register: Register, step: Step[Any], arguments: Mapping[str, Any]) -> list[str]:
    """The fields at which the step is refused; none where it is taken."""
    try:
        await register.do(step, **arguments)
    except Refusals as refused:
        return [one.at or "" for one in refused.refusals]
    except Refusal as refused:
        return [refused.at or ""]
    return []
