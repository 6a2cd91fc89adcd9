"""What an organisation can do itself, in words and as forms, and what the records about it are called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, create_model
from shuniu_contracts import registry_incubation as contract
from sqlmodel import col, select

from chassis.http import Reading
from chassis.http.fields import Body
from chassis.matters.kind import Kind, Step
from chassis.matters.naming import Offered
from chassis.matters.queries import for_caller, words
from services.registry.applications.forms import APPLICATION, criteria_of
from services.registry.applications.tables import RegistrationApplicationRow
from services.registry.incubation.entries import commands as entries
from services.registry.incubation.entries.commands import SERVICE_ENTRIES
from services.registry.incubation.entries.model import SIDES_ZH, Hand, Line, may
from services.registry.incubation.entries.model import TRANSITIONS as TRANSITIONS_OF_LINE
from services.registry.incubation.entries.tables import ServiceEntryRow
from services.registry.offering import Form, Offering
from services.registry.operations.attendances.commands import ATTENDANCES
from services.registry.operations.attendances.model import TRANSITIONS as TRANSITIONS_OF_PLACE
from services.registry.organizations.forms import ORGANIZATION
from services.registry.organizations.model import TRANSITIONS, LegalStatus
from services.registry.organizations.tables import OrganizationRow
from services.registry.own.commands import HANDED_IN, WRITES
from services.registry.own.holder import check_application, holder, organization_of
from services.registry.own.invitations import Acceptance, Excuse
from services.registry.own.model import ACCEPT, ANSWERS, EXCUSE
from services.registry.own.model import APPLICATION as FOR_APPLICATION
from services.registry.own.queries import REASONS, RETURN, SHOWN
from services.registry.policy import RegistryPolicy, names_of

NEW: Final = replace(APPLICATION, path="own")
"""The own application before there is one."""
FILED: Final = replace(APPLICATION, path="own/registration-applications")
ENTRY: Final = Offering(
    SERVICE_ENTRIES.name, f"own/{SERVICE_ENTRIES.path}", SERVICE_ENTRIES.zh, SERVICE_ENTRIES.en,
    contract.ServiceEntryState, {state.value: zh for state, zh in SERVICE_ENTRIES.states_zh.items()},
    {
        **{name: field.title for name, field in ServiceEntryRow.model_fields.items() if field.title},
        "effective_on": "服务日期", "reason": "原因", "explanation": "说明",
    },
    {"written_by": {side.value: zh for side, zh in SIDES_ZH.items()}},
)  # fmt: skip
_STAYS: Final = """
select stay.id, base.name, stay.started_on from stay join base on base.id = stay.base_id
where stay.organization_id = $1 and stay.started_on is not null and not stay.ended
order by stay.started_on desc
"""
LINE_STEPS: Final[Mapping[str, Step[ServiceEntryRow]]] = {
    "confirm": entries.confirm,
    "dispute": entries.dispute,
    "correct": entries.correct,
    "cancel": entries.cancel,
}
"""What can follow on a line of the service log, by the names of its forms."""


@dataclass(frozen=True)
class OwnLine:
    """A line of the service log, and the account of the organisation that sees it."""

    line: Line
    hand: Hand


def line_form(name: str, body: type[BaseModel]) -> Form:
    """The form of a step of a line, which is possible where its state has it and the account may take it."""
    step = LINE_STEPS[name]

    def possible(own: OwnLine) -> bool:
        return may(step.fact, own.line, own.hand)

    return Form(name, step.zh, step.path, WRITES, body, possible, en=step.en)


async def own(
    reading: Reading, *, application: Sequence[Form], entry: Sequence[Form]
) -> dict[str, dict[str, Any] | list[dict[str, Any]]]:
    """What the caller can begin now, and the words for all that is told.

    `transitions` of a line of the service log are those of both sides; the line says what the caller may do.
    Raises `StandsForNobody`, `NotPermitted`.
    """
    organization = await organization_of(reading)
    names = names_of(reading.policy(RegistryPolicy))
    openings = [form for form in application if form.possible is None]
    begins = openings if await _may_apply(reading, organization) else []
    return {
        "organization": ORGANIZATION.told(reading, []),
        "application": NEW.told(reading, begins, _templates(reading)),
        "service_entry": await _entries(reading, organization, entry),
        "records": [
            {**for_caller(one, reading.principal, names), "may_read": True}
            for one in (*map(_described, SHOWN), _invitations())
        ],
    }  # fmt: skip


def _described(kind: Kind[Any]) -> dict[str, Any]:
    """The kind in words, with what the organisation hands in itself and why it was sent back."""
    described = words(kind)
    steps, told = {step.fact: step for step in HANDED_IN.get(kind, ())}, REASONS.get(kind.name, ())
    asked = kind.steps[RETURN].body.model_json_schema()["properties"] if told else {}
    return {
        **described, "path": f"own/{kind.path}", "opening": None, "at_once": {},
        "fields": {**described["fields"], **{name: asked[name]["title"] for name in told}},
        "steps": {
            fact: {
                **described["steps"][fact], "permission": WRITES, "form": body_of(step).model_json_schema(),
            }
            for fact, step in steps.items()
        },
        "transitions": {
            state: {fact: after for fact, after in followers.items() if fact in steps}
            for state, followers in described["transitions"].items()
        },
    }  # fmt: skip


def _invitations() -> dict[str, Any]:
    """What the organisation is invited to, and the ways to say whether it comes."""
    given = {"permission": WRITES, "by_workbook": False, "by_record": False}
    steps = {
        ACCEPT: {
            "zh": "确认参加", "en": "accept", "path": "acceptance", "form": Acceptance.model_json_schema(),
            **given,
        },
        EXCUSE: {
            "zh": "请假", "en": "ask to be excused", "path": "excuse", "form": Excuse.model_json_schema(),
            **given,
        },
    }  # fmt: skip
    after = {
        state.value: {fact: TRANSITIONS_OF_PLACE[state][fact].value for fact in facts}
        for state, facts in ANSWERS.items()
    }
    return {**_described(ATTENDANCES), "steps": steps, "transitions": after}


@cache
def body_of(step: Step[Any]) -> type[Body]:
    """What a step takes of an organisation: it happens today, history is for the offices to enter."""
    made: type[Body] = create_model(
        f"Own{step.body.__name__}", __base__=Body, __doc__=step.doc, **step.asked()
    )
    return made


async def application(reading: Reading, *, id: UUID, forms: Sequence[Form]) -> dict[str, Any]:
    """What the caller can do with the own application now.

    Raises `NotFound`, `NotPermitted`, `StandsForNobody`, `NotOwn`.
    """
    row = await reading.record(RegistrationApplicationRow, id)
    await check_application(reading, row)
    now = [form for form in forms if form.possible is not None and form.possible(row.progress)]
    listed = {**await criteria_of(reading, row), **_templates(reading)}
    return FILED.told(reading, now if row.home == reading.stack else [], listed)


async def _may_apply(reading: Reading, organization: OrganizationRow | None) -> bool:
    """Whether there is something to apply for, and no application under way."""
    row = RegistrationApplicationRow
    held = holder(reading)
    if held.aggregate == FOR_APPLICATION:
        return await reading.session.get(row, held.id) is None
    if organization is None or "registered" not in TRANSITIONS[LegalStatus(organization.legal_status)]:
        return False
    open_ = await reading.session.exec(
        select(row.id).where(row.organization_id == organization.id, col(row.ended).is_(False))
    )
    return open_.first() is None


def _templates(reading: Reading) -> Mapping[str, Offered]:
    listed = reading.policy(RegistryPolicy).records.charter_templates
    return {"charter_template": Offered({one.code: one.name_zh for one in listed}, open=False)}


async def _entries(
    reading: Reading, organization: OrganizationRow | None, forms: Sequence[Form]
) -> dict[str, Any]:
    """The words of the service log; a line is begun of a stay that has begun."""
    stays = await _stays(reading, organization)
    told = ENTRY.told(reading, [form for form in forms if form.possible is not None or stays])
    for step in told["steps"].values():
        if "stay_id" in step["form"]["properties"]:
            step["form"]["properties"]["stay_id"] |= {"x-zh": [list(pair) for pair in stays.items()]}
    transitions = {
        state.value: {name: after[step.fact].value for name, step in LINE_STEPS.items() if step.fact in after}
        for state, after in TRANSITIONS_OF_LINE.items()
    }
    return {**told, "transitions": transitions}


async def _stays(reading: Reading, organization: OrganizationRow | None) -> dict[str, str]:
    """Where the organisation is being incubated, the latest first: stay -> its base, and since when."""
    if organization is None:
        return {}
    found = await reading.connection.fetch(_STAYS, organization.id)
    return {str(one["id"]): f"{one['name']}（{one['started_on']}）" for one in found}
